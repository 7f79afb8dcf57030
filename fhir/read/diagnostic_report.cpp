#include "fhir/read/observation.hpp"

namespace tcds::fhir {

void readDiagnosticReport(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!reading.isOurs(place)) return reading.gap("lab", Reason::OtherPatient, place);
    auto const status = resource.text("status");
    // Results that stand on their own keep their own status; contained ones fall with the report.
    if (status == "entered-in-error") return reading.gap("lab", Reason::EnteredInError, place);
    if (status == "cancelled") return reading.gap("lab", Reason::BadStatus, place);

    Panel panel;
    panel.depth = 1;
    panel.issued = reading.time(resource.child("issued"));
    panel.taken = reading.time(resource.child("effectiveDateTime"));
    if (auto const* period = resource.child("effectivePeriod")) {
        panel.taken = reading.time(json::child(*period, "end"));
        if (!panel.taken) panel.taken = reading.time(json::child(*period, "start"));
    }
    if (!panel.taken) panel.taken = panel.issued;
    for (auto const& result : resource.items("result")) readMember(reading, result, place, panel);
}

} // namespace tcds::fhir
