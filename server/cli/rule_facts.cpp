#include "server/cli/rule_facts.hpp"

#include <string_view>

namespace tcds::cli {

namespace {

constexpr std::size_t kLabelWidth = 9;

std::string line(std::string_view label, std::string const& text)
{
    return "  " + std::string{label} + std::string(kLabelWidth - label.size(), ' ') + text + '\n';
}

std::string statusOf(rules::Rule const& rule)
{
    if (rule.overlaid && rule.overlaid->disabled) return "switched off: evaluated, never shown";
    std::string text{rules::toText(rule.status)};
    if (rule.outsidePeriod) text = "active, outside its period: evaluated, not shown";
    if (!rule.meta.effectiveFrom.empty()) text += ", in force from " + rule.meta.effectiveFrom;
    if (!rule.meta.effectiveTo.empty()) text += " until " + rule.meta.effectiveTo;
    return text;
}

std::string signedBy(rules::Meta const& meta)
{
    auto text = meta.author.empty() ? std::string{"no author"} : meta.author;
    for (std::size_t i = 0; i < meta.reviewers.size(); ++i)
        text += (i == 0 ? "; reviewed by " : ", ") + meta.reviewers[i];
    if (meta.approvedBy.empty()) return text + "; no clinical approval";
    return text + "; approved by " + meta.approvedBy + " on " + meta.approvedOn;
}

std::string reviewOf(rules::Meta const& meta, std::string const& day)
{
    if (meta.nextReview.empty()) return "no day set";
    return (meta.nextReview < day ? "overdue since " : "due on ") + meta.nextReview;
}

} // namespace

std::string ruleFacts(rules::Rule const& rule, std::string const& day)
{
    auto text = line("status", statusOf(rule)) + line("signed", signedBy(rule.meta)) +
                line("review", reviewOf(rule.meta, day));
    if (!rule.overlaid) return text;
    auto const& overlaid = *rule.overlaid;
    for (auto const& change : overlaid.changes) text += line("overlay", change);
    if (!overlaid.reason.empty())
        text += line("", (overlaid.by.empty() ? "" : overlaid.by + ": ") + overlaid.reason);
    return text + line("", "signed: " + signedBy(overlaid.meta)) +
           line("", "review: " + reviewOf(overlaid.meta, day));
}

} // namespace tcds::cli
