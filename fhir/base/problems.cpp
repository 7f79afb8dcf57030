#include "fhir/base/problems.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <tuple>

namespace tcds {

namespace {

struct Place {
    std::string_view file;
    unsigned line = 0;
    unsigned column = 0;

    auto operator<=>(Place const&) const = default;
};

/// Takes ":NUMBER" off the end of `where`; leaves `where` alone when there is none.
bool takeNumber(std::string_view& where, unsigned& number)
{
    auto const colon = where.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == where.size()) return false;
    auto const* const begin = where.data() + colon + 1;
    auto const* const end = where.data() + where.size();
    auto const [stop, failure] = std::from_chars(begin, end, number);
    if (failure != std::errc{} || stop != end) return false;
    where = where.substr(0, colon);
    return true;
}

/// FILE, FILE:LINE or FILE:LINE:COLUMN; the file name may hold colons itself.
Place placeOf(std::string_view where)
{
    Place place;
    unsigned last = 0;
    if (takeNumber(where, last)) {
        if (takeNumber(where, place.line))
            place.column = last;
        else
            place.line = last;
    }
    place.file = where;
    return place;
}

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Insertions, deletions, replacements and swaps of neighbours ("prot" for "port" is one step);
/// letter case costs nothing, because a wrong case is the likeliest slip of all.
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> beforeLast(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            bool const swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], beforeLast[j - 2] + 1);
        }
        std::swap(beforeLast, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::string toText(Diagnostic const& problem)
{
    std::string head = problem.severity == Severity::Error ? "error" : "warning";
    if (!problem.code.empty()) head += " " + problem.code;
    if (!problem.what.empty()) head += ": " + problem.what;
    return toText(Error{Error::Kind::Config, problem.where, std::move(head), problem.fix});
}

void Problems::error(std::string code, std::string where, std::string what, std::string fix)
{
    add({Severity::Error, std::move(code), std::move(where), std::move(what), std::move(fix)});
}

void Problems::warning(std::string code, std::string where, std::string what, std::string fix)
{
    add({Severity::Warning, std::move(code), std::move(where), std::move(what), std::move(fix)});
}

bool Problems::hasErrors() const
{
    return std::ranges::any_of(
        all_, [](Diagnostic const& problem) { return problem.severity == Severity::Error; });
}

std::vector<Diagnostic> Problems::sorted() const
{
    auto const key = [](Diagnostic const& p) {
        return std::tuple{placeOf(p.where), std::string_view{p.code}, p.severity,
                          std::string_view{p.what}, std::string_view{p.fix}};
    };
    auto result = all_;
    std::ranges::sort(result,
                      [&](Diagnostic const& a, Diagnostic const& b) { return key(a) < key(b); });
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

Error Problems::asError() const
{
    Error error{Error::Kind::Config, {}, {}, {}};
    for (auto const& problem : sorted()) {
        if (!error.what.empty()) error.what += '\n';
        error.what += toText(problem);
    }
    return error;
}

std::string nearestWord(std::string_view typed, std::vector<std::string_view> const& known)
{
    std::string_view nearest;
    auto best = typed.size() / 3 + 1; // one more than may be
    for (auto const word : known) {
        auto const gap =
            word.size() > typed.size() ? word.size() - typed.size() : typed.size() - word.size();
        if (gap >= best) continue;
        auto const distance = editDistance(typed, word);
        if (distance >= best) continue;
        best = distance;
        nearest = word;
    }
    return std::string{nearest};
}

} // namespace tcds
