#include "fhir/terms/authored.hpp"

#include <algorithm>

namespace tcds::terms {

namespace {

std::string withArticle(std::string_view what)
{
    bool const vowel = std::string_view{"aeiou"}.find(what.front()) != std::string_view::npos;
    return (vowel ? "an " : "a ") + std::string{what};
}

} // namespace

std::string quoted(std::string_view text)
{
    std::string result{'"'};
    result += text;
    result += '"';
    return result;
}

std::string didYouMean(std::string_view typed, std::vector<std::string_view> const& known,
                       std::string_view fallback)
{
    auto const nearest = nearestWord(typed, known);
    return nearest.empty() ? std::string{fallback} : "did you mean " + quoted(nearest) + "?";
}

Fields::Fields(Node const& map, std::string_view what,
               std::initializer_list<std::string_view> known, Problems& problems)
    : map_{map}, what_{what}, problems_{problems}
{
    if (!map.isMap()) {
        problems.error("L01", map.where(), withArticle(what) + " is a map",
                       "write keys and values, \"key: value\"");
        return;
    }
    for (auto const& member : map.members()) {
        if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
        std::string all;
        for (auto const key : known) all += (all.empty() ? "" : ", ") + std::string{key};
        problems.error("L01", member.keyNode.where(),
                       "unknown key " + quoted(member.key) + " in " + withArticle(what),
                       didYouMean(member.key, {known.begin(), known.end()}, "use one of " + all));
    }
}

std::optional<Node> Fields::find(std::string_view key) const
{
    return map_.isMap() ? map_.find(key) : std::nullopt;
}

std::string_view Fields::text(std::string_view key) const
{
    auto const node = find(key);
    if (!node) return {};
    if (!node->isText())
        problems_.error("L01", node->where(), quoted(key) + " is a text",
                        "write one value, no map and no list");
    return node->text();
}

std::string_view Fields::required(std::string_view key) const
{
    auto const value = text(key);
    if (value.empty() && isMap() && !find(key))
        problems_.error("L01", map_.where(), withArticle(what_) + " needs " + quoted(key),
                        "add \"" + std::string{key} + ": ...\"");
    return value;
}

bool Fields::flag(std::string_view key) const
{
    auto const value = text(key);
    if (!value.empty() && value != "yes" && value != "no")
        problems_.error("L01", find(key)->where(), quoted(key) + " is yes or no",
                        "write yes or no");
    return value == "yes";
}

std::optional<Duration> Fields::duration(std::string_view key) const
{
    auto const value = text(key);
    if (value.empty()) return std::nullopt;
    auto const read = parseDuration(value);
    if (!read || read->count < 0) {
        problems_.error("L01", find(key)->where(), quoted(value) + " is no duration",
                        "write a number and h, d, wk, mo or a: 30 d");
        return std::nullopt;
    }
    return *read;
}

std::vector<Node> Fields::list(std::string_view key) const
{
    auto const node = find(key);
    return node ? node->items() : std::vector<Node>{};
}

} // namespace tcds::terms
