#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "fhir/facts/facts.hpp"
#include "server/audit/key_ring.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

class ServerPseudonyms;

/// Keyed pseudonyms of identifiers (decisions D39, D42): the first 16 bytes of HMAC-SHA-256 over
/// `tenant|fhirBase|Type/id` as `keyId:base64url`. There is no unkeyed hash of an identifier.
///
/// The keys are those of a file or of a folder with one a period (KeyRing). From any thread.
class Pseudonyms
{
public:
    /// For searches in a log: every key of a file or a folder, the newest in force.
    /// @error Config as KeyRing::read
    static Result<Pseudonyms> fromFile(std::string const& path, std::string tenant);
    /// The same of a file that is made (0600, 32 random bytes) when it is absent.
    static Result<Pseudonyms> fromFileOrNew(std::string const& path, std::string tenant);

    enum class Making : std::uint8_t { Never, EachPeriod };
    /// For a service: the key of now is in force, until the next one is taken.
    /// @param making  EachPeriod: `path` is a folder that is made when absent, and so is the key of
    ///                each period (sandbox and dev)
    static Result<Pseudonyms> open(std::string const& path, std::string tenant, Instant now,
                                   Making making = Making::Never);

    Pseudonyms(Pseudonyms&&) noexcept;
    Pseudonyms& operator=(Pseudonyms&&) noexcept;
    ~Pseudonyms();

    /// Those of one FHIR server under the key in force, for one call.
    [[nodiscard]] ServerPseudonyms on(std::string_view fhirBase) const;
    /// Those under each other key that was in force at `since` or later, newest first: for what was
    /// remembered under it.
    [[nodiscard]] std::vector<ServerPseudonyms> earlierOn(std::string_view fhirBase,
                                                          Instant since) const;
    /// The pseudonyms of an identifier ("Patient/p1") under every key that is there, newest first:
    /// what to look for in a log. A key that was destroyed is missing, and with it what it named.
    [[nodiscard]] std::vector<std::string> inEveryPeriod(std::string_view fhirBase,
                                                         std::string_view identifier) const;
    [[nodiscard]] KeyIds keys() const;
    /// What tells its keys from those of others, whatever their files are called.
    [[nodiscard]] std::vector<Mac> marks() const;

    // Taking other keys while the service answers, in two steps, so that the record of the change
    // comes before its first use.

    /// Whether a period has ended since the keys were read. Costs next to nothing.
    [[nodiscard]] bool due(Instant now) const;
    /// What lies on the disk now.
    /// @error Config as KeyRing::read; also another key under the id of one that is in use
    [[nodiscard]] Result<KeyRing> readAgain(Instant now) const;
    /// Calls that begin from now on use these.
    void use(KeyRing keys, Instant now);
    /// Reading failed: not due again before that instant.
    void tryAgainAt(Instant at);

private:
    struct Impl;
    explicit Pseudonyms(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The pseudonyms of one FHIR server as one call needs them. Used by one thread; keeps its key.
class ServerPseudonyms
{
public:
    ServerPseudonyms(ServerPseudonyms const&) = delete;
    ServerPseudonyms& operator=(ServerPseudonyms const&) = delete;
    ServerPseudonyms(ServerPseudonyms&&) noexcept;
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
    ServerPseudonyms(std::shared_ptr<PseudonymKey const> key, std::string_view tenant,
                     std::string_view fhirBase);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::audit
