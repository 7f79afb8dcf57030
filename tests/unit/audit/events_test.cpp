#include "fhir/base/utf8.hpp"
#include "server/audit/decision.hpp"
#include "tests/unit/audit/log_stage.hpp"

namespace tcds::audit {
namespace {

TEST(FeedbackRecord, SaysThatACommentCameAndNotItsText)
{
    FeedbackRecord record;
    record.service = "twitch-patient-view";
    record.card = "c1";
    record.outcome = "overridden";
    record.reasonSystem = "urn:twitch-cds:override-reason";
    record.reasonCode = "known-stable";
    record.reasonDisplay = "Known and stable";
    record.reasonText = true;
    record.outcomeTimestamp = "2026-03-03T10:15:00Z";
    record.receivedAt = test::instant("2026-03-03T10:15:01Z");

    EXPECT_EQ(writeFeedback(record),
              R"("service":"twitch-patient-view","card":"c1","outcome":"overridden",)"
              R"("reason":{"system":"urn:twitch-cds:override-reason","code":"known-stable",)"
              R"("display":"Known and stable"},"reasonText":"present",)"
              R"("outcomeTimestamp":"2026-03-03T10:15:00Z",)"
              R"("receivedAt":"2026-03-03T10:15:01.000Z")");
}

TEST(FeedbackRecord, NamesTheDecisionAndTheRulesOfTheCard)
{
    std::vector<std::string> const rules{"EL-K-LOW", "MED-LOOP"};
    FeedbackRecord record;
    record.card = "c1";
    record.decisionId = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
    record.rules = rules;

    EXPECT_NE(writeFeedback(record).find(
                  R"("card":"c1","decisionId":"019cb32f-8e9e-70d8-98e0-985ecc7f6041",)"
                  R"("rule":"EL-K-LOW","rules":["EL-K-LOW","MED-LOOP"])"),
              std::string::npos);
}

TEST(FeedbackRecord, ListsAcceptedSuggestions)
{
    std::vector<std::string> const accepted{"s1", "s2"};
    FeedbackRecord record;
    record.outcome = "accepted";
    record.acceptedSuggestions = accepted;

    EXPECT_NE(writeFeedback(record).find(R"("acceptedSuggestions":["s1","s2"])"),
              std::string::npos);
}

TEST(ConfigRecord, SaysWhichContentAnswersFromHereOn)
{
    ConfigRecord::Pack const packs[] = {{"core", "2026.11", "none"}, {"local", "1.2", "required"}};
    ConfigRecord record;
    record.via = "admin";
    record.actor = "pharmacy";
    record.id = "site";
    record.version = "3";
    record.sha256 = "aa";
    record.signer = "ed25519:board";
    record.packs = packs;
    record.stored = "bb";
    record.acknowledgedPack = "site";
    record.acknowledgedVersion = "3";
    record.acknowledgedBy = "Chief pharmacist";
    record.acknowledgedOn = "2026-11-22";
    record.before = "cc";

    EXPECT_EQ(writeConfig(record),
              R"("change":"content","outcome":"in-use","via":"admin","actor":"pharmacy",)"
              R"("pack":{"id":"site","version":"3","sha256":"aa","signer":"ed25519:board"},)"
              R"("parts":[{"id":"core","version":"2026.11","approval":"none"},)"
              R"({"id":"local","version":"1.2","approval":"required"}],"stored":"bb",)"
              R"("acknowledged":{"pack":"site","version":"3","by":"Chief pharmacist",)"
              R"("on":"2026-11-22"},"before":"cc")");
}

TEST(ConfigRecord, SaysWhyAnotherContentWasRefused)
{
    ConfigRecord record;
    record.refused = true;
    record.via = "signal";
    record.id = "site";
    record.version = "3";
    record.sha256 = "aa";
    record.where = "content.bundle site.json";
    record.why = "it was altered";

    EXPECT_EQ(writeConfig(record), R"("change":"content","outcome":"refused","via":"signal",)"
                                   R"("pack":{"id":"site","version":"3","sha256":"aa"},"parts":[],)"
                                   R"("where":"content.bundle site.json","why":"it was altered")");
}

TEST(KeyRecord, NamesKeysByTheirIdsAlone)
{
    KeyRecord record;
    record.via = "admin";
    record.actor = "security";
    record.keys = {"k26q2", {"k26q1"}};
    record.before = "k26q1";

    EXPECT_EQ(writeKeys(record),
              R"("change":"key","outcome":"in-use","via":"admin",)"
              R"("actor":"security","keys":{"inForce":"k26q2","kept":["k26q1"]},)"
              R"("before":"k26q1")");
}

TEST(RejectRecord, SaysWhyAndWhere)
{
    RejectRecord record;
    record.http = 400;
    record.reason = "context-invalid";
    record.where = "/context/userId";
    record.remote = "10.0.0.7";
    record.requestBytes = 12;

    EXPECT_EQ(writeReject(record), R"("http":400,"reason":"context-invalid",)"
                                   R"("where":"/context/userId","remote":"10.0.0.7",)"
                                   R"("request":{"bytes":12})");
}

TEST(RejectRecord, StaysUtf8AndShortWhateverAStrangerSends)
{
    std::string const hostile = "/\xff\xfe\"\x1b[2J\n" + std::string(100'000, '\x80');
    RejectRecord record;
    record.where = hostile;

    auto const members = writeReject(record);

    EXPECT_EQ(wellFormedUtf8(members), members.size());
    EXPECT_LT(members.size(), 1000U);
    EXPECT_EQ(members.find('\n'), std::string::npos);
    EXPECT_EQ(members.find('\x1b'), std::string::npos);
}

} // namespace
} // namespace tcds::audit
