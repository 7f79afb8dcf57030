#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"
#include "rules/eval/medications.hpp"

#include <algorithm>
#include <chrono>

namespace tcds::rules {

namespace {

constexpr std::size_t kNamesOfDisplay = 2; // clinical specification C.0.7

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
bool writeNewestDay(FilledText& text, std::span<MedMatch const> matches, Date const& date)
{
    TimeSpan const* newest = nullptr;
    for (auto const& match : matches) newest = newer(newest, date(match));
    if (newest != nullptr) text.words(dayIn(*newest));
    return newest != nullptr;
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

void writeStart(FilledText& text, Start const& start)
{
    if (start.span == nullptr) return text.words("unknown date");
    text.words(dayIn(*start.span));
    if (!start.certain) text.words(" or earlier");
}

bool readAlike(Start const& a, Start const& b)
{
    if (a.span == nullptr || b.span == nullptr) return a.span == b.span;
    return a.certain == b.certain && dayIn(*a.span) == dayIn(*b.span);
}

/// One date for all, two in the order of the names, or the first of many.
bool writeSince(FilledText& text, std::span<Drug const> drugs)
{
    Start earliest;
    auto differ = false;
    auto const ofFirst = startOf(drugs.front());
    for (auto const& drug : drugs) {
        auto const start = startOf(drug);
        if (!readAlike(start, ofFirst)) differ = true;
        if (start.span == nullptr) continue;
        if (earliest.span == nullptr || start.span->first() < earliest.span->first())
            earliest = start;
    }
    if (earliest.span == nullptr) return false;
    if (differ && drugs.size() == 2) {
        writeStart(text, ofFirst);
        text.words(" / ");
        writeStart(text, startOf(drugs[1]));
        return true;
    }
    writeStart(text, earliest);
    if (differ) text.words(", the first of them");
    return true;
}

/// The daily dose of the newest use that states one.
Quantity const* doseOf(Drug const& drug)
{
    MedMatch const* newest = nullptr;
    for (auto const& match : drug.matches) {
        if (!match.use->dailyDose) continue;
        auto const later =
            newest == nullptr || newer(startOf(match), startOf(*newest)) == startOf(match);
        if (later) newest = &match;
    }
    return newest == nullptr ? nullptr : &*newest->use->dailyDose;
}

bool writeDose(FilledText& text, std::span<Drug const> drugs)
{
    auto any = false;
    std::string made;
    for (auto const& drug : drugs) {
        auto const* dose = doseOf(drug);
        if (dose == nullptr) continue;
        auto const unit = shownUnit(dose->unit, {}, made);
        if (unit.empty()) continue;
        if (any) text.words(", ");
        if (drugs.size() > 1) {
            text.name(drug.name);
            text.words(" ");
        }
        text.quantity(dose->value.text(), unit);
        text.words(" a day");
        any = true;
    }
    return any;
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
    case Route::Intravenous:
        return "intravenous";
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

bool writeRoute(FilledText& text, std::span<MedMatch const> matches)
{
    std::vector<std::string_view> routes;
    for (auto const& match : matches) {
        auto const word = wordFor(match.use->route);
        if (word.empty() || std::ranges::find(routes, word) != routes.end()) continue;
        if (!routes.empty()) text.words(", ");
        text.words(word);
        routes.push_back(word);
    }
    return !routes.empty();
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
bool writeDuration(FilledText& text, Chart const& chart, std::span<Drug const> drugs)
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
    if (earliest.span == nullptr) return false;
    auto const stop = timesOf(*of).stop;
    if (!earliest.certain) text.words("at least ");
    text.words(lengthBetween(*earliest.span, stop ? std::min(*stop, chart.now()) : chart.now()));
    return true;
}

void writeNames(FilledText& text, std::span<Drug const> drugs, std::size_t most)
{
    std::string inText; // the title of a class stands in for an ingredient that has no code
    text.names(drugs, most, [&inText](Drug const& drug) -> std::string_view {
        if (drug.name.empty() || drug.name.front() < 'A' || drug.name.front() > 'Z')
            return drug.name;
        inText = drug.name;
        lowerFirst(inText, 0);
        return inText;
    });
}

bool writeAnalytes(FilledText& text, Chart const& chart, Binding const& binding)
{
    if (binding.analytes.empty()) return false;
    std::string name;
    text.names(binding.analytes, Shortening{}.names, [&](AnalyteId analyte) -> std::string_view {
        name.clear();
        appendNameInText(name, chart, analyte);
        return name;
    });
    return true;
}

} // namespace

bool writeMedication(FilledText& text, Chart const& chart, Named const& named, Field field)
{
    if (field == Field::Analytes) return writeAnalytes(text, chart, *named.binding);
    if (named.meds.empty()) return false;
    switch (field) {
    case Field::Display:
    case Field::Drugs:
        writeNames(text, named.drugs, std::min(text.shortening().names, kNamesOfDisplay));
        return true;
    case Field::List:
        writeNames(text, named.drugs, text.shortening().names);
        return true;
    case Field::Since:
        return writeSince(text, named.drugs);
    case Field::Changed:
    case Field::Date:
        return writeNewestDay(text, named.meds, changeOf);
    case Field::Stopped:
        return writeNewestDay(text, named.meds, stopOf);
    case Field::Given:
        return writeNewestDay(text, named.meds, givenOf);
    case Field::Dose:
        return writeDose(text, named.drugs);
    case Field::Route:
        return writeRoute(text, named.meds);
    case Field::Duration:
        return writeDuration(text, chart, named.drugs);
    case Field::Value:
    case Field::Dated:
    case Field::Limit:
    case Field::Range:
    case Field::Note:
    case Field::TimesLimit:
    case Field::Name:
    case Field::From:
    case Field::Analytes:
    case Field::Onset:
        break;
    }
    return false;
}

} // namespace tcds::rules
