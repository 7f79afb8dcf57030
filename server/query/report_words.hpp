#pragma once

#include "server/query/report.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the forms of a report have in common.

namespace tcds::query {

/// "50 %", "-" without feedback.
std::string shareOf(Answers const& cards);
/// "addressed 3, none 1"
std::string reasonsOf(ReasonCounts const& reasons);
/// Cards for 100 encounters with a complaint: "123.4"; "-" without any.
std::string burdenOf(GroupCount const& group);
/// The client or the week, for people: a call of nobody known has a name too.
std::string nameOf(GroupCount const& group);

/// A reason why cards were overridden, and the rules that stood on them.
struct ReasonCount {
    std::string_view code; // of kOverrideColumns
    std::uint64_t cards = 0;
    std::vector<std::pair<std::string, std::uint64_t>> rules; // most first
};
/// Those that were given, most first.
std::vector<ReasonCount> reasonsIn(Report const& report);

} // namespace tcds::query
