#pragma once

#include "fhir/base/json.hpp"
#include "fhir/base/result.hpp"
#include "fhir/facts/facts.hpp"
#include "fhir/facts/patient_context.hpp"
#include "fhir/terms/terminology.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tcds::fhir {

/// One delivered value: a prefetch value, a member of the hook's context or a fetched answer.
/// Several inputs may have one key: the pages of a search, or what was sent and what was fetched
/// for it.
struct Input {
    std::string key; // as sent, or "context.conditions", "context.draftOrders"
    std::string via; // "prefetch", "context", "fhir"
    json::Value const* value =
        nullptr; // nullptr: not delivered; JSON null: looked for, nothing there
    SourceStatus failure = SourceStatus::Ok; // why it was not delivered (whole); Ok: it was
    bool continued = false;                  // the page that its `next` link names is an input too
};

struct ReadOptions {
    Instant asOf;
    Hook hook = Hook::PatientView;
    std::string patientId, encounterId;  // bare ids; "" = not in the call
    std::vector<std::string> selections; // order-select: "Type/id" of the selected drafts
    int zoneMinutes = 0;                 // zone of times without one, minutes east of UTC
    bool acceptUnknownStatus = false;    // results of status `unknown` count (decision D14)
    Duration complaintWindow{180, Duration::Unit::Day}; // decision D25
    std::size_t maxEntries = 5000; // Bundle entries of the whole call (decision D47)
};

/// Reads everything that was delivered as facts of one patient. What a resource is decides, not the
/// key it came with (decision D38): each input may be a resource, a Bundle, JSON null or rubbish.
///
/// Facts are numbered in reading order, the patient first; nothing in them refers to the JSON,
/// which may die first. What cannot be used becomes a Gap with its reason; nothing throws on bad
/// data. `inputs` of the result lists our sixteen keys in their order, then what came beside them.
/// A key of ours that nobody delivered takes over the resources of its kind that came with a
/// foreign key.
///
/// @error BadRequest  a Patient with another id than `patientId`; `where` = JSON Pointer of the
/// input
/// @error TooLarge    more than `maxEntries` Bundle entries
Result<PatientContext> readChart(std::span<Input const> inputs, ReadOptions const& options,
                                 terms::Terminology const& terms);

} // namespace tcds::fhir
