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
    std::string unread;
    std::array<std::string, kHidden.size()> findings;
    Sections sections{limits.detailMax};
    Card card;
    for (std::size_t i = 0; i < kHidden.size(); ++i) {
        auto const& hidden = kHidden[i];
        auto const status = context.source(hidden.key);
        if (!failed(status)) continue;
        auto const words = sourceInWords(hidden.key);
        unread.append(unread.empty() ? "" : " and ").append(words);
        findings[i].append(words).append(": ").append(failureInWords(status)).append(".");
        raiseFirst(findings[i], 0);
        sections.require(Section::Findings, findings[i]);
        sections.require(Section::NotChecked, hidden.consequence);
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
