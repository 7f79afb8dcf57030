#pragma once

#include "fhir/base/problems.hpp"
#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

struct LintOptions {
    std::string day;       // YYYY-MM-DD, for reviews that are due; "" = not looked at
    bool needTests = true; // L13; off where the tests are not at hand
    std::vector<std::string> advertised =
        {}; // prefetch keys of the service, L38; empty = not looked at
    bool ownTestsOnly = false; // only those of a hospital's own rules and overlay are
};

/// A warning that the author of the rule has accepted in `meta.accepted`.
struct AcceptedWarning {
    Diagnostic problem;
    std::string reason;
};

/// Looks for what compiles and is wrong, or probably wrong, all the same. Errors: L07, L08, L12,
/// L13, L16 (through named conditions). Warnings: L30 to L41.
/// @param set  what compile() made of this content; draft rules included when they should be looked
/// at
/// @return the warnings that a rule accepts with a reason; they are not among the problems
std::vector<AcceptedWarning> lint(Content const& content, RuleSet const& set,
                                  LintOptions const& options, Problems& problems);

/// L14: a rule that differs from the one in `before` must have another version.
void lintVersions(Content const& content, Content const& before, Problems& problems);

// The parts, by the file that holds them.

/// lint_bands.cpp: L07, L31, L39
void lintBands(RuleSet const& set, Problems& problems);
/// lint_logic.cpp: L08, L16, L33
void lintLogic(RuleSet const& set, Problems& problems);
/// lint_meta.cpp: L12, L35, L36
void lintMeta(RuleSet const& set, std::string const& day, Problems& problems);
/// lint_texts.cpp: L37, L40
void lintTexts(Content const& content, RuleSet const& set, Problems& problems);
/// lint_tests.cpp: L13
void lintTests(Content const& content, RuleSet const& set, bool ownOnly, Problems& problems);

/// lint_pairs.cpp: L30
void lintPairs(RuleSet const& set, Problems& problems);
/// lint_data.cpp: L32, L38
void lintData(RuleSet const& set, std::vector<std::string> const& advertised, Problems& problems);
/// lint_sets.cpp: L34
void lintSets(Content const& content, Problems& problems);
/// L34: members of drug classes whose RxNorm number is no longer used.
/// @param table  terms/retired.tsv as `terms import-rxnorm` writes it: rxcui, name, successors
void lintRetired(Content const& content, std::string_view table, Problems& problems);
inline constexpr std::string_view kRetiredTable = "retired.tsv"; // beside the other terms
/// lint_accepted.cpp: puts everything but accepted warnings into `problems`; L41
std::vector<AcceptedWarning> sortOutAccepted(Content const& content, Problems const& found,
                                             Problems& problems);

/// Where a clause stands; the file alone when its content had no positions.
std::string whereOf(Condition const& condition, Rule const& rule);

} // namespace tcds::rules
