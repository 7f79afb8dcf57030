#pragma once

#include "fhir/base/problems.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// Tab-separated text with a header line, read in place. Columns are asked for by name, so that a
/// table may gain columns.
class Table
{
public:
    static constexpr std::size_t kMaxColumns = 16;

    struct Row {
        std::array<std::string_view, kMaxColumns> cells;
        std::size_t line = 0; // 1 = header
    };

    /// @param wanted  the columns of interest; Row::cells has them in this order
    /// @return nothing when a column is missing (L01 at `file`:1:1)
    static std::optional<Table> open(std::string_view text, std::string_view file,
                                     std::initializer_list<std::string_view> wanted,
                                     Problems& problems);

    /// Calls f(Row const&) for each line that is not empty.
    template <class F>
    void forEach(F&& f) const
    {
        Row row;
        std::string_view rest = body_;
        for (row.line = 2; !rest.empty(); ++row.line) {
            auto const end = rest.find('\n');
            auto line = rest.substr(0, end);
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line.empty()) continue;
            split(line, row);
            f(static_cast<Row const&>(row));
        }
    }

    /// One line, as the rows of forEach.
    void split(std::string_view line, Row& row) const;

    [[nodiscard]] std::string_view body() const { return body_; }
    /// FILE:LINE:1
    [[nodiscard]] std::string where(std::size_t line) const;

private:
    std::string_view body_;
    std::string_view file_;
    std::vector<std::size_t> places_; // column in the file -> place in Row::cells
};

/// Calls f(part) for each part of `a|b|c`, not for empty ones.
template <class F>
void forEachPart(std::string_view list, F&& f)
{
    while (!list.empty()) {
        auto const end = list.find('|');
        if (auto const part = list.substr(0, end); !part.empty()) f(part);
        list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
    }
}

} // namespace tcds::terms
