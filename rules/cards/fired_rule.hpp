#pragma once

#include "rules/cards/arena.hpp"
#include "rules/eval/evaluation.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// Where a name of a rule's texts comes from: it decides how an old result is worded.
enum class NameOrigin : std::uint8_t {
    Clause,    // `as`: what the rule decided upon
    Show,      // `show`: newest usable result, whatever its age
    ShowBefore // `show` with `before`
};

/// A medication as a card counts them: an ingredient, or a use that is known by its class alone.
struct Drug {
    IngredientId ingredient;
    std::string_view name;             // of our own tables
    std::span<MedMatch const> matches; // not empty
};

/// What a name of a fired rule stands for.
struct Named {
    Binding const* binding = nullptr; // of the judgement, or looked up by `show`
    NameOrigin origin = NameOrigin::Clause;
    std::span<MedMatch const> meds; // of the binding
    std::span<Drug const> drugs;    // the distinct ones of them, in their order
};

/// A fired rule with everything that its texts and suggestions may name.
struct FiredRule {
    Judgement const* judgement = nullptr;
    Rule const* rule = nullptr;
    std::pmr::vector<Binding> shown; // looked up by `show`
    std::pmr::vector<Named> names;   // by Slot
    std::span<Drug const> drugs;     // the distinct medications of every name, in their order

    [[nodiscard]] Named const& named(Slot name) const { return names[name.index()]; }
};

/// Looks up the `show` names of a fired rule (rule language section 6): they inform, they decide
/// nothing. Judgement and arena must outlive the result.
FiredRule withShown(Chart const& chart, Judgement const& judgement, Arena& arena);

/// The same rule speaking of one medication alone where it speaks of `name`. Both the rule and the
/// medication must outlive the result.
FiredRule speakingOf(FiredRule const& fired, Slot name, Drug const& drug, Arena& arena);

/// The value sets that a name was asked of, in the rule's clauses or in `show`.
std::vector<SetId> setsBehind(Rule const& rule, Slot name);

/// Does `condition` ask for that rule by id?
bool asksFor(Condition const& condition, RuleIndex rule);

bool sharesDrug(std::span<Drug const> a, std::span<Drug const> b);

} // namespace tcds::rules
