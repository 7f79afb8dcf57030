#pragma once

#include "rules/model/condition.hpp"
#include "rules/model/rule.hpp"

#include <functional>

namespace tcds::rules {

/// The conditions inside a composite one; nothing for a leaf.
std::vector<Condition> const* partsOf(Condition const& condition);

/// Calls `visit` for the condition and everything below it, parents first.
template <class Visit>
void forEachClause(Condition const& condition, Visit&& visit)
{
    visit(condition);
    if (auto const* const parts = partsOf(condition))
        for (auto const& part : *parts) forEachClause(part, visit);
}

/// The places of a rule at which conditions stand.
enum class RulePart : std::uint8_t { When, Unless, Band, Adjust, Tier, Text };

/// Calls `visit(part, condition)` for each root condition of a rule, in file order.
template <class Visit>
void forEachRoot(Rule const& rule, Visit&& visit)
{
    visit(RulePart::When, rule.when);
    if (rule.unless) visit(RulePart::Unless, *rule.unless);
    for (auto const& band : rule.bands)
        if (band.when) visit(RulePart::Band, *band.when);
    for (auto const& adjustment : rule.adjust)
        if (adjustment.when) visit(RulePart::Adjust, *adjustment.when);
    for (auto const& row : rule.tiers)
        if (row.when) visit(RulePart::Tier, *row.when);
    for (auto const& also : rule.card.also)
        if (also.when) visit(RulePart::Text, *also.when);
    for (auto const& suggest : rule.suggest)
        if (suggest.when) visit(RulePart::Text, *suggest.when);
}

} // namespace tcds::rules
