#include "server/query/report_words.hpp"

#include <algorithm>

namespace tcds::query {

std::string shareOf(Answers const& cards)
{
    return cards.answered() == 0 ? "-" : std::to_string(cards.overriddenPercent()) + " %";
}

std::string reasonsOf(ReasonCounts const& reasons)
{
    std::string text;
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        if (reasons[i] == 0) continue;
        if (!text.empty()) text += ", ";
        text.append(kOverrideColumns[i]).append(" ").append(std::to_string(reasons[i]));
    }
    return text;
}

std::string burdenOf(GroupCount const& group)
{
    if (group.complaintEncounters == 0) return "-";
    auto const tenths = group.burdenTenths();
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string nameOf(GroupCount const& group) { return group.name.empty() ? "(none)" : group.name; }

std::vector<ReasonCount> reasonsIn(Report const& report)
{
    std::vector<ReasonCount> reasons;
    for (std::size_t i = 0; i < kOverrideColumns.size(); ++i) {
        if (report.all.cards.reasons[i] == 0) continue;
        ReasonCount reason{kOverrideColumns[i], report.all.cards.reasons[i], {}};
        for (auto const& rule : report.rules)
            if (rule.cards.reasons[i] > 0)
                reason.rules.emplace_back(rule.rule, rule.cards.reasons[i]);
        std::ranges::stable_sort(reason.rules, std::ranges::greater{},
                                 &std::pair<std::string, std::uint64_t>::second);
        reasons.push_back(std::move(reason));
    }
    std::ranges::stable_sort(reasons, std::ranges::greater{}, &ReasonCount::cards);
    return reasons;
}

} // namespace tcds::query
