#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct evp_mac_ctx_st; // EVP_MAC_CTX of OpenSSL

namespace tcds::audit {

using Mac = std::array<unsigned char, 32>;

struct FreeMacContext {
    void operator()(evp_mac_ctx_st* context) const;
};
/// An HMAC that holds its key.
using MacContext = std::unique_ptr<evp_mac_ctx_st, FreeMacContext>;

/// HMAC-SHA-256 with one key, for many threads: contexts are kept keyed, for taking the key up
/// again costs a fifth of setting it anew.
class KeyedMac
{
public:
    explicit KeyedMac(std::span<unsigned char const> key);
    KeyedMac(KeyedMac const&) = delete;
    KeyedMac& operator=(KeyedMac const&) = delete;
    ~KeyedMac() = default;

    /// A context for one thread, to be given back.
    [[nodiscard]] MacContext take() const;
    void giveBack(MacContext context) const;

    /// The digest over the parts, one after another.
    static Mac of(MacContext const& context, std::initializer_list<std::string_view> parts);
    /// The same where speed is nothing.
    [[nodiscard]] Mac of(std::initializer_list<std::string_view> parts) const;

private:
    MacContext keyed_; // only copied
    mutable std::mutex mutex_;
    mutable std::vector<MacContext> idle_;
};

/// `prefix` and six hexadecimal digits that say which key it is, and nothing about the key to whom
/// it is not known.
std::string keyIdOf(Mac const& mark, std::string_view prefix);

} // namespace tcds::audit
