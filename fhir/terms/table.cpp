#include "fhir/terms/table.hpp"

#include <algorithm>

namespace tcds::terms {

std::optional<Table> Table::open(std::string_view text, std::string_view file,
                                 std::initializer_list<std::string_view> wanted, Problems& problems)
{
    Table table;
    table.file_ = file;
    auto const headerEnd = std::min(text.find('\n'), text.size());
    auto header = text.substr(0, headerEnd);
    if (header.ends_with('\r')) header.remove_suffix(1);
    table.body_ = headerEnd < text.size() ? text.substr(headerEnd + 1) : std::string_view{};

    while (true) {
        auto const end = header.find('\t');
        auto const found = std::find(wanted.begin(), wanted.end(), header.substr(0, end));
        table.places_.push_back(
            found == wanted.end() ? kMaxColumns : static_cast<std::size_t>(found - wanted.begin()));
        if (end == std::string_view::npos) break;
        header.remove_prefix(end + 1);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (std::find(table.places_.begin(), table.places_.end(), i) != table.places_.end())
            continue;
        problems.error("L01", table.where(1),
                       "column \"" + std::string{wanted.begin()[i]} + "\" is missing",
                       "name it in the header line, columns parted by tabs");
        return std::nullopt;
    }
    return table;
}

void Table::split(std::string_view line, Row& row) const
{
    row.cells.fill({});
    for (auto const place : places_) {
        auto const end = line.find('\t');
        if (place < kMaxColumns) row.cells[place] = line.substr(0, end);
        if (end == std::string_view::npos) return;
        line.remove_prefix(end + 1);
    }
}

std::string Table::where(std::size_t line) const
{
    return std::string{file_} + ':' + std::to_string(line) + ":1";
}

} // namespace tcds::terms
