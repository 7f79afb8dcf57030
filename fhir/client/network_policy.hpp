#pragma once

#include "fhir/base/result.hpp"
#include "fhir/client/ip_address.hpp"

#include <string_view>
#include <vector>

namespace tcds::client {

/// Where outbound connections may go (controls CTL-01; FHIR-03). Public unicast addresses always;
/// everything else only where `allowed` lists it; metadata services and link-local never.
struct NetworkPolicy {
    std::vector<Network> allowed; // private networks of the site
    bool plainHttp = false;       // "http" URLs too: sandbox and dev (decision D6)
};

/// Reads "10.20.0.0/16", "fd12:3456::/32" or a single address.
///
/// @error Config without `where`: no address, a prefix that is none or too long, bits beyond the
///        prefix, or a block that lies in one that is never allowed
Result<Network> readNetwork(std::string_view cidr);

/// Why a connection to that address is refused, in words; "" when it may be made. Addresses that
/// carry an IPv4 address in themselves (mapped, 6to4, NAT64, Teredo) count as not public, and as
/// never allowed when the inner address never is.
std::string_view refusal(NetworkPolicy const& policy, IpAddress const& address);

} // namespace tcds::client
