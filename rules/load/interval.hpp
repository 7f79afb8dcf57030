#pragma once

#include "fhir/base/decimal.hpp"
#include "rules/model/rule_set.hpp"

#include <optional>

namespace tcds::rules {

/// A stretch of values in an analyte's canonical unit; an absent end is open for ever.
struct Interval {
    struct End {
        Decimal value;
        bool included = false;
    };
    std::optional<End> low, high;

    [[nodiscard]] bool empty() const;
    /// Everything that `other` holds and this as well.
    [[nodiscard]] Interval meet(Interval const& other) const;
    /// Does this hold everything that `inner` holds?
    [[nodiscard]] bool contains(Interval const& inner) const;
};

/// For which values a lab clause can be true: all that may satisfy it (`widest`) and those that
/// certainly do (`surest`). They differ where a parameter has several values.
struct LabRange {
    Interval widest;
    std::optional<Interval> surest; // nothing: depends on the result's own limits
};
LabRange rangeOf(LabTest const& test, Rule const* rule, RuleSet const& set);

/// Whenever `stronger` is true, is `weaker` true as well? Sound, not complete: true is certain.
bool implies(Condition const& stronger, Condition const& weaker, Rule const* rule,
             RuleSet const& set);

/// The analyte whose results leave nothing for the conditions to be true together, if there is one.
std::optional<AnalyteId> contradiction(std::vector<Condition const*> const& all, Rule const* rule,
                                       RuleSet const& set);

/// The conditions that must all be true for this one to be: those of nested `all`.
void flatten(Condition const& condition, std::vector<Condition const*>& into);

} // namespace tcds::rules
