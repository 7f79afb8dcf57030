#include "fhir/read/dosage.hpp"
#include "fhir/read/medication_product.hpp"

namespace tcds::fhir {

namespace {

// Clinical specification C.0.1: a dispense counts until its days of supply and 14 more are over.
constexpr Duration kAfterSupply{14, Duration::Unit::Day};
constexpr int kLongestSupply = 3'660; // days

/// A reader that cannot use the resource leaves a gap; nothing else is common to the three.
bool isUsable(Reading& reading, Place const& place)
{
    if (!reading.isOurs(place)) {
        reading.gap("medication", Reason::OtherPatient, place);
        return false;
    }
    if (place.members.text("status") == "entered-in-error") {
        reading.gap("medication", Reason::EnteredInError, place);
        return false;
    }
    return true;
}

void finish(Reading& reading, Place const& place, MedicationUse use)
{
    use.id = reading.nextId();
    use.source = reading.source(place);
    reading.out.medications.push_back(std::move(use));
}

void addDosing(Dosing const& dosing, MedicationUse& use)
{
    use.dailyDose = dosing.daily;
    use.asNeeded = dosing.asNeeded;
    use.route = dosing.route;
    if (use.route != Route::Unknown) use.routeFrom = RouteOrigin::Dosage;
}

UseState statementState(Members const& resource)
{
    auto const status = resource.text("status");
    if (json::flag(resource.child("wasNotTaken")).value_or(false)) return UseState::NotTaken;
    if (resource.text("taken") == "n") return UseState::NotTaken; // STU3
    if (status == "active" || status == "recorded") {
        // R5 says in `adherence` what the status said before.
        auto const* adherence = json::child(resource.child("adherence"), "code");
        if (hasCode(adherence, "not-taking")) return UseState::NotTaken;
        if (hasCode(adherence, "on-hold")) return UseState::OnHold;
        if (hasCode(adherence, "stopped")) return UseState::Stopped;
        return UseState::Active;
    }
    if (status == "completed" || status == "stopped") return UseState::Stopped;
    if (status == "on-hold") return UseState::OnHold;
    if (status == "intended" || status == "draft") return UseState::Planned;
    if (status == "not-taken") return UseState::NotTaken;
    return UseState::Unknown;
}

} // namespace

void readMedicationStatement(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!isUsable(reading, place)) return;
    MedicationUse use;
    use.kind = UseKind::Statement;
    use.status = resource.text("status");
    std::optional<TimeSpan> end;
    if (auto const* period = resource.child("effectivePeriod")) {
        use.start = reading.time(json::child(*period, "start"));
        end = reading.time(json::child(*period, "end"));
    } else {
        use.start = reading.time(resource.child("effectiveDateTime"));
    }
    addDosing(dosingOf(reading, resource.child("dosage"), use.start), use);
    if (!addProduct(reading, place, productOf(reading, place), use)) return;

    use.state = statementState(resource);
    bool const over = end && end->last() < reading.options.asOf;
    if ((use.state == UseState::Active || use.state == UseState::OnHold) && over)
        use.state = UseState::Stopped;
    if (use.state == UseState::Stopped && over) use.stop = end;
    if (use.state != UseState::NotTaken && use.state != UseState::Planned &&
        reading.isFuture(use.start))
        use.state = UseState::Future;
    if (use.state == UseState::Stopped) {
        if (use.start) use.history.push_back({"active", use.start});
        if (use.stop) use.history.push_back({use.status, use.stop});
    }
    if (use.state == UseState::NotTaken) {
        NotTakenClaim claim;
        claim.statement = reading.out.medications.size();
        auto const said = reading.time(resource.child("dateAsserted"));
        if (auto const& at = said ? said : use.start; at) claim.at = at->first();
        for (auto const& order : resource.items("basedOn"))
            if (auto const text = referenceText(&order); !text.empty())
                claim.basedOn.emplace_back(text);
        reading.notTaken.push_back(std::move(claim));
    }
    finish(reading, place, std::move(use));
}

void readMedicationDispense(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!isUsable(reading, place)) return;
    MedicationUse use;
    use.kind = UseKind::Dispense;
    use.status = resource.text("status");
    use.start = reading.time(resource.anyOf({"whenHandedOver", "whenPrepared"}));
    use.lastGiven = use.start;
    addDosing(dosingOf(reading, resource.child("dosageInstruction"), use.start), use);
    if (!addProduct(reading, place, productOf(reading, place), use)) return;

    if (use.status == "cancelled" || use.status == "declined") {
        use.state = UseState::Cancelled;
    } else if (use.status == "preparation") {
        use.state = UseState::Planned;
    } else if (use.status == "on-hold") {
        use.state = UseState::OnHold;
    } else if ((use.status == "completed" || use.status == "in-progress") && use.start) {
        // daysSupply is a quantity of days whose unit senders often leave out
        auto const* supply = resource.child("daysSupply");
        auto length = durationOf(supply);
        if (!length && supply != nullptr && anyOf(*supply, {"unit", "code"}) == nullptr)
            if (auto const days = wholeNumber(json::child(*supply, "value"), kLongestSupply))
                length = Duration{*days, Duration::Unit::Day};
        auto const end = use.start->first() + length.value_or(Duration{});
        if (length) use.supplyEnd = dayOf(end, reading.options.zoneMinutes);
        use.state = UseState::Active;
        if (reading.isFuture(use.start)) {
            use.state = UseState::Future;
        } else if (end + kAfterSupply < reading.options.asOf) {
            use.state = UseState::Stopped;
            use.stop = dayOf(end, reading.options.zoneMinutes);
        }
    } else if (use.status == "stopped") {
        use.state = UseState::Stopped;
    }
    finish(reading, place, std::move(use));
}

void readMedicationAdministration(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!isUsable(reading, place)) return;
    MedicationUse use;
    use.kind = UseKind::Administration;
    use.status = resource.text("status");
    std::optional<TimeSpan> end;
    // R5 spells it with one r
    if (auto const* period = resource.anyOf(
            {"effectivePeriod", "occurencePeriod", "occurrencePeriod", "effectiveTimePeriod"})) {
        use.start = reading.time(json::child(*period, "start"));
        end = reading.time(json::child(*period, "end"));
    } else {
        use.start = reading.time(resource.anyOf({"effectiveDateTime", "occurenceDateTime",
                                                 "occurrenceDateTime", "effectiveTimeDateTime"}));
        end = use.start;
    }
    if (auto const* dosage = resource.child("dosage"))
        if (auto const* route = json::child(*dosage, "route")) {
            use.route = reading.terms.routeOf(codingsOf(route), conceptText(route));
            if (use.route != Route::Unknown) use.routeFrom = RouteOrigin::Dosage;
        }
    if (!addProduct(reading, place, productOf(reading, place), use)) return;

    use.lastGiven = end && !reading.isFuture(end) ? end : use.start;
    if (json::flag(resource.child("wasNotGiven")).value_or(false) || use.status == "not-done") {
        use.state = UseState::NotTaken;
        use.lastGiven.reset();
    } else if (use.status == "in-progress") {
        bool const ended = end && end != use.start && end->last() < reading.options.asOf;
        use.state = ended ? UseState::Given : UseState::Active;
    } else if (use.status == "completed" || use.status == "stopped") {
        use.state = UseState::Given; // a stopped infusion was given in part
    } else if (use.status == "on-hold") {
        use.state = UseState::OnHold;
    }
    if ((use.state == UseState::Given || use.state == UseState::Active) &&
        reading.isFuture(use.start))
        use.state = UseState::Future;
    finish(reading, place, std::move(use));
}

} // namespace tcds::fhir
