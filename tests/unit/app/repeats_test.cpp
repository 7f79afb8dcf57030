#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tcds::app::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using tcds::test::at;
using tcds::test::with;

constexpr auto days(int count) { return std::chrono::hours{24 * count}; }
constexpr std::string_view kFeedback = "/cds-services/twitch-patient-view/feedback";
constexpr std::string_view kUnknown = "4e0a3a1e-883f-4f62-ab70-37e67f8c20f1";

/// What production has by default; anybody may call here.
Service::Settings const kOn{{"state.suppress", "true"}};

/// The patient with a low potassium alone, in an encounter.
std::string potassium(std::string_view value = "2.9", std::string_view id = "o1",
                      std::string_view encounter = "e1",
                      std::string_view taken = "2026-01-30T07:00:00Z")
{
    auto const lab = result("2823-3", value, "mmol/L", id, taken);
    auto made = with(call(), "/prefetch/labs", bundle(lab));
    made = with(made, "/prefetch/medications", std::string{kEmptyBundle});
    return with(made, "/context/encounterId", '"' + std::string{encounter} + '"');
}

/// The complaint is noted anew at each call: one that lasts is a finding of its own.
http::Response view(Service& service, std::string body = potassium())
{
    body = with(body, "/prefetch/conditions/entry/0/resource/recordedDate",
                '"' + service.clockText(0ms) + '"');
    return service.post(kView, std::move(body));
}

std::string uuidOf(http::Response const& answer) { return at(answer.body, "/cards/0/uuid"); }

/// @param reason  "accepted", "" for overridden without one, or the code of a reason
std::string item(std::string_view card, std::string_view reason,
                 std::string_view time = "2026-01-31T08:00:00Z")
{
    auto made =
        R"({"card":")" + std::string{card} + R"(","outcomeTimestamp":")" + std::string{time} + '"';
    if (reason == "accepted")
        return made + R"(,"outcome":"accepted","acceptedSuggestions":[{"id":"s1"}]})";
    made += R"(,"outcome":"overridden")";
    if (!reason.empty())
        made +=
            R"(,"overrideReason":{"reason":{"system":"urn:twitch-cds:override-reason","code":")" +
            std::string{reason} + R"("}})";
    return made + "}";
}

http::Response answer(Service& service, std::string const& items)
{
    return service.post(kFeedback, R"({"feedback":[)" + items + "]}");
}

/// Outcome and why of a rule in a decision record, "" when it is not listed.
std::string outcomeOf(std::string const& record, std::string_view rule)
{
    auto const document = tcds::test::parseJson(record);
    for (auto const& each : document["rules"].GetArray())
        if (each["id"].GetString() == rule)
            return std::string{each["outcome"].GetString()} +
                   (each.HasMember("why") ? std::string{" "} + each["why"].GetString() : "");
    return {};
}

std::string lastDecision(Service const& service) { return service.records("decision").back(); }

// UX-8, UX-1: the same call again.
TEST(Repeats, TheSameCallIsAnsweredOnceAndTheRecordSaysWhy)
{
    Service service{kOn};
    ASSERT_EQ(cardsOf(view(service)), 1);
    service.wait(1min);

    auto const again = view(service);

    EXPECT_EQ(again.body, R"({"cards":[]})");
    EXPECT_EQ(outcomeOf(service.records("decision")[0], "EL-K-LOW"), "fired");
    EXPECT_EQ(outcomeOf(service.records("decision")[1], "EL-K-LOW"), "suppressed repeat");
    EXPECT_THAT(lastDecision(service), HasSubstr(R"("kind":"recent","key":"k)"));
    EXPECT_THAT(lastDecision(service), HasSubstr(R"("what":"returned","until":"2026-03-02T08:00)"))
        << "30 days: state.encounter_days";
}

TEST(Repeats, EveryCardOfACallIsHeldBackTheSecondTime)
{
    Service service{kOn};
    ASSERT_GE(cardsOf(view(service, call())), 1);
    EXPECT_EQ(cardsOf(view(service, call())), 0);
    EXPECT_EQ(cardsOf(view(service, call())), 0);
}

TEST(Repeats, AChangedResultIsAnotherCard)
{
    Service service{kOn};
    ASSERT_EQ(cardsOf(view(service)), 1);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o2", "e1", "2026-01-31T07:00:00Z"))), 1);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o2", "e1", "2026-01-31T07:00:00Z"))), 0);
}

TEST(Repeats, AnotherEncounterAndAnotherPatientAreShownTheirCards)
{
    Service service{kOn};
    ASSERT_EQ(cardsOf(view(service)), 1);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e2"))), 1);
    auto other = potassium();
    for (auto at = other.find("pt1"); at != std::string::npos; at = other.find("pt1", at))
        other.replace(at, 3, "pt2");
    EXPECT_EQ(cardsOf(view(service, other)), 1);
}

TEST(Repeats, WithoutAnEncounterACardComesAgainAfterADay)
{
    Service service{kOn};
    auto const body = tcds::test::without(potassium(), "/context/encounterId");
    ASSERT_EQ(cardsOf(view(service, body)), 1);
    service.wait(24h - 1ms);
    EXPECT_EQ(cardsOf(view(service, body)), 0);
    service.wait(1ms);
    EXPECT_EQ(cardsOf(view(service, body)), 1);
}

TEST(Repeats, ACriticalCardComesAgainAfterFourHours)
{
    Service service{kOn};
    auto const critical = potassium("2.2");
    ASSERT_EQ(cardsOf(view(service, critical)), 1);
    service.wait(4h - 1ms);
    EXPECT_EQ(cardsOf(view(service, critical)), 0);
    service.wait(1ms);
    EXPECT_EQ(cardsOf(view(service, critical)), 1);
}

TEST(Repeats, ANewMedicineThatMayBeTheCauseIsNoRepeat)
{
    Service service{kOn};
    ASSERT_EQ(cardsOf(view(service)), 1);
    auto const withLoop =
        with(potassium(), "/prefetch/medications", bundle(order("4603", "furosemide", "m1")));
    EXPECT_EQ(cardsOf(view(service, withLoop)), 1);
    EXPECT_EQ(cardsOf(view(service, withLoop)), 0);
}

TEST(Repeats, AreRememberedAcrossARestart)
{
    Service first{kOn};
    ASSERT_EQ(cardsOf(view(first)), 1);
    // The second process of a restart: the log is locked by the first, the state is not.
    auto settings = kOn;
    settings.emplace_back("audit.directory", first.folder() + "/audit-of-the-second");
    Service second{settings, {}, first.folder()};
    EXPECT_EQ(cardsOf(view(second)), 0);
}

// Decision D6: on in production, off elsewhere; D32: `key` where nobody remembers for the client.
TEST(Repeats, InASandboxNothingIsHeldBackAndTheClientGetsTheKey)
{
    Service off;
    auto const answered = view(off);
    EXPECT_EQ(cardsOf(answered), 1);
    EXPECT_EQ(cardsOf(view(off)), 1);
    EXPECT_THAT(answered.body, HasSubstr(R"("key":"k)"));
    EXPECT_FALSE(std::filesystem::exists(off.stateFile()));

    Service on{kOn};
    EXPECT_THAT(view(on).body, Not(HasSubstr(R"("key":)")));
}

// UX-10: what nobody saw is no repeat.
TEST(Repeats, ASilentClientLeavesNothingBehind)
{
    Service service{kOn, "clients:\n  - name: st-mary\n    auth: none\n    mode: silent\n"};
    (void)view(service);
    (void)view(service);
    EXPECT_EQ(outcomeOf(lastDecision(service), "EL-K-LOW"), "fired");
}

TEST(Repeats, StateThatCannotBeWrittenHidesNothingAndLosesNoAnswer)
{
    Service service{{{"state.suppress", "true"}, {"audit.on_failure", "continue"}}};
    {
        FullDisk const full;
        EXPECT_EQ(cardsOf(view(service)), 1);
        EXPECT_EQ(cardsOf(view(service)), 1);
    }
    EXPECT_GE(service.repeats()->faults(), 1U);
    EXPECT_THAT(service.events(), HasSubstr("repeat state fails"));
    EXPECT_EQ(cardsOf(view(service)), 1);
    EXPECT_THAT(service.events(), HasSubstr("repeat state works again"));
    EXPECT_EQ(cardsOf(view(service)), 0);
}

TEST(Repeats, KeepNoIdentifierNoValueAndNoName)
{
    Service service{kOn};
    auto body = call();
    for (auto at = body.find("pt1"); at != std::string::npos; at = body.find("pt1", at))
        body.replace(at, 3, "canary-patient");
    auto const shown = view(service, body);
    ASSERT_GE(cardsOf(shown), 1);
    (void)answer(service, item(uuidOf(shown), "addressed"));
    std::ostringstream all;
    for (auto const& file : std::filesystem::directory_iterator{service.folder()})
        if (file.path().filename().string().starts_with("state.db"))
            all << std::ifstream{file.path(), std::ios::binary}.rdbuf();
    ASSERT_THAT(all.str(), HasSubstr("EL-K-LOW"));
    for (auto const* secret : {"canary", "furosemide", "prednisone", "mmol", "Practitioner"})
        EXPECT_THAT(all.str(), Not(HasSubstr(secret)));
}

// --- Feedback
// -------------------------------------------------------------------------------------

struct HeldFor {
    char const* reason; // "accepted", "" for none
    std::chrono::milliseconds time;
    bool newResultEnds; // a new, no worse result
};

void PrintTo(HeldFor const& row, std::ostream* out) { *out << '"' << row.reason << '"'; }

class AfterFeedbackOnAWarning : public testing::TestWithParam<HeldFor>
{
};

// UX-8: warning column of the table in section D. Each call is of another encounter, so that the
// repeat itself holds nothing back.
TEST_P(AfterFeedbackOnAWarning, TheCardIsHeldBackSoLongAndNotLonger)
{
    auto const& row = GetParam();
    Service service{kOn};
    auto const shown = view(service);
    ASSERT_EQ(cardsOf(shown), 1);
    ASSERT_EQ(answer(service, item(uuidOf(shown), row.reason)).status, 200);

    service.wait(row.time - 1ms);
    auto const lately = service.clockText(-24h);
    auto const held = potassium("2.9", "o1", "e2", "2026-01-30T07:00:00Z");
    if (row.time < days(20)) { // an older potassium is past its window
        EXPECT_EQ(cardsOf(view(service, held)), 0);
        EXPECT_EQ(outcomeOf(lastDecision(service), "EL-K-LOW"), "suppressed feedback");
    }
    auto const newResult = potassium("3.0", "o9", "e3", lately);
    auto const withOld = with(newResult, "/prefetch/labs",
                              bundle(result("2823-3", "3.0", "mmol/L", "o9", lately) + "," +
                                     result("2823-3", "2.9", "mmol/L", "o1")));
    EXPECT_EQ(cardsOf(view(service, withOld)), row.newResultEnds ? 1 : 0);
    service.wait(1ms);
    auto const after = with(withOld, "/context/encounterId", R"("e4")");
    EXPECT_EQ(cardsOf(view(service, after)), 1);
}

INSTANTIATE_TEST_SUITE_P(SectionD, AfterFeedbackOnAWarning,
                         testing::Values(HeldFor{"accepted", days(14), true},
                                         HeldFor{"", days(7), false},
                                         HeldFor{"addressed", days(14), true},
                                         HeldFor{"lab-spurious", days(14), true},
                                         HeldFor{"known-stable", days(90), false},
                                         HeldFor{"benefit-outweighs", days(90), false},
                                         HeldFor{"not-related", days(90), false},
                                         HeldFor{"other-cause", days(90), false},
                                         HeldFor{"palliative", days(365), false}));

TEST(AfterFeedback, WrongDataHoldsUntilTheResourceChanges)
{
    Service service{kOn};
    auto const shown = view(service);
    (void)answer(service, item(uuidOf(shown), "wrong-data"));
    service.wait(days(20));
    ASSERT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e2"))), 0);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o2", "e3"))), 1);
}

TEST(AfterFeedback, AResultFurtherOutOfRangeEndsIt)
{
    Service service{kOn};
    (void)answer(service, item(uuidOf(view(service)), "known-stable"));
    auto const later = [](std::string_view value, std::string_view encounter) {
        return with(potassium(value, "o9", encounter), "/prefetch/labs",
                    bundle(result("2823-3", value, "mmol/L", "o9", "2026-01-31T07:00:00Z") + "," +
                           result("2823-3", "2.9", "mmol/L", "o1")));
    };
    EXPECT_EQ(cardsOf(view(service, later("2.7", "e2"))), 0);
    EXPECT_EQ(cardsOf(view(service, later("2.6", "e3"))), 1);
}

TEST(AfterFeedback, ALevelRiseEndsIt)
{
    Service service{kOn};
    (void)answer(service, item(uuidOf(view(service, potassium("2.5"))), "palliative"));
    auto const higher =
        with(potassium("2.4", "o9", "e2"), "/prefetch/labs",
             bundle(result("2823-3", "2.4", "mmol/L", "o9", "2026-01-31T07:00:00Z") + "," +
                    result("2823-3", "2.5", "mmol/L", "o1")));
    EXPECT_EQ(cardsOf(view(service, higher)), 1);
}

TEST(AfterFeedback, ACriticalCardOverriddenWithoutAReasonRestsInItsEncounterForADay)
{
    Service service{kOn};
    (void)answer(service, item(uuidOf(view(service, potassium("2.2"))), ""));
    service.wait(5h); // the repeat itself would be over
    EXPECT_EQ(cardsOf(view(service, potassium("2.2"))), 0);
    EXPECT_EQ(cardsOf(view(service, potassium("2.2", "o1", "e2"))), 1);
    service.wait(19h);
    EXPECT_EQ(cardsOf(view(service, potassium("2.2"))), 1);
}

// TOL-15: what is repeated changes nothing; the time counts from the outcome, not from the call.
TEST(AfterFeedback, TheSameFeedbackAgainDoesNotProlongIt)
{
    Service service{kOn};
    auto const said = item(uuidOf(view(service)), "");
    (void)answer(service, said);
    service.wait(days(6));
    (void)answer(service, said);
    service.wait(days(1) - 1ms);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e2"))), 0);
    service.wait(1ms);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e3"))), 1);
}

TEST(AfterFeedback, ATimeInTheFutureCountsAsNow)
{
    Service service{kOn};
    (void)answer(service, item(uuidOf(view(service)), "", "2036-01-31T08:00:00Z"));
    service.wait(days(7));
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e2"))), 1);
}

TEST(Feedback, IsLinkedToTheDecisionAndItsRules)
{
    Service service{kOn};
    auto const shown = view(service);
    ASSERT_EQ(answer(service, item(uuidOf(shown), "addressed")).status, 200);

    auto const record = service.records("feedback").at(0);
    EXPECT_EQ(at(record, "/decisionId"), header(shown, "X-Decision-Id"));
    EXPECT_EQ(at(record, "/rule"), "EL-K-LOW");
    EXPECT_EQ(at(record, "/rules/0"), "EL-K-LOW");
    EXPECT_EQ(at(record, "/reason/code"), "addressed");
}

// FB-07
TEST(Feedback, AboutAnUnknownCardIsAcceptedAndCounted)
{
    Service service{kOn};
    EXPECT_EQ(answer(service, item(kUnknown, "addressed")).status, 200);
    EXPECT_EQ(service.repeats()->unknownCards(), 1U);
    EXPECT_EQ(at(service.records("feedback").at(0), "/card"), kUnknown);
    EXPECT_THAT(service.records("feedback").at(0), Not(HasSubstr("decisionId")));
}

// FB-02: several cards in one call.
TEST(Feedback, TakesABatch)
{
    Service service{kOn};
    auto const shown = view(service);
    EXPECT_EQ(answer(service, item(uuidOf(shown), "accepted") + "," + item(kUnknown, "palliative"))
                  .status,
              200);
    EXPECT_EQ(service.records("feedback").size(), 2U);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e2"))), 0);
}

std::string const kFaulty = R"({"card":"x","outcome":"ignored"})";

// FB-12, and TOL-15 with `feedback: lenient`.
TEST(Feedback, AFaultyItemSpoilsAStrictBatchAndIsLeftOutOfALenientOne)
{
    Service strict{kOn};
    EXPECT_EQ(answer(strict, item(kUnknown, "") + "," + kFaulty).status, 400);
    EXPECT_TRUE(strict.records("feedback").empty());

    Service lenient{kOn, "clients:\n  - name: st-mary\n    auth: none\n    feedback: lenient\n"};
    EXPECT_EQ(answer(lenient, kFaulty + "," + item(kUnknown, "")).status, 200);
    EXPECT_EQ(lenient.records("feedback").size(), 1U);
    EXPECT_THAT(lenient.events(), HasSubstr("feedback items left out client=st-mary count=1"));
    EXPECT_EQ(answer(lenient, kFaulty).status, 200);
    EXPECT_EQ(lenient.post(kFeedback, "no JSON").status, 400);
}

// CTL-15 in the small: no client speaks for another.
TEST(Feedback, OfAnotherClientHoldsNothingBack)
{
    Service service{kOn};
    auto const shown = view(service);
    auto settings = kOn;
    settings.emplace_back("audit.directory", service.folder() + "/audit-2");
    Service other{settings, "clients:\n  - name: other\n    auth: none\n", service.folder()};
    EXPECT_EQ(answer(other, item(uuidOf(shown), "palliative")).status, 200);
    EXPECT_EQ(other.repeats()->unknownCards(), 1U);
    EXPECT_EQ(cardsOf(view(service, potassium("2.9", "o1", "e2"))), 1);
}

} // namespace
} // namespace tcds::app::test
