#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/descriptor.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tcds::audit {

/// Reads a file line by line in large steps.
class LineReader
{
public:
    enum class Found : std::uint8_t {
        Line,
        End,    // after a whole line, or of an empty file
        Partial // the file ends inside a line; another next() looks whether it has grown
    };

    /// @error NotFound
    static Result<LineReader> open(std::string path);

    /// @error Internal when reading fails, TooLarge for a line of more than 64 MiB
    Result<Found> next();

    /// The line of the last next() without its line feed; may be overwritten, and one byte behind
    /// it as well. Valid until the next next().
    [[nodiscard]] std::span<char> line() { return {buffer_.data() + start_, length_}; }
    /// Bytes of all lines so far.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    Result<bool> readMore();

    std::string path_;
    Descriptor file_;
    std::vector<char> buffer_;
    std::size_t start_ = 0;  // of the current line
    std::size_t length_ = 0; // of the current line
    std::size_t next_ = 0;   // first byte after it
    std::size_t filled_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace tcds::audit
