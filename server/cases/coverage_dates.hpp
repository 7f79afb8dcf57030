#pragma once

#include "rules/eval/chart.hpp"
#include "server/cases/coverage_mark.hpp"

#include <vector>

namespace tcds::cases {

/// The dates of a chart, by what they are the dates of.
class Dates
{
public:
    explicit Dates(rules::Chart const& chart);

    /// On which sides of a length of time the dates lie that the clause may look at: on it, or at
    /// most a day (half of a length of less than two days) inside or outside.
    [[nodiscard]] std::vector<Aspect> aspectsOf(Length const& length,
                                                rules::Condition const& clause) const;

private:
    [[nodiscard]] std::vector<Instant> askedBy(Length const& length,
                                               rules::Condition const& clause) const;

    rules::Chart const& chart_;
    std::vector<Instant> all_; // and now
};

} // namespace tcds::cases
