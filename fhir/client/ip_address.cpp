#include "fhir/client/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tcds::client {

std::optional<IpAddress> readAddress(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    std::string const ended{text};
    IpAddress address;
    if (inet_pton(AF_INET, ended.c_str(), address.bytes.data()) == 1) return address;
    address.v6 = true;
    if (inet_pton(AF_INET6, ended.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

std::string toText(IpAddress const& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    auto const family = address.v6 ? AF_INET6 : AF_INET;
    if (inet_ntop(family, address.bytes.data(), text.data(), text.size()) == nullptr) return {};
    return text.data();
}

bool Network::contains(IpAddress const& address) const
{
    if (address.v6 != first.v6) return false;
    for (unsigned bit = 0; bit < prefix; bit += 8) {
        auto const at = bit / 8;
        auto const counting = prefix - bit >= 8 ? 0xFFU : (0xFFU << (8 - (prefix - bit))) & 0xFFU;
        if (((address.bytes[at] ^ first.bytes[at]) & counting) != 0) return false;
    }
    return true;
}

} // namespace tcds::client
