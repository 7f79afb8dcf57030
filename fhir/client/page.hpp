#pragma once

#include "fhir/client/fhir_client.hpp"
#include "fhir/client/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::client {

/// One answer of a FHIR server, as far as the client has to understand it.
struct Page {
    Outcome outcome = Outcome::Error;
    int status = 0;
    bool formRefused = false;               // 400, 403, 404, 422: another form of asking may do
    std::optional<json::Document> document; // when Ok
    std::string next;                       // URL of the next page as sent; "" for none
    std::size_t entries = 0;
    std::string digest; // SHA-256 of the text, hexadecimal, when Ok
    std::string text;   // as received, where it is wanted
    std::string why;    // when not Ok
};

/// Reads an answer.
///
/// @param request  relative to the base: decides which resource types are an answer to it. A search
///                 is answered by a Bundle or one such resource, a read by the resource; both by an
///                 OperationOutcome (PFD-05, PFD-09)
/// @param bytes    bound of the JSON text
/// @param keepText  the page holds the text that it was read from
Page readPage(Reply reply, std::string_view request, std::size_t bytes, bool keepText = false);

} // namespace tcds::client
