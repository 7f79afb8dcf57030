#include "fhir/facts/course.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tcds {
namespace {

IngredientId const kFurosemide{7};

TimeSpan at(std::string const& text)
{
    auto span = parseDateTime(text);
    EXPECT_TRUE(span) << text;
    return *span;
}

Instant const kNow = at("2026-03-03T10:00:00Z").from;

/// Builds uses of one ingredient, numbered as added.
class Uses
{
public:
    MedicationUse& add(UseState state, std::string const& start = {})
    {
        auto& use = all_.emplace_back();
        use.id = FactId{static_cast<std::uint16_t>(all_.size())};
        use.state = state;
        use.ingredients = {kFurosemide};
        if (!start.empty()) use.start = at(start);
        return use;
    }
    MedicationUse& dosed(UseState state, std::string const& start, int dose,
                         std::string const& stop = {}, std::string const& unit = "mg")
    {
        auto& use = add(state, start);
        use.dailyDose = Quantity{Decimal{dose, 0}, unit};
        if (!stop.empty()) use.stop = at(stop);
        return use;
    }
    [[nodiscard]] std::vector<Course> courses() const { return coursesOf(all_, kNow); }

private:
    std::vector<MedicationUse> all_;
};

TEST(Course, GapOfThirtyDaysJoinsAndOneHourMoreParts)
{
    struct Row {
        char const* next;
        std::size_t courses;
    };
    for (auto const& row : {Row{"2026-01-31T00:00:00Z", 1}, Row{"2026-01-31T01:00:00Z", 2}}) {
        SCOPED_TRACE(row.next);
        Uses uses;
        uses.add(UseState::Stopped, "2025-12-01").stop = at("2026-01-01T00:00:00Z");
        uses.add(UseState::Active, row.next);

        auto const courses = uses.courses();

        ASSERT_EQ(courses.size(), row.courses);
        EXPECT_FALSE(courses.back().stop);
    }
}

TEST(Course, StartIsTheEarliestOfTheCourse)
{
    Uses uses;
    uses.add(UseState::Active, "2026-02-20");
    uses.add(UseState::Stopped, "2026-01-10").stop = at("2026-02-15");

    auto const courses = uses.courses();

    ASSERT_EQ(courses.size(), 1U);
    ASSERT_TRUE(courses[0].start);
    EXPECT_EQ(courses[0].start->text, "2026-01-10");
    EXPECT_EQ(courses[0].uses, (std::vector<FactId>{FactId{1}, FactId{2}}));
}

TEST(Course, DraftsPlannedNotTakenCancelledAndFutureUsesAreLeftOut)
{
    for (auto const state : {UseState::Draft, UseState::Planned, UseState::NotTaken,
                             UseState::Cancelled, UseState::Future}) {
        SCOPED_TRACE(static_cast<int>(state));
        Uses uses;
        uses.add(state, "2026-02-01");

        EXPECT_TRUE(uses.courses().empty());
    }
}

TEST(Course, UndatedUseJoinsTheNewestCourseAndMarksItsStartUnknown)
{
    Uses uses;
    uses.add(UseState::Active);
    uses.add(UseState::Stopped, "2025-01-01").stop = at("2025-02-01");
    uses.add(UseState::Active, "2026-02-01");

    auto const courses = uses.courses();

    ASSERT_EQ(courses.size(), 2U);
    EXPECT_FALSE(courses[0].startUnknown);
    EXPECT_TRUE(courses[1].startUnknown);
    EXPECT_EQ(courses[1].uses, (std::vector<FactId>{FactId{1}, FactId{3}}));
}

TEST(Course, UndatedUseAloneIsACourseWithoutStart)
{
    Uses uses;
    uses.add(UseState::Active);

    auto const courses = uses.courses();

    ASSERT_EQ(courses.size(), 1U);
    EXPECT_FALSE(courses[0].start);
    EXPECT_TRUE(courses[0].startUnknown);
}

TEST(Course, HigherDailyDoseIsARiseAndAChange)
{
    Uses uses;
    uses.dosed(UseState::Stopped, "2026-01-01", 20, "2026-01-20");
    uses.dosed(UseState::Active, "2026-01-21", 40);

    auto const course = uses.courses().at(0);

    ASSERT_TRUE(course.lastRise);
    EXPECT_EQ(course.lastRise->text, "2026-01-21");
    EXPECT_EQ(course.lastChange, course.lastRise);
}

TEST(Course, LowerDailyDoseIsAChangeButNoRise)
{
    Uses uses;
    uses.dosed(UseState::Stopped, "2026-01-01", 40, "2026-01-20");
    uses.dosed(UseState::Active, "2026-01-21", 20);

    auto const course = uses.courses().at(0);

    EXPECT_FALSE(course.lastRise);
    ASSERT_TRUE(course.lastChange);
    EXPECT_EQ(course.lastChange->text, "2026-01-21");
}

TEST(Course, DosesThatCannotBeComparedAreNoChange)
{
    struct Row {
        char const* name;
        int secondDose;
        char const* secondUnit;
        char const* secondStart;
    };
    for (auto const& row :
         {Row{"same dose", 20, "mg", "2026-01-21"}, Row{"another unit", 40, "mL", "2026-01-21"},
          Row{"two orders of one day", 40, "mg", "2026-01-01"}}) {
        SCOPED_TRACE(row.name);
        Uses uses;
        uses.dosed(UseState::Active, "2026-01-01", 20);
        uses.dosed(UseState::Active, row.secondStart, row.secondDose, {}, row.secondUnit);

        auto const course = uses.courses().at(0);

        EXPECT_FALSE(course.lastRise);
        EXPECT_FALSE(course.lastChange);
    }
}

TEST(Course, TabletsOfDifferentProductsAreNotCompared)
{
    Uses uses;
    uses.dosed(UseState::Stopped, "2026-01-01", 1, "2026-01-20", "tablet");
    uses.dosed(UseState::Active, "2026-01-21", 2, {}, "tablet");

    EXPECT_FALSE(uses.courses().at(0).lastRise); // no code says that it is the same tablet
}

/// The words that are sent with a code are in no record, and tell products apart no more than the
/// order of the codes does.
TEST(Course, TabletsOfOneProductAreComparedWhateverItIsCalled)
{
    Uses uses;
    uses.dosed(UseState::Stopped, "2026-01-01", 1, "2026-01-20", "tablet").codes = {
        {"urn:a", "1", "Lasix"}, {"urn:b", "2", ""}};
    uses.dosed(UseState::Active, "2026-01-21", 2, {}, "tablet").codes = {
        {"urn:b", "2", "furosemide 40 mg"}, {"urn:a", "1", ""}};

    ASSERT_TRUE(uses.courses().at(0).lastRise);
    EXPECT_EQ(uses.courses().at(0).lastRise->text, "2026-01-21");
}

TEST(Course, StopIsTheNewestOnceNothingRuns)
{
    Uses uses;
    uses.add(UseState::Stopped, "2026-01-01").stop = at("2026-02-20");
    uses.add(UseState::Stopped, "2026-01-10").stop = at("2026-02-10");

    auto const course = uses.courses().at(0);

    ASSERT_TRUE(course.stop);
    EXPECT_EQ(course.stop->text, "2026-02-20");
}

TEST(Course, LaterUseWithUnknownStopLeavesTheStopUnknown)
{
    Uses uses;
    uses.add(UseState::Stopped, "2026-01-01").stop = at("2026-01-20");
    uses.add(UseState::Stopped, "2026-02-01");

    auto const courses = uses.courses();

    ASSERT_EQ(courses.size(), 1U);
    EXPECT_FALSE(courses[0].stop);
}

TEST(Course, SupplyCoversTheDaysUntilTheNextOrderWhenNoStopIsKnown)
{
    Uses uses;
    auto& old = uses.add(UseState::Stopped, "2025-11-01");
    old.supplyEnd = at("2026-01-30");
    uses.add(UseState::Active, "2026-02-01");

    EXPECT_EQ(uses.courses().size(), 1U);
}

TEST(Course, SingleDoseEndsWhenItWasGiven)
{
    Uses uses;
    uses.add(UseState::Given).lastGiven = at("2026-02-01");

    auto const courses = uses.courses();

    ASSERT_EQ(courses.size(), 1U);
    ASSERT_TRUE(courses[0].start);
    EXPECT_EQ(courses[0].start->text, "2026-02-01");
    ASSERT_TRUE(courses[0].stop);
    EXPECT_EQ(courses[0].stop->text, "2026-02-01");
}

TEST(Course, OrderIsByIngredientThenStart)
{
    std::vector<MedicationUse> uses(2);
    uses[0].id = FactId{0};
    uses[0].state = UseState::Active;
    uses[0].ingredients = {IngredientId{9}};
    uses[0].start = at("2026-01-01");
    uses[1] = uses[0];
    uses[1].id = FactId{1};
    uses[1].ingredients = {IngredientId{2}, IngredientId{9}};
    uses[1].start = at("2026-02-01");

    auto const courses = coursesOf(uses, kNow);

    ASSERT_EQ(courses.size(), 2U);
    EXPECT_EQ(courses[0].ingredient, IngredientId{2});
    EXPECT_EQ(courses[1].ingredient, IngredientId{9});
    EXPECT_EQ(courses[1].uses.size(), 2U);
}

} // namespace
} // namespace tcds
