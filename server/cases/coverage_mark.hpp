#pragma once

#include "rules/model/rule_set.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace tcds::cases {

/// In what way a part of a rule set is shown by a case.
enum class Aspect : std::uint8_t {
    True,
    False,
    Unknown,
    SourceFailed, // a rule: unknown because a source could not be read
    Chosen,       // a band
    Below,        // a limit: the next value that it can be written with, below it
    At,
    Above,
    Inside, // a length of time: a day less
    On,
    Outside,
    ByProduct, // a drug class
    ByIngredient,
    ByAtc,
    ByName,
    Filled, // a field of a text
    Empty
};

/// A part of the rule set, by its address (the set is immutable), and one aspect of it.
struct Mark {
    void const* part = nullptr;
    Aspect aspect = Aspect::True;
    auto operator<=>(Mark const&) const = default;
};
using Marks = std::set<Mark>;

/// A length of time in a clause, what is dated by it, and from where it is counted.
struct Length {
    enum class Of : std::uint8_t {
        Results,
        Medications,
        Problems,
        Complaints,
        Findings,
        Procedures,
        Orders,
        Visits,
        Birth
    };
    Duration const* length = nullptr;
    Of of = Of::Results;
    bool fromNow = true; // else from any other date of the chart
    std::string name;    // "within"
};

/// The lengths of time that a clause states itself.
std::vector<Length> lengthsOf(rules::Condition const& clause);

} // namespace tcds::cases
