#pragma once

#include "fhir/base/result.hpp"
#include "fhir/facts/facts.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tcds::audit {

class ServerPseudonyms;

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

    /// Whether both have the same key, whatever its file is called.
    [[nodiscard]] bool hasKeyOf(Pseudonyms const& other) const;

    /// Those of one FHIR server, for one call; these outlive them. From any thread.
    [[nodiscard]] ServerPseudonyms on(std::string_view fhirBase) const;

private:
    friend class ServerPseudonyms;
    struct Impl;
    explicit Pseudonyms(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The pseudonyms of one FHIR server as one call needs them. Used by one thread.
class ServerPseudonyms
{
public:
    ServerPseudonyms(ServerPseudonyms const&) = delete;
    ServerPseudonyms& operator=(ServerPseudonyms const&) = delete;
    ~ServerPseudonyms();

    /// @param identifier  "Patient/p1"
    [[nodiscard]] std::string of(std::string_view identifier);
    /// The resource that a fact was read from: "Observation/o7/2", or "Observation/o7" when no
    /// version is known. Made once a fact: its repeat key and the record ask for the same.
    [[nodiscard]] std::string_view of(FactId fact, SourceRef const& source);
    /// The same digest over parts that are no identifiers of themselves (repeat keys); the server
    /// is not among them.
    [[nodiscard]] std::string ofParts(std::string_view parts);

private:
    friend class Pseudonyms;
    ServerPseudonyms(Pseudonyms::Impl const& keyed, std::string_view fhirBase);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::audit
