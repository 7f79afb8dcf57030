#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"
#include "rules/eval/medications.hpp"

#include <algorithm>
#include <chrono>

namespace tcds::rules {

namespace {

constexpr std::size_t kNamesOfDisplay = 2; // clinical specification C.0.7

CardValue engineText(std::string text) { return {text, text, false}; }

TimeSpan const* addressOf(std::optional<TimeSpan> const& span) { return span ? &*span : nullptr; }

TimeSpan const* startOf(MedMatch const& match)
{
    return addressOf(match.course != nullptr ? match.course->start : match.use->start);
}

TimeSpan const* stopOf(MedMatch const& match)
{
    auto const* stop = match.course != nullptr ? addressOf(match.course->stop) : nullptr;
    return stop != nullptr ? stop : addressOf(match.use->stop);
}

TimeSpan const* givenOf(MedMatch const& match)
{
    if (match.use->lastGiven) return &*match.use->lastGiven;
    return match.use->kind == UseKind::Administration ? addressOf(match.use->start) : nullptr;
}

TimeSpan const* newer(TimeSpan const* a, TimeSpan const* b)
{
    if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
    return a->first() >= b->first() ? a : b;
}

/// Start, last rise or last change of the dose: whichever was last ("changed" of C.0.1).
TimeSpan const* changeOf(MedMatch const& match)
{
    auto const* last = startOf(match);
    if (match.course == nullptr) return last;
    return newer(newer(last, addressOf(match.course->lastRise)),
                 addressOf(match.course->lastChange));
}

template <class Date>
std::optional<CardValue> newestDay(std::span<MedMatch const> matches, Date const& date)
{
    TimeSpan const* newest = nullptr;
    for (auto const& match : matches) newest = newer(newest, date(match));
    if (newest == nullptr) return std::nullopt;
    return engineText(newest->day());
}

struct Start {
    TimeSpan const* span = nullptr; // nothing: unknown
    bool certain = false;           // false: it may lie earlier
};

Start startOf(Drug const& drug)
{
    Start first;
    for (auto const& match : drug.matches) {
        auto const* span = startOf(match);
        if (span == nullptr) continue;
        auto const earlier = first.span == nullptr || span->first() < first.span->first();
        if (earlier) first = {span, timesOf(match).startCertain};
    }
    return first;
}

std::string textOf(Start const& start)
{
    if (start.span == nullptr) return "unknown date";
    return start.certain ? start.span->day() : start.span->day() + " or earlier";
}

/// One date for all, two in the order of the names, or the first of many.
std::optional<CardValue> sinceValue(std::vector<Drug> const& drugs)
{
    Start earliest;
    auto differ = false;
    for (auto const& drug : drugs) {
        auto const start = startOf(drug);
        if (textOf(start) != textOf(startOf(drugs.front()))) differ = true;
        if (start.span == nullptr) continue;
        if (earliest.span == nullptr || start.span->first() < earliest.span->first())
            earliest = start;
    }
    if (earliest.span == nullptr) return std::nullopt;
    if (!differ) return engineText(textOf(earliest));
    if (drugs.size() == 2)
        return engineText(textOf(startOf(drugs[0])) + " / " + textOf(startOf(drugs[1])));
    return engineText(textOf(earliest) + ", the first of them");
}

std::optional<CardValue> doseValue(std::vector<Drug> const& drugs)
{
    CardValue value;
    for (auto const& drug : drugs) {
        MedMatch const* newest = nullptr;
        for (auto const& match : drug.matches) {
            if (!match.use->dailyDose) continue;
            auto const later =
                newest == nullptr || newer(startOf(match), startOf(*newest)) == startOf(match);
            if (later) newest = &match;
        }
        if (newest == nullptr) continue;
        auto const& dose = *newest->use->dailyDose;
        auto const unit = shownUnit(dose.unit, {});
        if (unit.empty()) continue;
        auto const named = drugs.size() > 1;
        auto const between = value.plain.empty() ? "" : ", ";
        auto const number = " " + dose.value.text() + " ";
        value.plain += between +
                       (named ? std::string{drug.name} + number : dose.value.text() + " ") + unit +
                       " a day";
        value.markdown += between +
                          (named ? escapedName(drug.name) + number : dose.value.text() + " ") +
                          escapedUnit(unit) + " a day";
    }
    if (value.plain.empty()) return std::nullopt;
    return value;
}

std::string_view wordFor(Route route)
{
    switch (route) {
    case Route::Unknown:
        return {};
    case Route::Oral:
        return "oral";
    case Route::Injected:
        return "injected";
    case Route::Inhaled:
        return "inhaled";
    case Route::Nebulised:
        return "nebulised";
    case Route::Nasal:
        return "nasal";
    case Route::Topical:
        return "topical";
    case Route::Ophthalmic:
        return "eye";
    case Route::Otic:
        return "ear";
    case Route::Rectal:
        return "rectal";
    case Route::Vaginal:
        return "vaginal";
    case Route::IntraArticular:
        return "into a joint";
    case Route::Transdermal:
        return "transdermal";
    case Route::Intrathecal:
        return "intrathecal";
    }
    return {};
}

std::optional<CardValue> routeValue(std::span<MedMatch const> matches)
{
    std::vector<std::string_view> routes;
    for (auto const& match : matches) {
        auto const word = wordFor(match.use->route);
        if (!word.empty() && std::ranges::find(routes, word) == routes.end())
            routes.push_back(word);
    }
    std::string text;
    for (auto const word : routes) text += (text.empty() ? "" : ", ") + std::string{word};
    if (text.empty()) return std::nullopt;
    return engineText(std::move(text));
}

std::string counted(int count, std::string_view unit)
{
    return std::to_string(count) + ' ' + std::string{unit} + (count == 1 ? "" : "s");
}

/// Days up to eight weeks, then completed months, from three years on completed years.
std::string lengthBetween(TimeSpan const& start, Instant end)
{
    constexpr int kMostDays = 56;
    constexpr int kMostMonths = 36;
    auto const days = completedDays(start, end);
    if (days <= kMostDays) return counted(days, "day");
    auto const from =
        std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(start.first())};
    auto const to = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(end)};
    auto months = (static_cast<int>(to.year()) - static_cast<int>(from.year())) * 12 +
                  static_cast<int>(static_cast<unsigned>(to.month())) -
                  static_cast<int>(static_cast<unsigned>(from.month()));
    if (to.day() < from.day()) --months;
    return months < kMostMonths ? counted(months, "month") : counted(months / 12, "year");
}

/// How long the longest of them has been taken.
std::optional<CardValue> durationValue(Chart const& chart, std::vector<Drug> const& drugs)
{
    Start earliest;
    MedMatch const* of = nullptr;
    for (auto const& drug : drugs) {
        auto const start = startOf(drug);
        if (start.span == nullptr) continue;
        if (earliest.span != nullptr && earliest.span->first() <= start.span->first()) continue;
        earliest = start;
        of = &drug.matches.front();
    }
    if (earliest.span == nullptr) return std::nullopt;
    auto const stop = timesOf(*of).stop;
    auto const length =
        lengthBetween(*earliest.span, stop ? std::min(*stop, chart.now()) : chart.now());
    return engineText(earliest.certain ? length : "at least " + length);
}

std::vector<std::string> namesOf(std::vector<Drug> const& drugs)
{
    std::vector<std::string> names;
    for (auto const& drug : drugs) names.emplace_back(drug.name);
    return names;
}

std::vector<std::string> namesOf(Chart const& chart, Binding const& binding)
{
    std::vector<std::string> names;
    for (auto const analyte : binding.analytes) names.push_back(nameInText(chart, analyte));
    return names;
}

} // namespace

CardValue joined(std::vector<std::string> const& names, Shortening const& shortening)
{
    CardValue value;
    value.name = true;
    auto const shown = std::min(names.size(), std::max<std::size_t>(shortening.names, 1));
    for (std::size_t i = 0; i < shown; ++i) {
        auto name = cleaned(names[i]);
        if (cardLength(name) > shortening.nameLength)
            name = std::string{cutTo(name, shortening.nameLength - 1)} + "\u2026";
        if (i > 0) value.plain += ", ", value.markdown += ", ";
        value.plain += name;
        value.markdown += escapedName(name);
    }
    if (shown < names.size()) {
        auto const others = " +" + std::to_string(names.size() - shown);
        value.plain += others;
        value.markdown += others;
    }
    return value;
}

std::optional<CardValue> medicationValue(Chart const& chart, Binding const& binding, Field field,
                                         Shortening const& shortening)
{
    if (field == Field::Analytes) {
        if (binding.analytes.empty()) return std::nullopt;
        return joined(namesOf(chart, binding), {99, shortening.nameLength});
    }
    if (binding.meds.empty()) return std::nullopt;
    auto const drugs = drugsOf(chart, binding.meds);
    switch (field) {
    case Field::Display:
    case Field::Drugs:
        return joined(namesOf(drugs),
                      {std::min(shortening.names, kNamesOfDisplay), shortening.nameLength});
    case Field::List:
        return joined(namesOf(drugs), shortening);
    case Field::Since:
        return sinceValue(drugs);
    case Field::Changed:
    case Field::Date:
        return newestDay(binding.meds, changeOf);
    case Field::Stopped:
        return newestDay(binding.meds, stopOf);
    case Field::Given:
        return newestDay(binding.meds, givenOf);
    case Field::Dose:
        return doseValue(drugs);
    case Field::Route:
        return routeValue(binding.meds);
    case Field::Duration:
        return durationValue(chart, drugs);
    case Field::Value:
    case Field::Dated:
    case Field::Limit:
    case Field::Range:
    case Field::Note:
    case Field::TimesLimit:
    case Field::Analytes:
    case Field::Onset:
        break;
    }
    return std::nullopt;
}

} // namespace tcds::rules
