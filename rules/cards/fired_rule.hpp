#pragma once

#include "rules/eval/evaluation.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tcds::rules {

/// Where a name of a rule's texts comes from: it decides how an old result is worded.
enum class NameOrigin : std::uint8_t {
    Clause,    // `as`: what the rule decided upon
    Show,      // `show`: newest usable result, whatever its age
    ShowBefore // `show` with `before`
};

/// A fired rule with everything that its texts and suggestions may name.
struct FiredRule {
    Judgement const* judgement = nullptr;
    Rule const* rule = nullptr;
    std::vector<Binding> bound;      // by Slot, `show` names included
    std::vector<NameOrigin> origins; // by Slot

    [[nodiscard]] Binding const& named(Slot name) const { return bound[name.index()]; }
};

/// Looks up the `show` names of a fired rule (rule language section 6): they inform, they decide
/// nothing. The judgement must outlive the result.
FiredRule withShown(Chart const& chart, Judgement const& judgement);

/// The value sets that a name was asked of, in the rule's clauses or in `show`.
std::vector<SetId> setsBehind(Rule const& rule, Slot name);

/// The rules that `condition` asks for by id.
void collectRules(Condition const& condition, std::vector<RuleIndex>& rules);

/// A medication as a card counts them: an ingredient, or a use that is known by its class alone.
struct Drug {
    IngredientId ingredient;
    std::string_view name;         // of our own tables
    std::vector<MedMatch> matches; // not empty
};

/// The distinct medications of a list, in its order.
std::vector<Drug> drugsOf(Chart const& chart, std::span<MedMatch const> matches);

/// Every medication that a rule names, in the order of its names.
std::vector<Drug> drugsOf(Chart const& chart, FiredRule const& rule);

bool sharesDrug(std::span<Drug const> a, std::span<Drug const> b);

} // namespace tcds::rules
