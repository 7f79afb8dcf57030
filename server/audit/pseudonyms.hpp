#pragma once

#include "fhir/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Keyed pseudonyms of identifiers (decisions D39, D42): the first 16 bytes of HMAC-SHA-256 over
/// `tenant|fhirBase|Type/id` as `keyId:base64url`. There is no unkeyed hash of an identifier.
class Pseudonyms
{
public:
    /// Reads a key file: at least 32 bytes, readable by its owner alone.
    /// @error Config when it is absent, too short or readable by others
    static Result<Pseudonyms> fromFile(std::string const& path, std::string tenant);
    /// Reads the file, or makes one (0600, 32 random bytes) when it is absent: sandbox and dev.
    static Result<Pseudonyms> fromFileOrNew(std::string const& path, std::string tenant);

    Pseudonyms(Pseudonyms&&) noexcept;
    Pseudonyms& operator=(Pseudonyms&&) noexcept;
    ~Pseudonyms();

    /// @param identifier  "Patient/p1", "Observation/o7/2" (type, id, version)
    [[nodiscard]] std::string of(std::string_view fhirBase, std::string_view identifier) const;
    /// The same over parts that are no identifiers of themselves (repeat keys).
    [[nodiscard]] std::string ofParts(std::string_view parts) const;

private:
    struct Impl;
    explicit Pseudonyms(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::audit
