#include "fhir/read/complaint.hpp"

#include <array>
#include <utility>

namespace tcds::fhir {

namespace {

/// HL7 ActEncounterCode and the DSTU2 words; inpatient are IMP, ACUTE and NONAC only (clinical
/// specification C.0.2).
EncounterClass classOf(std::string_view code)
{
    using enum EncounterClass;
    constexpr std::array<std::pair<std::string_view, EncounterClass>, 19> kClasses{{
        {"AMB", Ambulatory},
        {"IMP", Inpatient},
        {"ACUTE", Inpatient},
        {"NONAC", Inpatient},
        {"EMER", Emergency},
        {"HH", Home},
        {"VR", Virtual},
        {"SS", Ambulatory},
        {"OBSENC", Ambulatory},
        {"PRENC", Unknown},
        {"FLD", Ambulatory},
        {"ambulatory", Ambulatory},
        {"outpatient", Ambulatory},
        {"inpatient", Inpatient},
        {"emergency", Emergency},
        {"home", Home},
        {"virtual", Virtual},
        {"daytime", Ambulatory},
        {"field", Ambulatory},
    }};
    for (auto const& [known, cls] : kClasses)
        if (known == code) return cls;
    return Unknown;
}

/// R4 has a Coding, R5 a list of CodeableConcepts, DSTU2 a word.
std::string_view classCode(Members const& encounter)
{
    auto const* cls = encounter.child("class");
    for (auto const& one : json::items(cls)) {
        if (auto const word = json::text(&one)) return *word;
        if (auto const code = firstCode(&one);
            classOf(code) != EncounterClass::Unknown || cls->IsObject())
            return code;
    }
    return {};
}

bool isIcuText(std::string_view text)
{
    if (containsAnyCase(text, "intensive care") || containsAnyCase(text, "critical care"))
        return true;
    auto const small = lower(text);
    for (auto at = small.find("icu"); at != std::string::npos; at = small.find("icu", at + 1)) {
        // SICU, MICU, PICU, CICU, NICU and so on are one letter longer
        auto before = at;
        while (before > 0 && small[before - 1] >= 'a' && small[before - 1] <= 'z') --before;
        auto const end = at + 3;
        bool const ends = end == small.size() || small[end] < 'a' || small[end] > 'z';
        if (ends && at - before <= 1) return true;
    }
    return false;
}

bool isIcuConcept(Value const* concept_)
{
    bool icu = isIcuText(conceptText(concept_));
    forEachCoding(concept_, [&icu](CodingView const& view) {
        // HL7 ServiceDeliveryLocationRoleType
        icu = icu || view.code == "ICU" || view.code == "PEDICU" || view.code == "PEDNICU" ||
              isIcuText(view.display);
    });
    return icu;
}

bool isIcuLocation(Reading& reading, Value const& stay, Place const& place)
{
    auto const status = json::textOf(stay, "status");
    if (status == "completed" || status == "planned") return false;
    auto const* reference = json::child(stay, "location");
    if (reference == nullptr) return false;
    if (isIcuText(json::textOf(*reference, "display"))) return true;
    auto const found = reading.resolve(reference, place);
    if (found.resource == nullptr) return false;
    for (auto const& type : json::items(*found.resource, "type"))
        if (isIcuConcept(&type)) return true;
    return isIcuText(json::textOf(*found.resource, "name"));
}

SetBits visitSets(Reading const& reading, Members const& encounter)
{
    Understood understood;
    for (auto const* name : {"type", "serviceType", "specialty"})
        for (auto const& one : encounter.items(name))
            understandConcept(reading, conceptOf(&one), reading.sets.services, understood);
    return understood.sets();
}

} // namespace

void noteEncounter(Reading& reading, Entry const& entry)
{
    Place const place{entry.resource, &entry};
    auto const& encounter = place.members;
    if (!isCurrent(reading, encounter, entry.id)) return;
    auto const status = encounter.text("status");
    if (status == "entered-in-error") return;
    if (!reading.isOurs(place)) return;
    if (!entry.id.empty()) reading.currentEncounters.push_back(entry.id);
    auto const note = [&reading](Value const* reference) {
        auto const text = referenceText(reference);
        if (!text.empty()) reading.encounterProblems.push_back(text);
    };
    forEachReason(encounter, [&](Value const*, Value const* reference) {
        if (reference != nullptr) note(reference);
    });
    for (auto const& diagnosis : encounter.items("diagnosis"))
        for (auto const& condition : json::items(diagnosis, "condition"))
            note(referenceOf(&condition));
}

void readEncounter(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!reading.isOurs(place)) return reading.gap("encounter", Reason::OtherPatient, place);
    auto const status = resource.text("status");
    if (status == "entered-in-error")
        return reading.gap("encounter", Reason::EnteredInError, place);
    if (status == "cancelled" || status == "discontinued")
        return reading.gap("encounter", Reason::BadStatus, place);

    EncounterFact encounter;
    encounter.id = reading.nextId();
    auto const code = classCode(resource);
    encounter.cls = classOf(code);
    encounter.icu = code == "ACUTE";
    for (auto const& stay : resource.items("location"))
        encounter.icu = encounter.icu || isIcuLocation(reading, stay, place);
    encounter.current = isCurrent(reading, resource, place.entry->id);
    encounter.sets = visitSets(reading, resource);
    if (auto const* period = resource.anyOf({"period", "actualPeriod"})) { // R5: actualPeriod
        encounter.start = reading.time(json::child(*period, "start"));
        encounter.end = reading.time(json::child(*period, "end"));
    }
    encounter.source = reading.source(place);
    bool const current = encounter.current;
    auto const start = encounter.start;
    reading.out.encounters.push_back(std::move(encounter));

    if (!current) return; // reasons of other encounters never count (decision D25)
    Recorded recorded;
    recorded.at = reading.isFuture(start) ? std::nullopt : start;
    recorded.thisEncounter = true;
    readReasons(reading, place, recorded);
}

} // namespace tcds::fhir
