#pragma once

#include "fhir/base/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What a record holds at level `full` beside its facts: the request as it came, the answers of the
// FHIR server, the answer that left and the comments of feedback, encrypted (integration
// specification 4.2, `sealed`).
//
// The form is a JWE in compact serialization (RFC 7516), `dir` with `A256GCM` and `zip: DEF`, so
// that any JOSE library opens it with the key. Its protected header, which is authenticated with
// the rest, names the record that it belongs to: one seal cannot stand in another record.

namespace tcds::audit {

/// A text that is sealed or was sealed: "request", "answer", the key of an input that was fetched
/// ("labs"), "comment".
struct SealedPart {
    std::string_view name;
    std::string_view text;
};

/// The record that a seal belongs to.
struct SealedFor {
    std::string_view tenant;
    std::string_view type; // of the record
    std::string_view id;   // decision id; of feedback the card and when it was received
};

/// What was in a seal.
struct Unsealed {
    struct Part {
        std::string name, text;
    };
    std::vector<Part> parts; // in the order in which they were sealed
};

/// The key that seals, or opens; from any thread. Wiped when it is gone.
class SealKey
{
public:
    /// Reads a key file: exactly 32 bytes, readable by its owner alone.
    /// @param setting  that names the file, for messages
    /// @error Config
    static Result<SealKey> fromFile(std::string const& path,
                                    std::string_view setting = "audit.seal_key_file");

    SealKey(SealKey&&) noexcept;
    SealKey& operator=(SealKey&&) noexcept;
    ~SealKey();

    /// Which key it is: `s1` and six hexadecimal digits.
    [[nodiscard]] std::string const& id() const;
    /// Whether both are one key.
    [[nodiscard]] bool operator==(SealKey const& other) const;

    /// Encrypts the parts with a nonce of its own.
    /// @return the JWE
    [[nodiscard]] std::string seal(SealedFor const& record,
                                   std::span<SealedPart const> parts) const;
    /// Opens what `seal` made.
    /// @error BadRequest: another key, another record, altered, or not of that form
    [[nodiscard]] Result<Unsealed> open(SealedFor const& record, std::string_view jwe) const;

private:
    struct Impl;
    explicit SealKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Most bytes of all parts together that one record may seal; what is beyond is left out.
inline constexpr std::size_t kMostSealedBytes = 24U * 1024U * 1024U;

} // namespace tcds::audit
