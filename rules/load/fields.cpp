#include "rules/load/fields.hpp"

#include <algorithm>
#include <charconv>

namespace tcds::rules {

namespace {

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

/// What stands there, for a message: a text in quotes, else its kind.
std::string shown(Node node)
{
    if (node.isText()) return quoted(node.text());
    return node.isMap() ? "a map" : "a list";
}

} // namespace

Fields::Fields(Node node, std::string_view what, Problems& problems)
    : node_{node}, what_{what}, problems_{problems}, members_{node.members()}
{
    if (!node.isMap())
        problems.error("L01", node.where(),
                       std::string{what} + " must be a map, not " + shown(node),
                       "write key: value pairs");
}

std::optional<Node> Fields::find(std::string_view key)
{
    known_.push_back(key);
    auto const at = std::ranges::find(members_, key, &Node::Member::key);
    return at == members_.end() ? std::nullopt : std::optional{at->value};
}

std::optional<Node> Fields::need(std::string_view key)
{
    auto value = find(key);
    if (!value && isMap())
        problems_.error("L01", where(), quoted(key) + " is missing in " + what_,
                        "add " + std::string{key});
    return value;
}

std::string Fields::text(std::string_view key)
{
    auto const value = find(key);
    return value ? readText(*value, problems_).value_or("") : "";
}

std::string Fields::neededText(std::string_view key)
{
    auto const value = need(key);
    return value ? readText(*value, problems_).value_or("") : "";
}

std::optional<Duration> Fields::duration(std::string_view key)
{
    auto const value = find(key);
    return value ? readDuration(*value, problems_) : std::nullopt;
}

std::optional<std::size_t> Fields::count(std::string_view key)
{
    auto const value = find(key);
    return value ? readCount(*value, problems_) : std::nullopt;
}

bool Fields::flag(std::string_view key)
{
    auto const value = find(key);
    return value && readFlag(*value, problems_).value_or(false);
}

void Fields::finish()
{
    for (auto const& member : members_)
        if (std::ranges::find(known_, member.key) == known_.end())
            problems_.error("L01", member.keyNode.where(),
                            "unknown key " + quoted(member.key) + " in " + what_,
                            suggestion(member.key, known_));
}

std::optional<std::string> readText(Node node, Problems& problems)
{
    if (node.isText() && !node.text().empty()) return std::string{node.text()};
    problems.error("L01", node.where(), "a text is wanted, not " + shown(node), "write plain text");
    return std::nullopt;
}

std::optional<Duration> readDuration(Node node, Problems& problems, bool signedToo)
{
    if (node.isText()) {
        auto const duration = parseDuration(node.text());
        if (duration && (signedToo || duration->count > 0)) return *duration;
    }
    problems.error("L01", node.where(), shown(node) + " is no length of time",
                   "write a number and h, d, wk, mo or a: 30 d");
    return std::nullopt;
}

std::optional<Decimal> readDecimal(Node node, Problems& problems)
{
    if (node.isText())
        if (auto const number = Decimal::parse(node.text())) return *number;
    problems.error("L01", node.where(), shown(node) + " is no number", "write digits: 30 or 1.5");
    return std::nullopt;
}

std::optional<std::size_t> readCount(Node node, Problems& problems)
{
    std::size_t count = 0;
    auto const text = node.text();
    auto const [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (!text.empty() && failure == std::errc{} && stop == text.data() + text.size()) return count;
    problems.error("L01", node.where(), shown(node) + " is no whole number", "write digits: 2");
    return std::nullopt;
}

std::optional<bool> readFlag(Node node, Problems& problems)
{
    static constexpr std::array<Word<bool>, 4> kWords{
        Word<bool>{"yes", true}, {"no", false}, {"true", true}, {"false", false}};
    return readWord(node, "answer", kWords, problems);
}

void reportUnknown(Node node, std::string_view what, std::vector<std::string_view> const& known,
                   Problems& problems, std::string code)
{
    problems.error(std::move(code), node.where(),
                   "unknown " + std::string{what} + ' ' + shown(node),
                   suggestion(node.text(), known));
}

std::string suggestion(std::string_view typed, std::vector<std::string_view> const& known)
{
    constexpr std::size_t kWorthListing = 16;
    if (auto const near = nearestWord(typed, known); !near.empty())
        return "did you mean " + quoted(near) + '?';
    if (known.empty() || known.size() > kWorthListing)
        return "correct the name, or add what is meant";
    std::string list = "use one of: ";
    for (auto const word : known) {
        if (word != known.front()) list += ", ";
        list += word;
    }
    return list;
}

} // namespace tcds::rules
