#include "rules/exchange/membership.hpp"

#include "rules/exchange/canonical.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

std::vector<ScopeGroup> scopeGroupsOf(terms::ValueSet const& set)
{
    std::vector<ScopeGroup> groups;
    for (auto const& member : set.ingredients) {
        ClassScope const scope{member.routes, member.lookBack};
        auto group = std::ranges::find(groups, scope, &ScopeGroup::scope);
        if (group == groups.end()) group = groups.insert(group, ScopeGroup{{}, scope, {}});
        group->ingredients.push_back(member.ingredient);
    }
    auto const uniform =
        groups.empty() ||
        (groups.size() == 1 && groups.front().scope == ClassScope{set.routes, set.lookBack});
    if (uniform) {
        if (groups.empty()) groups.push_back({{}, {set.routes, set.lookBack}, {}});
        groups.front().name = set.name;
        return groups;
    }
    for (std::size_t i = 0; i < groups.size(); ++i)
        groups[i].name = set.name + '.' + std::to_string(i + 1);
    return groups;
}

namespace {

void collect(terms::Terminology const& terms, SetId id, std::vector<SetId>& seen,
             std::vector<terms::CodeMember>& codes)
{
    if (std::ranges::find(seen, id) != seen.end()) return;
    seen.push_back(id);
    auto const& set = terms.set(id);
    if (set.draft) return;
    for (auto const& member : set.codes) {
        auto const known = std::ranges::any_of(codes, [&](terms::CodeMember const& other) {
            return other.system == member.system && other.code == member.code;
        });
        if (!known) codes.push_back(member);
    }
    for (auto const included : set.includes) collect(terms, included, seen, codes);
}

} // namespace

std::vector<terms::CodeMember> codesOf(terms::Terminology const& terms, SetId id)
{
    std::vector<SetId> seen;
    std::vector<terms::CodeMember> codes;
    collect(terms, id, seen, codes);
    return codes;
}

IngredientCode codeOf(terms::Ingredient const& ingredient)
{
    if (!ingredient.rxnorm.empty())
        return {std::string{kRxNorm}, ingredient.rxnorm, ingredient.name};
    return {std::string{kIngredientSystem}, ingredient.name, ingredient.name};
}

} // namespace tcds::rules::exchange
