#include "rules/cards/escape.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tcds::rules {
namespace {

std::string clean(std::string_view text)
{
    std::string made;
    return std::string{cleaned(text, made)};
}

std::string escaped(std::string_view value)
{
    std::string text;
    appendEscaped(text, value);
    return text;
}

std::string escapedUnit(std::string_view unit)
{
    std::string text;
    appendEscapedUnit(text, unit);
    return text;
}

std::string unitOf(std::string_view asSent, std::string_view ucum)
{
    std::string made;
    return std::string{shownUnit(asSent, ucum, made)};
}

std::string raised(std::string text)
{
    raiseFirst(text, 0);
    return text;
}

std::string lowered(std::string text)
{
    lowerFirst(text, 0);
    return text;
}

struct Row {
    char const* name;
    std::string_view in, out;
};

class Cleaned : public testing::TestWithParam<Row>
{
};

TEST_P(Cleaned, HoldsNothingThatHidesOrReorders)
{
    EXPECT_EQ(clean(GetParam().in), GetParam().out);
}

INSTANTIATE_TEST_SUITE_P(
    Values, Cleaned,
    testing::Values(
        Row{"plain", "mmol/L", "mmol/L"}, Row{"empty", "", ""},
        Row{"lineBreaks", "a\r\nb\tc", "a b c"}, Row{"manyBlanksAndEnds", "  a   b ", "a b"},
        Row{"lineSeparator", "a\u2028b", "a b"},
        Row{"control", std::string_view{"a\0b\x1b[0m", 7}, "ab[0m"},
        Row{"rightToLeftOverride", "a\u202Ebc", "abc"}, Row{"isolates", "\u2066x\u2069", "x"},
        Row{"zeroWidth", "fu\u200Bro\uFEFF", "furo"}, Row{"tagCharacters", "a\U000E0041b", "ab"},
        Row{"brokenUtf8", "a\xC3(\xFF z", "a( z"}, Row{"accentsStay", "Ménière", "Ménière"}),
    [](auto const& row) { return std::string{row.param.name}; });

TEST(Cleaned, CutsBehindEightyCodePoints)
{
    std::string const eighty(80, 'a');

    EXPECT_EQ(clean(eighty), eighty);
    EXPECT_EQ(clean(eighty + "b"), std::string(79, 'a') + "\u2026");
}

TEST(Cleaned, CutsBetweenCodePoints) // CARD-02
{
    std::string pills;
    for (int i = 0; i < 90; ++i) pills += "\U0001F48A";

    auto const cut = clean(pills);

    EXPECT_EQ(cut.size(), 79U * 4U + 3U);
}

TEST(Escaped, EveryPunctuationSignHasABackslash) // CARD-05, CTL-08
{
    EXPECT_EQ(escaped("[x](http://e.org) <img src=a> *b* _c_ `d` #e & f|g ~h"),
              "\\[x\\]\\(http\\:\\/\\/e\\.org\\) \\<img src\\=a\\> \\*b\\* \\_c\\_ \\`d\\` \\#e "
              "\\& f\\|g \\~h");
}

/// Property: whatever a string holds, no sign of Markdown or HTML stands in it without a backslash.
TEST(Escaped, LeavesNoActiveSign) // CTL-08, T-10
{
    std::string every;
    for (int c = 1; c < 127; ++c) every += static_cast<char>(c);
    for (auto const& text : {every, every + every, std::string{"\\<b>\\\\"}}) {
        auto const safe = escaped(clean(text));
        for (std::size_t i = 0; i < safe.size(); ++i) {
            if (safe[i] == '\\') {
                ++i;
                continue;
            }
            EXPECT_EQ(std::string_view{"<>[]()*_`#&|~!:.-+{}@"}.find(safe[i]),
                      std::string_view::npos)
                << safe[i];
        }
    }
}

TEST(EscapedName, KeepsTheSignsOfNames)
{
    std::string text = "with ";
    appendEscapedName(text, "25-OH vitamin D, st_john's-wort* (a/b) 5%");
    EXPECT_EQ(text, "with 25-OH vitamin D, st\\_john's-wort\\* (a/b) 5%");
}

TEST(ShownUnit, IsAsSentWhileItLooksLikeAUnit)
{
    EXPECT_EQ(unitOf("mEq/L", "meq/L"), "mEq/L");
    EXPECT_EQ(unitOf("mL/min/1.73m2", "mL/min/{1.73_m2}"), "mL/min/1.73m2");
    EXPECT_EQ(unitOf("\u00B5mol/L", "umol/L"), "\u00B5mol/L");
}

TEST(ShownUnit, IsTheUcumSpellingOtherwise)
{
    EXPECT_EQ(unitOf("<img src=x>", "mmol/L"), "mmol/L");
    EXPECT_EQ(unitOf("mmol/L see http://evil.example", "mmol/L"), "mmol/L");
    EXPECT_EQ(unitOf("", "mmol/L"), "mmol/L");
    EXPECT_EQ(unitOf("", "{score}"), "");
    EXPECT_EQ(unitOf("", "[pH]"), "");
}

TEST(ShownUnit, IsWrittenAsCliniciansDo)
{
    EXPECT_EQ(unitOf("Cel", "Cel"), "\u00B0C");
    EXPECT_EQ(unitOf("", "[degF]"), "\u00B0F");
    EXPECT_EQ(unitOf("mm[Hg]", "mm[Hg]"), "mmHg");
    EXPECT_EQ(unitOf("mL/min/{1.73_m2}", "mL/min/{1.73_m2}"), "mL/min/1.73 m2");
    EXPECT_EQ(unitOf("[IU]/L", "[IU]/L"), "IU/L");
    EXPECT_EQ(unitOf("", "m[IU]/L"), "mIU/L");
    EXPECT_EQ(unitOf("u[IU]/mL", "u[IU]/mL"), "uIU/mL");
    EXPECT_EQ(unitOf("meq/L", "meq/L"), "mEq/L");
    EXPECT_EQ(unitOf("ug", ""), "mcg");
    EXPECT_EQ(unitOf("ug/L", "ug/L"), "ug/L");
}

TEST(EscapedUnit, KeepsSlashAndDecimalPointReadable)
{
    EXPECT_EQ(escapedUnit("mmol/L"), "mmol/L");
    EXPECT_EQ(escapedUnit("mL/min/1.73m2"), "mL/min/1.73m2");
    EXPECT_EQ(escapedUnit("www.x"), "www\\.x");
    EXPECT_EQ(escapedUnit("10*3/uL"), "10\\*3/uL");
}

TEST(CardLength, CountsUtf16UnitsWhereTheyAreMore) // CARD-02
{
    EXPECT_EQ(cardLength("abc"), 3U);
    EXPECT_EQ(cardLength("é"), 1U);
    EXPECT_EQ(cardLength("\U0001F48A"), 2U);
}

TEST(CutTo, NeverPartsACodePoint)
{
    EXPECT_EQ(cutTo("ab\U0001F48Ac", 3), "ab");
    EXPECT_EQ(cutTo("ab\U0001F48Ac", 4), "ab\U0001F48A");
    EXPECT_EQ(cutTo("abc", 9), "abc");
}

TEST(Capitals, AbbreviationsKeepTheirs)
{
    EXPECT_EQ(raised("furosemide"), "Furosemide");
    EXPECT_EQ(raised("5-HTP"), "5-HTP");
    EXPECT_EQ(lowered("Potassium"), "potassium");
    EXPECT_EQ(lowered("TSH"), "TSH");
    EXPECT_EQ(lowered("QTc interval"), "QTc interval");
    std::string text = "ionised Calcium";
    lowerFirst(text, 8);
    EXPECT_EQ(text, "ionised calcium");
}

} // namespace
} // namespace tcds::rules
