#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "rules/model/condition.hpp"
#include "rules/model/rule.hpp"

#include <optional>
#include <vector>

namespace tcds::rules {

class Dictionary;

/// A limit of an analyte: `0.70 mmol/L | 1.7 mg/dL`. The canonical unit comes first in the result;
/// it is computed when the author names other units only.
///
/// Reports: no number or unit (L01), a unit that is none of the analyte's (L05), a value outside
/// the plausible range (L06), alternatives that mean different values (L05).
std::optional<terms::Limit> readLimit(Node node, terms::Analyte const& analyte, Problems& problems);

/// A difference of an analyte: as readLimit, but it need not be a plausible value.
std::optional<terms::Limit> readDifference(Node node, terms::Analyte const& analyte,
                                           Problems& problems);

/// The named limits of one rule. They are written without an analyte; the first clause that uses
/// one decides which it is.
class Parameters
{
public:
    /// Reads `parameters: {entry: {value: Q, POPULATION: Q, allowed: [Q, Q]}}`.
    void read(Node node, Dictionary const& words, Problems& problems);

    /// `$entry` in a clause about `analyte`: its place, or -1 when it is unknown (reported).
    int use(Node node, terms::Analyte const& analyte, Problems& problems);

    /// Reports parameters that no clause uses.
    void checkUsed(Problems& problems) const;

    [[nodiscard]] std::vector<Parameter> const& list() const { return list_; }

private:
    struct Source {
        Node node;
        std::vector<Node> limits; // by row
        AnalyteId analyte;
    };
    void bind(std::size_t index, terms::Analyte const& analyte, Problems& problems);

    std::vector<Parameter> list_;
    std::vector<Source> sources_;
};

/// The right side of a comparison: a limit, `$name`, `5 xULN` or `0.9 xLLN`.
/// @param parameters  nullptr where none can be used (named conditions)
std::optional<Threshold> readThreshold(Node node, terms::Analyte const& analyte,
                                       Parameters* parameters, Problems& problems);

} // namespace tcds::rules
