#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st; // of OpenSSL

namespace tcds::cds {

using Uuid = std::array<unsigned char, 16>;

/// @throw std::invalid_argument when the text is no UUID (8-4-4-4-12 hexadecimal digits)
Uuid parseUuid(std::string_view text);
/// Lower case.
std::string toText(Uuid const& uuid);

/// Makes UUIDs of names (RFC 9562, version 5): the same name in the same namespace gives the same
/// one. One thread.
class NameUuids
{
public:
    NameUuids();

    Uuid of(Uuid const& space, std::string_view name);

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

} // namespace tcds::cds
