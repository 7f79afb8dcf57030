#include "fhir/read/complaint.hpp"

namespace tcds::fhir {

bool isCurrent(Reading const& reading, Members const& encounter, std::string_view id)
{
    if (!id.empty() && id == reading.options.encounterId) return true;
    auto const status = encounter.text("status");
    // Still open: clinical specification B.3. R5 renamed onleave to on-hold.
    return status == "arrived" || status == "triaged" || status == "in-progress" ||
           status == "onleave" || status == "on-hold";
}

void forEachReason(Members const& resource,
                   std::function<void(Value const*, Value const*)> const& f)
{
    for (auto const* name : {"reasonCode", "reasonCodeableConcept"})
        if (auto const* concepts = resource.child(name))
            for (auto const& one : json::items(concepts)) f(&one, nullptr);
    for (auto const& reference : resource.items("reasonReference")) f(nullptr, &reference);
    for (auto const& reason : resource.items("reason")) {
        auto const* values = json::child(reason, "value"); // R5 Encounter.reason.value
        if (values == nullptr) values = &reason; // CodeableReference, or a concept (DSTU2)
        for (auto const& value : json::items(values)) {
            if (auto const* reference = json::child(value, "reference")) f(nullptr, reference);
            if (auto const* concept_ = json::child(value, "concept"))
                f(concept_, nullptr);
            else if (json::child(value, "reference") == nullptr)
                f(&value, nullptr);
        }
    }
}

void readReasons(Reading& reading, Place const& place, Recorded const& recorded)
{
    forEachReason(place.members, [&](Value const* concept_, Value const* reference) {
        Understood understood;
        if (concept_ != nullptr) {
            understandConcept(reading, concept_, reading.sets.symptoms, understood);
        } else {
            auto const found = reading.resolve(reference, place);
            if (found.entry != nullptr) return; // read on its own, linked to the encounter
            if (found.resource != nullptr) {
                auto const type = json::textOf(*found.resource, "resourceType");
                Place const inner{found.resource, place.entry, found.pointer};
                if (type == "Condition") readCondition(reading, inner, recorded.thisEncounter);
                if (type == "Observation") readObservation(reading, inner);
                return;
            }
            understandText(reading, json::textOf(*reference, "display"), reading.sets.symptoms,
                           understood);
        }
        if (understood.isDenied())
            reading.gap("complaint", Reason::Negated, place, understood.codes);
        else
            addSymptoms(reading, place, understood, recorded);
    });
}

} // namespace tcds::fhir
