#pragma once

#include "fhir/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::client {

/// Whom a connection is made to.
struct Origin {
    bool tls = true;
    std::string host; // lower case; an IPv6 address without its brackets
    std::uint16_t port = 443;

    [[nodiscard]] bool isLiteral() const; // the host is an IP address
    auto operator<=>(Origin const&) const = default;
};

/// "https://host:port", without the port where it is the scheme's own.
std::string toText(Origin const& origin);
/// "host:port" likewise: the Host header (RFC 9110, 7.2).
std::string authority(Origin const& origin);

/// A URL that is safe to ask: no more than one reading of it exists.
struct Url {
    Origin origin;
    std::string path;  // "" or "/...", bytes as given
    std::string query; // "" or "?...", bytes as given

    [[nodiscard]] std::string target() const { return (path.empty() ? "/" : path) + query; }
    bool operator==(Url const&) const = default;
};

std::string toText(Url const& url);

/// Reads an absolute "https" or "http" URL strictly (control CTL-01). Refused are: anything but
/// visible ASCII, backslashes, user part, fragment, a host that is empty, percent-encoded, ends
/// with a dot or is an IPv4 address in any form but a.b.c.d, a port that is empty, zero or has
/// leading zeros, dot segments and "//" in the path, and percent-encoding of what needs none or
/// of what splits a path. The query is opaque.
///
/// @error BadRequest; `where` is empty, `what` names the part and holds nothing of the text
Result<Url> readUrl(std::string_view text);

/// Checks a path as readUrl does.
/// @param path  "" or "/..."
Result<void> checkPath(std::string_view path);
/// @param query  "" or "?..."
Result<void> checkQuery(std::string_view query);

} // namespace tcds::client
