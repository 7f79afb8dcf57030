#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::http {

/// Compares ASCII letters without case, as HTTP compares field names and coding names.
[[nodiscard]] bool equalsIgnoringCase(std::string_view a, std::string_view b);

/// Header fields in the order they were added. All text lies in one buffer that survives `clear()`,
/// so a connection reads its next request without allocating.
class Headers
{
public:
    struct Field {
        std::string_view name; // as sent
        std::string_view value;
    };

    /// Views handed out before are invalid afterwards.
    void add(std::string_view name, std::string_view value);
    void clear();

    /// First field of that name, compared without case. The view lives until the next add or clear.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] Field at(std::size_t index) const;

private:
    struct Entry {
        std::uint32_t begin; // of the name in text_; the value follows it
        std::uint32_t nameSize;
        std::uint32_t valueSize;
    };
    std::string text_;
    std::vector<Entry> entries_;
};

/// One request, complete and checked for framing: what a handler sees.
struct Request {
    std::string method;        // as sent; HEAD arrives as GET, the listener leaves the body out
    std::string path;          // percent-decoded once, printable ASCII, no dot segments; or "*"
    std::string query;         // as sent, without the question mark
    Headers headers;           // without trailer fields
    std::string body;          // decoded from chunks; the handler may move it out
    std::string remoteAddress; // of the peer, without port
    /// Verified names of the client's certificate (alternativeNames); empty without one.
    std::vector<std::string> peerNames;
    bool settled =
        false; // Handler::settle() follows soon: what costs less together may wait for it

    /// Empties every member and keeps moderate buffers for the next request.
    void clear();
};

/// What a handler answers. The listener adds Content-Length, Connection, CORS fields and, unless
/// the handler set one, `Cache-Control: no-store`.
struct Response {
    int status = 200;
    Headers headers{};
    std::string contentType{}; // left out of the answer when empty
    std::string body{};
    bool close = false; // ends the connection after this answer
};

} // namespace tcds::http
