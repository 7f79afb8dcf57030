#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/line_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::query {

/// Where a line stands in the log. Offsets are those of the text, whether the file is compressed or
/// not.
struct LinePlace {
    std::string file; // audit::plainNameOf()
    std::uint64_t at = 0;
};

/// Reads lines of a log from their places; those that follow each other without opening the file
/// again.
class LogLines
{
public:
    explicit LogLines(std::string directory) : directory_{std::move(directory)} {}

    /// @return the line; valid until the next call. Its bytes may be changed, and one behind them
    /// @error NotFound when the file is not there, BadRequest when no line begins at that place
    Result<std::span<char>> read(LinePlace const& place);

private:
    std::string directory_, file_;
    std::optional<audit::LineReader> reader_;
    std::uint64_t next_ = 0; // where the next line of the reader begins
};

/// The file of that plain name as it lies in the directory now: itself or compressed.
std::string pathOf(std::string const& directory, std::string const& plainName);

/// A reader of that file that begins at a byte of the text.
/// @error NotFound; as LineReader::next()
Result<audit::LineReader> readerAt(std::string const& path, std::uint64_t at);

} // namespace tcds::query
