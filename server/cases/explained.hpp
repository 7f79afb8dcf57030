#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::cases {

/// Something that no case can show or notice, and why.
struct Explained {
    std::string rule, what, reason; // `what` as the report prints it
    std::string where;              // FILE:LINE:COLUMN of the explanation
};

/// Reads `LIST: [{rule, WHAT, reason}]`. Faults are reported (L01).
/// @param list  key of the list: "mutants", "uncovered"
/// @param what  key of what is explained: "mutation", "what"
std::vector<Explained> readExplained(Tree const& tree, std::string_view list,
                                     std::string_view what, Problems& problems);

} // namespace tcds::cases
