#pragma once

#include "fhir/base/result.hpp"
#include "server/auth/key.hpp"

#include <cstddef>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::auth {

inline constexpr std::size_t kMaxKeySetBytes = 64U * 1024U; // CTL-02
inline constexpr std::size_t kMaxKeys = 32;                 // CTL-02
inline constexpr std::size_t kMaxKidBytes = 256;
inline constexpr std::size_t kLeastRsaBits = 2048; // RFC 7518, 3.3
inline constexpr std::size_t kMostRsaBits = 8192;  // bounds the work of one signature

/// The public keys of a client (RFC 7517, 5), never changed after reading.
class KeySet
{
public:
    /// Reads a JWK set.
    ///
    /// @param text    JSON, at most 64 KiB, with 1 to 32 keys
    /// @param origin  file or URL, for messages
    /// @error Config, or TooLarge; `where` = "ORIGIN /keys/N/MEMBER". Refused as a whole: a private
    ///        or symmetric key anywhere (it should not lie where it was read), a kid twice, a curve
    ///        point off its curve or of a wrong size, RSA below 2048 or above 8192 bits or with an
    ///        exponent that is even or below 3, an `alg` that the key's type cannot have, no key
    ///        that could verify a token.
    /// Left out with a note are whole keys for other purposes, as RFC 7517 section 5 asks for: of
    /// another type, curve or algorithm, for encryption, or without a kid.
    static Result<KeySet> parse(std::string text, std::string_view origin);

    /// The key of that kid, compared byte by byte; nullptr without one.
    [[nodiscard]] std::shared_ptr<Key const> find(std::string_view kid) const;

    [[nodiscard]] std::size_t size() const { return keys_.size(); }
    /// In the order of the set.
    [[nodiscard]] std::vector<std::shared_ptr<Key const>> const& keys() const { return keys_; }

    /// One line for each key that was left out: where and why.
    [[nodiscard]] std::vector<std::string> const& leftOut() const { return leftOut_; }

private:
    std::vector<std::shared_ptr<Key const>> keys_;
    std::vector<std::string> leftOut_;
};

} // namespace tcds::auth
