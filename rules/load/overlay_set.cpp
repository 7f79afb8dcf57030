#include "fhir/terms/fhir_value_set.hpp"
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
    return id && !terms::isFhirResource(tree) ? id->text() : std::string_view{};
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

/// The resource of a file below valuesets/; reports where there is none or it cannot be used.
std::optional<terms::FhirSet> resourceIn(Node file, std::vector<Tree> const& sets,
                                         Problems& problems)
{
    auto const path = "valuesets/" + std::string{file.text()};
    auto const at = std::ranges::find_if(
        sets, [&](Tree const& tree) { return tree.file() == path && terms::isFhirResource(tree); });
    if (at != sets.end()) return terms::readFhirSet(*at, problems);
    std::vector<std::string_view> known;
    for (auto const& tree : sets)
        if (terms::isFhirResource(tree))
            known.push_back(
                std::string_view{tree.file()}.substr(std::string_view{"valuesets/"}.size()));
    reportUnknown(file, "FHIR ValueSet", known, problems, "L03");
    return std::nullopt;
}

/// Puts the codes of a resource behind the members, or in the place of members and includes.
/// @return what was done, in words; "" when nothing could be
std::string layResource(Draft& set, Node file, std::optional<Node> mode,
                        std::vector<Tree> const& sets, Problems& problems)
{
    constexpr std::array kModes{Word<bool>{"extend", false}, Word<bool>{"replace", true}};
    auto const replace = mode ? readWord(*mode, "mode", kModes, problems) : std::optional{false};
    auto const resource = resourceIn(file, sets, problems);
    if (!resource || !replace) return {};
    auto const where = file.where();
    auto const* const before = set.find("members");
    auto members = *replace || before == nullptr ? Draft::list(where) : *before;
    for (auto const& code : resource->codes) {
        auto member = Draft::map(where);
        member.set("system", Draft::ofText(code.system, where));
        member.set("code", Draft::ofText(code.code, where));
        if (!code.display.empty()) member.set("display", Draft::ofText(code.display, where));
        member.set("source", Draft::ofText(code.source, where));
        members.add(std::move(member));
    }
    set.set("members", std::move(members));
    if (*replace && set.find("includes") != nullptr) set.set("includes", Draft::list(where));
    return std::to_string(resource->codes.size()) +
           (*replace ? " codes in the place of its members (" : " more codes (") +
           resource->source + ')';
}

} // namespace

std::string extend(Tree& set, Node::Member const& entry, std::vector<Tree> const& sets,
                   Problems& problems)
{
    Fields fields{entry.value, "overlay of a value set", problems};
    auto draft = Draft::of(set.root());
    std::string done;
    auto const resource = fields.find("fhir");
    auto const mode = fields.find("mode");
    if (resource) done = layResource(draft, *resource, mode, sets, problems);
    if (mode && !resource)
        problems.error("L01", mode->where(), "a mode belongs to a FHIR ValueSet",
                       "name its file: fhir: NAME.json");
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
        if (!resource)
            problems.error("L01", entry.keyNode.where(),
                           "nothing is added to value set \"" + std::string{entry.key} + '"',
                           "add members, phrases, includes, unless or fhir");
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
