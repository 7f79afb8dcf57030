#include "server/app/tenants.hpp"

#include "server/audit/reader.hpp"
#include "server/proof/verify.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/app/service.hpp"
#include "tests/unit/auth/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace tcds::app::test {

namespace {

using auth::test::bearer;
using auth::test::goodClaims;
using auth::test::goodHeader;
using auth::test::inQuotes;
using tcds::test::at;
using tcds::test::with;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kFeedback = "/cds-services/twitch-patient-view/feedback";

std::string contentOf(std::filesystem::path const& file)
{
    std::ostringstream all;
    all << std::ifstream{file}.rdbuf();
    return all.str();
}

/// A service of two tenants, `west` by the settings and `north` by the list, with a client each
/// that a certificate proves, and one more of north that signs tokens.
class TwoTenants : public testing::Test
{
protected:
    TwoTenants() { std::ofstream{folder_ + "/keys.json"} << auth::test::keySetText(); }

    [[nodiscard]] std::string site(std::string const& ofNorth = {}) const
    {
        return "tenant: west\n"
               "public_url: https://cds.example.org\n"
               "tls: {certificate_file: a, key_file: b, client_ca_file: c}\n"
               "tenants:\n"
               "  - {name: north, audit_directory: " +
               northLog() + ofNorth +
               "}\n"
               "clients:\n"
               "  - {name: west-ehr, auth: mtls, certificate_names: ehr.west.example}\n"
               "  - {name: north-ehr, tenant: north, auth: mtls,"
               " certificate_names: ehr.north.example, rate: {per_second: 2, burst: 8}}\n"
               "  - {name: north-lab, tenant: north, issuers: https://ehr.example.org,"
               " jku: https://ehr.example.org/jwks, jwks_file: " +
               folder_ + "/keys.json}\n";
    }
    [[nodiscard]] std::unique_ptr<Service> start(std::string const& ofNorth = {}) const
    {
        return std::make_unique<Service>(Service::Settings{{"state.suppress", "true"}},
                                         site(ofNorth), folder_);
    }

    /// Why the service does not start.
    [[nodiscard]] std::string faultOf(std::string const& ofNorth) const
    {
        try {
            (void)start(ofNorth);
        } catch (std::exception const& error) {
            return error.what();
        }
        return "started";
    }

    /// A call of the client whose certificate has this name.
    static http::Response post(Service& service, std::string_view client, std::string body,
                               std::string_view path = kView)
    {
        http::Request request;
        request.method = "POST";
        request.path = path;
        request.body = std::move(body);
        request.peerNames = {"ehr." + std::string{client} + ".example"};
        request.headers.add("Content-Type", "application/json");
        return service.handle(std::move(request));
    }

    /// The same with a token and no certificate.
    static int postWith(Service& service, std::string const& authorization)
    {
        http::Request request;
        request.method = "POST";
        request.path = kView;
        request.body = call();
        request.headers.add("Content-Type", "application/json");
        request.headers.add("Authorization", authorization);
        return service.handle(std::move(request)).status;
    }

    [[nodiscard]] std::string westLog() const { return folder_ + "/audit"; }
    [[nodiscard]] std::string northLog() const { return folder_ + "/north-log"; }
    [[nodiscard]] std::string const& folder() const { return folder_; }

    [[nodiscard]] std::string reasonIn(std::string const& log) const
    {
        auto const records = recordsIn(log, "reject");
        return records.empty() ? "" : at(records.back(), "/reason");
    }

private:
    tcds::test::TemporaryFolder own_;
    std::string folder_ = own_.path();
};

std::string cardOf(http::Response const& answer) { return at(answer.body, "/cards/0/uuid"); }

std::string overridden(std::string_view card)
{
    return R"({"feedback":[{"card":")" + std::string{card} +
           R"(","outcome":"overridden","outcomeTimestamp":"2026-01-31T08:00:00Z",)"
           R"("overrideReason":{"reason":{"system":"urn:twitch-cds:override-reason",)"
           R"("code":"palliative"}}}]})";
}

// CTL-15: the same patient id in two tenants has different keys, in logs of their own.
TEST_F(TwoTenants, KnowOnePatientByDifferentKeysInLogsOfTheirOwn)
{
    {
        auto const service = start();
        ASSERT_GE(cardsOf(post(*service, "west", call())), 1);
        ASSERT_GE(cardsOf(post(*service, "north", call())), 1);
    }
    std::map<std::string, std::string> patients;
    for (auto const& [tenant, log] : {std::pair{"west", westLog()}, {"north", northLog()}}) {
        auto const records = recordsIn(log, "decision");
        ASSERT_EQ(records.size(), 1U) << tenant;
        EXPECT_EQ(at(records[0], "/tenant"), tenant);
        EXPECT_EQ(at(records[0], "/client/name"), std::string{tenant} + "-ehr");
        patients[tenant] = at(records[0], "/subject/patientKey");
        proof::VerifyRequest request;
        request.directory = log;
        auto const verified = proof::verify(std::move(request), {});
        ASSERT_TRUE(verified) << tenant;
        EXPECT_FALSE(verified->firstBreak) << tenant;
        EXPECT_EQ(verified->records, 4U) << tenant << ": start, decision, stop, checkpoint";
        EXPECT_FALSE(verified->mismatch) << tenant;
    }
    // keyId:digest - the period is the same, the key is not.
    auto const& west = patients["west"];
    auto const& north = patients["north"];
    EXPECT_EQ(west.substr(0, 6), "k26q1:");
    EXPECT_EQ(north.substr(0, 6), "k26q1:");
    EXPECT_NE(west, north);
    EXPECT_NE(contentOf(folder() + "/audit.keys/k26q1.key"),
              contentOf(northLog() + ".keys/k26q1.key"));
}

// CTL-15: no shared state.
TEST_F(TwoTenants, ShareNoFileAndNoneNamesTheOther)
{
    std::string west, north;
    {
        auto const service = start();
        auto const shown = post(*service, "west", call());
        (void)post(*service, "west", overridden(cardOf(shown)), kFeedback); // looked at below
        (void)post(*service, "north", call());
        west = at(recordsIn(westLog(), "decision").at(0), "/subject/patientKey");
        north = at(recordsIn(northLog(), "decision").at(0), "/subject/patientKey");
    }
    std::set<std::string> files;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder()}) {
        if (!entry.is_regular_file() || entry.path().filename() == "keys.json") continue;
        auto const file = std::filesystem::relative(entry.path(), folder()).string();
        files.insert(file.substr(0, file.find('/')));
        auto const content = contentOf(entry.path());
        auto const isOfNorth = file.starts_with("north-log");
        EXPECT_EQ(content.find(isOfNorth ? "west" : "north"), std::string::npos) << file;
        EXPECT_EQ(content.find(isOfNorth ? west : north), std::string::npos) << file;
    }
    for (auto const* const file :
         {"audit", "audit.keys", "state.db", "north-log", "north-log.keys", "north-log.db"})
        EXPECT_TRUE(files.contains(file)) << file;
}

// CTL-15: what one was shown is no repeat for the other.
TEST_F(TwoTenants, AreEachShownACardThatTheOtherHasSeen)
{
    auto const service = start();

    auto const west = cardsOf(post(*service, "west", call()));
    auto const north = cardsOf(post(*service, "north", call()));

    EXPECT_GE(west, 1);
    EXPECT_EQ(north, west);
    EXPECT_EQ(cardsOf(post(*service, "west", call())), 0);
    EXPECT_EQ(cardsOf(post(*service, "north", call())), 0);
}

// CTL-15: feedback reaches the cards of its own tenant alone.
TEST_F(TwoTenants, CannotAnswerACardOfTheOther)
{
    auto const service = start();
    auto const elsewhere = with(call(), "/context/encounterId", R"("e2")");
    auto const card = cardOf(post(*service, "west", call()));

    EXPECT_EQ(post(*service, "north", overridden(card), kFeedback).status, 200);

    EXPECT_THAT(recordsIn(westLog(), "feedback"), IsEmpty());
    auto const kept = recordsIn(northLog(), "feedback");
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_THAT(kept[0], Not(HasSubstr("decisionId")));
    EXPECT_EQ(service->repeats()->unknownCards(), 0U) << "nobody asked the memory of west";
    auto const inAnother = post(*service, "west", elsewhere);
    EXPECT_GE(cardsOf(inAnother), 1);

    // Its own client can: the reason holds for the patient, in every encounter.
    EXPECT_EQ(post(*service, "west", overridden(cardOf(inAnother)), kFeedback).status, 200);
    EXPECT_LT(cardsOf(post(*service, "west", with(call(), "/context/encounterId", R"("e3")"))),
              cardsOf(inAnother));
    EXPECT_THAT(recordsIn(westLog(), "feedback").at(0), HasSubstr("decisionId"));
}

// CTL-15, JWT-11: a refusal is recorded where the client belongs, and with us while it is nobody's.
TEST_F(TwoTenants, KeepTheRefusalsOfTheirClients)
{
    auto const service = start();
    auto const old = goodClaims().with("exp", "1769846000").with("iat", "1769845900");

    EXPECT_EQ(postWith(*service, bearer(goodHeader(), old)), 401);
    EXPECT_EQ(reasonIn(northLog()), "jwt-exp");
    EXPECT_EQ(reasonIn(westLog()), "");

    EXPECT_EQ(postWith(*service, bearer(goodHeader(), goodClaims().with("iss", inQuotes("x:y")))),
              401);
    EXPECT_EQ(reasonIn(westLog()), "jwt-iss");
    EXPECT_EQ(at(recordsIn(westLog(), "reject").back(), "/client"), "");

    EXPECT_EQ(post(*service, "north", "no JSON").status, 400);
    EXPECT_EQ(reasonIn(northLog()), "json");
    EXPECT_EQ(post(*service, "north", "no JSON", kFeedback).status, 400);
    EXPECT_EQ(reasonIn(northLog()), "feedback-invalid");
    for (int i = 0; i < 6; ++i) (void)post(*service, "north", withoutComplaint()); // of eight
    EXPECT_EQ(post(*service, "north", call()).status, 429);
    EXPECT_EQ(reasonIn(northLog()), "rate");
    EXPECT_EQ(recordsIn(westLog(), "reject").size(), 1U);

    service->app().recordRefusal(413, "body", "192.0.2.7"); // by the listener
    EXPECT_EQ(reasonIn(westLog()), "body-size");
    EXPECT_EQ(recordsIn(northLog(), "reject").size(), 4U);
}

// CTL-15: the entry decides, whatever the token says.
TEST_F(TwoTenants, AreNeverChosenByTheCall)
{
    auto const service = start();

    EXPECT_EQ(
        postWith(*service, bearer(goodHeader(), goodClaims().with("tenant", inQuotes("west")))),
        200);

    EXPECT_EQ(recordsIn(northLog(), "decision").size(), 1U);
    EXPECT_THAT(recordsIn(westLog(), "decision"), IsEmpty());
}

TEST_F(TwoTenants, AreReadyWhenTheLogsOfBothCanBeWritten)
{
    auto const service = start();
    auto const ready = [&] { return service->send("GET", "/healthz/ready").status; };
    EXPECT_EQ(ready(), 200);
    {
        FullDisk const full;
        EXPECT_EQ(post(*service, "north", call()).status, 503);
    }
    EXPECT_THAT(service->events(), HasSubstr("record lost tenant=north type=decision"));
    EXPECT_EQ(ready(), 503);
    EXPECT_GE(cardsOf(post(*service, "west", call())), 1); // goes on meanwhile
    EXPECT_EQ(ready(), 503);
    EXPECT_GE(cardsOf(post(*service, "north", call())), 1);
    EXPECT_EQ(ready(), 200);
}

TEST_F(TwoTenants, DoNotStartWithoutAKeyThatIsNamed)
{
    EXPECT_THAT(faultOf(", audit_key_file: " + folder() + "/absent.key"),
                HasSubstr("tenant north: audit.key_file " + folder() + "/absent.key"));
    EXPECT_FALSE(std::filesystem::exists(northLog()));
}

// CTL-15: a copy of a key is no key of one's own.
TEST_F(TwoTenants, DoNotStartWithOneKeyUnderTwoNames)
{
    (void)start(); // makes the keys
    std::filesystem::copy_file(folder() + "/audit.keys/k26q1.key", folder() + "/k1.key");

    auto const said = faultOf(", audit_key_file: " + folder() + "/k1.key");

    EXPECT_THAT(said, HasSubstr("tenant north: audit.key_file: holds the key of tenant west too"));
    EXPECT_THAT(said, HasSubstr("Fix: make a new one"));
}

} // namespace

} // namespace tcds::app::test
