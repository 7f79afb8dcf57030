#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/descriptor.hpp"
#include "server/audit/gzip.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tcds::audit {

/// Reads a file of the log line by line in large steps, plain or compressed (`.gz`). Memory is that
/// of the longest line.
class LineReader
{
public:
    enum class Found : std::uint8_t {
        Line,
        End,    // after a whole line, or of an empty file
        Partial // the file ends inside a line; another next() looks whether it has grown
    };

    /// @param path  of a file of logFilesIn(); when a plain one has been compressed since, that
    /// @error NotFound
    static Result<LineReader> open(std::string path);

    /// Goes on at a byte of the text, such as offset() of a line read before: at once in a plain
    /// file and in one that the service compressed. Before the first next().
    /// @error as next()
    Result<void> skipTo(std::uint64_t offset);

    /// @error BadRequest when a compressed file is cut or damaged, after all lines before that;
    ///        Internal when reading fails, TooLarge for a line of more than 64 MiB
    Result<Found> next();

    /// The line of the last next() without its line feed; may be overwritten, and one byte behind
    /// it as well. Valid until the next next().
    [[nodiscard]] std::span<char> line() { return {buffer_.data() + start_, length_}; }
    /// Where that line begins in the text of the file; the same plain and compressed.
    [[nodiscard]] std::uint64_t offset() const { return before_ + start_; }
    /// Bytes of all lines so far.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Bytes of the file on disk that were read for them, to compare with its size.
    [[nodiscard]] std::uint64_t fileBytes() const;

private:
    Result<bool> readMore();
    Result<std::size_t> read(std::span<char> into);

    std::string path_;
    Descriptor file_;
    std::unique_ptr<GunzipStream> unpacked_; // null: the file is plain
    std::vector<char> buffer_;
    std::uint64_t before_ = 0; // bytes of the text in front of the buffer
    std::size_t start_ = 0;    // of the current line
    std::size_t length_ = 0;   // of the current line
    std::size_t next_ = 0;     // first byte after it
    std::size_t filled_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace tcds::audit
