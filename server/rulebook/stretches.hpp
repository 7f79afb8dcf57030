#pragma once

#include "rules/model/rule_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tcds::rulebook {

/// A value at which a rule changes its mind.
struct Edge {
    terms::Limit limit;    // canonical unit first
    bool included = false; // as the end of a stretch: does the value itself belong to it?
};

/// What a rule does with a stretch of values of one result, when its other clauses hold.
struct Stretch {
    std::optional<Edge> from, to; // absent: open for ever
    bool fires = false;
    bool suppressed = false;          // its `unless` silences it here
    std::optional<rules::Level> sure; // level on this result alone; nothing: a band needs more
    /// Bands above it that need something else besides this result, in file order.
    std::vector<std::size_t> withMore;
    rules::Level highest = rules::Level::Info; // of `sure` and `withMore`

    [[nodiscard]] bool sameAs(Stretch const& other) const
    {
        return fires == other.fires && suppressed == other.suppressed && sure == other.sure &&
               withMore == other.withMore && highest == other.highest;
    }
};

/// The stretches for one population, lowest values first; they cover the whole number line.
struct ValueLine {
    std::vector<rules::NamedIndex> populations; // an unknown id: everybody else
    std::vector<Stretch> stretches;
};

struct ValuePicture {
    AnalyteId analyte;
    bool byReference = false;     // an edge is the limit of the result's own reference range
    std::vector<ValueLine> lines; // everybody else first
};

/// What a rule says about the values of each result that it compares, in the order of its clauses.
/// Clauses about other things count as "perhaps"; adjustments are left out. Results that change
/// nothing by themselves are left out too. Populations with the same stretches share a line.
std::vector<ValuePicture> picturesOf(rules::Rule const& rule, rules::RuleSet const& set);

/// "below 2.5 mmol/L", "2.5 to below 3.0 mmol/L", "above 5 mmol/L", "any value"
std::string rangeText(Stretch const& stretch);

/// "1.90 mmol/L (7.6 mg/dL)"
std::string limitText(terms::Limit const& limit);

} // namespace tcds::rulebook
