#pragma once

#include "rules/model/rule_set.hpp"
#include "server/cases/case_file.hpp"
#include "server/cases/explained.hpp"

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::cases {

/// One thing that some case must show: a clause that is true, a limit met exactly, a field of a
/// text without data.
struct Want {
    std::string subject; // "EL-K-LOW", "ruleset.yaml AKI", "analytes.yaml K", "valuesets LOOP"
    std::string where;   // FILE:LINE:COLUMN, the file alone where the place is not known
    std::string what;    // "when: latest Potassium below 3.5 mmol/L: never unknown"
    bool seen = false;
    std::string reason = {}; // why no case can show it; "" = nobody explained it
};

struct CoverageReport {
    std::vector<Want> wants;         // by rule in the order of ids, then what several rules share
    std::vector<Explained> outdated; // explanations of what is shown, or of nothing
    std::size_t cases = 0;

    [[nodiscard]] std::size_t seen() const;
    [[nodiscard]] std::size_t explained() const;
    /// Of what is not explained; rounded down, so that 100 means everything.
    [[nodiscard]] int percent() const;
};

/// Runs the cases and looks which parts of the active rules they show (rule language, section 11):
/// each clause true and false, and unknown where it can be; each band; each limit at, just below
/// and just above, in each unit and population; each length of time a day inside, on and outside;
/// each drug class by product, ingredient, ATC and name; each field of a text filled and empty.
/// @param only  this rule alone, "" = all, with what they share
CoverageReport coverageOf(rules::RuleSet const& rules, std::span<CaseFile const> files,
                          std::span<Explained const> explained = {}, std::string_view only = {});

/// What no case shows, a line each, then the figures of each rule that lacks something, then a line
/// of totals.
void print(CoverageReport const& report, std::ostream& out);

/// `{"percent", "seen", "explained", "wanted", "cases", "rules": [{"subject", "seen", "wanted",
/// "lacking":
/// [{"where", "what"}]}]}`, subjects in the order of the report.
std::string toJson(CoverageReport const& report);

} // namespace tcds::cases
