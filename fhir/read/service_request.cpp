#include "fhir/read/complaint.hpp"

#include <algorithm>

namespace tcds::fhir {

namespace {

bool isProposal(std::string_view intent)
{
    return intent == "proposal" || intent == "plan" || intent == "option" || intent == "directive";
}

} // namespace

void readServiceRequest(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    auto const* code = resource.anyOf({"code", "type"}); // ReferralRequest before R4: type
    if (!reading.isOurs(place)) return reading.gap("order", Reason::OtherPatient, place);
    bool const draft = place.entry->origin == Origin::DraftOrders;
    auto const status = resource.text("status");
    if (status == "entered-in-error") return reading.gap("order", Reason::EnteredInError, place);
    bool const refused = json::flag(resource.child("doNotPerform")).value_or(false);
    bool const unsigned_ = status == "draft" || isProposal(resource.text("intent"));
    if (status == "revoked" || status == "cancelled" || refused || (unsigned_ && !draft))
        return reading.gap("order", Reason::BadStatus, place, codingsOf(conceptOf(code)));

    OrderFact order;
    order.authored = reading.time(resource.anyOf({"authoredOn", "date", "orderedOn"}));
    if (!draft && reading.isFuture(order.authored))
        return reading.gap("order", Reason::Future, place, codingsOf(conceptOf(code)));

    Understood understood;
    understandConcept(reading, conceptOf(code), reading.sets.services, understood);
    for (auto const* name : {"category", "performerType", "specialty", "orderDetail"})
        for (auto const& one : resource.items(name)) {
            Understood beside; // its codes are not those of the order
            understandConcept(reading, conceptOf(&one), reading.sets.services, beside);
            understood.byText.addAll(beside.sets());
        }
    order.sets = understood.sets();
    order.codes = std::move(understood.codes);
    order.draft = draft;
    order.status = status;
    order.id = reading.nextId();
    order.source = reading.source(place);
    reading.out.orders.push_back(std::move(order));
    if (draft) readReasons(reading, place, Recorded{.thisEncounter = true});
}

} // namespace tcds::fhir
