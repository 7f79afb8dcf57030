#pragma once

#include "fhir/base/result.hpp"
#include "server/http/message.hpp"

#include <cstddef>
#include <string>

namespace tcds::app {

/// Which decisions are listed.
struct ListWish {
    std::string from, to; // instants, inclusive
    std::string rule;     // one that fired or was looked at; "" = any
    std::size_t limit = 0;
};

/// `{"decisions": [{"decisionId", "ts", "hook", "service", "client", "user", "patientKey", "fired",
/// "cards"}], "more": true}`, oldest first; `more`: there are others behind the last.
///
/// @param listed  set to how many were shown
/// @error as audit::forEachRecord
Result<http::Response> listDecisions(std::string const& directory, ListWish const& wish,
                                     std::size_t& listed);

} // namespace tcds::app
