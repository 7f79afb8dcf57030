#pragma once

#include "rules/eval/evaluation.hpp"

namespace tcds::rules {

/// The total order of decision D24, most urgent first: level, group, tier, newest data, rule id.
bool ranksBefore(RuleSet const& rules, Judgement const& a, Judgement const& b);

/// When each fact of a patient was new: result times, starts, record dates; not later than now.
class FactTimes
{
public:
    explicit FactTimes(PatientContext const& context);

    [[nodiscard]] std::optional<Instant> newestOf(std::span<FactId const> facts) const;

private:
    std::vector<Instant> at_; // by FactId
};

} // namespace tcds::rules
