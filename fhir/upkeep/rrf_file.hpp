#pragma once

#include "fhir/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::upkeep {

/// Told now and then how far a file has been read: its name, bytes read, bytes in all.
using Progress = std::function<void(std::string_view, std::uint64_t, std::uint64_t)>;

/// One file of NLM's Rich Release Format and its columns, in the order of the file.
struct RrfLayout {
    std::string_view file; // "RXNREL.RRF"
    std::size_t columns;
};

/// A line of such a file, taken apart. Valid until the next line is read.
class RrfRow
{
public:
    RrfRow(std::string_view file, std::size_t columns) : file_{file}, cells_(columns) {}

    [[nodiscard]] std::string_view operator[](std::size_t column) const { return cells_[column]; }
    /// FILE:LINE
    [[nodiscard]] std::string where() const;

    /// Takes a line without its end.
    /// @error BadRequest when it has not exactly the columns, each followed by a bar
    [[nodiscard]] std::optional<Error> split(std::string_view line, std::uint64_t number);

private:
    std::string_view file_;
    std::uint64_t line_ = 0;
    std::vector<std::string_view> cells_;
};

/// Reads a file line by line through a buffer of fixed size: the length of the file costs no
/// memory.
///
/// @param use  gets every line; an error of it ends the reading
/// @return nothing, or what is wrong: NotFound when there is no such file; BadRequest with
///         FILE:LINE for a line with other columns, a line longer than 64 KiB, an empty file, a
///         file whose last line has no end (cut short)
/// Source: NLM, RxNorm Technical Documentation, section 12.1 (columns and rows)
std::optional<Error> forEachRow(std::filesystem::path const& folder, RrfLayout const& layout,
                                Progress const& progress,
                                std::function<std::optional<Error>(RrfRow const&)> const& use);

} // namespace tcds::upkeep
