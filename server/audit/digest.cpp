#include "server/audit/digest.hpp"

#include "server/audit/sha256.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace tcds::audit {

std::string sha256(std::string_view bytes)
{
    auto const digest = Sha256{}.of(bytes);
    return std::string{view(digest)};
}

std::string uuidV7(std::int64_t millisecondsSince1970)
{
    std::array<unsigned char, 16> bytes{};
    auto const time = static_cast<std::uint64_t>(millisecondsSince1970);
    for (unsigned i = 0; i < 6; ++i)
        bytes[i] = static_cast<unsigned char>((time >> (40U - 8U * i)) & 0xffU);
    if (RAND_bytes(bytes.data() + 6, 10) != 1)
        throw std::runtime_error{"the random generator of OpenSSL has no entropy"};
    // RFC 9562, 5.7: version 7 in the high half of octet 6, variant 10 in the top of octet 8.
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x70U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);

    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kDigits[bytes[i] >> 4U];
        text += kDigits[bytes[i] & 15U];
    }
    return text;
}

} // namespace tcds::audit
