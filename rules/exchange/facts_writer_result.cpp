#include "rules/exchange/canonical.hpp"
#include "rules/exchange/facts_bundle.hpp"
#include "rules/exchange/facts_writer.hpp"

#include <array>

namespace tcds::rules::exchange {

namespace {

constexpr std::string_view kUcum = "http://unitsofmeasure.org";
constexpr std::string_view kPregnant = "77386006"; // SNOMED CT, Pregnant (finding)

std::string_view statusText(ResultStatus status)
{
    switch (status) {
    case ResultStatus::Preliminary:
        return "preliminary";
    case ResultStatus::Final:
        return "final";
    case ResultStatus::Amended:
        return "amended";
    case ResultStatus::Corrected:
        return "corrected";
    case ResultStatus::Unknown:
        break;
    }
    return "unknown";
}

std::string_view comparatorText(Comparator comparator)
{
    switch (comparator) {
    case Comparator::Less:
        return "<";
    case Comparator::LessOrEqual:
        return "<=";
    case Comparator::GreaterOrEqual:
        return ">=";
    case Comparator::Greater:
        return ">";
    case Comparator::None:
        break;
    }
    return "";
}

void quantity(JsonFile& json, std::string_view name, std::string const& digits,
              std::string_view comparator, std::string_view shown, std::string_view ucum)
{
    json.object(name, [&] {
        json.key("value").number(digits);
        json.given("comparator", comparator);
        json.given("unit", shown);
        if (ucum.empty()) return;
        json.member("system", kUcum);
        json.member("code", ucum);
    });
}

} // namespace

bool FactsWriter::isDerived(Result const& result) const
{
    for (auto const& lab : chart_.context().labs)
        if (lab.id == result.facts[0]) return lab.analyte != result.analyte;
    return true;
}

void FactsWriter::notes(NoteSet notes)
{
    static constexpr std::array kNotes{
        Note::Haemolysed,   Note::NoAlbumin,    Note::LowAlbumin,
        Note::ParsedText,   Note::UnitProperty, Note::DelayedSeparation,
        Note::PostDialysis, Note::LabCritical,  Note::StatusUnknown};
    std::vector<std::string_view> written;
    for (auto const note : kNotes)
        if (notes.has(note)) written.push_back(toText(note));
    if (written.empty()) return;
    json_->listOfOne("interpretation", [&] {
        json_->array("coding", [&] {
            for (auto const note : written) json_->coding(kNoteSystem, note);
        });
    });
}

void FactsWriter::ranges(LabResult const& lab)
{
    if (lab.ranges.empty()) return;
    // A range without a unit is in the unit of the value.
    auto const ucumOf = [&](Quantity const& limit) -> std::string {
        if (limit.unit.empty() || (lab.value && limit.unit == lab.value->unit)) return lab.ucum;
        return chart_.terms().ucum({}, limit.unit).value_or("");
    };
    json_->array("referenceRange", [&] {
        for (auto const& range : lab.ranges)
            json_->object([&] {
                for (auto const low : {true, false})
                    if (auto const& limit = low ? range.low : range.high)
                        quantity(*json_, low ? "low" : "high", limit->value.text(), {}, limit->unit,
                                 ucumOf(*limit));
                if (!range.type.empty())
                    json_->codeable("type",
                                    "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
                                    range.type);
                if (range.sex != Sex::Unknown || range.pregnancy)
                    json_->listOfOne("appliesTo", [&] {
                        json_->array("coding", [&] {
                            if (range.sex != Sex::Unknown)
                                json_->coding("http://hl7.org/fhir/administrative-gender",
                                              genderCode(range.sex));
                            if (range.pregnancy) json_->coding("http://snomed.info/sct", kPregnant);
                        });
                    });
                if (range.ageFromDays || range.ageToDays)
                    json_->object("age", [&] {
                        if (range.ageFromDays)
                            quantity(*json_, "low", std::to_string(*range.ageFromDays), {}, "days",
                                     "d");
                        if (range.ageToDays)
                            quantity(*json_, "high", std::to_string(*range.ageToDays), {}, "days",
                                     "d");
                    });
                if (!range.low && !range.high) json_->member("text", "no limit");
            });
    });
}

void FactsWriter::result(LabResult const& lab)
{
    auto const& terms = chart_.terms();
    resource("Observation", [&] {
        if (!lab.source.resource.empty())
            json_->listOfOne("identifier", [&] { json_->member("value", lab.source.resource); });
        json_->member("status", statusText(lab.status));
        json_->object("code", [&] {
            json_->array("coding", [&] {
                auto said = !lab.analyte.known();
                for (auto const& coding : lab.codes) {
                    auto const meaning = terms.meaningOf(coding.system, coding.code).analyte;
                    if (meaning.known() && meaning != lab.analyte) continue;
                    said = said || meaning == lab.analyte;
                    if (!coding.system.empty() && !coding.code.empty())
                        json_->coding(coding.system, coding.code);
                }
                if (!said) json_->coding(kAnalyteSystem, terms.analyte(lab.analyte).key);
            });
        });
        subject();
        date("effectiveDateTime", lab.taken);
        if (lab.issued) json_->member("issued", tcds::toText(lab.issued->first()));
        if (lab.value)
            quantity(*json_, "valueQuantity", lab.value->value.text(),
                     comparatorText(lab.comparator), lab.value->unit, lab.ucum);
        else
            json_->codeable("dataAbsentReason",
                            "http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown");
        notes(lab.notes);
        ranges(lab);
    });
}

void FactsWriter::derived(Result const& result)
{
    resource("Observation", [&] {
        if (!result.resource.empty())
            json_->listOfOne("identifier", [&] { json_->member("value", result.resource); });
        json_->member("status", statusText(result.status));
        json_->codeable("code", kAnalyteSystem, chart_.terms().analyte(result.analyte).key);
        subject();
        json_->member("effectiveDateTime", tcds::toText(result.at));
        if (result.issued) json_->member("issued", tcds::toText(*result.issued));
        if (result.usable)
            quantity(*json_, "valueQuantity", result.reported.text(),
                     comparatorText(result.comparator), result.shownUnit, result.ucum);
        else
            json_->codeable("dataAbsentReason",
                            "http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown");
        notes(result.notes);
    });
}

} // namespace tcds::rules::exchange
