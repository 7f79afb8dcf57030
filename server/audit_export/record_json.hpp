#pragma once

#include "fhir/base/json.hpp"
#include "fhir/base/result.hpp"

#include <initializer_list>
#include <string_view>

namespace tcds::audit_export {

/// A line of the log as JSON; no bound of requests applies to it.
Result<json::Document> parseRecord(std::string_view line);
/// A text or number by the names of the members that lead to it; "" for anything else.
std::string_view textAt(json::Value const& root, std::initializer_list<std::string_view> names);
/// Whether it is an instant as the log writes it.
bool isInstant(std::string_view text);
/// Whether it is a UUID in lower case.
bool isUuid(std::string_view text);
/// A line that is not as the service writes lines.
Error faultyRecord(std::string_view where, std::string_view what);

} // namespace tcds::audit_export
