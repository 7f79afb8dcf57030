#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/app/checkpoints.hpp"
#include "server/app/journal.hpp"
#include "server/app/outbox.hpp"
#include "server/app/repeats.hpp"
#include "server/app/tally.hpp"
#include "server/app/tenant_keys.hpp"
#include "server/audit/level.hpp"
#include "server/audit/log.hpp"
#include "server/audit/seal.hpp"
#include "server/config/config.hpp"
#include "server/ops/ops_log.hpp"
#include "server/state/store.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tcds::app {

/// One tenant: its log, its key and what is remembered of its cards (control CTL-15). From any
/// thread.
struct Tenant {
    std::string name;
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<state::Store> state;        // null: every card is shown whenever it arises
    std::unique_ptr<Repeats> repeats;           // null as `state` is
    Journal journal;                            // over `log`
    std::unique_ptr<Outbox> outbox;             // over `journal`
    std::unique_ptr<TenantKeys> keys;           // over `journal`
    audit::Level level = audit::Level::Facts;   // of its decision records
    std::unique_ptr<audit::SealKey const> seal; // null below level `full`
};

/// Every tenant that the service has; nothing of one is reached through another. From any thread.
class Tenants
{
public:
    /// Opens the log of each tenant, its key and, with state.suppress, its state; what is absent is
    /// made, but for a key file that the configuration names.
    /// @param config, clock, ops  outlive the tenants
    /// @param tally  counts what is refused and lost
    /// @param checkpoints  signs and publishes those of every log, and outlives the tenants;
    ///        nullptr: they are not signed
    /// @error Config: what cannot be opened, a key that two tenants have; `where` names the tenant
    ///        when it is not the service's own
    static Result<Tenants> open(config::Config const& config, Clock const& clock, ops::OpsLog& ops,
                                Tally tally = Tally{}, Checkpoints const* checkpoints = nullptr);

    /// That of the setting `tenant`: it also has what is refused before a client is known.
    [[nodiscard]] Tenant& own() const { return *own_; }
    /// @param name  of the configuration that the tenants were opened from; throws on any other
    [[nodiscard]] Tenant& of(std::string_view name) const;
    /// Hands a record that concerns all of them to every log.
    /// @return false when one of them could not keep it, and none may be lost
    [[nodiscard]] bool keepInEach(std::string_view type, std::string const& members) const;
    /// Writes to every log which keys are there at start.
    /// @return as keepInEach
    [[nodiscard]] bool recordKeys() const;
    /// Reads the keys of every tenant again.
    /// @param via, actor  of the record of a change
    void takeUpKeys(std::string_view via, std::string_view actor, Instant now) const;
    /// Keeps and answers what waits in the outbox of each.
    void settle() const;
    /// Whether records of every tenant can be kept.
    [[nodiscard]] bool healthy() const;

private:
    Tenants() = default;
    /// @return nullptr when nobody has its key
    [[nodiscard]] std::string const* ownerOfSeal(Tenant const& tenant) const;

    std::map<std::string, std::unique_ptr<Tenant>, std::less<>> byName_;
    Tenant* own_ = nullptr; // in byName_
};

} // namespace tcds::app
