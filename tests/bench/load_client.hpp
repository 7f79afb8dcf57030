#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::bench {

enum class Wire { Plain, Tls };

/// A POST with its header fields, ready to be sent.
std::string postRequest(std::string_view path, std::string_view body);

/// Sends one request many times to a server on loopback: every connection is kept alive and has one
/// call under way. One thread, epoll.
///
/// @param wire  with Tls the handshakes are part of it: send many calls a connection
/// @return the body of the last answer
/// @throws std::runtime_error when a call fails or is answered with another status than 200
std::string load(std::uint16_t port, std::string_view request, std::size_t connections,
                 std::size_t requests, Wire wire = Wire::Plain);

} // namespace tcds::bench
