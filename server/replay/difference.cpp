#include "server/replay/difference.hpp"

#include "server/replay/card_lines.hpp"

#include <algorithm>
#include <utility>

namespace tcds::replay {

namespace {

constexpr std::string_view kFired = "fired";

bool fires(std::optional<RuleSaid> const& rule) { return rule && rule->outcome == kFired; }

std::vector<std::string> without(std::vector<std::string> const& a,
                                 std::vector<std::string> const& b)
{
    std::vector<std::string> rest;
    for (auto const& each : a)
        if (std::ranges::find(b, each) == b.end()) rest.push_back(each);
    return rest;
}

std::string listed(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

bool isSame(RuleSaid was, RuleSaid const& is, bool versions)
{
    if (!versions) was.version = is.version;
    return was == is;
}

std::vector<RuleDifference> rulesThatDiffer(Decided const& was, Decided const& is, bool versions)
{
    std::vector<RuleDifference> differences;
    auto then = was.rules.begin();
    auto now = is.rules.begin();
    while (then != was.rules.end() || now != is.rules.end()) {
        if (now == is.rules.end() || (then != was.rules.end() && then->id < now->id)) {
            differences.push_back({*then++, std::nullopt});
        } else if (then == was.rules.end() || now->id < then->id) {
            differences.push_back({std::nullopt, *now++});
        } else {
            if (!isSame(*then, *now, versions)) differences.push_back({*then, *now});
            ++then, ++now;
        }
    }
    return differences;
}

std::optional<CardSaid> cardLedBy(std::string_view rule, std::vector<CardSaid> const& cards)
{
    auto const at = std::ranges::find(cards, rule, &CardSaid::rule);
    return at == cards.end() ? std::nullopt : std::optional{*at};
}

CardDifference cardDifference(std::string rule, std::optional<CardSaid> was,
                              std::optional<CardSaid> is)
{
    auto lines = lineDifference(linesOfCard(was ? was->card : ""), linesOfCard(is ? is->card : ""));
    return {std::move(rule), std::move(was), std::move(is), std::move(lines)};
}

std::vector<CardDifference> cardsThatDiffer(Decided const& was, Decided const& is)
{
    std::vector<CardDifference> differences;
    for (auto const& card : was.cards) {
        auto now = cardLedBy(card.rule, is.cards);
        if (!now || *now != card)
            differences.push_back(cardDifference(card.rule, card, std::move(now)));
    }
    for (auto const& card : is.cards)
        if (!cardLedBy(card.rule, was.cards))
            differences.push_back(cardDifference(card.rule, std::nullopt, card));
    return differences;
}

std::vector<std::string> leadsOf(Decided const& decided)
{
    std::vector<std::string> leads;
    for (auto const& card : decided.cards) leads.push_back(card.rule);
    return leads;
}

std::string versionChange(RuleDifference const& rule)
{
    if (!rule.was || !rule.is || rule.was->version == rule.is->version)
        return " " + (rule.was ? rule.was->version : rule.is->version);
    return " " + rule.was->version + " -> " + rule.is->version;
}

} // namespace

bool RuleDifference::appears() const { return fires(is) && !fires(was); }
bool RuleDifference::vanishes() const { return fires(was) && !fires(is); }
bool RuleDifference::changesLevel() const
{
    return fires(was) && fires(is) && was->level != is->level;
}

bool Difference::none() const
{
    return rules.empty() && !idle && missingGone.empty() && missingNew.empty() && cards.empty() &&
           !order;
}

Difference differenceOf(Decided const& was, Decided const& is, bool versions)
{
    Difference difference;
    difference.rules = rulesThatDiffer(was, is, versions);
    if (was.idle != is.idle) difference.idle = {was.idle, is.idle};
    difference.missingGone = without(was.missing, is.missing);
    difference.missingNew = without(is.missing, was.missing);
    difference.cards = cardsThatDiffer(was, is);
    difference.order = difference.cards.empty() && leadsOf(was) != leadsOf(is);
    return difference;
}

std::string inWords(std::optional<RuleSaid> const& rule)
{
    if (!rule) return "idle";
    auto text = rule->outcome;
    for (auto const* part : {&rule->level, &rule->tier})
        if (!part->empty()) text += " " + *part;
    std::string why = rule->why;
    if (!rule->what.empty()) why += (why.empty() ? "" : " ") + rule->what;
    if (!rule->band.empty()) why += (why.empty() ? "band " : ", band ") + rule->band;
    if (!why.empty()) text += " (" + why + ")";
    return text;
}

std::string toText(CardDifference const& card)
{
    auto text = "  card " + (card.rule.empty() ? std::string{"without a rule"} : card.rule);
    if (!card.was) text += ": new";
    if (!card.is) text += ": gone";
    text += "\n";
    for (auto const& line : card.lines)
        if (line.sign != ' ') text += std::string{"    "} + line.sign + " " + line.text + "\n";
    return text;
}

std::string toText(Difference const& difference)
{
    std::string text;
    for (auto const& rule : difference.rules) {
        text += "  " + rule.id() + versionChange(rule) + ": " + inWords(rule.was) + " -> " +
                inWords(rule.is) + "\n";
        if (rule.was && rule.is && rule.was->facts != rule.is->facts)
            text += "    facts " + listed(rule.was->facts) + " -> " + listed(rule.is->facts) + "\n";
    }
    if (difference.idle)
        text += "  idle rules: " + std::to_string(difference.idle->first) + " -> " +
                std::to_string(difference.idle->second) + "\n";
    if (!difference.missingGone.empty())
        text += "  no longer missing: " + listed(difference.missingGone) + "\n";
    if (!difference.missingNew.empty())
        text += "  missing besides: " + listed(difference.missingNew) + "\n";
    if (difference.order) text += "  the cards come in another order\n";
    for (auto const& card : difference.cards) text += toText(card);
    return text;
}

} // namespace tcds::replay
