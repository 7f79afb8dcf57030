#include "fhir/client/outside.hpp"

#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tcds::client {
namespace {

IpAddress addressOf(addrinfo const& found)
{
    IpAddress address;
    if (found.ai_family == AF_INET6) {
        sockaddr_in6 socket{};
        std::memcpy(&socket, found.ai_addr, sizeof socket);
        address.v6 = true;
        std::memcpy(address.bytes.data(), &socket.sin6_addr, 16);
    } else {
        sockaddr_in socket{};
        std::memcpy(&socket, found.ai_addr, sizeof socket);
        std::memcpy(address.bytes.data(), &socket.sin_addr, 4);
    }
    return address;
}

} // namespace

std::vector<IpAddress> systemAddresses(std::string const& host)
{
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &wanted, &list) != 0) return {};
    std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> const owned{list, &freeaddrinfo};
    std::vector<IpAddress> addresses;
    for (auto const* found = list; found != nullptr; found = found->ai_next)
        if (found->ai_family == AF_INET || found->ai_family == AF_INET6)
            addresses.push_back(addressOf(*found));
    return addresses;
}

} // namespace tcds::client
