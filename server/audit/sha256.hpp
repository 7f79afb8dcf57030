#pragma once

#include "server/audit/hash.hpp"

#include <openssl/evp.h>

#include <memory>
#include <string_view>

namespace tcds::audit {

/// The algorithm, fetched once: a fetch a call costs as much as hashing 300 bytes.
EVP_MD const* sha256Algorithm();

/// A SHA-256 over several parts that is used again and again without new memory. One thread.
class Sha256
{
public:
    Sha256();

    /// Digest of the bytes of `first` followed by those of `second`.
    HexDigest of(std::string_view first, std::string_view second = {});
    /// The same as bytes, over three parts.
    Digest bytesOf(std::string_view first, std::string_view second = {},
                   std::string_view third = {});

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

} // namespace tcds::audit
