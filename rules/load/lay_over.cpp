#include "fhir/terms/fhir_value_set.hpp"
#include "rules/load/overlay.hpp"

#include <algorithm>
#include <iterator>

namespace tcds::rules {

namespace {

std::string_view idOf(Tree const& tree)
{
    auto const id = tree.root().find("id");
    return id && !terms::isFhirResource(tree) ? id->text() : std::string_view{};
}

void addSet(Tree tree, Content& content, Problems& problems)
{
    if (terms::isFhirResource(tree)) { // it says itself which set it means, and what it does to it
        content.valueSets.push_back(std::move(tree));
        return;
    }
    auto const id = idOf(tree);
    auto const taken = std::ranges::find(content.valueSets, id, idOf);
    if (taken != content.valueSets.end()) {
        problems.error("L02", tree.root().where(),
                       "value set \"" + std::string{id} + "\" stands in " + taken->file() +
                           " as well",
                       "extend it in overlay.yaml, or begin the name with LOCAL_");
        return;
    }
    if (!id.empty() && !id.starts_with(kLocalSet))
        problems.error("L02", tree.root().where(),
                       "the name \"" + std::string{id} +
                           "\" of a hospital's value set does not begin with LOCAL_",
                       "call it LOCAL_" + std::string{id} + ", and its file");
    content.valueSets.push_back(std::move(tree));
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from)
{
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

Content layOver(Content base, Content own, Digest const& digest, Problems& problems)
{
    auto const taken = std::ranges::find(base.packs, kLocalPack, &Content::Pack::folder);
    if (taken != base.packs.end() || base.overlay) {
        problems.error("L02", "packs/local", "the rule set has a pack of a hospital already",
                       "move its files into the hospital's folder");
        return base;
    }
    for (auto& tree : own.valueSets) addSet(std::move(tree), base, problems);
    for (auto& pack : own.packs) base.pack(pack.folder) = std::move(pack);
    append(base.tests, own.tests);
    append(base.files, own.files);
    append(base.owners, own.owners);
    if (!base.mutants) base.mutants = std::move(own.mutants);
    if (!base.uncovered) base.uncovered = std::move(own.uncovered);
    base.overlay = std::move(own.overlay);
    base.positions = base.positions || own.positions;
    std::ranges::sort(base.files);
    base.digest = digestOf(base, digest);
    base.signer.clear();
    return base;
}

} // namespace tcds::rules
