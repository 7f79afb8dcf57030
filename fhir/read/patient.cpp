#include "fhir/read/reading.hpp"

namespace tcds::fhir {

namespace {

Sex sexOf(std::string_view gender)
{
    if (gender == "female") return Sex::Female;
    if (gender == "male") return Sex::Male;
    if (gender == "other") return Sex::Other;
    return Sex::Unknown;
}

bool isAnimal(Members const& patient)
{
    if (patient.child("animal") != nullptr) return true; // before R4
    for (auto const& extension : patient.items("extension"))
        if (json::textOf(extension, "url").ends_with("/patient-animal")) return true;
    return false;
}

} // namespace

void readPatient(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    auto& patient = reading.out.patient;
    patient.birth = reading.time(resource.child("birthDate"));
    if (patient.birth && reading.isFuture(patient.birth)) patient.birth.reset();
    patient.sex = sexOf(resource.text("gender"));
    auto const* deceased = resource.anyOf({"deceasedBoolean", "deceasedDateTime"});
    auto const died = reading.time(deceased);
    patient.deceased = json::flag(deceased).value_or(died && !reading.isFuture(died));
    patient.human = !isAnimal(resource);
    patient.source = reading.source(place);
}

} // namespace tcds::fhir
