#include "fhir/terms/phrases.hpp"
#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace tcds::terms {
namespace {

using test::shipped;
using testing::IsEmpty;

enum class Says { Stated, Denied, Nothing };

std::ostream& operator<<(std::ostream& out, Says says)
{
    return out << (says == Says::Stated ? "stated" : says == Says::Denied ? "denied" : "nothing");
}

Says saysOf(std::string_view text, std::string_view set)
{
    auto const meaning = shipped().understandText(text, test::setsNamed(shipped(), {set}));
    auto const id = shipped().setNamed(set);
    if (meaning.stated.has(id)) return Says::Stated;
    return meaning.denied.has(id) ? Says::Denied : Says::Nothing;
}

struct Row {
    char const* text;
    Says twitch;
};

void expectTwitch(std::initializer_list<Row> rows)
{
    for (auto const& row : rows) EXPECT_EQ(saysOf(row.text, "TWITCH"), row.twitch) << row.text;
}

/// Where the phrases of an index of its own stand in a text: (first word, words).
std::vector<std::pair<std::uint32_t, std::uint32_t>> placesOf(
    std::initializer_list<char const*> phrases, std::string_view text)
{
    PhraseIndex index;
    for (auto const* const phrase : phrases) index.add(*parsePhrase(phrase), {});
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
    for (auto const& hit : index.find(splitWords(text)))
        places.emplace_back(hit.begin, hit.end - hit.begin);
    return places;
}

TEST(Phrase, IsFoundByItsFirstWordHoweverShort)
{
    using Places = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
    auto const text = "No ab abc abcd xabc 4x z";
    EXPECT_EQ(placesOf({"no"}, text), (Places{{0, 1}}));
    EXPECT_EQ(placesOf({"z"}, text), (Places{{6, 1}}));
    EXPECT_EQ(placesOf({"a*"}, text), (Places{{1, 1}, {2, 1}, {3, 1}}));
    EXPECT_EQ(placesOf({"ab*"}, text), (Places{{1, 1}, {2, 1}, {3, 1}}));
    EXPECT_EQ(placesOf({"abc*"}, text), (Places{{2, 1}, {3, 1}}));
    EXPECT_EQ(placesOf({"abcd*"}, text), (Places{{3, 1}}));
    EXPECT_EQ(placesOf({"abcde*", "abd", "ac*", "b*"}, text), Places{});
    EXPECT_EQ(placesOf({"4*"}, text), (Places{{5, 1}}));
    EXPECT_EQ(placesOf({"abcd|ab x* 4x"}, text), (Places{{3, 3}}));
    // The whole word first, then shorter beginnings before longer ones.
    EXPECT_EQ(placesOf({"abcd", "a*", "abc* xabc"}, "abcd xabc"), (Places{{0, 1}, {0, 1}, {0, 2}}));
}

TEST(Text, StatesWhatItNames)
{
    expectTwitch({
        {"muscle twitching", Says::Stated},
        {"MUSCLE TWITCHING", Says::Stated},
        {"Muscle-twitching", Says::Stated},
        {"Twitching of the left calf for 2 weeks", Says::Stated},
        {"fasciculations", Says::Stated},
        {"fasciculation, likely benign", Says::Stated},
        {"The patient's legs twitch at night", Says::Stated},
        {"calf muscles jumping", Says::Stated},
        {"eyelid myokymia", Says::Stated},
        {"twitching?", Says::Stated},
        {"worried about twitching", Says::Stated},
        {"fatigue", Says::Nothing},
        {"fascicular block, plantar fasciitis", Says::Nothing}, // whole words
        {"", Says::Nothing},
    });
}

TEST(Text, DeniesWhatStandsBehindANegation)
{
    expectTwitch({
        {"no twitching", Says::Denied},
        {"No fasciculations noted on exam", Says::Denied},
        {"patient denies twitching", Says::Denied},
        {"denies any muscle twitching", Says::Denied},
        {"without twitching", Says::Denied},
        {"Negative for fasciculations.", Says::Denied},
        {"never had twitching", Says::Denied},
        {"does not have twitching", Says::Denied},
        {"doesn't have any twitching", Says::Denied},
        {"doesn\xE2\x80\x99t have any twitching", Says::Denied},
        {"Not twitching any more", Says::Denied},
        {"no sign of fasciculations", Says::Denied},
    });
}

TEST(Text, DeniesWhatStandsBeforeAnAnswer)
{
    expectTwitch({
        {"fasciculations: no", Says::Denied},
        {"Twitching - none", Says::Denied},
        {"twitching: denies", Says::Denied},
        {"Fasciculations absent; reflexes normal", Says::Denied},
        {"Fasciculations not seen in legs", Says::Denied},
        {"twitching denied", Says::Denied},
        {"twitching/cramps denied", Says::Denied},
        {"twitching ruled out", Says::Denied},
        {"Any twitching? No.", Says::Denied},
        {"fasciculations (-)", Says::Denied},
        {"Weakness: yes, twitching: no", Says::Denied},
        {"weakness: no, twitching: yes", Says::Stated},
        {"Weakness: no. Twitching: yes", Says::Stated},
        {"cramps: no\ntwitching: yes", Says::Stated},
        {"cramps: yes\ntwitching: no", Says::Denied},
    });
}

TEST(Text, ANegationReachesThroughAListAndNoFurther)
{
    expectTwitch({
        {"no twitching, cramps or weakness", Says::Denied},
        {"denies cramps, weakness, or twitching", Says::Denied},
        {"denies chest pain, shortness of breath, twitching, or cramps", Says::Denied},
        {"neither cramps nor twitching", Says::Denied},
        {"no weakness or twitching since Monday", Says::Denied},
        {"no fasciculations (tongue, arms or legs)", Says::Denied},
        {"no weakness but twitching", Says::Stated},
        {"no weakness; twitching", Says::Stated},
        {"no weakness, however twitching", Says::Stated},
        {"No weakness. Twitching.", Says::Stated},
        {"Denies chest pain, reports twitching", Says::Stated},
        {"He has no weakness and has twitching", Says::Stated},
        {"no weakness and twitching since Monday", Says::Stated},
        {"twitching, no weakness", Says::Stated},
        {"twitching without weakness", Says::Stated},
        {"Twitching; denies weakness", Says::Stated},
        {"twitching (no weakness) in the calf", Says::Stated},
        {"no symptoms apart from twitching", Says::Stated},
        {"No known drug allergies, muscle twitching", Says::Stated},
        {"He does not know why he is twitching", Says::Stated},
        {"No numbness, tingling, twitching", Says::Denied},
        {"Negative for weakness, positive for twitching", Says::Stated},
    });
}

TEST(Text, SomeNegationsDenySomethingElse)
{
    expectTwitch({
        {"no change in twitching", Says::Stated},
        {"no improvement in twitching", Says::Stated},
        {"not only twitching but cramps", Says::Stated},
        {"Twitching not resolved", Says::Stated},
        {"twitching has not stopped", Says::Stated},
        {"no cause found for the twitching", Says::Stated},
        {"Twitching, not otherwise specified", Says::Stated},
    });
}

TEST(Text, WhatSomebodyElseHasIsNotThePatients)
{
    expectTwitch({
        {"father has twitching", Says::Denied},
        {"family history of twitching", Says::Denied},
        {"no family history of twitching", Says::Denied},
        {"Father has ALS, patient has twitching", Says::Stated},
        {"mother reports twitching", Says::Stated},
        {"wife has noticed twitching of his legs", Says::Stated},
    });
}

TEST(Text, WhatIsOverIsNotStated)
{
    expectTwitch({
        {"twitching resolved", Says::Denied},
        {"twitching has resolved after magnesium", Says::Denied},
        {"history of twitching, resolved", Says::Denied},
        {"weakness and twitching resolved", Says::Denied},
        {"No more twitching", Says::Denied},
        {"no longer twitching", Says::Denied},
        {"used to have twitching", Says::Denied},
        {"previously had twitching, none now", Says::Denied},
        {"Twitching in the past", Says::Denied},
        {"Muscle twitching for 3 weeks. Now resolved.", Says::Denied},
        {"cramps resolved, twitching persists", Says::Stated},
        {"3 week history of muscle twitching", Says::Stated}, // that is now
        {"history of twitching for 3 weeks", Says::Stated},
        {"no twitching yesterday but twitching today", Says::Stated},
    });
}

TEST(Text, WhatIsOnlyFearedIsNotStated)
{
    expectTwitch({
        {"return if twitching occurs", Says::Denied},
        {"Risk of hypokalaemia and twitching discussed", Says::Denied},
        {"side effects include twitching and cramps", Says::Denied},
        {"may cause twitching", Says::Denied},
        {"monitor for twitching", Says::Denied},
        {"twitching worse if he drinks coffee", Says::Stated},
        {"if he drinks coffee, twitching gets worse", Says::Stated},
    });
}

TEST(Text, SomeWordsCancelTheMatchInTheirSentence)
{
    expectTwitch({
        {"watches twitch streams all night", Says::Nothing},
        {"twitch.tv", Says::Nothing},
        {"fast-twitch fibres normal", Says::Nothing},
        {"Live on Twitch every day. Has eyelid twitching.", Says::Stated},
    });
    EXPECT_EQ(saysOf("involuntary movements", "TWITCH_UNSPEC"), Says::Stated);
    EXPECT_EQ(saysOf("involuntary movements, tremor", "TWITCH_UNSPEC"), Says::Nothing);
    EXPECT_EQ(saysOf("abdominal cramps", "CRAMP"), Says::Nothing);
    EXPECT_EQ(saysOf("leg cramps", "CRAMP"), Says::Stated);
    EXPECT_EQ(saysOf("myoclonus", "CLONUS"), Says::Nothing);
}

TEST(Text, GroupsMustAllOccurInOneSentence)
{
    EXPECT_EQ(saysOf("weakness in left leg", "MUSCLE_WEAKNESS"), Says::Stated);
    EXPECT_EQ(saysOf("left leg became weak", "MUSCLE_WEAKNESS"), Says::Stated);
    EXPECT_EQ(saysOf("Weakness. Pain in left leg.", "MUSCLE_WEAKNESS"), Says::Nothing);
    EXPECT_EQ(saysOf("no weakness of the legs", "MUSCLE_WEAKNESS"), Says::Denied);
    EXPECT_EQ(saysOf("no weakness in arms, weakness in left leg", "MUSCLE_WEAKNESS"), Says::Stated);
    EXPECT_EQ(saysOf("generalised weakness", "MUSCLE_WEAKNESS"), Says::Nothing);
}

TEST(Text, IsMatchedAgainstTheAskedSetsOnly)
{
    auto const meaning =
        shipped().understandText("twitching, no cramps", test::setsNamed(shipped(), {"CRAMP"}));

    EXPECT_THAT(test::namesOf(shipped(), meaning.stated), IsEmpty());
    EXPECT_THAT(test::namesOf(shipped(), meaning.denied), testing::ElementsAre("CRAMP"));
}

TEST(Text, OfGreatLengthIsReadToItsEnd)
{
    auto const all = shipped().ofKind(SetKind::Complaint);
    for (std::string_view const piece :
         {"no ", "no twitching, ", "muscle ", "twitching and ", "((((", "if father has "}) {
        std::string text;
        while (text.size() < 64U * 1024U) text += piece;
        text += ". Has twitching now.";
        EXPECT_TRUE(shipped().understandText(text, all).stated.has(shipped().setNamed("TWITCH")))
            << piece;
    }
}

} // namespace
} // namespace tcds::terms
