#include "rules/eval/compare.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tcds::rules {

namespace {

constexpr auto kYes = Verdict::Yes;
constexpr auto kNo = Verdict::No;
constexpr auto kUnknown = Verdict::Unknown;

struct Row {
    Compare how;
    Comparator comparator;
    std::array<Verdict, 3> verdicts; // value 3.0, 3.5 and 4.0 against the limit 3.5
};

// What can be said for certain about a value of which only a bound is known (rule language
// section 4, "Latest result" 4).
constexpr std::array kTable{
    Row{Compare::Below, Comparator::None, {kYes, kNo, kNo}},
    Row{Compare::Below, Comparator::Less, {kYes, kYes, kUnknown}},
    Row{Compare::Below, Comparator::LessOrEqual, {kYes, kUnknown, kUnknown}},
    Row{Compare::Below, Comparator::Greater, {kUnknown, kNo, kNo}},
    Row{Compare::Below, Comparator::GreaterOrEqual, {kUnknown, kNo, kNo}},
    Row{Compare::AtMost, Comparator::None, {kYes, kYes, kNo}},
    Row{Compare::AtMost, Comparator::Less, {kYes, kYes, kUnknown}},
    Row{Compare::AtMost, Comparator::LessOrEqual, {kYes, kYes, kUnknown}},
    Row{Compare::AtMost, Comparator::Greater, {kUnknown, kNo, kNo}},
    Row{Compare::AtMost, Comparator::GreaterOrEqual, {kUnknown, kUnknown, kNo}},
    Row{Compare::Above, Comparator::None, {kNo, kNo, kYes}},
    Row{Compare::Above, Comparator::Less, {kNo, kNo, kUnknown}},
    Row{Compare::Above, Comparator::LessOrEqual, {kNo, kNo, kUnknown}},
    Row{Compare::Above, Comparator::Greater, {kUnknown, kYes, kYes}},
    Row{Compare::Above, Comparator::GreaterOrEqual, {kUnknown, kUnknown, kYes}},
    Row{Compare::AtLeast, Comparator::None, {kNo, kYes, kYes}},
    Row{Compare::AtLeast, Comparator::Less, {kNo, kNo, kUnknown}},
    Row{Compare::AtLeast, Comparator::LessOrEqual, {kNo, kUnknown, kUnknown}},
    Row{Compare::AtLeast, Comparator::Greater, {kUnknown, kYes, kYes}},
    Row{Compare::AtLeast, Comparator::GreaterOrEqual, {kUnknown, kYes, kYes}},
};

TEST(Compare, SaysOnlyWhatIsCertain)
{
    constexpr std::array kValues{Decimal{30, 1}, Decimal{350, 2}, Decimal{4, 0}};
    for (auto const& row : kTable)
        for (std::size_t i = 0; i < kValues.size(); ++i)
            EXPECT_EQ(compare(row.how, kValues[i], row.comparator, Decimal{35, 1}), row.verdicts[i])
                << "operator " << static_cast<int>(row.how) << ", comparator "
                << static_cast<int>(row.comparator) << ", value " << kValues[i].text();
}

terms::Limit magnesium()
{
    return {{Decimal{70, 2}, "mmol/L", "0.70 mmol/L"}, {Decimal{17, 1}, "mg/dL", "1.7 mg/dL"}};
}

Result reported(Decimal value, std::string_view ucum, Decimal canonical)
{
    Result result;
    result.usable = true;
    result.reported = value;
    result.ucum = ucum;
    result.canonical = canonical;
    return result;
}

TEST(Alternatives, OfALimitAreTakenInTheUnitOfTheReport)
{
    // 1.7 mg/dL is 0.699 mmol/L: printed as the limit, hence not below it (C.0.2).
    auto const atLimit = reported(Decimal{17, 1}, "mg/dL", Decimal{69938, 5});
    EXPECT_EQ(alternativeFor(magnesium(), atLimit).text, "1.7 mg/dL");
    EXPECT_EQ(compare(Compare::Below, atLimit, magnesium()), Verdict::No);

    auto const below = reported(Decimal{16, 1}, "mg/dL", Decimal{65824, 5});
    EXPECT_EQ(compare(Compare::Below, below, magnesium()), Verdict::Yes);

    auto const molar = reported(Decimal{699, 3}, "mmol/L", Decimal{699, 3});
    EXPECT_EQ(compare(Compare::Below, molar, magnesium()), Verdict::Yes);
}

TEST(Alternatives, FallBackToTheCanonicalUnit)
{
    auto const other = reported(Decimal{139, 2}, "meq/L", Decimal{695, 3});

    EXPECT_EQ(alternativeFor(magnesium(), other).text, "0.70 mmol/L");
    EXPECT_EQ(compare(Compare::Below, other, magnesium()), Verdict::Yes); // 0.695 < 0.70
}

TEST(Alternatives, OfAnotherQuantityInTheSameUnitAreNotCompared)
{
    // Urea of the whole molecule, 60 mg/dL = 9.99 mmol/L, is no urea nitrogen of 60 mg/dL.
    terms::Limit const limit{{Decimal{214, 1}, "mmol/L", "21.4 mmol/L"},
                             {Decimal{60, 0}, "mg/dL", "60 mg/dL"}};
    auto urea = reported(Decimal{60, 0}, "mg/dL", Decimal{999, 2});
    urea.codeFactors = true;

    EXPECT_EQ(compare(Compare::AtLeast, urea, limit), Verdict::No);
}

} // namespace

} // namespace tcds::rules
