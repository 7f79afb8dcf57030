#pragma once

#include "rules/load/dictionary.hpp"
#include "rules/model/rule_set.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace tcds::rules {

/// What a pack says for all its rules.
struct PackDefaults {
    PackInfo info;
    Meta meta;
    std::optional<std::size_t> gate;
    std::vector<std::size_t> overrideReasons;
};

/// What the rule set says for all rules.
struct RuleDefaults {
    std::array<std::uint8_t, 8> hooks{}; // by Group
    std::size_t summaryMax = 139;
    bool positions = true;
};

/// Reads one rule file; every fault of the file is reported. The index is set by the caller.
/// @pre rule set parts that rules name (terms, gates, clusters, ...) are in the dictionary
Rule readRule(Tree const& file, PackDefaults const& pack, RuleDefaults const& defaults,
              Dictionary const& words, Problems& problems);

/// Reads the `meta` of a pack or a rule on top of what is in force already.
Meta readMeta(Node node, Meta meta, Problems& problems);

/// `hooks: [patient-view, ..]` as bits.
std::uint8_t readHooks(Node node, Problems& problems);

} // namespace tcds::rules
