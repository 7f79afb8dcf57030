#include "rules/load/fields.hpp"
#include "rules/load/overlay_parts.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tcds::rules {

namespace {

/// Lists of a value set that a hospital may add to.
constexpr std::array kLists{"members", "phrases", "includes", "unless"};

using Names = std::set<std::string, std::less<>>;

std::string_view idOf(Tree const& tree)
{
    auto const id = tree.root().find("id");
    return id ? id->text() : std::string_view{};
}

/// Does one of the names stand anywhere in the node?
bool names(Node node, Names const& wanted)
{
    if (node.isText()) return wanted.contains(node.text());
    if (node.isList()) {
        auto const items = node.items();
        return std::ranges::any_of(items, [&](Node item) { return names(item, wanted); });
    }
    auto const members = node.members();
    return std::ranges::any_of(
        members, [&](Node::Member const& member) { return names(member.value, wanted); });
}

/// Adds the names of the members of a map in which a wanted name stands.
void addUsers(std::optional<Node> map, Names& wanted)
{
    if (!map) return;
    for (auto const& member : map->members())
        if (names(member.value, wanted)) wanted.emplace(member.key);
}

} // namespace

std::string extend(Tree& set, Node::Member const& entry, Problems& problems)
{
    Fields fields{entry.value, "overlay of a value set", problems};
    auto draft = Draft::of(set.root());
    std::string done;
    for (auto const* const key : kLists) {
        auto const more = fields.find(key);
        if (!more) continue;
        auto list = draft.find(key) == nullptr ? Draft::list(more->where()) : *draft.find(key);
        auto const items = more->items();
        for (auto const item : items) list.add(Draft::of(item));
        draft.set(key, std::move(list));
        done += done.empty() ? "" : ", ";
        done += std::to_string(items.size()) + " more in " + key;
    }
    (void)fields.text("reason"); // for readers
    (void)fields.text("by");
    fields.finish();
    if (done.empty()) {
        problems.error("L01", entry.keyNode.where(),
                       "nothing is added to value set \"" + std::string{entry.key} + '"',
                       "add members, phrases, includes or unless");
        return {};
    }
    set = Tree::of(draft, set.file());
    return "value set " + std::string{entry.key} + ": " + done;
}

std::vector<std::string> rulesThatUse(Content const& content, std::string_view set)
{
    Names wanted{std::string{set}};
    // Sets that include it, conditions and gates that name it, and so on, until nothing is new.
    for (std::size_t before = 0; before != wanted.size();) {
        before = wanted.size();
        for (auto const& tree : content.valueSets)
            if (auto const includes = tree.root().find("includes");
                includes && names(*includes, wanted))
                wanted.emplace(idOf(tree));
        if (!content.ruleSet) continue;
        addUsers(content.ruleSet->root().find("conditions"), wanted);
        addUsers(content.ruleSet->root().find("gates"), wanted);
    }
    std::vector<std::string> ids;
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules)
            if (names(tree.root(), wanted)) ids.emplace_back(idOf(tree));
    return ids;
}

} // namespace tcds::rules
