#include "fhir/terms/code_systems.hpp"
#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>
#include <array>

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

enum class Fit : std::uint8_t { None, Prefix, Exact };

/// How a member of a set fits the normalised code of a coding.
Fit fit(terms::CodeMember const& member, std::string_view code, std::string& room)
{
    auto const isPrefix = member.code.ends_with('*');
    auto const written = std::string_view{member.code}.substr(0, member.code.size() - isPrefix);
    room.resize(written.size());
    auto const wanted = terms::normalisedCode(member.system, written, room.data());
    if (isPrefix) return code.starts_with(wanted) ? Fit::Prefix : Fit::None;
    return code == wanted ? Fit::Exact : Fit::None;
}

/// The display of our own row for one of the codes, the exact one before a prefix.
std::string_view displayOf(terms::Terminology const& terms, Recorded const& fact,
                           SetBits const& sets)
{
    std::vector<std::string> codes;
    for (auto const& coding : *fact.codes) {
        auto& code = codes.emplace_back(coding.code.size(), '\0');
        code.resize(terms::normalisedCode(coding.system, coding.code, code.data()).size());
    }
    std::string_view display;
    auto best = Fit::None;
    std::string room;
    sets.forEach([&](SetId id) {
        for (auto const& member : terms.set(id).codes) {
            if (member.display.empty()) continue;
            for (std::size_t i = 0; i < codes.size(); ++i) {
                if (member.system != (*fact.codes)[i].system) continue;
                auto const how = fit(member, codes[i], room);
                if (how <= best) continue;
                best = how;
                display = member.display;
            }
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
std::vector<std::string_view> namesOf(Chart const& chart, Binding const& binding,
                                      SetBits const& asked)
{
    std::vector<std::string_view> names;
    auto const add = [&names](std::string_view name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
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

/// Signs that keep their capital inside a sentence.
bool beginsWithAPerson(std::string_view name)
{
    static constexpr std::array<std::string_view, 2> kPersons{"Chvostek", "Trousseau"};
    return std::ranges::any_of(kPersons, [name](auto each) { return name.starts_with(each); });
}

bool writeNewestDay(FilledText& text, Chart const& chart, Binding const& binding)
{
    TimeSpan const* newest = nullptr;
    for (auto const id : binding.facts) {
        auto const fact = recordedAs(chart.context(), id);
        if (!fact || fact->date == nullptr) continue;
        if (newest == nullptr || fact->date->first() > newest->first()) newest = fact->date;
    }
    if (newest != nullptr) text.words(dayIn(*newest));
    return newest != nullptr;
}

/// Earliest known onset of the complaints that open the rule.
bool writeComplaintOnset(FilledText& text, Chart const& chart, Rule const& rule)
{
    TimeSpan const* earliest = nullptr;
    for (auto const& complaint : chart.context().complaints) {
        if (!complaint.onset || !complaint.kinds.meets(chart.rules().gates[rule.gate].kinds))
            continue;
        auto const earlier = earliest == nullptr || complaint.onset->first() < earliest->first();
        if (earlier) earliest = &*complaint.onset;
    }
    if (earliest != nullptr) text.words(dayIn(*earliest));
    return earliest != nullptr;
}

} // namespace

bool writeFact(FilledText& text, Chart const& chart, FiredRule const& rule, Slot name, Field field)
{
    auto const& binding = *rule.named(name).binding;
    if (field == Field::Date || field == Field::Since || field == Field::Onset)
        return writeNewestDay(text, chart, binding);
    if (field != Field::List && field != Field::Display) return false;

    SetBits asked;
    for (auto const id : setsBehind(*rule.rule, name)) addWithIncludes(chart.terms(), id, asked);
    auto const names = namesOf(chart, binding, asked);
    if (names.empty()) return false;
    std::string inText;
    text.names(names, text.shortening().names,
               [&inText](std::string_view each) -> std::string_view {
                   inText = each;
                   if (!beginsWithAPerson(each)) lowerFirst(inText, 0);
                   return inText;
               });
    return true;
}

bool writeValue(FilledText& text, Chart const& chart, FiredRule const& rule, Slot name, Field field,
                bool dateElsewhere)
{
    auto const bound = name.known() && name.index() < rule.names.size();
    auto const kind = bound ? rule.named(name).binding->kind : Binding::Kind::None;
    switch (kind) {
    case Binding::Kind::Result:
        return writeResult(text, chart, rule.named(name), field, dateElsewhere);
    case Binding::Kind::Medications:
    case Binding::Kind::Missing:
        return writeMedication(text, chart, rule.named(name), field);
    case Binding::Kind::Findings:
        return writeFact(text, chart, rule, name, field);
    case Binding::Kind::None:
        break;
    }
    return field == Field::Onset && writeComplaintOnset(text, chart, *rule.rule);
}

} // namespace tcds::rules
