#include "fhir/read/reference_range.hpp"

#include "fhir/read/observation_value.hpp"

#include <array>
#include <utility>

namespace tcds::fhir {

namespace {

/// Whole days of an Age, a year as 365.25 days. Halves and other fractions are kept to the day.
std::optional<int> daysOf(Value const* age)
{
    struct Unit {
        std::string_view name;
        Decimal days;
    };
    static constexpr std::array kUnits{
        Unit{"a", Decimal{36525, 2}},      Unit{"yr", Decimal{36525, 2}},
        Unit{"y", Decimal{36525, 2}},      Unit{"year", Decimal{36525, 2}},
        Unit{"years", Decimal{36525, 2}},  Unit{"mo", Decimal{304375, 4}},
        Unit{"month", Decimal{304375, 4}}, Unit{"months", Decimal{304375, 4}},
        Unit{"wk", Decimal{7, 0}},         Unit{"week", Decimal{7, 0}},
        Unit{"weeks", Decimal{7, 0}},      Unit{"d", Decimal{1, 0}},
        Unit{"day", Decimal{1, 0}},        Unit{"days", Decimal{1, 0}}};
    if (age == nullptr || !age->IsObject()) return std::nullopt;
    auto const value = json::decimal(json::child(*age, "value"));
    if (!value || *value < Decimal{} || *value > Decimal{50'000, 0}) return std::nullopt;
    for (auto const* member : {"code", "unit"}) {
        auto const name = json::textOf(*age, member);
        for (auto const& unit : kUnits) {
            if (unit.name != name) continue;
            auto const days = (*value * unit.days).rounded(0).text();
            int count = 0;
            for (auto const digit : days)
                if (digit >= '0' && digit <= '9' && count < 100'000'000)
                    count = count * 10 + (digit - '0');
            return count;
        }
    }
    return std::nullopt;
}

std::optional<Quantity> limitOf(Value const* quantity, std::string_view unitOfResult)
{
    if (quantity == nullptr || !quantity->IsObject()) return std::nullopt;
    auto const measured = measuredOf(*quantity);
    if (!measured.number) return std::nullopt;
    auto const unit = measured.ucumCode.empty() ? measured.unit : measured.ucumCode;
    return Quantity{*measured.number, std::string{unit.empty() ? unitOfResult : unit}};
}

bool isAnyWord(std::string_view text, std::string_view word)
{
    auto const small = lower(text);
    for (auto at = small.find(word); at != std::string::npos; at = small.find(word, at + 1)) {
        auto const letter = [&small](std::size_t place) {
            return place < small.size() && small[place] >= 'a' && small[place] <= 'z';
        };
        if ((at == 0 || !letter(at - 1)) && !letter(at + word.size())) return true;
    }
    return false;
}

void addPopulation(std::string_view text, ReferenceRange& range)
{
    if (text.empty()) return;
    if (containsAnyCase(text, "pregnan")) range.pregnancy = true;
    for (auto const* word : {"female", "females", "woman", "women"})
        if (isAnyWord(text, word)) range.sex = Sex::Female;
    for (auto const* word : {"male", "males", "man", "men"})
        if (isAnyWord(text, word)) range.sex = Sex::Male;
}

void addPopulation(Value const& population, ReferenceRange& range)
{
    addPopulation(conceptText(&population), range);
    forEachCoding(&population, [&range](CodingView const& view) {
        // HL7 AdministrativeGender; SNOMED CT Female, Male, Pregnant
        if (view.code == "F" || view.code == "female" || view.code == "248152002")
            range.sex = Sex::Female;
        else if (view.code == "M" || view.code == "male" || view.code == "248153007")
            range.sex = Sex::Male;
        else if (view.code == "77386006")
            range.pregnancy = true;
        else
            addPopulation(view.display, range);
    });
}

/// "normal", "" when not typed, else the code as sent; a type that is only text is no normal range.
std::string typeOf(Value const* type)
{
    auto const code = firstCode(type);
    if (!code.empty()) return std::string{code};
    auto const text = lower(trimmed(conceptText(type)));
    if (text.empty()) return {};
    return text.starts_with("normal") ? "normal" : "other";
}

} // namespace

std::vector<ReferenceRange> rangesOf(Value const* ranges, std::string_view unitOfResult)
{
    std::vector<ReferenceRange> rows;
    for (auto const& row : json::items(ranges)) {
        if (!row.IsObject()) continue;
        ReferenceRange range;
        range.low = limitOf(json::child(row, "low"), unitOfResult);
        range.high = limitOf(json::child(row, "high"), unitOfResult);
        if (!range.low && !range.high) continue;
        range.type = typeOf(anyOf(row, {"type", "meaning"})); // meaning: before R4
        if (auto const* age = json::child(row, "age")) {
            range.ageFromDays = daysOf(json::child(*age, "low"));
            range.ageToDays = daysOf(json::child(*age, "high"));
        }
        for (auto const& population : json::items(row, "appliesTo"))
            addPopulation(population, range);
        if (containsAnyCase(json::textOf(row, "text"), "pregnan")) range.pregnancy = true;
        rows.push_back(std::move(range));
    }
    return rows;
}

} // namespace tcds::fhir
