#pragma once

#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"

#include <string>
#include <vector>

namespace tcds::rules {

/// One thing that is not the same in two packs, for a pharmacist who has to agree to it.
struct Change {
    /// What it is about: a rule, a value set, an analyte, or what all rules share.
    enum class About : std::uint8_t { Rule, ValueSet, Analyte, RuleSet };
    About about = About::Rule;
    std::string id; // "EL-K-LOW", "LOOP", "K", "gates"
    /// added, removed, disabled, status, condition, level, tier, limit, relation, text, evidence,
    /// suggestion, override-reason, sign-off, members or other
    std::string kind;
    std::string says; // "fires for latest Potassium below 3.5 mmol/L instead of 3.3 mmol/L"

    bool operator==(Change const&) const = default;
};

/// A pack as it was read, with its overlay applied, and what compile() made of it.
struct PackSide {
    Content const& content;
    RuleSet const& rules;
};

/// Everything that differs, in clinical words: rules by id, then value sets, analytes and what all
/// rules share. Versions alone are no difference.
std::vector<Change> diff(PackSide const& before, PackSide const& after);

// The parts, by the file that holds them.

/// rule_diff.cpp: two versions of one rule.
void diffRule(Rule const& before, PackSide const& beforeSide, Rule const& after,
              PackSide const& afterSide, std::vector<Change>& changes);

/// A clause or a limit, in the words of its part.
struct ClauseChange {
    bool isLimit = false; // the same clause with another value
    std::string says;
};

/// A condition, the rule whose names it uses (nullptr: a named condition), and its rule set.
struct Clause {
    Condition const* condition;
    Rule const* rule;
    RuleSet const* rules;
};

/// clause_diff.cpp: compares clause by clause.
/// @param lead  what the whole condition does: "fires for"
/// @param part  its name: "when", "band severe"
std::vector<ClauseChange> diffClauses(Clause const& before, Clause const& after,
                                      std::string const& lead, std::string const& part);

/// clause_diff.cpp: "a b 3.5 mmol/L instead of 3.3 mmol/L": the new text, and of the old one only
/// what differs.
std::string insteadOf(std::string const& now, std::string const& before);

/// content_diff.cpp: value sets, analytes, and the parts of ruleset.yaml and the catalogues.
void diffShared(PackSide const& before, PackSide const& after, std::vector<Change>& changes);

/// content_diff.cpp: a piece of an authored file on one line, as in YAML.
std::string onOneLine(Node node);

} // namespace tcds::rules
