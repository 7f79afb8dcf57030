#pragma once

#include "fhir/base/draft.hpp"
#include "rules/load/content.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// A rule while an overlay changes it.
struct RuleChange {
    Tree* tree;           // the rule as its pack has it
    Tree const* manifest; // pack.yaml of that pack; may be nullptr
    Draft draft;          // the rule as it will be

    std::vector<std::string> changes = {}; // in words
    std::string source = {};               // all that the overlay says about the rule
    std::string by = {}, reason = {};
    bool disabled = false, firesElse = false;

    /// Adds a change, once for each piece of the overlay that it comes from.
    void note(std::string what, Node from);
};

/// overlay_rule.cpp: one entry of `rules`.
void applyEntry(Node::Member const& entry, RuleChange& change, Problems& problems);

/// overlay_set.cpp: one entry of `valuesets`; the tree becomes the extended set.
/// @param sets  all value sets, among them the FHIR ValueSets that an entry may name
/// @return what was done, in words; "" when nothing could be
std::string extend(Tree& set, Node::Member const& entry, std::vector<Tree> const& sets,
                   Problems& problems);

/// overlay_set.cpp: ids of the rules that name the value set, or one that includes it, or a named
/// condition or gate that does.
std::vector<std::string> rulesThatUse(Content const& content, std::string_view set);

} // namespace tcds::rules
