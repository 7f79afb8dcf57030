#include "fhir/terms/unit_grammar.hpp"

#include "fhir/terms/unit_table.hpp"
#include "tests/unit/terms/content.hpp"

#include <gtest/gtest.h>

namespace tcds::terms {
namespace {

Decimal number(char const* text) { return Decimal::parse(text).value(); }

struct Conversion {
    char const *value, *from, *to, *expected; // expected nullptr: not the same quantity
};

// By hand: powers of ten, 60 s in a minute, 1 mm[Hg] = 133.322 Pa.
constexpr Conversion kConversions[]{
    {"4.5", "g/dL", "g/L", "45"},
    {"45", "g/L", "g/dL", "4.5"},
    {"1", "g/L", "mg/dL", "100"},
    {"2.5", "ug/mL", "mg/L", "2.5"},
    {"12", "ng/mL", "ug/L", "12"},
    {"12", "ng/mL", "mg/L", "0.012"},
    {"30", "ng/dL", "pg/mL", "300"},
    {"3500", "umol/L", "mmol/L", "3.5"},
    {"1", "mmol/kg", "mol/kg", "0.001"},
    {"2", "m[IU]/L", "u[IU]/mL", "2"},
    {"0.45", "s", "ms", "450"},
    {"45", "%", "1", "0.45"},
    {"0.45", "L/L", "%", "45"},
    {"90", "mL/min", "mL/min/{1.73_m2}", "90"},
    {"1", "mg/dL", "mmol/L", nullptr},
    {"1", "meq/L", "mmol/L", nullptr}, // a valence lies between them
    {"1", "mosm/kg", "mmol/kg", nullptr},
    {"1", "mg", "mg/L", nullptr},
    {"1", "U/L", "[IU]/L", nullptr},
    {"1", "mg/mg", "mmol/mmol", nullptr}, // both without dimension, not the same ratio
    {"1", "Cel", "[degF]", nullptr},
};

TEST(UnitGrammar, ConvertsWhatMeasuresTheSameQuantity)
{
    for (auto const& row : kConversions) {
        SCOPED_TRACE(std::string{row.value} + " " + row.from + " -> " + row.to);
        auto const from = parseUnit(row.from), to = parseUnit(row.to);
        ASSERT_TRUE(from && to);
        auto const converted = convertUnit(number(row.value), *from, *to);
        ASSERT_EQ(converted.has_value(), row.expected != nullptr);
        if (converted) {
            EXPECT_EQ(*converted, number(row.expected));
        }
    }
}

TEST(UnitGrammar, DividesByWhatIsNoPowerOfTen)
{
    EXPECT_EQ(*convertUnit(number("120"), *parseUnit("mL/min"), *parseUnit("mL/s")), number("2"));
    EXPECT_EQ(*convertUnit(number("40"), *parseUnit("mm[Hg]"), *parseUnit("Pa")),
              number("5332.88"));
}

TEST(UnitGrammar, RefusesWhatIsNoUcum)
{
    for (auto const* text :
         {"", "mEq/L", "mcg", "mg per dL", "xyz", "mmol/", "//L", "mg/dL{", "{", "mmHg", "100mL"})
        EXPECT_FALSE(parseUnit(text)) << text;
}

TEST(UnitGrammar, WritesLitreWithACapital)
{
    EXPECT_EQ(parseUnit("mmol/l")->text, "mmol/L");
    EXPECT_EQ(parseUnit("m[iU]/l")->text, "m[IU]/L");
}

struct Spelling {
    char const *code, *text, *ucum; // nullptr: not known
};

TEST(UnitTable, KnowsTheSpellingsSeenInData)
{
    constexpr Spelling kRows[]{
        {"mmol/L", "", "mmol/L"},
        {"", "mEq/L", "meq/L"},
        {"", "MMOL/L", "mmol/L"},
        {"", "MG/DL", "mg/dL"},
        {"", "mg%", "mg/dL"},
        {"", "µmol/L", "umol/L"},
        {"", "mcg/mL", "ug/mL"},
        {"", "IU/L", "[IU]/L"},
        {"", "uU/ML", "u[IU]/mL"},
        {"mU/L", "", "m[IU]/L"},
        {"", "mL/min/1.73m2", "mL/min/{1.73_m2}"},
        {"", "mL/min/1.73 m²", "mL/min/{1.73_m2}"},
        {"", " mmol/L ", "mmol/L"},
        {"", "MMol/L", "mmol/L"}, // loose spelling
        {"bogus", "mmol/L", "mmol/L"},
        {"", "", nullptr},
        {"", "per field", nullptr},
        {"", "mmHg", "mm[Hg]"},
        {"umol/dL", "", "umol/dL"},
        {"", "pH", "[pH]"},
    };
    for (auto const& row : kRows) {
        SCOPED_TRACE(std::string{row.code} + "|" + row.text);
        auto const ucum = test::shipped().ucum(row.code, row.text);
        ASSERT_EQ(ucum.has_value(), row.ucum != nullptr);
        if (ucum) {
            EXPECT_EQ(*ucum, row.ucum);
        }
    }
}

TEST(UnitTable, ReportsAUnitThatIsNoUcum)
{
    UnitTable table;
    Problems problems;

    table.load("unit\tucum\nfoo\tbar\n", problems);

    ASSERT_EQ(problems.sorted().size(), 1U);
    EXPECT_EQ(toText(problems.sorted().front()), "terms/units.tsv:2:1: error L05: \"bar\" is no "
                                                 "UCUM unit. Fix: write the UCUM code of foo.");
}

} // namespace
} // namespace tcds::terms
