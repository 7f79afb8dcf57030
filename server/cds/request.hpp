#pragma once

#include "fhir/base/json.hpp"
#include "fhir/read/chart_reader.hpp"
#include "server/cds/services.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// Access to the FHIR server that the caller lends for this call. Views into the body: the token
/// lives as long as the call and is copied nowhere but into the request that needs it (CTL-06).
struct FhirAuthorization {
    std::string_view accessToken;
    std::string_view scope;
    std::string_view patient; // that the token is bound to; "" when not said
    std::chrono::seconds expiresIn{0};
};

/// A hook call, read and validated. Owns the parsed body; `inputs` point into it.
struct HookRequest {
    json::Document body;
    Service const* service = nullptr;
    std::string hookInstance; // as received
    std::string userId, patientId, encounterId;
    std::vector<std::string> selections;
    std::string fhirServer;
    std::optional<FhirAuthorization> authorization;
    std::string trigger;             // vendor hint of the event, "" when none
    std::vector<fhir::Input> inputs; // prefetch in the order sent, context Bundles

    /// True for users who are patients or relatives: they get no cards (UX-9).
    [[nodiscard]] bool forPatients() const;
};

/// A bare FHIR id, 1 to 64 of [A-Za-z0-9.-]: what may stand in a FHIR URL without harm (CTX-01).
bool isFhirId(std::string_view text);

/// A reference to a resource on the EHR's server, `Type/id`.
bool isTypedReference(std::string_view text);

/// Reads the body of a service call.
/// @param service  the service whose path was called
/// @error BadRequest with a JSON Pointer for each rule of the envelope and of the hook's context
///        that is broken (REQ and CTX rows of the protocol); parse errors name the byte
Result<HookRequest> readHookRequest(std::string body, Service const& service,
                                    json::Limits const& limits = {});

} // namespace tcds::cds
