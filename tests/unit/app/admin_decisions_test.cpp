#include "server/app/admin.hpp"
#include "server/app/query_string.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/app/contents.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr auto kAuditor = "22222222222222222222222222222222";
constexpr auto kOfNorth = "33333333333333333333333333333333";
constexpr auto kOfAll = "44444444444444444444444444444444";
constexpr auto kPath = "/admin/v1/decisions";

/// The admin interface of a service with two tenants, `west` its own, and a client of each.
class ShowingDecisions : public testing::Test
{
protected:
    ShowingDecisions() { start({}); }
    ~ShowingDecisions() override
    {
        admin_.reset();
        content_.reset();
        service_.reset();
    }

    void start(Service::Settings const& settings)
    {
        admin_.reset();
        content_.reset();
        service_.reset();
        service_ = std::make_unique<Service>(
            settings,
            "tenant: west\n"
            "tls: {certificate_file: a, key_file: b, client_ca_file: c}\n"
            "tenants:\n  - {name: north, audit_directory: " +
                northLog() +
                "}\n"
                "clients:\n"
                "  - {name: west-ehr, auth: mtls, certificate_names: ehr.west.example}\n"
                "  - {name: north-ehr, tenant: north, auth: mtls,"
                " certificate_names: ehr.north.example}\n",
            folder_);
        content_ = service_->contentSwitch([] { return contentOf('a'); });
        admin_ = std::make_unique<Admin>(tokens(), service_->adminParts(*content_));
    }

    AdminTokens tokens()
    {
        auto const path = folder_ + "/tokens";
        std::ofstream{path} << "aud " << kAuditor << " auditor\n"
                            << "aud-north " << kOfNorth << " auditor north\n"
                            << "aud-all " << kOfAll << " auditor *\n";
        ::chmod(path.c_str(), 0600);
        return *AdminTokens::fromFile(path);
    }

    /// A call of a client.
    /// @return the id of its decision
    std::string decide(std::string_view client = "west")
    {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.peerNames = {"ehr." + std::string{client} + ".example"};
        request.headers.add("Content-Type", "application/json");
        auto const answer = service_->handle(std::move(request));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return header(answer, "X-Decision-Id");
    }

    http::Response ask(std::string const& path, std::string const& query = {},
                       std::string_view token = kAuditor)
    {
        http::Request request;
        request.method = "GET";
        request.path = path;
        request.query = query;
        request.remoteAddress = "127.0.0.1";
        request.headers.add("Authorization", "Bearer " + std::string{token});
        std::promise<http::Response> given;
        auto coming = given.get_future();
        admin_->handle(std::move(request), [&given](http::Response&& response) {
            given.set_value(std::move(response));
        });
        return coming.get();
    }
    http::Response askOne(std::string const& id, std::string const& query = {},
                          std::string_view token = kAuditor)
    {
        return ask(std::string{kPath} + "/" + id, query, token);
    }

    [[nodiscard]] std::vector<std::string> accesses() const { return service_->records("access"); }
    [[nodiscard]] std::vector<std::string> accessesOfNorth() const
    {
        return recordsIn(northLog(), "access");
    }
    [[nodiscard]] std::string northLog() const { return folder_ + "/north-log"; }

    tcds::test::TemporaryFolder own_;
    std::string folder_ = own_.path();
    std::unique_ptr<Service> service_;
    std::unique_ptr<ContentSwitch> content_;
    std::unique_ptr<Admin> admin_;
};

TEST_F(ShowingDecisions, GivesTheRecordAsItIsStored)
{
    (void)decide();
    auto const id = decide();

    auto const answer = askOne(id);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.contentType, "application/json");
    EXPECT_EQ(answer.body, service_->records("decision").at(1));
}

TEST_F(ShowingDecisions, IsRecorded) // LOG-9
{
    auto const id = decide();
    ASSERT_EQ(askOne(id, "as=auditevent").status, 200);

    auto const looks = accesses();

    ASSERT_THAT(looks, SizeIs(1));
    EXPECT_EQ(at(looks[0], "/tenant"), "west");
    EXPECT_EQ(at(looks[0], "/actor"), "aud");
    EXPECT_EQ(at(looks[0], "/role"), "auditor");
    EXPECT_EQ(at(looks[0], "/what"), "decision");
    EXPECT_EQ(at(looks[0], "/decisionId"), id);
    EXPECT_EQ(at(looks[0], "/as"), "auditevent");
    EXPECT_EQ(at(looks[0], "/http"), "200");
    EXPECT_EQ(at(looks[0], "/records"), "1");
    EXPECT_EQ(at(looks[0], "/remote"), "127.0.0.1");
}

TEST_F(ShowingDecisions, ShowsNothingWithoutARecord) // decision D33, whatever audit.on_failure says
{
    for (auto const* onFailure : {"refuse", "continue"}) {
        SCOPED_TRACE(onFailure);
        start({{"audit.on_failure", onFailure}});
        auto const id = decide();
        FullDisk const full;

        for (auto const& answer : {askOne(id), ask(kPath, "from=2026-01-31")}) {
            EXPECT_EQ(answer.status, 503);
            EXPECT_THAT(answer.body, Not(HasSubstr(id)));
            EXPECT_THAT(answer.body, HasSubstr("could not be kept"));
        }
    }
}

TEST_F(ShowingDecisions, GivesFhirResources)
{
    auto const id = decide();
    struct Row {
        std::string as, type;
    };
    for (auto const& row :
         {Row{"guidanceresponse", "GuidanceResponse"}, Row{"detectedissue", "DetectedIssue"},
          Row{"auditevent", "AuditEvent"}, Row{"all", "GuidanceResponse"}}) {
        SCOPED_TRACE(row.as);
        auto const answer = askOne(id, "as=" + row.as);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.contentType, "application/fhir+json");
        EXPECT_EQ(at(answer.body, "/resourceType"), "Bundle");
        EXPECT_EQ(at(answer.body, "/type"), "collection");
        EXPECT_EQ(at(answer.body, "/entry/0/resource/resourceType"), row.type);
    }
}

TEST_F(ShowingDecisions, RefusesWhatItDoesNotUnderstandAndRecordsThat)
{
    auto const id = decide();
    struct Row {
        std::string path, query;
        int status;
        std::string reason;
    };
    auto const one = std::string{kPath} + "/";
    for (auto const& row : {
             Row{one + "x", "", 400, "invalid"},
             Row{one, "", 400, "invalid"},
             Row{one + id + "/x", "", 400, "invalid"},
             Row{one + id, "as=xml", 400, "invalid"},
             Row{one + id, "form=json", 400, "invalid"},
             Row{one + id, "as=json&as=json", 400, "invalid"},
             Row{one + id, "as=%zz", 400, "invalid"},
             Row{one + "019cb32f-8e9e-70d8-98e0-985ecc7f6041", "", 404, "absent"},
             Row{kPath, "", 400, "invalid"},
             Row{kPath, "from=yesterday", 400, "invalid"},
             Row{kPath, "from=2026-01-31&to=2026-01-30", 400, "invalid"},
             Row{kPath, "from=2026-01-01&to=2026-03-01", 400, "invalid"},
             Row{kPath, "from=2026-01-31&limit=0", 400, "invalid"},
             Row{kPath, "from=2026-01-31&limit=1001", 400, "invalid"},
             Row{kPath, "from=2026-01-31&rule=a%22b", 400, "invalid"},
         }) {
        SCOPED_TRACE(row.path + "?" + row.query);
        auto const before = accesses().size();
        EXPECT_EQ(ask(row.path, row.query).status, row.status);
        ASSERT_EQ(accesses().size(), before + 1);
        EXPECT_EQ(at(accesses().back(), "/reason"), row.reason);
        EXPECT_EQ(at(accesses().back(), "/http"), std::to_string(row.status));
    }
}

TEST_F(ShowingDecisions, ListsATime)
{
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        ids.push_back(decide());
        service_->wait(std::chrono::hours{1});
    }

    auto const all = ask(kPath, "from=2026-01-31&to=2026-01-31").body;
    EXPECT_EQ(at(all, "/decisions/0/decisionId"), ids[0]);
    EXPECT_EQ(at(all, "/decisions/2/decisionId"), ids[2]);
    EXPECT_EQ(at(all, "/decisions/3"), "");
    EXPECT_EQ(at(all, "/more"), "false");
    EXPECT_EQ(at(all, "/decisions/0/client"), "west-ehr");
    EXPECT_EQ(at(all, "/decisions/0/hook"), "patient-view");

    auto const two = ask(kPath, "from=2026-01-31&limit=2").body;
    EXPECT_EQ(at(two, "/decisions/1/decisionId"), ids[1]);
    EXPECT_EQ(at(two, "/decisions/2"), "");
    EXPECT_EQ(at(two, "/more"), "true");
    EXPECT_EQ(at(accesses().back(), "/filter/from"), "2026-01-31T00:00:00.000Z");
    EXPECT_EQ(at(accesses().back(), "/filter/limit"), "2");
    EXPECT_EQ(at(accesses().back(), "/records"), "2");

    auto const late = ask(kPath, "from=2026-01-31T08:30:00Z&to=2026-01-31T09:30:00Z").body;
    EXPECT_EQ(at(late, "/decisions/0/decisionId"), ids[1]);
    EXPECT_EQ(at(late, "/decisions/1"), "");
    EXPECT_EQ(at(ask(kPath, "from=2026-01-31&rule=NO-SUCH").body, "/decisions"), "[]");
    EXPECT_EQ(at(ask(kPath, "from=2026-01-30&to=2026-01-30").body, "/decisions"), "[]");
}

TEST_F(ShowingDecisions, KeepsTenantsApart) // control CTL-15
{
    auto const ofWest = decide("west");
    auto const ofNorth = decide("north");

    EXPECT_EQ(askOne(ofNorth).status, 404);                         // not in the log of west
    EXPECT_EQ(askOne(ofNorth, "tenant=north").status, 403);         // no token of north
    EXPECT_EQ(askOne(ofWest, "tenant=west", kOfNorth).status, 403); // nor the other way round
    EXPECT_EQ(askOne(ofNorth, "", kOfNorth).status, 200);           // its own without asking
    EXPECT_EQ(askOne(ofNorth, "tenant=north", kOfNorth).status, 200);
    EXPECT_EQ(askOne(ofNorth, "tenant=north", kOfAll).status, 200);
    EXPECT_EQ(askOne(ofWest, "", kOfAll).status, 200);
    EXPECT_THAT(ask(kPath, "from=2026-01-31", kOfNorth).body, Not(HasSubstr(ofWest)));

    // Each log has what concerned it.
    std::vector<std::string> west, north;
    for (auto const& record : accesses())
        west.push_back(at(record, "/actor") + " " + at(record, "/http"));
    for (auto const& record : accessesOfNorth())
        north.push_back(at(record, "/actor") + " " + at(record, "/http"));
    EXPECT_THAT(west, ElementsAre("aud 404", "aud-north 403", "aud-all 200"));
    EXPECT_THAT(north, ElementsAre("aud 403", "aud-north 200", "aud-north 200", "aud-all 200",
                                   "aud-north 200"));
}

TEST_F(ShowingDecisions, DoesNotTellWhichTenantsThereAre)
{
    auto const there = ask(kPath, "from=2026-01-31&tenant=north");
    auto const none = ask(kPath, "from=2026-01-31&tenant=south");

    EXPECT_EQ(there.status, none.status);
    EXPECT_EQ(there.body, none.body);
    EXPECT_THAT(accesses(), SizeIs(1)); // of `south`: told in the service's own log
    EXPECT_THAT(accessesOfNorth(), SizeIs(1));
}

TEST_F(ShowingDecisions, BringsFeedbackOfTheWeekAfter)
{
    start({{"state.suppress", "true"}});
    auto const id = decide();
    auto const card = at(askOne(id, "as=detectedissue").body, "/entry/0/resource/id");
    ASSERT_NE(card, "");
    service_->wait(std::chrono::hours{24 * 2});
    http::Request request;
    request.method = "POST";
    request.path = std::string{kView} + "/feedback";
    request.body = R"({"feedback":[{"card":")" + card +
                   R"(","outcome":"overridden","outcomeTimestamp":"2026-02-02T08:00:00Z"}]})";
    request.peerNames = {"ehr.west.example"};
    request.headers.add("Content-Type", "application/json");
    ASSERT_EQ(service_->handle(std::move(request)).status, 200);

    auto const issue = askOne(id, "as=detectedissue").body;

    EXPECT_EQ(at(issue, "/entry/0/resource/mitigation/0/action/coding/0/code"), "overridden");
}

TEST(QueryString, IsDecodedOnceAndStrictly)
{
    constexpr std::array<std::string_view, 2> kKnown{"from", "to"};

    auto const read = readQuery("from=2026-03-03T10%3A12&&to=a+b%2525", kKnown);

    ASSERT_TRUE(read) << toText(read.error());
    EXPECT_EQ(valueOf(*read, "from"), "2026-03-03T10:12");
    EXPECT_EQ(valueOf(*read, "to"), "a+b%25");
    EXPECT_EQ(valueOf(*readQuery("", kKnown), "from"), "");
    EXPECT_EQ(valueOf(*readQuery("from", kKnown), "from"), "");
    for (auto const* faulty : {"form=x", "from=1&from=2", "from=%", "from=%4", "from=%g1",
                               "from=%0a", "from=%00", "=x", "from=%-1"})
        EXPECT_FALSE(readQuery(faulty, kKnown)) << faulty;
}

} // namespace

} // namespace tcds::app::test
