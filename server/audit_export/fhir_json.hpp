#pragma once

#include "server/audit/members.hpp"

#include <string>
#include <string_view>

// The data types of FHIR R4 that the exported resources are made of. An empty text is left out:
// FHIR knows no empty strings.

namespace tcds::audit_export {

/// One resource, ready to be sent.
struct Resource {
    std::string type; // "AuditEvent"
    std::string id;   // a UUID
    std::string json; // compact, with `resourceType` and `id`
};

struct Coding {
    std::string_view system, code, display{};
};

/// A reference that names a resource by what identifies it, not by where it lies: no server that
/// takes the export has the resource, and no id of a chart is known.
struct Logical {
    std::string_view type; // "" = not known
    std::string_view system, value;
    std::string_view display{};
};

/// The members of a Coding, inside an open object. Codes of a chart are as sent; what FHIR does not
/// take as a code or system is left out.
void codingMembers(audit::Members& json, Coding const& coding);
/// `"name": Coding`
void coding(audit::Members& json, std::string_view name, Coding const& coding);
/// `"name": [Coding]`
void codings(audit::Members& json, std::string_view name, Coding const& coding);
/// `"name": CodeableConcept`
void codeable(audit::Members& json, std::string_view name, Coding const& coding);
/// An Identifier as an element of an array.
void identifier(audit::Members& json, std::string_view system, std::string_view value);
/// `"name": Reference`; nothing without a value and a display.
void logical(audit::Members& json, std::string_view name, Logical const& reference);
/// A Reference as an element of an array.
void logical(audit::Members& json, Logical const& reference);

/// Whether R4 takes it as `code`: no blank at its ends, none doubled, no control character.
bool isCode(std::string_view text);
/// Whether R4 takes it as `uri`: no blank.
bool isUri(std::string_view text);

/// A card's Markdown as plain text: without the marks of bold, without the backslashes.
std::string plainText(std::string_view markdown);

} // namespace tcds::audit_export
