#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/base/decimal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

// Spelling of CQL 1.5.

/// 'it\'s'
std::string cqlString(std::string_view text);
/// "EL-K-LOW when", as a quoted identifier
std::string cqlName(std::string_view text);
/// 3.5; a whole number gets a fraction, since an integer is another type. CQL decimals have at most
/// eight places: more are rounded.
std::string cqlDecimal(Decimal const& value);
/// 30 days
std::string cqlDuration(Duration const& duration);
/// Tcds."Now" - 30 days
std::string cqlBefore(Duration const& duration);
/// { 'a', 'b' }
std::string cqlList(std::vector<std::string> const& texts);
/// (a and b); `otherwise` when there is none, no parentheses around a single one
std::string cqlJoined(std::vector<std::string> const& parts, std::string_view word,
                      std::string_view otherwise);

} // namespace tcds::rules::exchange
