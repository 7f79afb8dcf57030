#include "server/rulebook/statement.hpp"

#include <array>
#include <optional>

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

/// Ages in completed years from `from` up to, but without, `below`; 0: no end.
struct Years {
    int from = 0, below = 0;
};

std::optional<Years> yearsOf(Condition const& condition)
{
    auto const* age = std::get_if<rules::AgeTest>(&condition.test);
    if (age == nullptr) return std::nullopt;
    Years years;
    for (auto const& [bound, into] :
         {std::pair{&age->atLeast, &years.from}, {&age->below, &years.below}}) {
        if (!*bound) continue;
        if ((*bound)->unit != Duration::Unit::Year) return std::nullopt;
        *into = (*bound)->count;
    }
    return years;
}

std::string textOf(Years const& years)
{
    if (years.below == 0) return std::to_string(years.from) + " years or older";
    if (years.from == 0)
        return "under " + std::to_string(years.below) + (years.below == 1 ? " year" : " years");
    return std::to_string(years.from) + " to " + std::to_string(years.below - 1) + " years";
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
    return populationsText({population}, set);
}

std::string populationsText(std::vector<rules::NamedIndex> const& populations,
                            rules::RuleSet const& set)
{
    std::vector<std::string> words;
    std::optional<Years> open; // ages that the next population may continue
    auto const close = [&] {
        if (open) words.push_back(textOf(*open));
        open.reset();
    };
    for (auto const population : populations) {
        auto const years = population.known()
                               ? yearsOf(set.conditions[population.index()].condition)
                               : std::optional<Years>{};
        if (open && years && open->below == years->from) {
            open->below = years->below;
            continue;
        }
        close();
        if (years)
            open = years;
        else if (population.known())
            words.push_back(
                rules::describe(set.conditions[population.index()].condition, nullptr, set));
        else
            words.emplace_back("everybody else");
    }
    close();
    return joined(words, "or");
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
