#include "rules/load/lint.hpp"

#include "fhir/terms/table.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tcds::rules {

namespace {

std::string_view textOf(Node node, std::string_view key)
{
    auto const value = node.find(key);
    return value && !value->isMap() ? value->text() : std::string_view{};
}

/// A drug class as it was written.
struct AuthoredClass {
    Node node;
    std::string_view id;
    std::set<std::string_view> sharedWith;
};

std::vector<AuthoredClass> classesIn(Content const& content)
{
    std::vector<AuthoredClass> classes;
    for (auto const& tree : content.valueSets) {
        auto const root = tree.root();
        if (textOf(root, "kind") != "drug-class") continue;
        AuthoredClass authored{root, textOf(root, "id"), {}};
        if (auto const shared = root.find("shared_with"))
            for (auto const item : shared->items()) authored.sharedWith.insert(item.text());
        classes.push_back(std::move(authored));
    }
    return classes;
}

bool areToldApart(AuthoredClass const& a, AuthoredClass const& b)
{
    return a.sharedWith.contains(b.id) || b.sharedWith.contains(a.id);
}

} // namespace

/// L34: a member that stands in two classes may have been meant for one; includes do not count.
void lintSets(Content const& content, Problems& problems)
{
    std::map<std::string_view, std::vector<AuthoredClass const*>> holders;
    auto const classes = classesIn(content);
    for (auto const& authored : classes) {
        auto const members = authored.node.find("members");
        if (!members) continue;
        for (auto const member : members->items()) {
            auto const name = textOf(member, "ingredient");
            if (name.empty()) continue;
            auto& known = holders[name];
            for (auto const* other : known)
                if (!areToldApart(*other, authored))
                    problems.warning("L34", member.where(),
                                     "\"" + std::string{name} + "\" is also a member of " +
                                         std::string{other->id},
                                     "take it out of one, or write shared_with: [" +
                                         std::string{other->id} + "] if it belongs to both");
            known.push_back(&authored);
        }
    }
}

void lintRetired(Content const& content, std::string_view table, Problems& problems)
{
    auto const rows =
        terms::Table::open(table, "terms/retired.tsv", {"rxcui", "successors"}, problems);
    if (!rows) return;
    std::map<std::string, std::string, std::less<>> successors; // by retired number
    rows->forEach(
        [&](terms::Table::Row const& row) { successors.emplace(row.cells[0], row.cells[1]); });
    for (auto const& authored : classesIn(content)) {
        auto const members = authored.node.find("members");
        if (!members) continue;
        for (auto const member : members->items()) {
            auto const found = successors.find(textOf(member, "rxnorm"));
            if (found == successors.end()) continue;
            auto const& next = found->second;
            problems.warning("L34", member.where(),
                             "RxNorm number " + found->first + " of \"" +
                                 std::string{textOf(member, "ingredient")} + "\" is retired",
                             next.empty() ? "look up what took its place, or match by name alone"
                                          : "RxNorm names " + next + " in its place");
        }
    }
}

} // namespace tcds::rules
