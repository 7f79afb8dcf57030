#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

CardValue engineText(std::string text) { return {text, text, false}; }

/// A number and a unit: the number is made by us but for the comparator, the unit is the sender's.
CardValue quantity(std::string const& number, std::string const& unit)
{
    CardValue value;
    auto const sign = number.find_first_not_of("<>=");
    value.plain = number;
    value.markdown = escaped(std::string_view{number}.substr(0, sign)) + number.substr(sign);
    if (!unit.empty()) {
        value.plain += ' ' + unit;
        value.markdown += ' ' + escapedUnit(unit);
    }
    return value;
}

CardValue wrapped(std::string const& before, CardValue const& value, std::string const& after)
{
    return {before + value.plain + after, before + value.markdown + after, false};
}

bool isOld(Chart const& chart, Result const& result)
{
    return result.at < chart.now() - chart.window(result.analyte, std::nullopt);
}

/// Rule language section 6: an older result is said to be the last one known, with its date.
CardValue shownValue(Chart const& chart, Result const& result, NameOrigin origin,
                     bool dateElsewhere)
{
    auto const value = quantityOf(result);
    auto const date = dateElsewhere ? std::string{} : " (" + dayOf(result) + ")";
    switch (origin) {
    case NameOrigin::Clause:
        return value;
    case NameOrigin::ShowBefore:
        return wrapped("", value, date);
    case NameOrigin::Show:
        if (isOld(chart, result)) return wrapped("last known ", value, date);
        return value;
    }
    return value;
}

std::optional<CardValue> limitValue(Binding const& binding)
{
    if (auto const* own = binding.limit.laboratory) {
        auto const& sent = own->unit.empty() ? binding.result->shownUnit : own->unit;
        return quantity(own->value.text(), shownUnit(sent, binding.result->ucum));
    }
    if (auto const* standard = binding.limit.standard)
        return quantity(standard->value.text(), shownUnit({}, standard->ucum));
    return std::nullopt;
}

std::optional<CardValue> rangeValue(Result const& result)
{
    for (auto const& range : result.ranges) {
        if (!range.type.empty() && range.type != "normal") continue;
        if (!range.low && !range.high) continue;
        auto const& sent = range.low ? range.low->unit : range.high->unit;
        auto const unit = shownUnit(sent.empty() ? result.shownUnit : sent, result.ucum);
        if (range.low && range.high)
            return quantity(range.low->value.text() + " to " + range.high->value.text(), unit);
        if (range.low) return wrapped("from ", quantity(range.low->value.text(), unit), "");
        return wrapped("up to ", quantity(range.high->value.text(), unit), "");
    }
    return std::nullopt;
}

std::optional<CardValue> timesLimit(Binding const& binding)
{
    if (!binding.limit.canonical || binding.limit.canonical->isZero()) return std::nullopt;
    return engineText((binding.result->canonical / *binding.limit.canonical).rounded(1).text());
}

} // namespace

CardValue quantityOf(Result const& result)
{
    return quantity(result.shownNumber(), shownUnit(result.shownUnit, result.ucum));
}

std::string dayOf(Result const& result)
{
    return result.taken != nullptr ? result.taken->day() : toDay(result.at);
}

std::string nameInText(Chart const& chart, AnalyteId analyte)
{
    auto const& title = chart.terms().analyte(analyte).title;
    auto const comma = title.find(", ");
    if (comma == std::string::npos) return withoutCapital(title);
    return title.substr(comma + 2) + ' ' + withoutCapital(title.substr(0, comma));
}

std::string wordsFor(NoteSet notes)
{
    struct Word {
        Note note;
        std::string_view text;
    };
    static constexpr std::array kWords{
        Word{Note::Haemolysed, "haemolysed"},
        Word{Note::Preliminary, "preliminary, to be confirmed"},
        Word{Note::NoAlbumin, "albumin not known"},
        Word{Note::LowAlbumin, "albumin below 20 g/L"},
        Word{Note::ParsedText, "read from text"},
        Word{Note::UnitProperty, "unit disagrees with the test code, the unit was taken"},
        Word{Note::DelayedSeparation, "separated late"},
        Word{Note::PostDialysis, "within 6 h after dialysis"},
        Word{Note::LabCritical, "flagged critical by the laboratory"},
        Word{Note::StatusUnknown, "result status unknown, accepted by setting"}};
    std::string text;
    for (auto const& word : kWords) {
        if (!notes.has(word.note)) continue;
        if (!text.empty()) text += "; ";
        text += word.text;
    }
    return text;
}

std::optional<CardValue> resultValue(Chart const& chart, Binding const& binding, NameOrigin origin,
                                     Field field, bool dateElsewhere)
{
    if (binding.result == nullptr) return std::nullopt;
    auto const& result = *binding.result;
    switch (field) {
    case Field::Value:
        return shownValue(chart, result, origin, dateElsewhere);
    case Field::Date:
        return engineText(dayOf(result));
    case Field::Dated:
        return wrapped(origin == NameOrigin::Show && isOld(chart, result) ? "last known " : "",
                       quantityOf(result), " (" + dayOf(result) + ")");
    case Field::Limit:
        return limitValue(binding);
    case Field::Range:
        return rangeValue(result);
    case Field::Note:
        if (wordsFor(result.notes).empty()) return std::nullopt;
        return engineText(wordsFor(result.notes));
    case Field::TimesLimit:
        return timesLimit(binding);
    case Field::Display:
    case Field::List:
    case Field::Since:
    case Field::Changed:
    case Field::Stopped:
    case Field::Given:
    case Field::Dose:
    case Field::Route:
    case Field::Duration:
    case Field::Analytes:
    case Field::Drugs:
    case Field::Onset:
        break;
    }
    return std::nullopt;
}

} // namespace tcds::rules
