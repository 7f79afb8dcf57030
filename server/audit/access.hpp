#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Somebody asked for the log through the service (LOG-9), or tried to.
struct AccessRecord {
    std::string_view actor, role;    // "" = nobody known
    std::string_view what;           // decision | decisions | content | reload | other
    std::string_view decisionId;     // "" = none, or no id
    std::string_view from, to, rule; // of a list
    std::optional<std::size_t> limit;
    std::string_view as;     // json | auditevent | guidanceresponse | detectedissue | all
    int http = 0;            // of the answer
    std::string_view reason; // of a refusal: token | origin | role | tenant | invalid | absent
    std::optional<std::size_t> records; // shown
    std::string_view remote;
    std::uint64_t unrecorded = 0; // attempts of unknown callers before it that have no record
};

/// The members of the record, for Log::append("access", ..).
std::string writeAccess(AccessRecord const& record);

} // namespace tcds::audit
