// The envelope of a call in the forms of CDS Hooks 1.0, 2.0.1 and 3.0, and as real clients send it.
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/answer_rules.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// An answer without what is new in each: uuids, among them the decision's, and the repeat key.
std::string advice(std::string const& body)
{
    static std::regex const kUuid{"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"};
    static std::regex const kKey{R"(,"key":"[^"]*")"};
    return std::regex_replace(std::regex_replace(body, kUuid, "UUID"), kKey, "");
}

constexpr std::string_view kToken =
    R"({"access_token":"t","token_type":"Bearer","expires_in":300,"scope":"patient/*.read",)"
    R"("subject":"twitch-cds"})";

std::string withToken(std::string const& body)
{
    return with(with(body, "/fhirServer", R"("https://ehr.example.org/fhir")"),
                "/fhirAuthorization", kToken);
}

/// The call as a client of each version writes it. Only its clothes differ: empty searches are null
/// in 1.0, an OperationOutcome or an empty Bundle later; 3.0 adds members that 2.0.1 does not know.
std::vector<std::pair<char const*, std::string>> skeletons(cds::Service const& service)
{
    auto const same = callOf(service);
    auto first =
        with(with(same, "/prefetch/encounterDiagnoses", "null"), "/prefetch/complaints", "null");
    first = with(first, "/user", R"("Practitioner/p1")"); // left from before 1.0
    auto second = withToken(with(same, "/extension", R"({"org.example.unit":"ward-7"})"));
    second = with(second, "/fhirAuthorization/patient", R"("pt1")");
    auto third = withToken(with(same, "/hookVersion", R"("1.1.0")"));
    third = with(third, "/fhirAuthorization/scope", R"("patient/Observation.rs user/*.rs launch")");
    third = with(third, "/context/performer", R"("Practitioner/p2")");
    third = with(third, "/clientCapabilities", R"({"version":"3.0.0","formats":["x"]})");
    third = with(third, "/hookInstance", R"("6F2F1C3E-0D4B-4C55-9D4C-2F0A5B1F7A11")"); // T-35
    return {{"1.0", first}, {"2.0.1", second}, {"3.0", third}};
}

TEST(Versions, OfTheStandardGetTheSameAdviceInTheFormOf201) // VER-03, VER-01, T-35
{
    Service service;
    for (auto const& each : cds::services()) {
        auto const plain = service.post(pathOf(each), callOf(each));
        ASSERT_EQ(plain.status, 200) << plain.body;
        for (auto const& [version, body] : skeletons(each)) {
            auto const answer = service.post(pathOf(each), body);
            ASSERT_EQ(answer.status, 200) << each.id << version << answer.body;
            EXPECT_EQ(advice(answer.body), advice(plain.body)) << each.id << " " << version;
            EXPECT_THAT(brokenRows(answer.body), IsEmpty()) << each.id << " " << version;
        }
    }
}

TEST(Versions, InHeadersOfARequestMeanNothing) // VER-01
{
    Service service;
    auto const plain = service.post(kView, call());
    for (auto const& [name, value] :
         {std::pair{"CDS-Hooks-Version", "1.0"}, std::pair{"Accept", "application/json; version=3"},
          std::pair{"X-CDS-Version", "9"}}) {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.headers.add(name, value);
        EXPECT_EQ(advice(service.handle(std::move(request)).body), advice(plain.body)) << name;
    }
}

TEST(SmallestRequests, AreAnsweredOrMissedData) // REQ-07, REQ-10, PFD-02, RSP-05, T-05, T-08
{
    Service service;
    for (auto const& each : cds::services()) {
        auto const bare = without(callOf(each), "/prefetch");
        auto const answer = service.post(pathOf(each), bare);
        EXPECT_EQ(answer.status, 412) << each.id; // no data at all
        EXPECT_EQ(at(answer.body, "/resourceType"), "OperationOutcome");
        auto const text = at(answer.body, "/issue/0/diagnostics");
        EXPECT_THAT(text, HasSubstr("patient")) << each.id;
    }
}

TEST(Hooks, BelongToTheirServiceAlone) // REQ-02
{
    Service service;
    for (auto const& called : cds::services())
        for (auto const& named : cds::services()) {
            auto const answer = service.post(pathOf(called), callOf(named));
            EXPECT_EQ(answer.status, called.id == named.id ? 200 : 400) << called.id << named.id;
        }
    for (auto const* value : {"null", R"("")", "7", "[]", "{}", R"("Patient-View")"})
        EXPECT_EQ(service.post(kView, with(call(), "/hook", value)).status, 400) << value;
    EXPECT_EQ(service.post(kView, without(call(), "/hook")).status, 400);
}

TEST(Instances, AreUuidsAndMayComeAgain) // REQ-03, REQ-04, T-31
{
    Service service;
    for (auto const* value : {"null", R"("")", "7", "[]", "{}", R"("abc")", R"("1")"})
        EXPECT_EQ(service.post(kView, with(call(), "/hookInstance", value)).status, 400) << value;
    EXPECT_EQ(service.post(kView, without(call(), "/hookInstance")).status, 400);
    for (int i = 0; i < 3; ++i)
        for (auto const& each : cds::services()) // one event, several services
            EXPECT_EQ(service.post(pathOf(each), callOf(each)).status, 200) << each.id;
}

TEST(Authorization, IsRefusedOrPassedOverWhenAMemberIsWrong) // REQ-06, REQ-08
{
    Service service;
    auto const good = withToken(call());
    EXPECT_EQ(service.post(kView, good).status, 200);
    EXPECT_EQ(service.post(kView, without(good, "/fhirServer")).status, 400);
    for (auto const* name : {"access_token", "token_type", "expires_in", "scope", "subject"}) {
        auto const place = std::string{"/fhirAuthorization/"} + name;
        EXPECT_EQ(service.post(kView, without(good, place)).status, 400) << name;
        for (auto const* value : {"null", R"("")", "[]", "{}", "true"})
            EXPECT_EQ(service.post(kView, with(good, place, value)).status, 400) << name << value;
    }
    EXPECT_THAT(service.post(kView, with(good, "/fhirAuthorization/token_type", R"("MAC")")).status,
                AnyOf(200, 400));
}

TEST(Authorization, OfTestToolsIsTaken) // T-09, TOL-06, FHIR-04: wildcards, no patient, odd wording
{
    Service service;
    for (auto const* scope :
         {"patient/*.*", "user/*.*", "patient/Observation.read", "patient/Observation.rs",
          "system/*.read launch fhirUser", "urn:vendor:everything", "x"}) {
        auto const body =
            with(withToken(call()), "/fhirAuthorization/scope", '"' + std::string{scope} + '"');
        EXPECT_EQ(service.post(kView, body).status, 200) << scope;
    }
    auto const open = with(call(), "/fhirServer", R"("https://open.example.org/r4")");
    EXPECT_EQ(service.post(kView, open).status, 200);
}

TEST(EmptyMembers, CountAsAbsent) // REQ-13
{
    Service service;
    for (auto const& each : cds::services())
        for (auto const* place : {"/fhirServer", "/fhirAuthorization", "/extension"})
            for (auto const* value : {"null", "{}"}) {
                if (std::string_view{place} == "/fhirServer" && std::string_view{value} == "{}")
                    continue; // an object is no URL
                auto const body = with(callOf(each), place, value);
                EXPECT_EQ(service.post(pathOf(each), body).status, 200)
                    << each.id << place << value;
            }
    for (auto const* value : {"null", "{}"})
        EXPECT_EQ(service.post(kView, with(call(), "/prefetch", value)).status, 412) << value;
}

TEST(DoubleNames, AreNeverTwoPatients) // REQ-14
{
    Service service;
    for (auto const* name : {"\"patientId\":\"pt1\"", "\"context\":{", "\"labs\":{"}) {
        auto body = call();
        auto const place = body.find(name);
        ASSERT_NE(place, std::string::npos) << name;
        auto const key = std::string{name}.substr(0, std::string_view{name}.find(':'));
        body.insert(place, key + ":\"x\",");
        EXPECT_EQ(service.post(kView, body).status, 400) << name;
    }
}

TEST(Extensions, OfEveryTypeArePassedOver) // REQ-11, EXT-01, T-23
{
    Service service;
    for (auto const& each : cds::services())
        for (auto const* value : {"{}", "null", R"({"a.b":{"c":[1,{"d":null}]}})", R"("x")", "7"})
            for (auto const* place : {"/extension", "/context/extension", "/prefetch/extension"})
                EXPECT_EQ(service.post(pathOf(each), with(callOf(each), place, value)).status, 200)
                    << each.id << place << value;
}

TEST(Drafts, OfTheSandboxNeverEndInAnError) // T-06, REQ-15
{
    Service service;
    for (
        auto const* resource :
        {R"({"resourceType":"MedicationOrder","id":"d1","status":"draft","patient":{"reference":"Patient/pt1"}})",
         R"({"resourceType":"MedicationRequest","id":"d1","category":{"text":"x"},"status":"draft"})",
         R"({"resourceType":"MedicationRequest","id":"d1","medicationCodeableConcept":{}})",
         R"({"resourceType":"MedicationRequest","medicationCodeableConcept":{"text":"","coding":[{"code":null}]}})",
         R"({"resourceType":"Unheard","id":"d1"})"}) {
        auto const drafts =
            R"({"resourceType":"Bundle","entry":[{"resource":)" + std::string{resource} + "}]}";
        for (auto const* id : {"twitch-order-select", "twitch-order-sign"}) {
            auto const& each = *cds::findService(id);
            auto const body = with(callOf(each), "/context/draftOrders", drafts);
            EXPECT_EQ(service.post(pathOf(each), body).status, 200) << id << resource;
        }
    }
}

TEST(Answers, AlwaysHaveCardsAndErrorsACauseInTheLog) // T-17
{
    Service service;
    for (auto const& body : {call(), withoutComplaint()})
        EXPECT_THAT(service.post(kView, body).body, HasSubstr("{\"cards\":["));
    auto const refused = service.post(kView, with(call(), "/context/patientId", "7"));

    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(service.events(), HasSubstr("call refused"));
    EXPECT_THAT(service.events(), HasSubstr("where=/context/patientId"));
}

TEST(Calls, LeaveNothingOfAPatientToTheNext) // CTL-22
{
    Service service;
    auto const other = [&] {
        auto body =
            with(callOf(*cds::findService("twitch-patient-view")), "/prefetch/labs", kEmptyBundle);
        body = with(body, "/prefetch/medications", kEmptyBundle);
        return advice(service.post(kView, body).body);
    };
    auto const before = other();
    (void)service.post(kView, call());
    auto const after = other();

    EXPECT_EQ(before, after);
    EXPECT_THAT(after, Not(HasSubstr("furosemide")));
}

TEST(Results, ThatAreTooOldDecideNothing) // CTL-22, T-40: potassium counts for 30 days
{
    Service service;
    auto const dated = [&](std::string_view taken) {
        auto const labs = bundle(result("2823-3", "2.9", "mmol/L", "o1", taken));
        (void)service.post(kView, with(call(), "/prefetch/labs", labs));
        auto const record = service.records("decision").back();
        auto const place = record.find(R"("id":"EL-K-LOW")");
        return place == std::string::npos ? std::string{} : record.substr(place, 90);
    };
    EXPECT_THAT(dated("2026-01-30T07:00:00Z"), HasSubstr(R"("outcome":"fired")"));
    EXPECT_THAT(dated("2025-11-01T07:00:00Z"), HasSubstr(R"("outcome":"unknown","why":"stale")"));
}

TEST(DecisionRecord, NeverSaysThatACardWasSeen) // TOL-20: a client may show none
{
    Service service;
    (void)service.post(kView, call());

    auto const record = service.records("decision").at(0);

    EXPECT_NE(at(record, "/cards/0/uuid"), "");
    for (auto const* word : {"\"shown\"", "\"displayed\"", "\"seen\"", "\"presented\""})
        EXPECT_THAT(record, Not(HasSubstr(word)));
}

TEST(Feedback, IsTakenByEveryServiceAgainAndAgain) // FB-01, FB-02, FB-05, FB-07, FB-08
{
    Service service;
    std::string const body =
        R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"accepted",)"
        R"("acceptedSuggestions":[{"id":"ab0a6c01-f65f-54a0-9bf9-e243ed9245c0"}],)"
        R"("outcomeTimestamp":"2026-01-31T08:00:00Z"},)"
        R"({"card":"00000000-0000-4000-8000-000000000001","outcome":"overridden",)"
        R"("overrideReason":{"reason":{"system":"urn:x","code":"y"}},)"
        R"("outcomeTimestamp":"2026-01-31T09:00:00+01:00"},)"
        R"({"card":"00000000-0000-4000-8000-000000000002","outcome":"overridden",)"
        R"("outcomeTimestamp":"2026-01-31T08:02:00.5Z"}]})";
    for (auto const& each : cds::services())
        for (int i = 0; i < 2; ++i) {
            auto const answer = service.post(pathOf(each) + "/feedback", body);
            EXPECT_EQ(answer.status, 200) << each.id << answer.body;
            EXPECT_EQ(answer.body, "") << each.id;
        }
}

TEST(Feedback, ThatIsFaultyIsRefusedWithAWord) // FB-03, FB-04, FB-06, FB-12, T-12
{
    Service service;
    std::string const path = std::string{kView} + "/feedback";
    std::string const good =
        R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"overridden",)"
        R"("outcomeTimestamp":"2026-01-31T08:00:00Z"}]})";
    struct Fault {
        char const* place;
        char const* value; // nullptr: left out
    };
    for (auto const& [place, value] :
         {Fault{"/feedback", nullptr}, Fault{"/feedback", "[]"}, Fault{"/feedback/0/card", nullptr},
          Fault{"/feedback/0/outcome", nullptr}, Fault{"/feedback/0/outcome", R"("Accepted")"},
          Fault{"/feedback/0/outcomeTimestamp", nullptr},
          Fault{"/feedback/0/outcome", R"("accepted")"}, // without suggestions
          Fault{"/feedback/0/overrideReason", "{}"},
          Fault{"/feedback/0/overrideReason", R"({"code":"addressed"})"},
          Fault{"/feedback/1", "{}"}}) {
        auto const body = value == nullptr ? without(good, place) : with(good, place, value);
        auto const answer = service.post(path, body);
        EXPECT_EQ(answer.status, 400) << place;
        EXPECT_GT(at(answer.body, "/issue/0/diagnostics").size(), 10U) << place;
    }
    EXPECT_TRUE(service.records("feedback").empty());
    EXPECT_EQ(service.post(path, good).status, 200);
}

} // namespace

} // namespace tcds::app::test
