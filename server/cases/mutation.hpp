#pragma once

#include "server/cases/case_file.hpp"
#include "server/cases/explained.hpp"
#include "server/cases/mutant.hpp"

#include <chrono>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace tcds::cases {

struct Survivor {
    std::string rule; // or the name of a condition of ruleset.yaml
    Mutant mutant;
    std::string reason; // of the explanation; "" = nobody explained it
};

struct MutationReport {
    std::size_t mutants = 0, killed = 0;
    std::vector<Survivor> survivors; // by rule, in the order of the changes
    std::vector<Explained> outdated; // explanations of mutants that are killed or do not exist
    std::chrono::milliseconds took{};

    /// Survivors that nobody explained.
    [[nodiscard]] std::size_t unexplained() const;
};

/// Makes every small change of every rule, and of every named condition that a rule asks for, one
/// at a time, and looks whether some case notices: the cases of the rule first, then those of the
/// rules that refer to it or whose cases name it. The cases must all pass on the rules as they are.
/// @param only  mutate this rule alone; "" = all
MutationReport mutateAll(rules::RuleSet const& rules, std::span<CaseFile const> files,
                         std::span<Explained const> explained, std::string_view only = {});

/// `FILE:LINE:COLUMN: RULE: mutation` for each survivor, then a line with the figures.
void print(MutationReport const& report, std::ostream& out);

} // namespace tcds::cases
