#include "server/rulebook/statement.hpp"

#include <array>

namespace tcds::rulebook {

namespace {

using rules::Condition;

bool isIdCharacter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// How a composite clause introduces its parts; "" for a clause without parts.
std::string introduction(Condition const& condition)
{
    if (std::holds_alternative<rules::AllOf>(condition.test)) return "all of these:";
    if (std::holds_alternative<rules::AnyOf>(condition.test)) return "at least one of these:";
    if (std::holds_alternative<rules::NotOf>(condition.test)) return "this is not so:";
    auto const* some = std::get_if<rules::AtLeastOf>(&condition.test);
    if (some == nullptr) return {};
    auto text = "at least " + std::to_string(some->n) + " of these";
    if (some->together) text += ", results within " + durationText(*some->together);
    return text + ':';
}

std::vector<Condition> const& partsOf(Condition const& condition)
{
    if (auto const* all = std::get_if<rules::AllOf>(&condition.test)) return all->of;
    if (auto const* any = std::get_if<rules::AnyOf>(&condition.test)) return any->of;
    if (auto const* no = std::get_if<rules::NotOf>(&condition.test)) return no->of;
    return std::get<rules::AtLeastOf>(condition.test).of;
}

/// A named condition is said by its author's sentence; its clauses follow.
std::vector<Item> namedParts(rules::NamedTest const& test, rules::RuleSet const& set)
{
    auto const& named = set.conditions[test.named.index()].condition;
    if (named.says.empty()) return {};
    auto spelt = named;
    spelt.says.clear();
    auto item = statementOf(spelt, nullptr, set);
    return {std::move(item)};
}

} // namespace

std::string capital(std::string text)
{
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

std::string joined(std::vector<std::string> const& words, std::string_view last)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? ' ' + std::string{last} + ' ' : ", ";
        text += words[i];
    }
    return text;
}

std::string durationText(Duration const& duration)
{
    static constexpr std::array<std::string_view, 5> kUnits{"hour", "day", "week", "month", "year"};
    auto text = std::to_string(duration.count) + ' ' +
                std::string{kUnits[static_cast<std::size_t>(duration.unit)]};
    return duration.count == 1 ? text : text + 's';
}

std::string populationText(rules::NamedIndex population, rules::RuleSet const& set)
{
    if (!population.known()) return "everybody else";
    return rules::describe(set.conditions[population.index()].condition, nullptr, set);
}

Inline withLinks(std::string_view text, rules::RuleSet const& set)
{
    Inline line;
    std::string before;
    for (std::size_t at = 0; at < text.size();) {
        if (!isIdCharacter(text[at])) {
            before += text[at++];
            continue;
        }
        auto end = at;
        while (end < text.size() && isIdCharacter(text[end])) ++end;
        auto const word = text.substr(at, end - at);
        if (set.find(word) != nullptr) {
            if (!before.empty()) line += std::string_view{before};
            before.clear();
            line += anchor(std::string{word}, std::string{word});
        } else {
            before += word;
        }
        at = end;
    }
    if (!before.empty()) line += std::string_view{before};
    return line;
}

Item statementOf(Condition const& condition, rules::Rule const* rule, rules::RuleSet const& set)
{
    Item item;
    auto const intro = introduction(condition);
    if (!intro.empty()) {
        item.text = plain(condition.says.empty() ? intro : condition.says + ", that is, " + intro);
        for (auto const& part : partsOf(condition))
            item.parts.push_back(statementOf(part, rule, set));
    } else {
        item.text = withLinks(rules::describe(condition, rule, set), set);
        if (auto const* named = std::get_if<rules::NamedTest>(&condition.test))
            item.parts = namedParts(*named, set);
    }
    if (condition.as.known() && rule != nullptr) {
        item.text += " (called ";
        item.text += code(rule->names[condition.as.index()]);
        item.text += ")";
    }
    return item;
}

} // namespace tcds::rulebook
