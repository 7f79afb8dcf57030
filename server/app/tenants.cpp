#include "server/app/tenants.hpp"

#include "server/app/version.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tcds::app {

namespace {

using namespace std::chrono_literals;

Result<audit::Pseudonyms> loadPseudonyms(config::TenantEntry const& entry)
{
    return entry.makesKey ? audit::Pseudonyms::fromFileOrNew(entry.auditKeyFile, entry.name)
                          : audit::Pseudonyms::fromFile(entry.auditKeyFile, entry.name);
}

audit::LogOptions logOptions(config::TenantEntry const& entry, config::Config const& config)
{
    audit::LogOptions options;
    options.directory = entry.auditDirectory;
    options.node = config.node;
    options.tenant = entry.name;
    options.sync = config.fsync == config::Fsync::Always  ? audit::Sync::Always
                   : config.fsync == config::Fsync::Never ? audit::Sync::Never
                                                          : audit::Sync::Interval;
    options.syncInterval = config.fsyncInterval;
    options.engineVersion = std::string{kVersion};
    options.checkpoints->records = config.checkpointRecords;
    options.checkpoints->interval = config.checkpointInterval;
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

Result<std::unique_ptr<Tenant>> openTenant(config::TenantEntry const& entry,
                                           config::Config const& config, Clock const& clock,
                                           ops::OpsLog& ops, Tally tally)
{
    auto pseudonyms = loadPseudonyms(entry);
    if (!pseudonyms) return pseudonyms.error();
    auto log = audit::Log::open(logOptions(entry, config), clock);
    if (!log) return log.error();
    auto state = openState(entry, config);
    if (!state) return state.error();
    std::unique_ptr<Repeats> repeats;
    if (*state) repeats = std::make_unique<Repeats>(**state, ops, 24h * config.encounterDays);
    Journal journal{config, **log, ops, entry.name, tally};
    return std::unique_ptr<Tenant>{new Tenant{*std::move(log), *std::move(pseudonyms),
                                              *std::move(state), std::move(repeats),
                                              std::move(journal)}};
}

} // namespace

Result<Tenants> Tenants::open(config::Config const& config, Clock const& clock, ops::OpsLog& ops,
                              Tally tally)
{
    Tenants tenants;
    for (auto const& entry : config::allTenants(config)) {
        auto tenant = openTenant(entry, config, clock, ops, tally);
        if (!tenant) {
            auto error = tenant.error();
            if (tenants.own_ != nullptr) error.where = "tenant " + entry.name + ": " + error.where;
            return error;
        }
        if (auto const* owner = tenants.ownerOfKey((*tenant)->pseudonyms))
            return Error{Error::Kind::Config, "tenant " + entry.name + ": audit.key_file",
                         "holds the key of tenant " + *owner + " too",
                         "make a new one: head -c 32 /dev/urandom > " + entry.auditKeyFile};
        auto const& kept = tenants.byName_.emplace(entry.name, *std::move(tenant)).first->second;
        if (tenants.own_ == nullptr) tenants.own_ = kept.get();
    }
    return tenants;
}

std::string const* Tenants::ownerOfKey(audit::Pseudonyms const& pseudonyms) const
{
    for (auto const& [name, tenant] : byName_)
        if (tenant->pseudonyms.hasKeyOf(pseudonyms)) return &name;
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

bool Tenants::healthy() const
{
    return std::ranges::all_of(byName_,
                               [](auto const& tenant) { return tenant.second->journal.healthy(); });
}

} // namespace tcds::app
