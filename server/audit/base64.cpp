#include "server/audit/base64.hpp"

#include <openssl/evp.h>

namespace tcds::audit {

std::string toBase64(std::string_view bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // OpenSSL writes a NUL behind it
    auto const length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                        reinterpret_cast<unsigned char const*>(bytes.data()),
                                        static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::optional<std::string> fromBase64(std::string_view text)
{
    std::string bytes(text.size() / 4 * 3, '\0');
    auto const length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                        reinterpret_cast<unsigned char const*>(text.data()),
                                        static_cast<int>(text.size()));
    auto const padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    if (length < padding) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(length - padding));
    // OpenSSL lets white space and bits that stand for nothing pass: one value, one spelling.
    if (toBase64(bytes) != text) return std::nullopt;
    return bytes;
}

} // namespace tcds::audit
