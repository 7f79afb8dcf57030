#include "server/audit/digest.hpp"

#include "server/audit/sha256.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace tcds::audit {

std::string sha256(std::string_view bytes)
{
    auto const digest = Sha256{}.of(bytes);
    return std::string{view(digest)};
}

namespace {

/// Random bytes of a thread, drawn many at a time: asking OpenSSL costs microseconds a call,
/// whatever its size.
class RandomBytes
{
public:
    void copyTo(std::span<unsigned char> target)
    {
        if (left_ < target.size()) refill();
        std::copy_n(bytes_.end() - static_cast<std::ptrdiff_t>(left_), target.size(),
                    target.begin());
        left_ -= target.size();
    }

private:
    void refill()
    {
        if (RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) != 1)
            throw std::runtime_error{"the random generator of OpenSSL has no entropy"};
        left_ = bytes_.size();
    }

    std::array<unsigned char, 1000> bytes_{};
    std::size_t left_ = 0;
};

} // namespace

std::string uuidV7(std::int64_t millisecondsSince1970)
{
    std::array<unsigned char, 16> bytes{};
    auto const time = static_cast<std::uint64_t>(millisecondsSince1970);
    for (unsigned i = 0; i < 6; ++i)
        bytes[i] = static_cast<unsigned char>((time >> (40U - 8U * i)) & 0xffU);
    thread_local RandomBytes random;
    random.copyTo(std::span{bytes}.subspan(6));
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
