#include "fhir/terms/code_systems.hpp"
#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

/// A recorded sign, problem or complaint, as far as texts need it.
struct Recorded {
    std::vector<Coding> const* codes = nullptr;
    SetBits sets;
    TimeSpan const* date = nullptr;
};

TimeSpan const* firstKnown(std::optional<TimeSpan> const& a, std::optional<TimeSpan> const& b)
{
    if (a) return &*a;
    return b ? &*b : nullptr;
}

std::optional<Recorded> recordedAs(PatientContext const& context, FactId id)
{
    auto const has = [id](auto const& fact) { return fact.id == id; };
    if (auto const at = std::ranges::find_if(context.findings, has); at != context.findings.end())
        return Recorded{&at->codes, at->sets, firstKnown(at->at, at->onset)};
    if (auto const at = std::ranges::find_if(context.problems, has); at != context.problems.end())
        return Recorded{&at->codes, at->sets, firstKnown(at->onset, at->recorded)};
    if (auto const at = std::ranges::find_if(context.complaints, has);
        at != context.complaints.end())
        return Recorded{&at->codes, at->kinds, firstKnown(at->onset, std::nullopt)};
    return std::nullopt;
}

void addWithIncludes(terms::Terminology const& terms, SetId id, SetBits& sets)
{
    if (sets.has(id)) return;
    sets.add(id);
    for (auto const part : terms.set(id).includes) addWithIncludes(terms, part, sets);
}

std::string normalised(std::string_view system, std::string_view code)
{
    std::string buffer(code.size(), '\0');
    return std::string{terms::normalisedCode(system, code, buffer.data())};
}

enum class Fit : std::uint8_t { None, Prefix, Exact };

Fit fit(terms::CodeMember const& member, Coding const& coding)
{
    if (member.system != coding.system) return Fit::None;
    auto const code = normalised(coding.system, coding.code);
    if (member.code.ends_with('*')) {
        auto const stem = std::string_view{member.code}.substr(0, member.code.size() - 1);
        return code.starts_with(normalised(member.system, stem)) ? Fit::Prefix : Fit::None;
    }
    return code == normalised(member.system, member.code) ? Fit::Exact : Fit::None;
}

/// The display of our own row for one of the codes, the exact one before a prefix.
std::string_view displayOf(terms::Terminology const& terms, Recorded const& fact,
                           SetBits const& sets)
{
    std::string_view display;
    auto best = Fit::None;
    sets.forEach([&](SetId id) {
        for (auto const& member : terms.set(id).codes)
            for (auto const& coding : *fact.codes) {
                auto const how = fit(member, coding);
                if (how <= best || member.display.empty()) continue;
                best = how;
                display = member.display;
            }
    });
    return display;
}

/// Titles of the most specific sets: those that take in none of the others.
std::vector<std::string_view> titlesOf(terms::Terminology const& terms, SetBits const& sets)
{
    std::vector<std::string_view> titles;
    sets.forEach([&](SetId id) {
        auto const& includes = terms.set(id).includes;
        auto const isSum =
            std::ranges::any_of(includes, [&](SetId part) { return part != id && sets.has(part); });
        if (!isSum) titles.push_back(terms.set(id).title);
    });
    return titles;
}

/// What the facts are called in our own words: never the text of the chart.
std::vector<std::string> namesOf(Chart const& chart, Binding const& binding, SetBits const& asked)
{
    std::vector<std::string> names;
    auto const add = [&names](std::string_view name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end())
            names.emplace_back(name);
    };
    for (auto const id : binding.facts) {
        auto const fact = recordedAs(chart.context(), id);
        if (!fact) continue;
        auto sets = fact->sets;
        if (!asked.none() && sets.meets(asked)) sets.keepOnly(asked);
        auto const display = displayOf(chart.terms(), *fact, sets);
        if (!display.empty())
            add(display);
        else
            for (auto const title : titlesOf(chart.terms(), sets)) add(title);
    }
    return names;
}

std::optional<CardValue> newestDate(Chart const& chart, Binding const& binding)
{
    TimeSpan const* newest = nullptr;
    for (auto const id : binding.facts) {
        auto const fact = recordedAs(chart.context(), id);
        if (!fact || fact->date == nullptr) continue;
        if (newest == nullptr || fact->date->first() > newest->first()) newest = fact->date;
    }
    if (newest == nullptr) return std::nullopt;
    auto const day = newest->day();
    return CardValue{day, day, false};
}

/// Earliest known onset of the complaints that open the rule.
std::optional<CardValue> complaintOnset(Chart const& chart, Rule const& rule)
{
    TimeSpan const* earliest = nullptr;
    for (auto const& complaint : chart.context().complaints) {
        if (!complaint.onset || !complaint.kinds.meets(chart.rules().gates[rule.gate].kinds))
            continue;
        auto const earlier = earliest == nullptr || complaint.onset->first() < earliest->first();
        if (earlier) earliest = &*complaint.onset;
    }
    if (earliest == nullptr) return std::nullopt;
    auto const day = earliest->day();
    return CardValue{day, day, false};
}

} // namespace

std::optional<CardValue> factValue(Chart const& chart, FiredRule const& rule, Slot name,
                                   Field field, Shortening const& shortening)
{
    auto const& binding = rule.named(name);
    if (field == Field::Date || field == Field::Since || field == Field::Onset)
        return newestDate(chart, binding);
    if (field != Field::List && field != Field::Display) return std::nullopt;

    SetBits asked;
    for (auto const id : setsBehind(*rule.rule, name)) addWithIncludes(chart.terms(), id, asked);
    auto const names = namesOf(chart, binding, asked);
    if (names.empty()) return std::nullopt;
    return joined(names, shortening);
}

std::optional<CardValue> valueOf(Chart const& chart, FiredRule const& rule, Slot name, Field field,
                                 Shortening const& shortening, bool dateElsewhere)
{
    auto const bound = name.known() && name.index() < rule.bound.size();
    auto const kind = bound ? rule.named(name).kind : Binding::Kind::None;
    switch (kind) {
    case Binding::Kind::Result:
        return resultValue(chart, rule.named(name), rule.origins[name.index()], field,
                           dateElsewhere);
    case Binding::Kind::Medications:
    case Binding::Kind::Missing:
        return medicationValue(chart, rule.named(name), field, shortening);
    case Binding::Kind::Findings:
        return factValue(chart, rule, name, field, shortening);
    case Binding::Kind::None:
        break;
    }
    if (field == Field::Onset) return complaintOnset(chart, *rule.rule);
    return std::nullopt;
}

} // namespace tcds::rules
