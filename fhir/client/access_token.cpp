#include "fhir/client/access_token.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace tcds::client {

// Moving a std::string is not enough: a short one is copied, and the source keeps its bytes.
AccessToken::AccessToken(std::string&& text) : text_{text} { client::wipe(text); }

AccessToken::AccessToken(AccessToken&& other) noexcept : text_{std::move(other.text_)}
{
    other.wipe();
}

AccessToken& AccessToken::operator=(AccessToken&& other) noexcept
{
    if (this == &other) return *this;
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
    return *this;
}

AccessToken::~AccessToken() { wipe(); }

bool AccessToken::fitsHeader() const
{
    return std::ranges::all_of(text_, [](char c) { return c > ' ' && c < '\x7F'; });
}

void AccessToken::wipe() { client::wipe(text_); }

void wipe(std::string& text)
{
    // Up to the capacity: the size of a string that was moved from says nothing about its bytes.
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace tcds::client
