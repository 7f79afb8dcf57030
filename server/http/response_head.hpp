#pragma once

#include "server/http/cors.hpp"
#include "server/http/message.hpp"

#include <string>
#include <string_view>

namespace tcds::http {

/// What the request decides about the form of its answer.
struct AnswerForm {
    bool keepAlive = false; // the connection stays open after this answer
    bool http10 = false;    // the client needs to be told when it does
    bool preflight = false;
    std::string_view origin{}; // of the request, empty without one
};

/// Appends status line and header, up to and including the empty line (RFC 9112). Field values
/// lose control characters, so no handler can split an answer in two.
void appendHead(std::string& head, Response const& response, AnswerForm const& form,
                CorsPolicy const& cors);

/// False for the statuses whose answers end with the header (RFC 9110 section 6.4.1).
[[nodiscard]] bool mayHaveBody(int status);

} // namespace tcds::http
