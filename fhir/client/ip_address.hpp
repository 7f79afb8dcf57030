#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::client {

/// An IPv4 or IPv6 address, bytes in network order; IPv4 uses the first four. No zone.
struct IpAddress {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(IpAddress const&) const = default;
};

/// "192.0.2.1" or "2001:db8::1", as inet_pton(3) reads them: no zone, no port, no brackets.
std::optional<IpAddress> readAddress(std::string_view text);

/// As inet_ntop(3) writes it.
std::string toText(IpAddress const& address);

/// A block of addresses.
struct Network {
    IpAddress first;
    unsigned prefix = 0; // leading bits that count: up to 32 or 128

    [[nodiscard]] bool contains(IpAddress const& address) const;
    bool operator==(Network const&) const = default;
};

} // namespace tcds::client
