#pragma once

#include "fhir/base/result.hpp"

#include <cstddef>
#include <string>

namespace tcds::http {

/// Why a request is answered by the listener itself: the status and what the body says.
struct Refusal {
    int status = 0;
    Error error;
};

// One function a cause; the status of each is the one of the project's status map.

Refusal badRequest(std::string where, std::string what, std::string fix);
Refusal bodyTooLarge(std::size_t limit);
Refusal headerTooLarge(std::size_t limit);
Refusal targetTooLong(std::size_t limit);
Refusal unknownCoding();
Refusal encodedContent();
Refusal unknownExpectation();
Refusal tooSlow(std::string where);

} // namespace tcds::http
