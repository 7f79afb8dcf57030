#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/facts/facts.hpp"
#include "fhir/terms/analyte.hpp"
#include "fhir/terms/value_set.hpp"
#include "rules/model/vocabulary.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

// What an author can say in a clause (docs/rule-language.md), names already resolved to indices.

namespace tcds::rules {

struct Condition;

/// A limit in a lab clause.
struct Threshold {
    terms::Limit limit;              // fixed alternatives; empty when one of the next two is set
    int parameter = -1;              // place in Rule::parameters ("$entry")
    std::optional<Decimal> multiple; // x ULN or x LLN of the result's own reference
    bool ofUpper = true;             // multiple of the upper (ULN) or lower (LLN) limit
    std::string text;                // as authored
};

enum class Compare : std::uint8_t { Below, AtMost, Above, AtLeast };
struct Comparison {
    Compare how = Compare::Below;
    Threshold threshold;
};

enum class Event : std::uint8_t { StartOrRise, Start, Change, Given, Stop };
/// "Not before": the newest such event of what is bound to `of` (or the time of a bound result),
/// moved by `by` (may be negative).
struct After {
    std::vector<Slot> of;
    Event event = Event::StartOrRise;
    std::optional<Duration> by;
};

/// Which results of an analyte a clause looks at.
struct LabScope {
    AnalyteId analyte;
    std::optional<Duration> within; // absent: the analyte's own window
    Slot near;                      // at most `within` before or after this bound result
    std::optional<After> after;
};

struct AllOf {
    std::vector<Condition> of;
};
struct AnyOf {
    std::vector<Condition> of;
};
struct NotOf {
    std::vector<Condition> of;
}; // exactly one
struct AtLeastOf {
    std::size_t n = 1;
    std::vector<Condition> of;
    std::optional<Duration> together; // the results behind n true lab clauses lie this close
};

struct ComplaintTest {
    bool anyKind = true;
    SetBits kinds;
    bool anySite = true;
    SetBits sites;
    std::optional<Duration> onsetBefore, onsetWithin;
};

enum class MedState : std::uint8_t { Active = 1, Stopped = 2, OnHold = 4, Given = 8, Draft = 16 };
struct MedTest {
    std::vector<SetId> classes;
    std::vector<IngredientId> ingredients;
    std::vector<SetId> exceptClasses;
    std::vector<IngredientId> exceptIngredients;
    std::size_t minCount = 1;                                          // distinct ingredients
    std::uint8_t states = static_cast<std::uint8_t>(MedState::Active); // bits of MedState
    bool allDrafts = false;                 // unselected drafts of order-select count too
    std::optional<terms::RouteMask> routes; // absent: the scope of each class
    std::optional<bool> asNeeded;
    std::optional<Duration> startedWithin, raisedWithin, changedWithin, takenFor, stoppedWithin,
        givenWithin;
    Slot startedAfter; // start or rise not before this bound result

    [[nodiscard]] bool asks(MedState state) const
    {
        return (states & static_cast<std::uint8_t>(state)) != 0;
    }
};

struct LabTest {
    LabScope scope;
    std::vector<Comparison> all;                            // every one must hold
    std::optional<std::pair<Threshold, Threshold>> outside; // below the first or above the second
    bool belowReference = false, aboveReference = false;
};

enum class Direction : std::uint8_t { Fall, Rise, Either };
struct TrendTest {
    AnalyteId analyte;
    Direction direction = Direction::Fall;
    terms::Limit by;               // smallest difference; empty when `factor` is set
    std::optional<Decimal> factor; // latest >= factor x earlier (rise)
    std::optional<Duration> over;
    Slot since; // instead of `over`: from the newest result before the start of this medication
    std::optional<Duration> within;
};

struct NormalTest {
    std::vector<AnalyteId> labs;
    std::optional<Duration> within;
    std::optional<After> after;
};

struct MissingTest {
    LabScope scope;
};

struct NotedTest {
    AnalyteId analyte;
    std::vector<Note> any;
};

struct ProblemTest { // construct `condition`
    std::vector<SetId> sets;
    bool anyState = false;
    std::optional<Duration> within, onsetWithin;
};

struct FindingTest {
    std::vector<SetId> sets;
    std::optional<Duration> within; // absent: the set's window
    std::optional<Duration> onsetWithin, onsetBefore;
    bool inComplaint = false;
};

struct ProcedureTest {
    std::vector<SetId> sets;
    std::optional<Duration> within;
};

enum class OrderState : std::uint8_t {
    Placed, // signed, whatever became of it since
    Active, // signed and not yet done
    Draft
};

struct OrderTest {
    std::vector<SetId> sets;
    OrderState state = OrderState::Placed;
    std::optional<Duration> within;
};

struct VisitTest {
    std::vector<SetId> sets;
    std::optional<Duration> within;
};

struct EncounterTest {
    std::optional<EncounterClass> cls;
    bool icu = false;
};

struct PregnancyTest {
    std::optional<int> fromWeeks, toWeeks;
    std::optional<Duration> postpartum;
    bool weeksUnknownCounts = false;
};

struct RenalTest {
    Decimal below;
};
struct NamedTest {
    NamedIndex named;
};
struct AgeTest {
    std::optional<Duration> atLeast, below;
};
struct SexTest {
    Sex sex = Sex::Unknown;
};

struct RuleTest {
    RuleIndex rule;
    std::optional<Level> level;
    bool partWhen = false; // asks only for its `when`
};

struct FiredInTest {
    std::vector<Group> groups;
    std::optional<Tier> tier;
    std::optional<Level> level;
};

struct ViaMissingTest {
    std::vector<Group> groups;
    std::vector<AnalyteId> labs; // only these `via` analytes are asked about; empty: all
};

using Construct =
    std::variant<AllOf, AnyOf, NotOf, AtLeastOf, ComplaintTest, MedTest, LabTest, TrendTest,
                 NormalTest, MissingTest, NotedTest, ProblemTest, FindingTest, ProcedureTest,
                 OrderTest, VisitTest, EncounterTest, PregnancyTest, RenalTest, NamedTest, AgeTest,
                 SexTest, RuleTest, FiredInTest, ViaMissingTest>;

/// One clause: exactly one construct, perhaps with a name for what it matched.
struct Condition {
    Construct test;
    Slot as;           // binds the matched data under this name
    std::string says;  // the author's sentence, "" = generated
    std::string where; // FILE:LINE:COLUMN, "" in embedded content
};

/// The key under which an author writes the construct: "all", "lab", "condition", ...
std::string_view constructName(Construct const& test);

} // namespace tcds::rules
