#include "fhir/read/complaint.hpp"
#include "fhir/read/dosage.hpp"
#include "fhir/read/medication_product.hpp"

#include <algorithm>
#include <array>

namespace tcds::fhir {

namespace {

bool isOrderIntent(std::string_view intent)
{
    constexpr std::array<std::string_view, 6> kOrders{
        "", "order", "original-order", "reflex-order", "filler-order", "instance-order"};
    return std::find(kOrders.begin(), kOrders.end(), intent) != kOrders.end();
}

UseState stateOfStatus(std::string_view status)
{
    if (status == "active") return UseState::Active;
    if (status == "on-hold") return UseState::OnHold;
    if (status == "stopped" || status == "completed" || status == "ended") return UseState::Stopped;
    if (status == "cancelled") return UseState::Cancelled;
    if (status == "draft") return UseState::Planned; // an unsigned order outside the call
    return UseState::Unknown;
}

UseState stateOfDraft(std::string_view status)
{
    // Orders that are signed again carry the status they had.
    auto const state = stateOfStatus(status);
    return state == UseState::Stopped || state == UseState::Cancelled ? UseState::Cancelled
                                                                      : UseState::Draft;
}

bool isSelected(Reading const& reading, Entry const& entry)
{
    if (reading.options.hook != Hook::OrderSelect) return true;
    if (entry.id.empty()) return false;
    auto const& selections = reading.options.selections;
    return std::any_of(
        selections.begin(), selections.end(), [&entry](std::string const& selection) {
            auto const target = targetOf(selection);
            return target.id == entry.id && (target.type.empty() || target.type == entry.type);
        });
}

std::optional<TimeSpan> supplyEndOf(Reading const& reading, Value const* dispense,
                                    std::optional<TimeSpan> const& start)
{
    auto const* expected = json::child(dispense, "expectedSupplyDuration");
    auto length = durationOf(expected);
    if (!length || !start) return std::nullopt;
    constexpr int kMostRepeats = 99;
    auto const fills =
        1 + wholeNumber(json::child(dispense, "numberOfRepeatsAllowed"), kMostRepeats).value_or(0);
    constexpr int kLongest = 36'500;
    length->count = std::min(std::min(length->count, kLongest) * fills, kLongest);
    return dayOf(start->first() + *length, reading.options.zoneMinutes);
}

/// An order in force ends with its bounds, or with its dispensing validity (decision D29).
void endByDates(Reading const& reading, Dosing const& dosing, Value const* dispense,
                MedicationUse& use)
{
    auto const over = [&reading](std::optional<TimeSpan> const& end) {
        return end && end->last() < reading.options.asOf;
    };
    auto const validity = reading.time(json::path(*dispense, {"validityPeriod", "end"}));
    if (use.state == UseState::Active || use.state == UseState::OnHold) {
        if (over(dosing.end))
            use.stop = dosing.end;
        else if (over(validity))
            use.stop = validity;
        if (use.stop) use.state = UseState::Stopped;
    } else if (over(dosing.end)) {
        use.stop = dosing.end;
    }
}

void addHistory(MedicationUse& use, std::optional<TimeSpan> const& changed)
{
    if (use.state == UseState::Active || use.state == UseState::Draft) return;
    if (use.start && use.status != "active") use.history.push_back({"active", use.start});
    if (auto const& at = changed ? changed : use.stop; at) use.history.push_back({use.status, at});
}

void settleState(Reading const& reading, Members const& resource, Dosing const& dosing,
                 MedicationUse& use)
{
    auto const* dispense = resource.child("dispenseRequest");
    Value const none{rapidjson::kObjectType};
    endByDates(reading, dosing, dispense != nullptr ? dispense : &none, use);
    // R5 statusChanged, DSTU2 dateEnded: no other release dates the change.
    auto const changed = reading.time(resource.anyOf({"statusChanged", "dateEnded"}));
    if (use.state == UseState::Stopped && !use.stop && !reading.isFuture(changed))
        use.stop = changed;
    bool const starts = use.state == UseState::Active || use.state == UseState::OnHold ||
                        use.state == UseState::Stopped;
    if (starts && (reading.isFuture(use.start) || reading.isFuture(dosing.start)))
        use.state = UseState::Future;
    use.supplyEnd = supplyEndOf(reading, dispense, use.start);
    addHistory(use, changed);
}

} // namespace

void readMedicationOrder(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    bool const draft = place.entry->origin == Origin::DraftOrders;
    if (!reading.isOurs(place)) return reading.gap("medication", Reason::OtherPatient, place);
    auto const status = resource.text("status");
    if (status == "entered-in-error")
        return reading.gap("medication", Reason::EnteredInError, place);
    if (draft) readReasons(reading, place, Recorded{.thisEncounter = true});

    MedicationUse use;
    use.kind = draft ? UseKind::Draft : UseKind::Order;
    use.status = status;
    use.start = reading.time(resource.anyOf({"authoredOn", "dateWritten"})); // DSTU2: dateWritten
    auto const dosing =
        dosingOf(reading, resource.anyOf({"dosageInstruction", "dosage"}), use.start);
    if (!use.start) use.start = dosing.start;
    use.dailyDose = dosing.daily;
    use.asNeeded = dosing.asNeeded;
    use.route = dosing.route;
    if (use.route != Route::Unknown) use.routeFrom = RouteOrigin::Dosage;
    if (!addProduct(reading, place, productOf(reading, place), use)) return;

    use.selected = !draft || isSelected(reading, *place.entry);
    if (json::flag(resource.child("doNotPerform")).value_or(false)) {
        use.state = UseState::NotTaken;
    } else if (draft) {
        use.state = stateOfDraft(status);
    } else if (!isOrderIntent(resource.text("intent"))) {
        use.state = UseState::Planned;
    } else {
        use.state = stateOfStatus(status);
        settleState(reading, resource, dosing, use);
    }
    use.id = reading.nextId();
    use.source = reading.source(place);
    if (!draft)
        if (auto const prior = referenceText(resource.child("priorPrescription")); !prior.empty())
            reading.replacements.push_back({reading.out.medications.size(), std::string{prior}});
    reading.out.medications.push_back(std::move(use));
}

} // namespace tcds::fhir
