// Discovery and HTTP over a socket: the whole service as a client meets it.
#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/unit/app/served.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace tcds::app::test {

namespace {

using http::test::get;
using http::test::RawClient;
using tcds::test::at;
using tcds::test::namesOf;
using tcds::test::with;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kOrigin = "Origin: http://localhost:3000\r\n";

TEST(DiscoveryOverTheWire, IsAlwaysThere) // DISC-01, DISC-02, DISC-15, DISC-16, T-03
{
    Served served;
    auto const first = served.ask(get("/cds-services"));

    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.field("Content-Type"), "application/json");
    auto const document = tcds::test::parseJson(first.body);
    ASSERT_TRUE(document.IsObject() && document.HasMember("services"));
    ASSERT_TRUE(document["services"].IsArray());
    EXPECT_GT(document["services"].Size(), 0U);
    for (auto const* target :
         {"/cds-services", "/cds-services/", "/cds-services?a=b&c", "/cds-services?_format=xml"})
        EXPECT_EQ(served.ask(get(target)).body, first.body) << target;
    RawClient client{served.port()};
    client.send("HEAD /cds-services HTTP/1.1\r\nHost: x\r\n\r\n");
    auto const head = client.answer(true);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->body, "");
    EXPECT_EQ(head->field("Content-Length"), std::to_string(first.body.size()));
}

/// What an entry of the list breaks.
std::vector<std::string> brokenRowsOf(rapidjson::Value const& entry)
{
    std::vector<std::string> broken;
    auto const check = [&](bool holds, char const* row) {
        if (!holds) broken.emplace_back(row);
    };
    auto const text = [&](char const* name) -> std::string {
        auto const found = entry.FindMember(name);
        if (found == entry.MemberEnd() || !found->value.IsString()) return {};
        return found->value.GetString();
    };
    static std::set<std::string> const kHooks{"patient-view", "encounter-start",
                                              "problem-list-item-create", "order-select",
                                              "order-sign"};
    check(!text("hook").empty(), "DISC-03");
    check(kHooks.contains(text("hook")), "DISC-17");
    check(!text("description").empty(), "DISC-04");
    check(std::regex_match(text("id"), std::regex{"[A-Za-z0-9][A-Za-z0-9._~-]*"}), "DISC-05");
    check(!text("title").empty(), "DISC-06");
    check(!entry.HasMember("usageRequirements") || !text("usageRequirements").empty(), "DISC-08");
    check(!entry.HasMember("version"), "DISC-09");
    check(!entry.HasMember("hookVersion"), "DISC-10");
    check(tcds::test::emptyPlaces(entry).empty(), "DISC-12");
    check(!entry.HasMember("extension"), "DISC-14");
    for (auto const& name : namesOf(entry))
        check(std::set<std::string>{"hook", "id", "title", "description", "usageRequirements",
                                    "prefetch", "version", "hookVersion", "extension"}
                  .contains(name),
              "DISC-13");
    if (!entry.HasMember("prefetch")) return broken;
    check(entry["prefetch"].IsObject() && !entry["prefetch"].ObjectEmpty(), "DISC-07");
    if (entry["prefetch"].IsObject())
        for (auto const& member : entry["prefetch"].GetObject())
            check(member.value.IsString(), "DISC-07");
    return broken;
}

// DISC-03, DISC-04, DISC-05, DISC-06, DISC-07, DISC-08, DISC-09, DISC-10, DISC-11, DISC-12,
// DISC-13, DISC-14, DISC-17, T-04, T-37
TEST(DiscoveryOverTheWire, HasEntriesThatBreakNoRowAndCanBeCalled)
{
    Served served;
    auto const document = tcds::test::parseJson(served.ask(get("/cds-services")).body);
    EXPECT_THAT(namesOf(document), testing::ElementsAre("services"));
    std::set<std::string> ids;
    for (auto const& entry : document["services"].GetArray()) {
        EXPECT_THAT(brokenRowsOf(entry), IsEmpty()) << tcds::test::writeJson(entry);
        std::string const id{entry["id"].GetString()};
        EXPECT_TRUE(ids.insert(id).second) << id; // under one hook only
        auto const* service = cds::findService(id);
        ASSERT_NE(service, nullptr) << id;
        EXPECT_EQ(toText(service->hook), entry["hook"].GetString());
        EXPECT_EQ(served.ask(wire("/cds-services/" + id, callOf(*service))).status, 200) << id;
    }
}

TEST(DiscoveryRules, FindEveryFault)
{
    Served served;
    auto const good = at(served.ask(get("/cds-services")).body, "/services/0");
    struct Fault {
        char const* row;
        char const* place;
        char const* value;
    };
    for (auto const& [row, place, value] :
         {Fault{"DISC-03", "/hook", "7"}, Fault{"DISC-04", "/description", "\"\""},
          Fault{"DISC-05", "/id", "\"a/b\""}, Fault{"DISC-05", "/id", "\"https://x/y\""},
          Fault{"DISC-06", "/title", "null"}, Fault{"DISC-07", "/prefetch", "{}"},
          Fault{"DISC-07", "/prefetch/labs", "{\"a\":1}"}, Fault{"DISC-07", "/prefetch", "[1]"},
          Fault{"DISC-08", "/usageRequirements", "[\"x\"]"}, Fault{"DISC-09", "/version", "\"1\""},
          Fault{"DISC-10", "/hookVersion", "\"1.0\""}, Fault{"DISC-12", "/prefetch/labs", "\"\""},
          Fault{"DISC-13", "/name", "\"x\""}, Fault{"DISC-14", "/extension", "{\"a.b\":1}"},
          Fault{"DISC-17", "/hook", "\"Patient-View\""}}) {
        auto const bad = tcds::test::parseJson(with(good, place, value));
        EXPECT_THAT(brokenRowsOf(bad), Contains(row)) << place << value;
    }
}

TEST(TemplatesOverTheWire, AskForRecentResultsAndActiveOrdersAlone) // PTM-10, PTM-08, T-28, T-29
{
    Served served;
    auto const document = tcds::test::parseJson(served.ask(get("/cds-services")).body);
    std::regex const token{R"(\{\{(.*?)\}\})"};
    for (auto const& entry : document["services"].GetArray())
        for (auto const& member : entry["prefetch"].GetObject()) {
            std::string const query{member.value.GetString()};
            for (std::sregex_iterator found{query.begin(), query.end(), token}, end; found != end;
                 ++found)
                EXPECT_THAT((*found)[1].str(), AnyOf("context.patientId", "context.encounterId"))
                    << query;
            EXPECT_THAT(query, Not(HasSubstr("|"))) << query; // T-30
            std::string const key{member.name.GetString()};
            if (key == "labs") {
                EXPECT_THAT(query, HasSubstr("&code="));
                EXPECT_THAT(query, testing::EndsWith("&_sort=-date&_count=100"));
            }
            if (key == "medications") {
                EXPECT_THAT(query, HasSubstr("&status=active"));
            }
        }
}

TEST(CallsOverTheWire, AreAnsweredWithoutCaching) // REQ-01, RSP-01, RSP-04, RSP-10
{
    Served served;
    for (auto const& each : cds::services()) {
        auto const answer = served.ask(wire(pathOf(each), callOf(each)));
        EXPECT_EQ(answer.status, 200) << each.id;
        EXPECT_EQ(answer.field("Content-Type"), "application/json");
        EXPECT_EQ(answer.field("Cache-Control"), "no-store");
        EXPECT_TRUE(tcds::test::parseJson(answer.body)["cards"].IsArray());
        auto const refused = served.ask(wire(pathOf(each), "{}"));
        EXPECT_EQ(refused.status, 400);
        EXPECT_EQ(refused.field("Cache-Control"), "no-store");
    }
}

struct Refused {
    char const* row;
    std::string bytes;
    int status;
};

std::vector<Refused> refusedRequests()
{
    std::string const view{kView};
    auto const good = call();
    auto const head = "POST " + view + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    auto const typed = [&](std::string const& type) {
        return http::test::post(view, good, "Content-Type: " + type + "\r\n");
    };
    return {
        {"HTTP-01 empty", wire(view, ""), 400},
        {"HTTP-01 cut", wire(view, good.substr(0, good.size() / 2)), 400},
        {"HTTP-01 list", wire(view, "[" + good + "]"), 400},
        {"HTTP-01 text", wire(view, "\"x\""), 400},
        {"HTTP-02 length", head + "Content-Length: 10485761\r\n\r\n", 413},
        {"HTTP-02 chunk", head + "Transfer-Encoding: chunked\r\n\r\nA00001\r\n", 413},
        {"HTTP-03 lists", wire(view, std::string(100'000, '[') + std::string(100'000, ']')), 400},
        {"HTTP-03 cut lists", wire(view, std::string(100'000, '[')), 400},
        {"HTTP-04 utf-8", wire(view, with(good, "/zz", "\"a\"") + "\xC3"), 400},
        {"HTTP-04 surrogate", wire(view, R"({"hook":"\ud800"})"), 400},
        {"HTTP-05 number for a text", wire(view, with(good, "/hookInstance", "1e30")), 400},
        {"HTTP-06 id", wire("/cds-services/none", good), 404},
        {"HTTP-06 path", get("/elsewhere"), 404},
        {"HTTP-06 method", get(view), 405},
        {"HTTP-06 delete", "DELETE /cds-services HTTP/1.1\r\nHost: x\r\n\r\n", 405},
        {"HTTP-07 text", typed("text/plain"), 415},
        {"HTTP-07 form", typed("application/x-www-form-urlencoded"), 415},
        {"HTTP-08 expectation", head + "Expect: more\r\nContent-Length: 2\r\n\r\n", 417},
        {"HTTP-09 both", head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400},
        {"HTTP-09 two", head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400},
        {"HTTP-13 dots", wire("/cds-services/../cds-services/twitch-patient-view", good), 400},
        {"HTTP-13 escaped dots", wire("/cds-services/%2e%2e/x", good), 400},
        {"HTTP-13 nul", wire("/cds-services/twitch%00", good), 400},
        {"HTTP-13 slashes", wire("//cds-services/twitch-patient-view", good), 404},
        {"HTTP-13 three slashes", wire("/cds-services///twitch-patient-view", good), 404},
        {"REQ-14", wire(view, R"({"hook":"patient-view","hook":"patient-view"})"), 400},
        {"CTL-11 compressed", head + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n", 415},
        {"CTL-11 header", get("/cds-services", "A: " + std::string(20'000, 'a') + "\r\n"), 431},
        {"CTL-11 address", get("/cds-services?" + std::string(60'000, 'a')), 414},
    };
}

// HTTP-01, HTTP-02, HTTP-03, HTTP-04, HTTP-05, HTTP-06, HTTP-07, HTTP-08, HTTP-09, HTTP-10,
// HTTP-12, HTTP-13, RSP-06, CTL-11, CORS-03
TEST(RefusedOverTheWire, SayWhyAndTheNextRequestIsAnswered)
{
    Served served;
    for (auto const& [row, bytes, status] : refusedRequests()) {
        auto sent = bytes;
        sent.insert(sent.find("\r\n") + 2, kOrigin);
        auto const answer = served.ask(sent);
        EXPECT_EQ(answer.status, status) << row << answer.body;
        EXPECT_THAT(answer.field("Content-Type"),
                    AnyOf("application/fhir+json", "application/json"))
            << row;
        EXPECT_EQ(at(answer.body, "/resourceType"), "OperationOutcome") << row;
        EXPECT_EQ(at(answer.body, "/issue/0/severity"), "error") << row;
        EXPECT_NE(at(answer.body, "/issue/0/code"), "") << row;
        EXPECT_GT(at(answer.body, "/issue/0/diagnostics").size(), 10U) << row;
        EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "http://localhost:3000") << row;
        EXPECT_EQ(served.ask(wire(kView, call())).status, 200) << "after " << row;
    }
    EXPECT_THAT(served.ask(get(kView)).field("Allow"), HasSubstr("POST"));
}

TEST(TakenOverTheWire, AreTheSameCallsInOtherForms) // HTTP-07, HTTP-08, HTTP-13, T-02, T-38
{
    Served served;
    std::string const view{kView};
    auto const body = call();
    auto const size = std::to_string(body.size());
    std::string chunks;
    for (std::size_t i = 0; i < body.size(); i += 1000) {
        auto const part = body.substr(i, 1000);
        char length[8];
        (void)std::snprintf(length, sizeof length, "%zx", part.size()); // at most 3e8
        chunks += std::string{length} + "\r\n" + part + "\r\n";
    }
    for (auto const& bytes :
         {http::test::post(view, body, "content-TYPE: Application/JSON;Charset=UTF-8\r\n"),
          http::test::post(view, body, "Content-Type: application/fhir+json\r\n"),
          http::test::post(view, body),
          "POST " + view + " HTTP/1.0\r\nContent-Length: " + size + "\r\n\r\n" + body,
          "POST " + view + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks +
              "0\r\n\r\n",
          wire("/cds-services/twitch%2Dpatient%2Dview", body),
          wire("/cds-services//twitch-patient-view", body)}) {
        auto const answer = served.ask(bytes);
        EXPECT_EQ(answer.status, 200) << bytes.substr(0, 200);
        EXPECT_THAT(answer.body, HasSubstr("2.9 mmol/L"));
    }
}

TEST(TakenOverTheWire, ArePipelinedCallsInOrder) // HTTP-08, HTTP-11
{
    Served served;
    RawClient client{served.port()};
    client.send(wire(kView, call()) + get("/cds-services") + wire(kView, "{}") +
                wire(kView, withoutComplaint()));

    EXPECT_THAT(client.answer()->body, HasSubstr("2.9 mmol/L"));
    EXPECT_THAT(client.answer()->body, HasSubstr("\"services\""));
    EXPECT_EQ(client.answer()->status, 400);
    EXPECT_EQ(client.answer()->body, R"({"cards":[]})");
}

TEST(OddBodiesOverTheWire, GiveStrictJson) // HTTP-04, HTTP-05, RSP-04
{
    Served served;
    std::vector<std::string> bodies{
        with(call(), "/prefetch/medications/entry/0/resource/medicationCodeableConcept/text",
             R"("a\u0000b")"),
        with(call(), "/prefetch/medications/entry/0/resource/id", R"("\u0000")"),
        with(call(), "/context/x", R"("\u0000")")};
    for (auto const* number : {"1e400", "-1e400", "1e-400", "2.9e0", "00", "0x1"}) {
        bodies.push_back(call());
        bodies.back().replace(bodies.back().find("2.9"), 3, number);
    }
    for (auto const& body : bodies) {
        auto const answer = served.ask(wire(kView, body));
        EXPECT_THAT(answer.status, AnyOf(200, 400));
        rapidjson::Document document;
        document.Parse<rapidjson::kParseValidateEncodingFlag>(answer.body.data(),
                                                              answer.body.size());
        EXPECT_FALSE(document.HasParseError()) << answer.body;
        EXPECT_THAT(answer.body, Not(testing::ContainsRegex("[^a-z](inf|nan)[^a-z]")));
    }
}

std::string preflight(std::string_view path, std::string_view origin)
{
    return "OPTIONS " + std::string{path} +
           " HTTP/1.1\r\nHost: x\r\nOrigin: " + std::string{origin} +
           "\r\nAccess-Control-Request-Method: POST\r\n"
           "Access-Control-Request-Headers: authorization,content-type\r\n\r\n";
}

TEST(BrowsersOverTheWire,
     AreAnsweredByTheListOfOrigins) // CORS-01, CORS-02, CORS-03, CORS-04, TOL-18
{
    // Production without client entries: everything else is 401, preflights are not. T-16, CTL-18
    Served served{{http::CorsPolicy::Mode::Listed, {"https://ehr.example.org"}},
                  {{"mode", "production"},
                   {"audit.key_file", "/nowhere"},
                   {"cors.origins", "https://ehr.example.org"}}};
    for (auto const* path :
         {"/cds-services", kView.data(), "/cds-services/twitch-order-sign/feedback"}) {
        auto const answer = served.ask(preflight(path, "https://ehr.example.org"));
        EXPECT_THAT(answer.status, AnyOf(200, 204)) << path;
        EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "https://ehr.example.org");
        for (auto const* method : {"GET", "POST", "OPTIONS"})
            EXPECT_THAT(answer.field("Access-Control-Allow-Methods"), HasSubstr(method));
        for (auto const* name : {"Authorization", "Content-Type"})
            EXPECT_THAT(answer.field("Access-Control-Allow-Headers"), HasSubstr(name));
        EXPECT_EQ(answer.field("Access-Control-Allow-Credentials"), "-");
        for (auto const* origin : {"https://evil.example", "https://ehr.example.org.evil.example",
                                   "http://ehr.example.org", "null"}) {
            EXPECT_EQ(served.ask(preflight(path, origin)).field("Access-Control-Allow-Origin"), "-")
                << origin;
        }
    }
    auto const unknown = served.ask(wire(kView, call(), "Origin: https://ehr.example.org\r\n"));
    EXPECT_EQ(unknown.status, 401);
    EXPECT_EQ(unknown.field("Access-Control-Allow-Origin"), "https://ehr.example.org");
    EXPECT_EQ(unknown.field("Vary"), "Origin");
}

TEST(Errors, OfEveryKindReachABrowser) // CORS-03
{
    Served served;
    struct Row {
        std::string bytes;
        int status;
    };
    for (auto const& [bytes, status] :
         {Row{wire(kView, "{}", kOrigin), 400}, Row{wire("/cds-services/x", "{}", kOrigin), 404},
          Row{get(kView, kOrigin), 405},
          Row{wire(kView, tcds::test::without(call(), "/prefetch"), kOrigin), 412}}) {
        auto const answer = served.ask(bytes);
        EXPECT_EQ(answer.status, status);
        EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "http://localhost:3000") << status;
    }
}

} // namespace

} // namespace tcds::app::test
