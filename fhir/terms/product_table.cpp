#include "fhir/terms/product_table.hpp"

#include "fhir/terms/routes.hpp"
#include "fhir/terms/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace tcds::terms {
namespace {

constexpr std::string_view kFile = "terms/products.tsv";
constexpr std::string_view kHeader = "rxcui\ttype\tingredients\tothers\troute\tname";

/// Number at the begin of a line, up to the first tab.
std::uint32_t leadingNumber(char const* at, char const* end)
{
    std::uint32_t number = 0;
    for (; at != end && *at >= '0' && *at <= '9'; ++at)
        number = number * 10 + static_cast<std::uint32_t>(*at - '0');
    return number;
}

} // namespace

std::optional<std::uint32_t> parseRxcui(std::string_view text)
{
    std::uint32_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0)
        return std::nullopt;
    return number;
}

void ProductTable::load(std::string_view text, Problems& problems)
{
    text_ = text;
    if (text.empty()) return;
    if (!text.starts_with(kHeader)) {
        problems.error("L01", std::string{kFile} + ":1:1",
                       "the columns are not those of a product table",
                       "begin with rxcui, type, ingredients, others, route, name, parted by tabs");
        return;
    }
    constexpr std::size_t kTypicalRow = 80;
    index_.reserve(text.size() / kTypicalRow);
    char const* const first = text.data();
    char const* const last = first + text.size();
    bool sorted = true;
    for (char const* at = first + kHeader.size(); at < last;) {
        auto const* newline =
            static_cast<char const*>(std::memchr(at, '\n', static_cast<std::size_t>(last - at)));
        if (newline == nullptr || newline + 1 == last) break;
        at = newline + 1;
        auto const rxcui = leadingNumber(at, last);
        sorted = sorted && (index_.empty() || index_.back().rxcui < rxcui);
        index_.push_back({rxcui, static_cast<std::uint32_t>(at - first)});
    }
    if (sorted) return;
    std::stable_sort(index_.begin(), index_.end(),
                     [](Entry a, Entry b) { return a.rxcui < b.rxcui; });
    auto const twice = std::adjacent_find(index_.begin(), index_.end(),
                                          [](Entry a, Entry b) { return a.rxcui == b.rxcui; });
    if (twice != index_.end())
        problems.error("L02", std::string{kFile},
                       "product " + std::to_string(twice->rxcui) + " stands here twice",
                       "keep one row of each number, sorted by number");
}

std::optional<Product> ProductTable::find(std::string_view rxcui) const
{
    auto const number = parseRxcui(rxcui);
    if (!number) return std::nullopt;
    auto const found =
        std::lower_bound(index_.begin(), index_.end(), *number,
                         [](Entry entry, std::uint32_t wanted) { return entry.rxcui < wanted; });
    if (found == index_.end() || found->rxcui != *number) return std::nullopt;
    return rowAt(found->offset);
}

std::vector<Product> ProductTable::all() const
{
    std::vector<Product> rows;
    rows.reserve(index_.size());
    for (auto const& entry : index_) rows.push_back(rowAt(entry.offset));
    return rows;
}

Product ProductTable::rowAt(std::uint32_t offset) const
{
    auto line = text_.substr(offset);
    line = line.substr(0, line.find('\n'));
    std::array<std::string_view, 6> cells;
    for (auto& cell : cells) {
        auto const end = line.find('\t');
        cell = line.substr(0, end);
        line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
    }
    return Product{cells[2], parseRoute(cells[4]).value_or(Route::Unknown), cells[5],
                   !cells[3].empty() && cells[3] != "0"};
}

} // namespace tcds::terms
