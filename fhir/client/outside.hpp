#pragma once

#include "fhir/client/ip_address.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tcds::client {

/// The addresses of a name, best first; empty when there are none. May block.
std::vector<IpAddress> systemAddresses(std::string const& host);

/// Where the client touches the network outside of a connection: to be replaced and watched.
struct Outside {
    /// Asked once a connection, on a thread that may block; never for a literal address.
    std::function<std::vector<IpAddress>(std::string const& host)> addresses = systemAddresses;
    /// Told before each attempt to connect, on the client's I/O thread.
    std::function<void(IpAddress const&, std::uint16_t port)> connecting;
};

} // namespace tcds::client
