#include "fhir/read/reading.hpp"
#include "fhir/read/symptom.hpp"

namespace tcds::fhir {

void readProcedure(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    auto const* code = resource.child("code");
    if (!reading.isOurs(place)) return reading.gap("procedure", Reason::OtherPatient, place);
    auto const status = resource.text("status");
    if (status == "entered-in-error")
        return reading.gap("procedure", Reason::EnteredInError, place);
    // A stopped session did take place in part; `aborted` is its name before R4.
    if (status != "completed" && status != "in-progress" && status != "stopped" &&
        status != "aborted")
        return reading.gap("procedure", Reason::BadStatus, place, codingsOf(code));

    ProcedureFact procedure;
    if (auto const at = reading.time(resource.anyOf({"performedDateTime", "occurrenceDateTime"}))) {
        procedure.start = at;
        procedure.end = at;
    } else if (auto const* period = resource.anyOf({"performedPeriod", "occurrencePeriod"})) {
        procedure.start = reading.time(json::child(*period, "start"));
        procedure.end = reading.time(json::child(*period, "end"));
    }
    if (reading.isFuture(procedure.start))
        return reading.gap("procedure", Reason::Future, place, codingsOf(code));

    Understood understood;
    understandConcept(reading, code, reading.sets.acts, understood);
    if (understood.isDenied())
        return reading.gap("procedure", Reason::Negated, place, std::move(understood.codes));
    procedure.sets = understood.sets();
    procedure.codes = std::move(understood.codes);
    procedure.id = reading.nextId();
    procedure.source = reading.source(place);
    reading.out.procedures.push_back(std::move(procedure));
}

} // namespace tcds::fhir
