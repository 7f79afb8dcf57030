#include "server/app/tenants.hpp"

#include "server/app/version.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tcds::app {

namespace {

using namespace std::chrono_literals;

Result<audit::Pseudonyms> loadPseudonyms(config::TenantEntry const& entry, Instant now)
{
    using Making = audit::Pseudonyms::Making;
    return audit::Pseudonyms::open(entry.auditKeyFile, entry.name, now,
                                   entry.makesKey ? Making::EachPeriod : Making::Never);
}

/// What the log does to its finished files, told to the operator.
void tell(ops::OpsLog& ops, std::string const& tenant, audit::LogNews const& news)
{
    using Kind = audit::LogNews::Kind;
    using Level = http::Log::Level;
    auto const say = [&](Level level, std::string_view event) {
        ops.event(level, event, {{"tenant", tenant}, {"file", news.file}, {"what", news.what}});
    };
    switch (news.kind) {
    case Kind::Compressed:
        return say(Level::Info, "decision log file compressed");
    case Kind::Removed:
        return say(Level::Info, "decision log file removed");
    case Kind::Held:
        return say(Level::Info, "legal hold");
    case Kind::Trouble:
        return say(Level::Warn, "decision log upkeep failed");
    }
}

audit::Level levelOf(config::TenantEntry const& entry)
{
    for (auto const level : {audit::Level::Digests, audit::Level::Full})
        if (entry.auditLevel == audit::word(level)) return level;
    return audit::Level::Facts;
}

/// @return null below level `full`
Result<std::unique_ptr<audit::SealKey const>> loadSeal(config::TenantEntry const& entry,
                                                       audit::Level level)
{
    if (level != audit::Level::Full) return std::unique_ptr<audit::SealKey const>{};
    auto key = audit::SealKey::fromFile(entry.sealKeyFile);
    if (!key) return key.error();
    return std::unique_ptr<audit::SealKey const>{std::make_unique<audit::SealKey>(std::move(*key))};
}

audit::LogOptions logOptions(config::TenantEntry const& entry, config::Config const& config,
                             ops::OpsLog& ops, Checkpoints const* checkpoints)
{
    audit::LogOptions options;
    options.directory = entry.auditDirectory;
    options.node = config.node;
    options.tenant = entry.name;
    options.sync = config.fsync == config::Fsync::Always  ? audit::Sync::Always
                   : config.fsync == config::Fsync::Never ? audit::Sync::Never
                                                          : audit::Sync::Interval;
    options.syncInterval = config.fsyncInterval;
    options.rotateBytes = config.auditRotateBytes;
    options.maxWaiting = config.auditQueue;
    options.maxWait = config.auditWait;
    options.compress = config.auditCompress;
    options.retentionDays = config.auditRetentionDays;
    options.legalHold = config.auditLegalHold;
    options.news = [&ops, tenant = entry.name](audit::LogNews const& news) {
        tell(ops, tenant, news);
    };
    options.engineVersion = std::string{kVersion};
    if (checkpoints != nullptr) options.checkpoints = checkpoints->of(entry.name);
    return options;
}

/// @return null where nothing is remembered
Result<std::unique_ptr<state::Store>> openState(config::TenantEntry const& entry,
                                                config::Config const& config)
{
    if (!config.suppress) return std::unique_ptr<state::Store>{};
    auto const folder = std::filesystem::path{entry.stateFile}.parent_path();
    std::error_code ignored; // opening the file reports what is wrong
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
    state::Options options;
    options.file = entry.stateFile;
    options.retention = 24h * config.retentionDays;
    options.maxRows = config.stateRows;
    return state::Store::open(std::move(options));
}

/// @param owners  gets the keys of the tenant
Result<std::unique_ptr<Tenant>> openTenant(config::TenantEntry const& entry,
                                           config::Config const& config, Clock const& clock,
                                           std::shared_ptr<KeyOwners> owners, ops::OpsLog& ops,
                                           Tally tally, Checkpoints const* checkpoints)
{
    auto pseudonyms = loadPseudonyms(entry, clock.now());
    if (!pseudonyms) return pseudonyms.error();
    if (auto const claimed = owners->claim(entry.name, pseudonyms->marks()); !claimed)
        return claimed.error();
    auto const level = levelOf(entry);
    auto seal = loadSeal(entry, level);
    if (!seal) return seal.error();
    auto log = audit::Log::open(logOptions(entry, config, ops, checkpoints), clock);
    if (!log) return log.error();
    auto state = openState(entry, config);
    if (!state) return state.error();
    std::unique_ptr<Repeats> repeats;
    if (*state) repeats = std::make_unique<Repeats>(**state, ops, 24h * config.encounterDays);
    Journal journal{config, **log, ops, entry.name, tally};
    std::unique_ptr<Tenant> tenant{new Tenant{entry.name, *std::move(log), *std::move(state),
                                              std::move(repeats), std::move(journal), nullptr,
                                              nullptr, level, *std::move(seal)}};
    tenant->outbox = std::make_unique<Outbox>(tenant->journal);
    tenant->keys = std::make_unique<TenantKeys>(*std::move(pseudonyms), std::move(owners),
                                                tenant->journal, ops, entry.name);
    return tenant;
}

} // namespace

Result<Tenants> Tenants::open(config::Config const& config, Clock const& clock, ops::OpsLog& ops,
                              Tally tally, Checkpoints const* checkpoints)
{
    Tenants tenants;
    auto const owners = std::make_shared<KeyOwners>();
    for (auto const& entry : config::allTenants(config)) {
        auto tenant = openTenant(entry, config, clock, owners, ops, tally, checkpoints);
        if (!tenant) {
            auto error = tenant.error();
            if (tenants.own_ != nullptr) error.where = "tenant " + entry.name + ": " + error.where;
            return error;
        }
        if (auto const* owner = tenants.ownerOfSeal(**tenant))
            return Error{Error::Kind::Config, "tenant " + entry.name + ": audit.seal_key_file",
                         "holds the key of tenant " + *owner + " too",
                         "make a new one: head -c 32 /dev/urandom > " + entry.sealKeyFile};
        auto const& kept = tenants.byName_.emplace(entry.name, *std::move(tenant)).first->second;
        if (tenants.own_ == nullptr) tenants.own_ = kept.get();
    }
    return tenants;
}

std::string const* Tenants::ownerOfSeal(Tenant const& tenant) const
{
    for (auto const& [name, other] : byName_)
        if (tenant.seal && other->seal && *tenant.seal == *other->seal) return &name;
    return nullptr;
}

Tenant& Tenants::of(std::string_view name) const
{
    auto const at = byName_.find(name);
    // Never the service's own instead: a record in the wrong log cannot be taken back.
    if (at == byName_.end()) throw std::logic_error{"a client of a tenant that was not opened"};
    return *at->second;
}

bool Tenants::keepInEach(std::string_view type, std::string const& members) const
{
    bool kept = true;
    for (auto const& [name, tenant] : byName_) kept = tenant->journal.keep(type, members) && kept;
    return kept;
}

bool Tenants::recordKeys() const
{
    bool kept = true;
    for (auto const& [name, tenant] : byName_) kept = tenant->keys->recordStart() && kept;
    return kept;
}

void Tenants::takeUpKeys(std::string_view via, std::string_view actor, Instant now) const
{
    for (auto const& [name, tenant] : byName_) tenant->keys->takeUp(via, actor, now);
}

void Tenants::settle() const
{
    for (auto const& [name, tenant] : byName_) tenant->outbox->settle();
}

bool Tenants::healthy() const
{
    return std::ranges::all_of(byName_,
                               [](auto const& tenant) { return tenant.second->journal.healthy(); });
}

} // namespace tcds::app
