#pragma once

#include "fhir/base/result.hpp"
#include "server/app/decide.hpp"
#include "server/app/fhir_reads.hpp"
#include "server/app/throttle.hpp"
#include "server/auth/client_keys.hpp"
#include "server/auth/verifier.hpp"
#include "server/config/config.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::app {

/// How a caller is answered: as its client entry says, or as the service's own settings say where
/// there are no entries.
struct Terms {
    std::string client; // name of the entry, "" without one
    std::string tenant; // whose log, key and memory its calls use (control CTL-15)
    DecideSettings settings;
    std::string settingsText;   // all that can change an answer (settings_text.hpp)
    std::string settingsDigest; // SHA-256 of that text
    std::vector<config::Alias> aliases;
    FhirTerms fhir;
    bool lenientContext = false;        // a context without its Bundle: no cards instead of 400
    bool silent = false;                // evaluated and recorded, answered without cards
    bool lenientFeedback = false;       // usable items of a faulty feedback call are stored
    bool emptyOnMissing = false;        // needed data is lacking: no cards instead of 412
    std::shared_ptr<Throttle> throttle; // of this client alone
};

/// Who calls, and how he is answered.
struct Caller {
    Terms const* terms = nullptr; // valid as long as the Callers are
    std::optional<auth::Caller> token;
};

/// Whether some client's keys have to be fetched.
bool fetchesKeySets(config::Config const& config);

/// Everybody whom the service lets in (decision D6). Without client entries that is anybody in
/// sandbox and dev, and nobody in production. With entries a token is verified; a call without one
/// comes from the entry with `auth: mtls` that has a name of its certificate, or else from the one
/// with `auth: none`, which production refuses.
class Callers
{
public:
    /// @param keyServers  how key sets are fetched; without a `fetch` none can be had
    /// @error Config with the key: a pinned key set that cannot be read or used, no audience that a
    ///        token could have
    static Result<Callers> make(config::Config const& config,
                                auth::FetchedKeys::Outside keyServers = {});

    [[nodiscard]] bool letsInSomebody() const
    {
        return anybody_ != nullptr || verifier_ != nullptr || !byCertificate_.empty();
    }
    /// Whether a signature may have to be verified: no work for a thread that serves sockets.
    [[nodiscard]] bool verifiesTokens() const { return verifier_ != nullptr; }

    /// The settings that decisions are made with, text by digest: to be kept as long as records name
    /// them.
    [[nodiscard]] std::map<std::string, std::string> settings() const;

    /// Tells of the pinned key sets and starts to fetch the others, without waiting for them.
    void fetchKeySets() const;
    /// Whether the keys of some client are known, once all were asked for; true where nobody needs
    /// any. Asks again for key sets that are missing.
    [[nodiscard]] bool knowsKeys() const;

    /// @param authorization  value of the field, "" without one
    /// @param peerNames      verified names of the client's certificate
    /// @param path           of the called endpoint in its one spelling
    /// @param bodyDigest     SHA-256 of the body
    /// @param call           id of the call, which a retry of it will name; "" without one
    [[nodiscard]] boost::system::result<Caller, auth::Rejection> identify(
        std::string_view authorization, std::span<std::string const> peerNames,
        std::string_view path, std::string_view bodyDigest, Instant now,
        std::string_view call = {}) const;

    /// Terms of every client: of the entries by name, then of anybody where there are none.
    [[nodiscard]] std::vector<Terms const*> all() const;
    /// Whose log has the record of a refused caller: its tenant's, or the service's own while
    /// nobody knows who it is.
    [[nodiscard]] std::string_view tenantOf(auth::Rejection const& rejection) const;

private:
    explicit Callers(config::Config const& config);
    Terms const* withoutToken(std::span<std::string const> peerNames) const;

    std::string publicUrl_, ownTenant_;
    std::map<std::string, Terms, std::less<>> byName_;
    std::map<std::string, Terms const*, std::less<>> byCertificate_; // by name of a certificate
    std::unique_ptr<Terms> open_;    // of everybody, where there are no entries
    Terms const* anybody_ = nullptr; // who calls without a token; nullptr: refused
    std::shared_ptr<auth::ClientKeys> keys_;
    std::unique_ptr<auth::Verifier> verifier_;
};

/// The clinical and card settings of a configuration.
DecideSettings settingsOf(config::Config const& config);
/// SHA-256 over every setting that can change an answer.
std::string digestOf(DecideSettings const& settings);

} // namespace tcds::app
