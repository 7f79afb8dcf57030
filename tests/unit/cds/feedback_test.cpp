#include "server/cds/feedback.hpp"

#include "tests/support/json_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::cds {

namespace {

using test::with;
using test::without;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kAccepted =
    R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"accepted",)"
    R"("acceptedSuggestions":[{"id":"ab0a6c01-f65f-54a0-9bf9-e243ed9245c0"}],)"
    R"("outcomeTimestamp":"2026-01-31T08:00:00Z"}]})";
constexpr std::string_view kOverridden =
    R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"overridden",)"
    R"("outcomeTimestamp":"2026-01-31T08:01:00.5Z"}]})";

std::string faultOf(std::string text)
{
    auto const items = readFeedback(std::move(text));
    if (items) return {};
    EXPECT_EQ(items.error().kind, Error::Kind::BadRequest);
    EXPECT_FALSE(items.error().fix.empty());
    return items.error().where;
}

TEST(Feedback, OfAllThreeShapesIsRead) // FB-02 to FB-05
{
    auto const accepted = readFeedback(std::string{kAccepted});
    auto const plain = readFeedback(std::string{kOverridden});
    auto const reasoned = readFeedback(
        with(kOverridden, "/feedback/0/overrideReason",
             R"({"reason":{"system":"urn:twitch-cds:override-reason","code":"addressed"},)"
             R"("userComment":"IV running"})"));

    ASSERT_TRUE(accepted);
    EXPECT_TRUE(accepted->at(0).accepted);
    EXPECT_EQ(accepted->at(0).card, "2628b826-a612-5a84-9f60-a906e8298712");
    EXPECT_THAT(accepted->at(0).acceptedSuggestions,
                ElementsAre("ab0a6c01-f65f-54a0-9bf9-e243ed9245c0"));
    EXPECT_EQ(accepted->at(0).outcomeTimestamp, "2026-01-31T08:00:00Z");
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->at(0).accepted);
    EXPECT_EQ(plain->at(0).reasonCode, "");
    EXPECT_EQ(plain->at(0).comment, "");
    ASSERT_TRUE(reasoned);
    EXPECT_EQ(reasoned->at(0).reasonSystem, "urn:twitch-cds:override-reason");
    EXPECT_EQ(reasoned->at(0).reasonCode, "addressed");
    EXPECT_NE(reasoned->at(0).comment, "");
}

TEST(Feedback, OfSeveralCardsKeepsTheirOrder) // FB-02
{
    auto text = with(kAccepted, "/feedback/-", test::at(kOverridden, "/feedback/0"));
    text = with(text, "/feedback/1/card", "\"second\""); // not a uuid: tolerated (TOL-15)

    auto const items = readFeedback(text);

    ASSERT_TRUE(items) << toText(items.error());
    ASSERT_EQ(items->size(), 2U);
    EXPECT_TRUE(items->at(0).accepted);
    EXPECT_EQ(items->at(1).card, "second");
}

TEST(Feedback, LacksAListOfItems) // FB-02
{
    for (auto const* text : {"{}", R"({"feedback":null})", R"({"feedback":[]})",
                             R"({"feedback":{}})", R"({"feedback":"x"})"})
        EXPECT_EQ(faultOf(text), "/feedback") << text;
    for (auto const* text : {"", "[]", "null", "{"}) EXPECT_THAT(faultOf(text), HasSubstr("byte"));
}

TEST(FeedbackItems, ThatAreNoObjectsAreNamedByTheirPlace)
{
    for (auto const* value : {"null", "7", "\"x\"", "[]"})
        EXPECT_EQ(faultOf(with(kAccepted, "/feedback/-", value)), "/feedback/1") << value;
}

TEST(FeedbackItems, LackARequiredMember) // FB-03
{
    for (auto const* name : {"card", "outcome", "outcomeTimestamp"}) {
        auto const pointer = "/feedback/0/" + std::string{name};
        EXPECT_EQ(faultOf(without(kOverridden, pointer)), pointer);
        for (auto const* value : {"null", "\"\"", "7", "[]", "{}"})
            EXPECT_EQ(faultOf(with(kOverridden, pointer, value)), pointer) << value;
    }
}

TEST(Outcomes, AreTheTwoOfTheStandard) // FB-03
{
    for (auto const* value : {"\"Accepted\"", "\"ignored\"", "\"rejected\""})
        EXPECT_EQ(faultOf(with(kOverridden, "/feedback/0/outcome", value)), "/feedback/0/outcome");
}

TEST(Timestamps, AreDatesWithTimeOfAnyOffset) // FB-03
{
    for (auto const* value :
         {"2026-01-31T08:00:00Z", "2026-01-31T08:00:00.123Z", "2026-01-31T09:00:00+01:00"})
        EXPECT_EQ(faultOf(with(kOverridden, "/feedback/0/outcomeTimestamp",
                               "\"" + std::string{value} + "\"")),
                  "")
            << value;
    for (auto const* value : {"2026-01-31", "2026", "yesterday", "1769846400",
                              "2026-02-30T08:00:00Z", "2026-01-31T25:00:00Z"})
        EXPECT_EQ(faultOf(with(kOverridden, "/feedback/0/outcomeTimestamp",
                               "\"" + std::string{value} + "\"")),
                  "/feedback/0/outcomeTimestamp")
            << value;
}

TEST(AcceptedSuggestions, AreObjectsWithAnId) // FB-04
{
    std::string const list = "/feedback/0/acceptedSuggestions";
    EXPECT_EQ(faultOf(without(kAccepted, list)), list);
    for (auto const* value : {"null", "[]", "\"x\"", "7", "{}"})
        EXPECT_EQ(faultOf(with(kAccepted, list, value)), list) << value;
    for (auto const* value : {"[\"ab0a6c01-f65f-54a0-9bf9-e243ed9245c0\"]", "[null]", "[[]]"})
        EXPECT_EQ(faultOf(with(kAccepted, list, value)), list + "/0") << value;
    for (auto const* value : {"[{}]", R"([{"id":""}])", R"([{"id":7}])", R"([{"id":null}])"})
        EXPECT_EQ(faultOf(with(kAccepted, list, value)), list + "/0/id") << value;
}

TEST(OverrideReasons, HoldACodingOrAComment) // FB-05, FB-06
{
    std::string const reason = "/feedback/0/overrideReason";
    for (auto const* value : {R"({"reason":{"code":"addressed"}})", R"({"userComment":"seen"})",
                              R"({"reason":{"system":"urn:x","code":"y","display":"Y"}})"})
        EXPECT_EQ(faultOf(with(kOverridden, reason, value)), "") << value;
    EXPECT_EQ(faultOf(with(kOverridden, reason, "{}")), reason);
    for (auto const* value : {"\"x\"", "7", "[]"})
        EXPECT_EQ(faultOf(with(kOverridden, reason, value)), reason) << value;
    for (auto const* value : {R"({"reason":"addressed"})", R"({"reason":[]})", R"({"reason":7})"})
        EXPECT_EQ(faultOf(with(kOverridden, reason, value)), reason + "/reason") << value;
    for (auto const* value : {R"({"reason":{}})", R"({"reason":{"code":7}})",
                              R"({"reason":{"code":""}})", R"({"reason":{"system":"urn:x"}})"})
        EXPECT_EQ(faultOf(with(kOverridden, reason, value)), reason + "/reason/code") << value;
    EXPECT_EQ(faultOf(with(kOverridden, reason, R"({"userComment":7})")), reason + "/userComment");
}

// TOL-15: the plural name with one reason or a list, a reason that stands in an extension only.
TEST(OverrideReasons, AreFoundWhereEhrsPutThem)
{
    constexpr auto kReason =
        R"({"reason":{"system":"urn:twitch-cds:override-reason","code":"palliative"}})";
    constexpr auto kCoding = R"({"system":"urn:twitch-cds:override-reason","code":"palliative"})";
    std::string const item = "/feedback/0";
    for (auto const& [pointer, value] : std::vector<std::pair<std::string, std::string>>{
             {"/overrideReasons", kReason},
             {"/overrideReasons", "[" + std::string{kReason} + R"(,{"reason":{"code":"x"}}])"},
             {"/extension", R"({"org.example.reason":)" + std::string{kCoding} + "}"},
             {"/extension", R"({"org.example.feedback":)" + std::string{kReason} + "}"},
             {"/extension", R"([{"url":"x","valueCoding":)" + std::string{kCoding} + "}]"},
             {"/extension",
              R"({"a":{"system":"urn:x","code":"y"},"b":)" + std::string{kCoding} + "}"},
             {"/overrideReason", R"({"extension":{"a":)" + std::string{kCoding} + "}}"}}) {
        auto const items = readFeedback(with(kOverridden, item + pointer, value));
        ASSERT_TRUE(items) << value;
        EXPECT_EQ(items->at(0).reasonCode, "palliative") << value;
    }
    for (auto const* value : {"{}", "[]", R"({"a":{"b":{"c":{"d":{"code":"too-deep"}}}}})", "7"}) {
        auto const items = readFeedback(with(kOverridden, item + "/extension", value));
        ASSERT_TRUE(items) << value;
        EXPECT_EQ(items->at(0).reasonCode, "") << value;
    }
}

TEST(UsableFeedback, LeavesOutWhatIsFaultyAndSaysTheFirst)
{
    auto const usable = readUsableFeedback(
        with(with(kOverridden, "/feedback/-", R"({"card":"x","outcome":"ignored"})"), "/feedback/-",
             "7"));
    ASSERT_TRUE(usable);
    EXPECT_EQ(usable->items.size(), 1U);
    EXPECT_EQ(usable->faulty, 2U);
    EXPECT_EQ(usable->firstFault.value().where, "/feedback/1/outcome");
    EXPECT_FALSE(readUsableFeedback("{}"));
}

TEST(OverrideReasons, OfTheShapeBefore201AreRefusedWithTheReason) // T-12
{
    auto const items = readFeedback(with(kOverridden, "/feedback/0/overrideReason",
                                         R"({"code":"addressed","system":"urn:x"})"));

    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().where, "/feedback/0/overrideReason");
    EXPECT_THAT(toText(items.error()), HasSubstr("\"reason\""));
}

TEST(OverrideReasons, UnderThePluralNameAreReadAlike) // TOL-15
{
    auto const items = readFeedback(with(kOverridden, "/feedback/0/overrideReasons",
                                         R"({"reason":{"system":"urn:x","code":"addressed"}})"));

    ASSERT_TRUE(items) << toText(items.error());
    EXPECT_EQ(items->at(0).reasonCode, "addressed");
}

TEST(Comments, AreNotedAndNotEchoed) // FB-09
{
    auto const reason = "/feedback/0/overrideReason";
    auto const items = readFeedback(with(kOverridden, reason, R"({"userComment":"Canary Smith"})"));
    ASSERT_TRUE(items);
    EXPECT_NE(items->at(0).comment, "");

    auto const tooLong = readFeedback(
        with(kOverridden, reason, R"({"userComment":"Canary)" + std::string(4097, 'x') + "\"}"));
    ASSERT_FALSE(tooLong);
    EXPECT_EQ(tooLong.error().where, "/feedback/0/overrideReason/userComment");
    EXPECT_THAT(toText(tooLong.error()), testing::Not(HasSubstr("Canary")));
}

TEST(Batches, AreRefusedAsAWholeForOneFault) // FB-12
{
    EXPECT_EQ(faultOf(with(kAccepted, "/feedback/-", "{}")), "/feedback/1/card");
}

TEST(Batches, AreBounded)
{
    std::string text = R"({"feedback":[)";
    for (int i = 0; i < 1001; ++i)
        text += (i == 0 ? "" : ",") + test::at(kOverridden, "/feedback/0");
    auto const items = readFeedback(text + "]}");

    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().kind, Error::Kind::TooLarge);
}

} // namespace

} // namespace tcds::cds
