#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/seal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

/// What was sealed in a record, and whether it is what the record says came and left.
struct OpenedRecord {
    struct Part {
        std::string name, text;
        std::optional<bool> fits; // its SHA-256 is that of the record; nothing: there is none, or
                                  // the access token is no longer in it
    };
    std::string title; // "decision 7, 2026-03-03T10:12:44.402Z"
    std::vector<Part> parts;
    std::vector<std::string> leftOut; // parts that were too large to be kept
};

/// Whether something is sealed in a record.
bool isSealed(std::string_view line);

/// Opens what is sealed in a record.
/// @param line  of the log, without line feed
/// @error BadRequest as SealKey::open; also when the line is no record, or nothing is sealed in it
Result<OpenedRecord> openRecord(std::string_view line, SealKey const& key);

} // namespace tcds::audit
