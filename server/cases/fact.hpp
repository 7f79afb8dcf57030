#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::cases {

enum class FactKind : std::uint8_t {
    Complaint,
    Med,
    Lab,
    Condition,
    Finding,
    Order,
    Visit,
    Procedure,
    Encounter,
    Draft
};
std::string_view toText(FactKind kind); // as authored: "complaint", "med", ...

/// One fact of a test case as its author wrote it: texts under the keys of its kind.
struct Fact {
    FactKind kind = FactKind::Complaint;
    std::string id;    // "" when the author gave none
    std::string where; // FILE:LINE:COLUMN
    std::vector<std::pair<std::string, std::string>> values;
    std::string analyte;            // lab: the key whose value is the result
    std::vector<std::string> range; // lab: low and high, each with its unit

    [[nodiscard]] bool has(std::string_view key) const;
    /// The text under a key, or `otherwise`.
    [[nodiscard]] std::string_view text(std::string_view key,
                                        std::string_view otherwise = {}) const;
};

/// Reads `{id: .., KIND: {key: text, ..}}`. Keys that the kind does not know are reported (L01).
Fact readFact(Node node, Problems& problems);

} // namespace tcds::cases
