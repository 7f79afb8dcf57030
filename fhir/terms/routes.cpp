#include "fhir/terms/routes.hpp"

#include "fhir/terms/code_systems.hpp"
#include "fhir/terms/table.hpp"

#include <algorithm>

namespace tcds::terms {
namespace {

/// Words for a place beat words for a form: "vaginal tablet", "rectal cream".
int locality(Route route)
{
    switch (route) {
    case Route::Unknown:
        return 0;
    case Route::Oral:
        return 1;
    case Route::Topical:
        return 2;
    case Route::Injected:
    case Route::Intravenous:
        return 3;
    case Route::Inhaled:
        return 4;
    case Route::Transdermal:
        return 5;
    case Route::Nebulised:
        return 6;
    case Route::Nasal:
    case Route::Ophthalmic:
    case Route::Otic:
    case Route::Rectal:
    case Route::Vaginal:
    case Route::IntraArticular:
    case Route::Intrathecal:
        return 7;
    }
    return 0;
}

std::string codeKey(std::string_view system, std::string_view code)
{
    std::string key{system};
    key += '|';
    auto const at = key.size();
    key.resize(at + code.size());
    key.resize(at + normalisedCode(system, code, key.data() + at).size());
    return key;
}

std::size_t wordCount(std::string_view folded)
{
    return static_cast<std::size_t>(std::count(folded.begin(), folded.end(), ' ')) + 1;
}

} // namespace

std::optional<Route> parseRoute(std::string_view text)
{
    for (auto const& name : kRouteNames)
        if (name.text == text) return name.route;
    return std::nullopt;
}

std::string_view routeText(Route route)
{
    for (auto const& name : kRouteNames)
        if (name.route == route) return name.text;
    return {};
}

void RouteTable::load(std::string_view text, std::string_view file, std::string_view wordColumn,
                      bool withCodes, Problems& problems)
{
    auto const table = withCodes
                           ? Table::open(text, file, {wordColumn, "route", "system"}, problems)
                           : Table::open(text, file, {wordColumn, "route"}, problems);
    if (!table) return;
    table->forEach([&](Table::Row const& row) {
        auto const route = parseRoute(row.cells[1]);
        if (!route) {
            problems.error("L01", table->where(row.line),
                           '"' + std::string{row.cells[1]} + "\" is no route",
                           "use a route word such as oral, injected, inhaled or topical");
            return;
        }
        if (auto const system = row.cells[2]; !system.empty()) {
            codes_.emplace(codeKey(canonicalSystem(system), row.cells[0]), *route);
            return;
        }
        auto folded = foldedName(row.cells[0]);
        if (folded.empty()) return;
        auto& longest = first_[folded.substr(0, folded.find(' '))];
        longest = std::max(longest, wordCount(folded));
        words_.emplace(std::move(folded), *route);
    });
}

Route RouteTable::findWords(Words const& words) const
{
    Route best = Route::Unknown;
    std::size_t bestCount = 0;
    for (std::size_t at = 0; at < words.size(); ++at) {
        auto const first = first_.find(words[at]);
        if (first == first_.end()) continue;
        for (auto count = std::min(first->second, words.size() - at); count > 0; --count) {
            auto const& begin = words.list[at];
            auto const& last = words.list[at + count - 1];
            auto const entry = words_.find(std::string_view{words.folded}.substr(
                begin.begin, last.begin + last.length - begin.begin));
            if (entry == words_.end()) continue;
            if (count > bestCount ||
                (count == bestCount && locality(entry->second) > locality(best))) {
                best = entry->second;
                bestCount = count;
            }
            break;
        }
    }
    return best;
}

Route RouteTable::findCode(std::string_view system, std::string_view code) const
{
    if (codes_.empty() || code.empty()) return Route::Unknown;
    auto key = codeKey(canonicalSystem(system), code);
    if (auto const found = codes_.find(key); found != codes_.end()) return found->second;
    if (!allowsPrefix(canonicalSystem(system))) return Route::Unknown;
    for (key += '*'; key.size() >= 2 && key[key.size() - 2] != '|'; key.erase(key.size() - 2, 1))
        if (auto const found = codes_.find(key); found != codes_.end()) return found->second;
    return Route::Unknown;
}

Route RouteTable::find(std::span<Coding const> codes, std::string_view text) const
{
    for (auto const& coding : codes)
        if (auto const route = findCode(coding.system, coding.code); route != Route::Unknown)
            return route;
    for (auto const& coding : codes)
        if (auto const route = findWords(splitWords(coding.display)); route != Route::Unknown)
            return route;
    return findWords(splitWords(text));
}

bool RouteTable::hasWord(std::string_view word) const { return words_.find(word) != words_.end(); }

} // namespace tcds::terms
