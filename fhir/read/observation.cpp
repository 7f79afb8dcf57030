#include "fhir/read/observation.hpp"

#include "fhir/read/observation_notes.hpp"
#include "fhir/read/observation_sign.hpp"
#include "fhir/read/observation_value.hpp"
#include "fhir/read/reference_range.hpp"

#include <algorithm>
#include <array>

namespace tcds::fhir {

namespace {

constexpr int kDeepestPanel = 4;

std::optional<ResultStatus> resultStatus(Reading const& reading, std::string_view status)
{
    if (status == "final") return ResultStatus::Final;
    if (status == "amended") return ResultStatus::Amended;
    if (status == "corrected") return ResultStatus::Corrected;
    if (status == "preliminary") return ResultStatus::Preliminary;
    if ((status == "unknown" || status.empty()) && reading.options.acceptUnknownStatus)
        return ResultStatus::Unknown; // decision D14
    return std::nullopt;
}

/// effectiveDateTime, -Instant, end (else start) of -Period, last event of -Timing.
std::optional<TimeSpan> effectiveOf(Reading const& reading, Members const& resource)
{
    if (auto const* at = resource.anyOf({"effectiveDateTime", "effectiveInstant"}))
        return reading.time(at);
    if (auto const* period = resource.child("effectivePeriod")) {
        auto const end = reading.time(json::child(*period, "end"));
        return end ? end : reading.time(json::child(*period, "start"));
    }
    if (auto const* timing = resource.child("effectiveTiming")) {
        auto const events = json::items(*timing, "event");
        if (!events.empty()) return reading.time(&events.back());
    }
    return std::nullopt;
}

struct Coded {
    AnalyteId analyte;
    std::string_view loinc; // the code that named the analyte
};

Coded analyteOf(Reading const& reading, Value const* code)
{
    Coded coded;
    forEachCoding(code, [&](CodingView const& view) {
        if (coded.analyte.known() || view.code.empty()) return;
        coded.analyte = reading.terms.meaningOf(view.system, view.code).analyte;
        if (coded.analyte.known()) coded.loinc = view.code;
    });
    return coded;
}

/// Everything that components and members share with the observation they belong to.
struct Shared {
    Place const& place;
    ResultStatus status;
    NoteSet notes;
    std::optional<TimeSpan> taken, issued;
    bool foreignSpecimen;
};

void addResult(Reading& reading, Shared const& shared, Members const& holder, Coded const& coded,
               std::string_view pointer)
{
    if (shared.foreignSpecimen)
        return reading.gap("lab", Reason::Specimen, shared.place, codingsOf(holder.child("code")),
                           coded.analyte);
    LabResult result;
    result.id = reading.nextId();
    result.codes = codingsOf(holder.child("code"));
    result.analyte = coded.analyte;
    result.status = shared.status;
    result.notes = shared.notes;
    result.taken = shared.taken;
    result.issued = shared.issued;
    result.flags = flagsOf(holder.child("interpretation"));
    if (std::any_of(result.flags.begin(), result.flags.end(),
                    [](std::string const& flag) { return flag == "HH" || flag == "LL"; }))
        result.notes.add(Note::LabCritical);
    addValue(reading, measuredOfValue(holder), coded.loinc, result);
    result.ranges =
        rangesOf(holder.child("referenceRange"), result.ucum.empty() && result.value
                                                     ? std::string_view{result.value->unit}
                                                     : std::string_view{result.ucum});
    result.source = reading.source(shared.place, pointer);
    reading.out.labs.push_back(std::move(result));
    reading.samples.push_back(
        SampleOf{std::string{referenceText(shared.place.members.child("specimen"))}});
}

/// A result that only a local code or a text names: nobody can say what it is. Coded ones that no
/// rule asks for are left out without a word.
bool isUncoded(Value const* code)
{
    bool known = false;
    forEachCoding(code, [&known](CodingView const& view) {
        auto const system = terms::Terminology::canonicalSystem(view.system);
        known = known || system == "http://loinc.org" || system == "http://snomed.info/sct";
    });
    return !known;
}

void readComponents(Reading& reading, Shared const& shared, Recorded const& recorded)
{
    std::size_t place = 0;
    for (auto const& component : shared.place.members.items("component")) {
        auto const pointer = "/component/" + std::to_string(place++);
        if (!component.IsObject()) continue;
        Members const members{component};
        auto const coded = analyteOf(reading, members.child("code"));
        if (coded.analyte.known())
            addResult(reading, shared, members, coded, pointer);
        else
            addSign(reading, shared.place, members, recorded, pointer);
    }
}

void readMembers(Reading& reading, Shared const& shared, int depth)
{
    auto const& resource = shared.place.members;
    for (auto const& reference : resource.items("hasMember"))
        readMember(reading, reference, shared.place, Panel{shared.taken, shared.issued, depth + 1});
    for (auto const& related : resource.items("related")) // before R4
        if (json::textOf(related, "type") == "has-member")
            if (auto const* target = json::child(related, "target"))
                readMember(reading, *target, shared.place,
                           Panel{shared.taken, shared.issued, depth + 1});
}

void readOne(Reading& reading, Place const& place, Panel const& panel)
{
    auto const& resource = place.members;
    auto const* code = resource.child("code");
    auto const coded = analyteOf(reading, code);
    auto const reject = [&](Reason reason) {
        // An unrelated observation that is not usable is no loss.
        if (coded.analyte.known())
            reading.gap("lab", reason, place, codingsOf(code), coded.analyte);
        else if (reason == Reason::OtherPatient || namesSign(reading, code))
            reading.gap("finding", reason, place, codingsOf(code));
    };
    if (!reading.isOurs(place)) return reject(Reason::OtherPatient);
    auto const sent = resource.text("status");
    if (sent == "entered-in-error") return reject(Reason::EnteredInError);
    auto const status = resultStatus(reading, sent);
    if (!status) return reject(Reason::BadStatus);

    auto const issued = reading.time(resource.child("issued"));
    auto taken = effectiveOf(reading, resource);
    if (!taken) taken = issued;
    if (!taken) taken = panel.taken;
    if (reading.isFuture(taken)) return reject(Reason::Future);

    Shared shared{place,
                  *status,
                  sampleNotes(reading, place),
                  taken,
                  issued ? issued : panel.issued,
                  isForeignSpecimen(reading, place)};
    if (*status == ResultStatus::Preliminary) shared.notes.add(Note::Preliminary);
    if (*status == ResultStatus::Unknown) shared.notes.add(Note::StatusUnknown);
    Recorded recorded;
    recorded.at = taken;
    recorded.thisEncounter = reading.isCurrentEncounter(resource.anyOf({"encounter", "context"}));
    recorded.eligible = inComplaintWindow(reading, std::nullopt, taken);

    bool understood = coded.analyte.known();
    bool const panelOnly = resource.child("component") != nullptr ||
                           resource.child("hasMember") != nullptr ||
                           resource.child("related") != nullptr;
    bool const valued = resource.anyOf({"valueQuantity", "valueInteger", "valueString"}) != nullptr;
    if (coded.analyte.known()) {
        if (valued || !panelOnly) addResult(reading, shared, resource, coded, {});
    } else if (readHaemolysisIndex(reading, place, taken)) {
        understood = true;
    } else {
        understood = addSign(reading, place, resource, recorded, {});
    }
    readComponents(reading, shared, recorded);
    if (panel.depth < kDeepestPanel) readMembers(reading, shared, panel.depth);
    if (!understood && !panelOnly && isUncoded(code))
        reading.gap("lab", code == nullptr ? Reason::Unreadable : Reason::Uncoded, place,
                    codingsOf(code));
}

} // namespace

void readObservation(Reading& reading, Place const& place) { readOne(reading, place, Panel{}); }

void readMember(Reading& reading, Value const& reference, Place const& from, Panel const& panel)
{
    auto const found = reading.resolve(&reference, from);
    if (found.resource == nullptr || json::textOf(*found.resource, "resourceType") != "Observation")
        return;
    if (found.entry != nullptr) {
        if (found.entry->read) return;
        found.entry->read = true;
    }
    Place const inner{found.resource, found.entry != nullptr ? found.entry : from.entry,
                      found.pointer};
    readOne(reading, inner, panel);
}

} // namespace tcds::fhir
