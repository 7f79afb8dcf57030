#include "rules/cards/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

void writeQuantity(FilledText& text, Decimal const& number, std::string_view unitAsSent,
                   std::string_view ucum)
{
    std::string made;
    text.quantity(number.text(), shownUnit(unitAsSent, ucum, made));
}

/// "2.9 mmol/L", digits and unit as sent.
void writeQuantity(FilledText& text, Result const& result)
{
    std::string made;
    text.quantity(result.shownNumber(), shownUnit(result.shownUnit, result.ucum, made));
}

bool isOld(Chart const& chart, Result const& result)
{
    return result.at < chart.now() - chart.window(result.analyte, std::nullopt);
}

void writeDay(FilledText& text, Result const& result)
{
    if (result.taken != nullptr)
        text.words(dayIn(*result.taken));
    else
        text.words(toDay(result.at));
}

void writeDayInBrackets(FilledText& text, Result const& result)
{
    text.words(" (");
    writeDay(text, result);
    text.words(")");
}

/// Rule language section 6: an older result is said to be the last one known, with its date.
void writeShown(FilledText& text, Chart const& chart, Result const& result, NameOrigin origin,
                bool dateElsewhere)
{
    auto const lastKnown = origin == NameOrigin::Show && isOld(chart, result);
    if (lastKnown) text.words("last known ");
    writeQuantity(text, result);
    if ((lastKnown || origin == NameOrigin::ShowBefore) && !dateElsewhere)
        writeDayInBrackets(text, result);
}

void writeDated(FilledText& text, Chart const& chart, Result const& result, NameOrigin origin)
{
    if (origin == NameOrigin::Show && isOld(chart, result)) text.words("last known ");
    writeQuantity(text, result);
    writeDayInBrackets(text, result);
}

bool writeLimit(FilledText& text, Binding const& binding)
{
    auto const& result = *binding.result;
    if (auto const* own = binding.limit.laboratory)
        writeQuantity(text, own->value, own->unit.empty() ? result.shownUnit : own->unit,
                      result.ucum);
    else if (auto const* standard = binding.limit.standard)
        writeQuantity(text, standard->value, {}, standard->ucum);
    return binding.limit.used();
}

bool writeRange(FilledText& text, Result const& result)
{
    for (auto const& range : result.ranges) {
        if (!range.type.empty() && range.type != "normal") continue;
        if (!range.low && !range.high) continue;
        std::string_view const sent = range.low ? range.low->unit : range.high->unit;
        if (range.low && range.high) {
            text.words(range.low->value.text());
            text.words(" to ");
        } else {
            text.words(range.low ? "from " : "up to ");
        }
        writeQuantity(text, range.high ? range.high->value : range.low->value,
                      sent.empty() ? result.shownUnit : sent, result.ucum);
        return true;
    }
    return false;
}

bool writeTimesLimit(FilledText& text, Binding const& binding)
{
    if (!binding.limit.canonical || binding.limit.canonical->isZero()) return false;
    text.words((binding.result->canonical / *binding.limit.canonical).rounded(1).text());
    return true;
}

/// "potassium", as it stands inside a sentence.
void writeName(FilledText& text, Chart const& chart, Result const& result)
{
    std::string name;
    appendNameInText(name, chart, result.analyte);
    text.words(name);
}

} // namespace

void appendDay(std::string& text, Result const& result)
{
    if (result.taken != nullptr)
        text += dayIn(*result.taken);
    else
        text += toDay(result.at);
}

std::string_view dayIn(TimeSpan const& date)
{
    return std::string_view{date.text}.substr(0, date.text.find('T'));
}

void appendNameInText(std::string& text, Chart const& chart, AnalyteId analyte)
{
    std::string_view const title = chart.terms().analyte(analyte).title;
    auto const comma = title.find(", ");
    if (comma != std::string_view::npos) text.append(title.substr(comma + 2)).append(" ");
    auto const from = text.size();
    text += title.substr(0, comma);
    lowerFirst(text, from);
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
    if (notes.none()) return text;
    for (auto const& word : kWords) {
        if (!notes.has(word.note)) continue;
        if (!text.empty()) text += "; ";
        text += word.text;
    }
    return text;
}

bool writeResult(FilledText& text, Chart const& chart, Named const& named, Field field,
                 bool dateElsewhere)
{
    auto const& binding = *named.binding;
    if (binding.result == nullptr) return false;
    auto const& result = *binding.result;
    switch (field) {
    case Field::Value:
        writeShown(text, chart, result, named.origin, dateElsewhere);
        return true;
    case Field::Date:
        writeDay(text, result);
        return true;
    case Field::Dated:
        writeDated(text, chart, result, named.origin);
        return true;
    case Field::Limit:
        return writeLimit(text, binding);
    case Field::Range:
        return writeRange(text, result);
    case Field::Note:
        text.words(wordsFor(result.notes));
        return !result.notes.none();
    case Field::TimesLimit:
        return writeTimesLimit(text, binding);
    case Field::Name:
        writeName(text, chart, result);
        return true;
    case Field::From:
        if (binding.earlier == nullptr) return false;
        writeDated(text, chart, *binding.earlier, NameOrigin::Clause);
        return true;
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
    return false;
}

} // namespace tcds::rules
