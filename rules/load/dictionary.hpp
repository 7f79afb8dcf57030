#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "rules/model/rule_set.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// What names mean in a rule set that is being read. A name that means nothing is reported (L03)
/// with the nearest one that does. Sees what the rule set holds at the time of asking.
class Dictionary
{
public:
    /// @param ruleIds  of all rules that will be in the set, sorted: a rule's place is its index
    /// @param drafts   rules that exist but are left out
    Dictionary(RuleSet const& set, std::vector<std::string> ruleIds,
               std::vector<std::string> drafts)
        : set_{set}, ruleIds_{std::move(ruleIds)}, drafts_{std::move(drafts)}
    {
    }

    [[nodiscard]] terms::Terminology const& terms() const { return *set_.terms; }
    [[nodiscard]] std::vector<std::string> const& ruleIds() const { return ruleIds_; }

    using Kinds = std::initializer_list<terms::SetKind>;
    /// A value set of one of the kinds.
    std::optional<SetId> set(Node node, Kinds kinds, Problems& problems) const;
    std::vector<SetId> sets(Node list, Kinds kinds, Problems& problems) const;
    std::optional<AnalyteId> analyte(Node node, Problems& problems) const;
    std::vector<AnalyteId> analytes(Node list, Problems& problems) const;
    std::optional<IngredientId> ingredient(Node node, Problems& problems) const;
    std::optional<RuleIndex> rule(Node node, Problems& problems) const;
    std::vector<RuleIndex> rules(Node list, Problems& problems) const;
    std::optional<NamedIndex> named(Node node, Problems& problems) const;
    std::optional<std::size_t> cluster(Node node, Problems& problems) const;
    std::optional<std::size_t> gate(Node node, Problems& problems) const;
    std::optional<std::size_t> suggestion(Node node, Problems& problems) const;
    std::optional<std::size_t> overrideReason(Node node, Problems& problems) const;

private:
    RuleSet const& set_;
    std::vector<std::string> ruleIds_;
    std::vector<std::string> drafts_;
};

} // namespace tcds::rules
