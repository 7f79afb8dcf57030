#pragma once

#include "fhir/base/result.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tcds::auth {

/// What came of one key set, for the operations log. Nothing in it comes from a token.
struct KeySetNews {
    std::string client;
    std::string from;                 // file or URL
    std::size_t keys = 0;             // that can verify a token
    std::vector<std::string> leftOut; // as KeySet::leftOut; empty when it was told before
    std::optional<Error> fault;       // the set could not be had; keys that are at hand go on
};
using TellOfKeySet = std::function<void(KeySetNews const&)>;

} // namespace tcds::auth
