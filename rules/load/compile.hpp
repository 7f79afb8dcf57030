#pragma once

#include "fhir/base/problems.hpp"
#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"

#include <memory>
#include <string>

namespace tcds::rules {

struct CompileOptions {
    /// Rules of status draft or retired take part as well: for looking at them, never for service.
    bool allowDraftRules = false;
    /// The day of loading, YYYY-MM-DD: an active rule outside its effective period only counts
    /// (shadow). Empty: the period is not looked at (tests, replay; decision D54).
    std::string day;
};

/// Reads all files of a content and makes the rule set of them: names become indices, limits get
/// the canonical unit, rules their order and index keys.
///
/// Reports all problems of all files in one pass.
/// @return nullptr when there was an error
std::shared_ptr<RuleSet const> compile(Content const& content, Problems& problems,
                                       CompileOptions const& options = {});

} // namespace tcds::rules
