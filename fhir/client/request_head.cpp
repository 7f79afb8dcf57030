#include "fhir/client/request_head.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <initializer_list>

namespace tcds::client {
namespace {

constexpr std::string_view kAuthorization = "Authorization: Bearer ";
constexpr std::size_t kOtherFields = 256; // names and fixed values below, rounded up

} // namespace

std::string requestHead(Url const& url, AccessToken const* token, std::string_view accept,
                        std::string_view requestId)
{
    auto const target = url.target();
    auto const host = authority(url.origin);
    auto const secret = token == nullptr ? std::string_view{} : token->forAuthorizationHeader();
    std::string head;
    // Reserved as a whole: a string that grows leaves copies of the token behind.
    head.reserve(target.size() + host.size() + secret.size() + accept.size() + requestId.size() +
                 kAuthorization.size() + kOtherFields);
    auto const add = [&head](std::initializer_list<std::string_view> parts) {
        for (auto const part : parts) head += part;
        head += "\r\n";
    };
    add({"GET ", target, " HTTP/1.1"});
    add({"Host: ", host});
    add({"Accept: ", accept});
    add({"Accept-Encoding: identity"});
    add({"User-Agent: twitch-cds"});
    add({"X-Request-Id: ", requestId});
    if (!secret.empty()) add({kAuthorization, secret});
    add({});
    return head;
}

std::string newRequestId()
{
    std::array<unsigned char, 16> bits{};
    // Without entropy the id is all zeros: it names a request, it guards nothing.
    (void)RAND_bytes(bits.data(), static_cast<int>(bits.size()));
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string id;
    for (auto const byte : bits) {
        id += kDigits[byte >> 4U];
        id += kDigits[byte & 15U];
    }
    return id;
}

} // namespace tcds::client
