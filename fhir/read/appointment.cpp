#include "fhir/read/reading.hpp"
#include "fhir/read/symptom.hpp"

namespace tcds::fhir {

namespace {

/// An appointment names its patient as R5 `subject` or as a participant; none named: ours.
bool namesUs(Reading& reading, Place const& place)
{
    if (!reading.isOurs(place)) return false;
    bool named = false;
    for (auto const& participant : place.members.items("participant")) {
        auto const* actor = json::child(participant, "actor");
        if (actor == nullptr || targetOf(referenceText(actor)).type != "Patient") continue;
        if (reading.isOurPatient(actor, place)) return true;
        named = true;
    }
    return !named;
}

} // namespace

void readAppointment(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!namesUs(reading, place)) return reading.gap("visit", Reason::OtherPatient, place);
    auto const status = resource.text("status");
    if (status == "entered-in-error") return reading.gap("visit", Reason::EnteredInError, place);
    if (status == "cancelled" || status == "noshow")
        return reading.gap("visit", Reason::BadStatus, place);

    Understood understood;
    for (auto const* name : {"serviceCategory", "serviceType", "specialty", "appointmentType"})
        for (auto const& one : resource.items(name))
            understandConcept(reading, conceptOf(&one), reading.sets.services, understood);
    if (auto const text = resource.text("description"); !text.empty())
        understandText(reading, text, reading.sets.services, understood);

    EncounterFact visit;
    visit.id = reading.nextId();
    visit.sets = understood.sets();
    visit.start = reading.time(resource.child("start"));
    visit.end = reading.time(resource.child("end"));
    visit.source = reading.source(place);
    reading.out.encounters.push_back(std::move(visit));
}

} // namespace tcds::fhir
