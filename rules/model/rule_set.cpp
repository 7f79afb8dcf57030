#include "rules/model/rule_set.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules
{

Rule const* RuleSet::find(std::string_view ruleId) const
{
    auto const at = std::ranges::lower_bound(rules, ruleId, {}, &Rule::id);
    return at != rules.end() && at->id == ruleId ? &*at : nullptr;
}

std::string_view RuleSet::labSubject(AnalyteId analyte) const
{
    return labSubjects[analyte.index()];
}

bool RuleSet::prefetched(AnalyteId analyte) const
{
    return std::ranges::any_of(needs, [&](HookNeeds const& need) {
        return std::ranges::any_of(need.labs, [&](HookNeeds::Lab const& lab) {
            auto const& named = terms->analyte(lab.analyte);
            return lab.analyte == analyte || std::ranges::find(named.of, analyte) != named.of.end();
        });
    });
}

std::string_view RuleSet::sourceSubject(std::string_view key)
{
    static constexpr std::string_view kPrefix = "source:";
    static constexpr std::array<std::string_view, 16> kSubjects{
        "source:patient",         "source:conditions",
        "source:medications",     "source:labs",
        "source:encounter",       "source:encounterDiagnoses",
        "source:complaints",      "source:statements",
        "source:questionnaires",  "source:stopped",
        "source:administrations", "source:dispenses",
        "source:serviceRequests", "source:vitals",
        "source:procedures",      "source:appointments"};
    auto const at = std::ranges::find_if(kSubjects, [key](std::string_view subject) {
        return subject.substr(kPrefix.size()) == key;
    });
    return at == kSubjects.end() ? std::string_view{"source:other"} : *at;
}

} // namespace tcds::rules
