#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "rules/model/rule_set.hpp"
#include "server/app/app.hpp"
#include "server/app/tally.hpp"
#include "server/app/tenants.hpp"
#include "server/config/config.hpp"
#include "server/ops/ops_log.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tcds::app {

/// Rules that were checked and may answer calls.
struct ReadyContent {
    std::shared_ptr<rules::RuleSet const> rules;
    std::string stored;                // SHA-256 of its file in the pack store
    config::Acknowledged acknowledged; // empty where no pack needed it (decision D54)
};

/// Who wants the content to be loaded anew.
struct ReloadWish {
    std::string via;   // "signal" or "admin"
    std::string actor; // name of who asked, "" where nobody says it
};

/// Which content answers, and what came of the last reload.
struct ContentStatus {
    struct Reload {
        Instant at;
        ReloadWish wish;
        std::optional<Error> refused; // nothing: it is in use
    };
    std::string id, version, sha256, signer, stored;
    std::size_t rules = 0;
    Instant since;
    std::optional<Reload> last;
};

/// Exchanges the rules while the service answers: they are loaded and checked on a thread of their
/// own, then swapped as a whole. What cannot be used changes nothing. Every exchange and every
/// refusal gets a `config` record in the log of each tenant. Each reload first takes up the keys of
/// the pseudonyms that lie on the disk by then.
class ContentSwitch
{
public:
    /// Loads and checks the content that the configuration names now. Called on the thread of the
    /// switch; what it throws is a refusal.
    using Load = std::function<Result<ReadyContent>()>;
    /// Gets the new status, or why the old content stays. Called once.
    using Done = std::function<void(Result<ContentStatus> const&)>;

    /// What the switch works on; all outlive it.
    struct Parts {
        App& app;
        Tenants const& tenants;
        Clock const& clock;
        ops::OpsLog& ops;
        Tally tally;
    };

    /// @param first  what `app` was made with
    ContentSwitch(Parts parts, ReadyContent first, Load load);
    /// Waits for the content that is being loaded; what waits behind it is dropped.
    ~ContentSwitch();
    ContentSwitch(ContentSwitch const&) = delete;
    ContentSwitch& operator=(ContentSwitch const&) = delete;

    /// Writes the record of the first content; call before the first request.
    /// @error Unavailable when it could not be kept
    [[nodiscard]] Result<void> recordStart();

    /// Loads the content anew, in turn. From any thread; returns at once.
    /// @param done  may be empty; Unavailable when too many wait already, else as `Load`
    void reload(ReloadWish wish, Done done = {});

    [[nodiscard]] ContentStatus status() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::app
