#include "fhir/read/observation_value.hpp"

#include "fhir/read/value_meaning.hpp"

#include <algorithm>
#include <array>

namespace tcds::fhir {

namespace {

bool isUcum(std::string_view system)
{
    return system == "http://unitsofmeasure.org" || system == "https://unitsofmeasure.org" ||
           system == "urn:oid:2.16.840.1.113883.6.8";
}

struct Sign {
    std::string_view text;
    Comparator comparator;
};
// Longer signs first. The last two are the UTF-8 of "less or equal" and "greater or equal".
constexpr std::array<Sign, 6> kSigns{{{"<=", Comparator::LessOrEqual},
                                      {">=", Comparator::GreaterOrEqual},
                                      {"<", Comparator::Less},
                                      {">", Comparator::Greater},
                                      {"\xE2\x89\xA4", Comparator::LessOrEqual},
                                      {"\xE2\x89\xA5", Comparator::GreaterOrEqual}}};

std::optional<Comparator> comparatorOf(std::string_view text)
{
    if (text.empty()) return Comparator::None;
    for (auto const& sign : kSigns)
        if (sign.text == text) return sign.comparator;
    return std::nullopt;
}

} // namespace

Measured measuredOf(Value const& quantity)
{
    Measured measured;
    if (!quantity.IsObject()) return measured;
    std::string_view sign;
    std::string_view system;
    std::string_view code;
    Value const* value = nullptr;
    for (auto const& member : quantity.GetObject()) {
        std::string_view const name{member.name.GetString(), member.name.GetStringLength()};
        if (name == "value") {
            value = &member.value;
            continue;
        }
        auto* part = name == "unit"         ? &measured.unit
                     : name == "code"       ? &code
                     : name == "system"     ? &system
                     : name == "comparator" ? &sign
                                            : nullptr;
        if (part != nullptr) *part = json::text(&member.value).value_or(std::string_view{});
    }
    if (auto const comparator = comparatorOf(sign)) {
        measured.number = json::decimal(value);
        measured.comparator = *comparator;
    }
    if (isUcum(system))
        measured.ucumCode = code;
    else if (measured.unit.empty())
        measured.unit = code;
    return measured;
}

Measured measuredOf(std::string_view text)
{
    Measured measured;
    measured.fromText = true;
    auto rest = trimmed(text);
    for (auto const& sign : kSigns) {
        if (!rest.starts_with(sign.text)) continue;
        measured.comparator = sign.comparator;
        rest = trimmed(rest.substr(sign.text.size()));
        break;
    }
    auto const end = std::min(rest.find_first_not_of("0123456789.-+"), rest.size());
    auto const number = Decimal::parse(rest.substr(0, end));
    if (!number) return measured;
    measured.unit = trimmed(rest.substr(end));
    measured.number = *number;
    return measured;
}

Measured measuredOfValue(Members const& holder)
{
    if (auto const* quantity = holder.child("valueQuantity")) return measuredOf(*quantity);
    if (auto const* integer = holder.child("valueInteger")) {
        Measured measured;
        measured.number = json::decimal(integer);
        return measured;
    }
    if (auto const text = json::text(holder.child("valueString"))) return measuredOf(*text);
    return {};
}

void addValue(Reading const& reading, Measured const& measured, std::string_view loinc,
              LabResult& result)
{
    if (!measured.number) {
        result.unusable = Reason::NoValue;
        return;
    }
    result.value = Quantity{*measured.number, std::string{measured.shownUnit()}};
    result.comparator = measured.comparator;
    if (measured.fromText) result.notes.add(Note::ParsedText);

    auto meaning = meaningOfValue(reading.terms, result.analyte, *measured.number,
                                  measured.ucumCode, measured.unit, loinc);
    result.ucum = std::move(meaning.ucum);
    result.canonical = meaning.canonical;
    result.unusable = meaning.unusable;
    if (meaning.contradictsCode) result.notes.add(Note::UnitProperty);
    // A text with words after the number is no number with a unit.
    if (measured.fromText && meaning.unusable == Reason::BadUnit && !meaning.knownUnit) {
        result.unusable = Reason::NoValue;
        result.value.reset();
    }
}

std::vector<std::string> flagsOf(Value const* interpretation)
{
    std::vector<std::string> flags;
    auto const add = [&flags](std::string_view code) {
        constexpr std::size_t kLongest = 6; // no free text: it stays at the door
        if (code.empty() || code.size() > kLongest) return;
        if (std::find(flags.begin(), flags.end(), code) == flags.end()) flags.emplace_back(code);
    };
    forEachCoding(interpretation, [&add](CodingView const& view) { add(view.code); });
    if (!flags.empty()) return flags;
    constexpr std::array<std::string_view, 9> kKnown{"H",  "L", "HH", "LL", "A",
                                                     "AA", "N", "HU", "LU"};
    auto const text = conceptText(interpretation);
    if (std::find(kKnown.begin(), kKnown.end(), text) != kKnown.end()) add(text);
    return flags;
}

} // namespace tcds::fhir
