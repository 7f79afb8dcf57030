#pragma once

#include "fhir/base/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// A FHIR read or type search as our prefetch templates use them, with tokens filled in.
struct Query {
    std::string type;
    std::string id; // of a read; "" = a search
    std::vector<std::string> patient, category, code, status, intent, encounter;
    bool newestFirst = false; // _sort=-date
    std::size_t count = 0;    // _count; 0 = no limit
};

/// @param query  "Type/id" or "Type?name=value&..": `{{context.NAME}}` already replaced
Query parseQuery(std::string_view query);

/// The resources of a list that a server would answer with, in its order.
std::vector<json::Value const*> search(Query const& query,
                                       std::vector<json::Value const*> const& resources);

} // namespace tcds::cds
