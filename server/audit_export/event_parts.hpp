#pragma once

#include "server/audit_export/fhir_json.hpp"

#include <string_view>

// What every AuditEvent is made of.

namespace tcds::audit_export {

/// Success, minor failure, serious failure of a call by its HTTP status; none at all is serious
/// (http://terminology.hl7.org/CodeSystem/audit-event-outcome).
std::string_view outcomeOf(std::string_view http);

/// An address as AuditEvent.agent.network has it.
struct Network {
    std::string_view address; // "" = not known
    std::string_view type;    // of http://hl7.org/fhir/network-type
};
inline constexpr std::string_view kMachineName = "1";
inline constexpr std::string_view kIpAddress = "2";
inline constexpr std::string_view kUriAddress = "5";

/// An element of `agent`.
void agent(audit::Members& json, Coding const& role, Logical const& who, bool requestor,
           Network const& network = {});
/// An element of `entity`; nothing without a value of `what`.
/// @param role  left out without a code
void entity(audit::Members& json, Coding const& type, Coding const& role, Logical const& what);
/// An element of `entity.detail`; nothing without a value.
void detail(audit::Members& json, std::string_view type, std::string_view value);
/// `source`: an application server.
/// @param site  whose it is, "" = not known
void source(audit::Members& json, std::string_view site, Logical const& observer);

} // namespace tcds::audit_export
