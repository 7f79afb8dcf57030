#include "rules/model/condition.hpp"

#include <array>

namespace tcds::rules
{

std::string_view constructName(Construct const& construct)
{
    // In the order of the alternatives of Construct.
    static constexpr std::array<std::string_view, std::variant_size_v<Construct>> kNames{
        "all",   "any",    "not",       "at_least",   "complaint", "med",     "lab",
        "trend", "normal", "missing",   "noted",      "condition", "finding", "procedure",
        "order", "visit",  "encounter", "pregnancy",  "renal",     "is",      "age",
        "sex",   "rule",   "fired_in",  "via_missing"};
    return kNames[construct.index()];
}

} // namespace tcds::rules
