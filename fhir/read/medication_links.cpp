#include "fhir/read/reading.hpp"

#include <algorithm>

namespace tcds::fhir {

namespace {

bool namesUse(std::string_view reference, MedicationUse const& use)
{
    auto const target = targetOf(reference);
    if (target.id.empty() || target.type.empty()) return false;
    auto const& resource = use.source.resource;
    return resource.size() == target.type.size() + target.id.size() + 1 &&
           resource.starts_with(target.type) && resource.ends_with(target.id);
}

/// The order that a newer one replaces ends where that one begins: they are never counted both.
void settleReplacement(Reading& reading, Replacement const& replacement)
{
    auto& medications = reading.out.medications;
    auto const& newer = medications[replacement.use];
    if (newer.state != UseState::Active && newer.state != UseState::OnHold &&
        newer.state != UseState::Stopped)
        return;
    for (auto& older : medications) {
        if (&older == &newer || older.kind != UseKind::Order || older.state != UseState::Active ||
            !namesUse(replacement.prior, older))
            continue;
        older.state = UseState::Stopped;
        older.stop = newer.start;
        if (older.start) older.history.push_back({"active", older.start});
    }
}

bool sameDrug(MedicationUse const& statement, MedicationUse const& order)
{
    return !order.ingredients.empty() &&
           std::includes(statement.ingredients.begin(), statement.ingredients.end(),
                         order.ingredients.begin(), order.ingredients.end());
}

/// Somebody said later that the drug is taken after all.
bool isTakenLater(Reading const& reading, MedicationUse const& order, Instant claimed)
{
    return std::any_of(reading.out.medications.begin(), reading.out.medications.end(),
                       [&](MedicationUse const& use) {
                           return use.kind == UseKind::Statement && use.state == UseState::Active &&
                                  use.start && use.start->first() > claimed && sameDrug(use, order);
                       });
}

/// A statement `not-taken` that is newer than the order overrides it (clinical specification
/// C.0.1).
void settleNotTaken(Reading& reading, NotTakenClaim const& claim)
{
    auto& medications = reading.out.medications;
    auto const& statement = medications[claim.statement];
    for (auto& order : medications) {
        if (order.kind != UseKind::Order || order.state != UseState::Active) continue;
        bool const linked = std::any_of(
            claim.basedOn.begin(), claim.basedOn.end(),
            [&order](std::string const& reference) { return namesUse(reference, order); });
        bool const newer = claim.at && order.start && *claim.at > order.start->first() &&
                           sameDrug(statement, order);
        if (!linked && !newer) continue;
        if (claim.at && isTakenLater(reading, order, *claim.at)) continue;
        order.state = UseState::NotTaken;
        if (order.start) order.history.push_back({"active", order.start});
    }
}

} // namespace

void settleMedications(Reading& reading)
{
    for (auto const& replacement : reading.replacements) settleReplacement(reading, replacement);
    for (auto const& claim : reading.notTaken) settleNotTaken(reading, claim);
}

} // namespace tcds::fhir
