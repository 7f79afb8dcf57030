#include "server/audit_export/export_records.hpp"

#include "tests/unit/audit/log_stage.hpp"
#include "tests/unit/audit_export/goldens.hpp"
#include "tests/unit/audit_export/sample_record.hpp"

#include <gmock/gmock.h>

namespace tcds::audit_export::test {

namespace {

using audit::test::SetClock;
using audit::test::TemporaryDirectory;
using tcds::test::at;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A log of three days: the sample decision, feedback on it a day later, a look at it through the
/// service, another decision without cards.
class Exports : public testing::Test
{
protected:
    Exports()
    {
        SetClock clock{"2026-03-03T10:12:44.402Z"};
        auto log = audit::Log::open(audit::test::optionsIn(folder_.path()), clock);
        EXPECT_TRUE((*log)->append("decision", std::string{kMembers}));
        clock.set("2026-03-04T09:00:00.000Z");
        EXPECT_TRUE(
            (*log)->append("feedback", feedbackMembers("accepted", "2026-03-04T09:00:00.000Z")));
        EXPECT_TRUE((*log)->append(
            "access", R"("actor":"auditor-1","role":"auditor","what":"decision","decisionId":")" +
                          std::string{kDecisionId} + R"(","as":"json","http":200)"));
        clock.set("2026-03-05T08:00:00.000Z");
        EXPECT_TRUE((*log)->append(
            "decision",
            R"("decisionId":"019cbd00-0000-7000-8000-000000000001","evaluatedAt":"2026-03-05T08:00:00.000Z","hook":"patient-view","cards":[],"response":{"http":200})"));
    }

    /// "Type/id" of what is exported, in its order.
    std::vector<std::string> exported(Selection selection, As as)
    {
        selection.directory = folder_.path();
        std::vector<std::string> names;
        auto const done = exportRecords(selection, as, rules_, kDefaultBase,
                                        [&](std::span<Resource const> resources) {
                                            for (auto const& resource : resources) {
                                                names.push_back(resource.type + "/" + resource.id);
                                                last_ = resource.json;
                                            }
                                            return Result<void>{};
                                        });
        EXPECT_TRUE(done) << toText(done.error());
        if (done) counts_ = *done;
        return names;
    }

    TemporaryDirectory folder_;
    RuleLibrary rules_;
    Exported counts_;
    std::string last_;
};

constexpr auto kIssue = "DetectedIssue/5ac73063-6082-5a75-8033-837f4aef1a65";
constexpr auto kResponse = "GuidanceResponse/019cb32f-8e9e-70d8-98e0-985ecc7f6041";
constexpr auto kOther = "GuidanceResponse/019cbd00-0000-7000-8000-000000000001";

TEST_F(Exports, GiveADecisionWithItsLaterFeedbackAndWhoLookedAtIt)
{
    auto const names = exported({{}, std::string{kDecisionId}, {}, {}}, As::All);

    ASSERT_EQ(names.size(), 5);
    EXPECT_EQ(names[0], kResponse);
    EXPECT_EQ(names[1], kIssue);
    EXPECT_EQ(names[2], "AuditEvent/242e3427-eef5-596b-8674-e0f9ebe18002");
    EXPECT_EQ(names[3], "AuditEvent/269b7f0c-30f1-57df-97f1-da13bc79ca20");
    EXPECT_EQ(at(last_, "/type/code"), "110101");
    EXPECT_EQ(counts_.records, 2);
    EXPECT_EQ(counts_.resources, 5);

    EXPECT_THAT(exported({{}, std::string{kDecisionId}, {}, {}}, As::DetectedIssue),
                ElementsAre(kIssue));
    EXPECT_EQ(at(last_, "/mitigation/0/action/coding/0/code"), "accepted");
}

TEST_F(Exports, GiveATimeWithFeedbackThatCameAfterIt)
{
    EXPECT_THAT(exported({{}, {}, "2026-03-03", "2026-03-03"}, As::DetectedIssue),
                ElementsAre(kIssue));
    EXPECT_EQ(at(last_, "/mitigation/0/date"), "2026-03-04T09:00:00.000Z");
    EXPECT_THAT(exported({{}, {}, {}, {}}, As::GuidanceResponse), ElementsAre(kResponse, kOther));
    EXPECT_THAT(exported({{}, {}, "2026-03-05", {}}, As::GuidanceResponse), ElementsAre(kOther));
    EXPECT_EQ(exported({{}, {}, "2026-03-04", "2026-03-04"}, As::AuditEvent).size(), 1);
    EXPECT_THAT(exported({{}, {}, "2027-01-01", {}}, As::All), IsEmpty());
}

TEST_F(Exports, GiveTheSameBytesEachTime)
{
    (void)exported({{}, {}, "2026-03-03", "2026-03-03"}, As::All);
    auto const once = last_;
    (void)exported({{}, {}, "2026-03-03", "2026-03-03"}, As::All);
    EXPECT_EQ(last_, once);
}

TEST_F(Exports, FindADecisionInTheFileOfALaterDay) // the clock was set back after it was made
{
    std::filesystem::rename(folder_.path("decisions-2026-03-03.jsonl"),
                            folder_.path("decisions-2026-03-20.jsonl"));
    EXPECT_THAT(exported({{}, std::string{kDecisionId}, {}, {}}, As::GuidanceResponse),
                ElementsAre(kResponse));
    EXPECT_THAT(exported({{}, "019cb32f-8e9e-70d8-98e0-985ecc7f6042", {}, {}}, As::All), IsEmpty());
}

TEST_F(Exports, LeaveOutWhatIsNoRecordOfOursAndSayWhich)
{
    SetClock clock{"2026-03-06T08:00:00.000Z"};
    auto log = audit::Log::open(audit::test::optionsIn(folder_.path()), clock);
    ASSERT_TRUE(log);
    ASSERT_TRUE((*log)->append("decision", R"("decisionId":"x")"));

    EXPECT_THAT(exported({{}, {}, "2026-03-05", {}}, As::GuidanceResponse), ElementsAre(kOther));

    EXPECT_EQ(counts_.faulty, 1);
    ASSERT_TRUE(counts_.firstFault);
    EXPECT_THAT(counts_.firstFault->where, HasSubstr("/decisionId"));
    EXPECT_THAT(counts_.firstFault->where, HasSubstr("record "));
}

TEST_F(Exports, EndWhenNobodyTakesMore)
{
    int calls = 0;
    auto const done =
        exportRecords({folder_.path(), {}, {}, {}}, As::All, rules_, kDefaultBase,
                      [&calls](std::span<Resource const>) -> Result<void> {
                          ++calls;
                          return Error{Error::Kind::BadRequest, "out", "is full", "make room"};
                      });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "is full");
    EXPECT_EQ(calls, 1);
}

TEST(ABundle, PutsEachResourceUnderItsOwnIdSoThatLoadingTwiceMakesNoDoubles)
{
    FeedbackBook const feedback;
    RuleLibrary rules;
    auto const resources = resourcesOf(sampleLine(), As::GuidanceResponse, {feedback, rules});
    ASSERT_TRUE(resources);

    auto const transaction = bundle("transaction", *resources);

    EXPECT_EQ(at(transaction, "/type"), "transaction");
    EXPECT_EQ(at(transaction, "/entry/0/request/method"), "PUT");
    EXPECT_EQ(at(transaction, "/entry/0/request/url"), kResponse);
    EXPECT_EQ(at(transaction, "/entry/0/fullUrl"), "urn:uuid:019cb32f-8e9e-70d8-98e0-985ecc7f6041");
    EXPECT_EQ(at(transaction, "/entry/0/resource/id"), kDecisionId);
    expectSame(bundle("collection", {}), R"({"resourceType": "Bundle", "type": "collection"})");
    EXPECT_EQ(at(bundle("collection", *resources), "/entry/0/request"), "");
}

} // namespace

} // namespace tcds::audit_export::test
