#include "tests/support/chart_builder.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tcds::test {

namespace {

constexpr std::array kKeys{"patient",         "conditions",
                           "medications",     "labs",
                           "encounter",       "encounterDiagnoses",
                           "complaints",      "statements",
                           "questionnaires",  "stopped",
                           "administrations", "dispenses",
                           "serviceRequests", "vitals",
                           "procedures",      "appointments"};

std::optional<TimeSpan> dated(std::string_view text)
{
    return text.empty() ? std::nullopt : std::optional{spanOf(text)};
}

struct Sign {
    std::string_view text;
    Comparator comparator;
};
constexpr std::array kSigns{Sign{"<=", Comparator::LessOrEqual},
                            Sign{">=", Comparator::GreaterOrEqual}, Sign{"<", Comparator::Less},
                            Sign{">", Comparator::Greater}};

Quantity quantityOf(std::string_view text)
{
    auto const blank = std::min(text.find(' '), text.size());
    auto const value = Decimal::parse(text.substr(0, blank));
    if (!value) throw std::runtime_error{"no number: " + std::string{text}};
    return {*value, std::string{text.substr(std::min(blank + 1, text.size()))}};
}

} // namespace

Instant chartNow() { return spanOf("2026-01-31T08:00:00Z").first(); }

std::string daysAgo(int days) { return toText(chartNow() - Duration{days, Duration::Unit::Day}); }
std::string hoursAgo(int hours)
{
    return toText(chartNow() - Duration{hours, Duration::Unit::Hour});
}
std::string minutesAgo(int minutes) { return toText(chartNow() - std::chrono::minutes{minutes}); }

TimeSpan spanOf(std::string_view text)
{
    auto const span = parseDateTime(text);
    if (!span) throw std::runtime_error{"no date: " + std::string{text}};
    return *span;
}

ReferenceRange rangeOf(std::string_view low, std::string_view high)
{
    ReferenceRange range;
    if (!low.empty()) range.low = quantityOf(low);
    if (!high.empty()) range.high = quantityOf(high);
    return range;
}

ChartBuilder::ChartBuilder(terms::Terminology const& terms) : terms_{terms}
{
    context.asOf = chartNow();
    context.medications.reserve(64);
    context.labs.reserve(64);
    context.problems.reserve(64);
    context.complaints.reserve(64);
    context.findings.reserve(64);
    context.procedures.reserve(64);
    context.orders.reserve(64);
    context.encounters.reserve(64);
    context.patient.id = next();
    context.patient.sex = Sex::Female;
    context.patient.birth = spanOf("1958-03-04");
    for (auto const* key : kKeys) context.inputs.push_back({key, "prefetch", SourceStatus::Ok, 0});
}

SetBits ChartBuilder::setsOf(std::string_view name) const
{
    auto const id = terms_.setNamed(name);
    if (!id.known()) throw std::runtime_error{"no set " + std::string{name}};
    SetBits bits;
    bits.add(id);
    return bits;
}

Complaint& ChartBuilder::complaint(std::string_view kind, std::string_view onset)
{
    auto& fact = context.complaints.emplace_back();
    fact.id = next();
    fact.kinds = setsOf(kind);
    fact.onset = dated(onset);
    return fact;
}

MedicationUse& ChartBuilder::med(std::string_view ingredient, std::string_view start)
{
    auto const id = terms_.ingredientNamed(ingredient);
    if (!id.known()) throw std::runtime_error{"no ingredient " + std::string{ingredient}};
    auto& fact = context.medications.emplace_back();
    fact.id = next();
    fact.ingredients = {id};
    fact.state = UseState::Active;
    fact.status = "active";
    fact.route = Route::Oral;
    fact.start = dated(start);
    fact.source.resource = "MedicationRequest/m" + std::to_string(fact.id.index());
    return fact;
}

LabResult& ChartBuilder::lab(std::string_view analyteKey, std::string_view value,
                             std::string_view taken, std::string_view loinc)
{
    auto const id = terms_.analyteNamed(analyteKey);
    if (!id.known()) throw std::runtime_error{"no analyte " + std::string{analyteKey}};
    auto const& analyte = terms_.analyte(id);
    auto& fact = context.labs.emplace_back();
    fact.id = next();
    fact.analyte = id;
    auto const code = loinc.empty() && !analyte.codes.empty()
                          ? std::string_view{analyte.codes.front().code}
                          : loinc;
    fact.codes.push_back({"http://loinc.org", std::string{code}, ""});
    fact.taken = dated(taken);
    fact.source.resource = "Observation/o" + std::to_string(fact.id.index());
    for (auto const& sign : kSigns) {
        if (!value.starts_with(sign.text)) continue;
        fact.comparator = sign.comparator;
        value.remove_prefix(sign.text.size());
        break;
    }
    if (value == "n/a") {
        fact.unusable = Reason::NoValue;
        return fact;
    }
    fact.value = quantityOf(value);
    if (fact.value->unit.empty() && !analyte.unitless) {
        fact.unusable = Reason::NoUnit;
        return fact;
    }
    fact.ucum = terms_.ucum(fact.value->unit, fact.value->unit).value_or("");
    fact.canonical = terms::toCanonical(analyte, fact.value->value, fact.ucum, code);
    if (!fact.canonical) fact.unusable = Reason::BadUnit;
    return fact;
}

Problem& ChartBuilder::problem(std::string_view set, std::string_view recorded)
{
    auto& fact = context.problems.emplace_back();
    fact.id = next();
    fact.sets = setsOf(set);
    fact.recorded = dated(recorded);
    return fact;
}

Finding& ChartBuilder::finding(std::string_view set, std::string_view at)
{
    auto& fact = context.findings.emplace_back();
    fact.id = next();
    fact.sets = setsOf(set);
    fact.at = dated(at);
    return fact;
}

ProcedureFact& ChartBuilder::procedure(std::string_view set, std::string_view end)
{
    auto& fact = context.procedures.emplace_back();
    fact.id = next();
    fact.sets = setsOf(set);
    fact.end = dated(end);
    return fact;
}

OrderFact& ChartBuilder::order(std::string_view set, std::string_view authored)
{
    auto& fact = context.orders.emplace_back();
    fact.id = next();
    fact.sets = setsOf(set);
    fact.status = "active";
    fact.authored = dated(authored);
    return fact;
}

EncounterFact& ChartBuilder::encounter(EncounterClass cls)
{
    auto& fact = context.encounters.emplace_back();
    fact.id = next();
    fact.cls = cls;
    fact.current = true;
    return fact;
}

void ChartBuilder::source(std::string_view key, SourceStatus status)
{
    auto const at = std::ranges::find(context.inputs, key, &InputStatus::key);
    if (at == context.inputs.end()) throw std::runtime_error{"no key " + std::string{key}};
    at->status = status;
}

void ChartBuilder::born(std::string_view date) { context.patient.birth = dated(date); }

} // namespace tcds::test
