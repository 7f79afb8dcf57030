#include "rules/cards/unread.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/remarks.hpp"
#include "rules/cards/sections.hpp"

#include <array>
#include <string_view>

namespace tcds::rules {

std::optional<Card> unreadCard(Evaluation const& evaluation)
{
    struct Hidden {
        std::string_view key, consequence;
    };
    static constexpr std::array kHidden{
        Hidden{"labs", "Low or high electrolytes may be missed."},
        Hidden{"medications", "Medicines that can cause twitching may be missed."}};

    auto const& context = evaluation.chart.context();
    auto const& limits = evaluation.chart.rules().limits;
    Sections sections{limits.detailMax};
    std::string unread;
    Card card;
    for (auto const& hidden : kHidden) {
        auto const status = context.source(hidden.key);
        if (!failed(status)) continue;
        auto const words = std::string{sourceInWords(hidden.key)};
        unread += (unread.empty() ? "" : " and ") + words;
        sections.require(Section::Findings,
                         withCapital(words) + ": " + std::string{failureInWords(status)} + ".");
        sections.require(Section::NotChecked, std::string{hidden.consequence});
        card.missing.emplace_back(RuleSet::sourceSubject(hidden.key));
    }
    if (unread.empty()) return std::nullopt;
    sections.require(Section::Options, "Consider a look at the chart itself.");
    sections.require(Section::Basis, "what the sources answered to this call");
    card.summary = "Could not read " + unread + "; not assessed";
    card.detail = sections.text();
    return card;
}

} // namespace tcds::rules
