#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/sha256.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tcds::audit {

/// Where a log goes on.
struct LogTail {
    std::optional<LogFileName> newest; // nothing: there is no file yet
    std::uint64_t seq = 0;
    HexDigest hash{};       // of the last record, or zeros
    std::uint64_t torn = 0; // bytes that were cut off behind the last whole line
};

/// Reads the last whole line of the newest file that has one and cuts off what follows it. Only
/// that line is checked: the whole chain is for `audit verify`.
/// @error Config when the last line is no record, or its bytes do not give its hash, or the file is
///        a damaged compressed one: to go on from it would hide that
Result<LogTail> recoverTail(std::string const& directory);

} // namespace tcds::audit
