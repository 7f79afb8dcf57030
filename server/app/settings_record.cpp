#include "server/app/settings_record.hpp"

#include "server/audit/decision.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tcds::app {

namespace {

/// Where things of the service's own tenant lie: nothing that others have to know (control CTL-15).
bool isOfOwnTenant(std::string_view key)
{
    constexpr std::array<std::string_view, 5> kKeys{"tenant", "audit.directory", "audit.key_file",
                                                    "audit.seal_key_file", "state.file"};
    return std::ranges::find(kKeys, key) != kKeys.end();
}

std::vector<audit::SettingsRecord::Value> valuesOf(config::Loaded const& loaded,
                                                   std::string_view tenant)
{
    std::vector<audit::SettingsRecord::Value> values;
    auto const isOwn = tenant == loaded.config.tenant;
    for (auto const& setting : loaded.settings)
        if (setting.origin != config::Origin::Default && (isOwn || !isOfOwnTenant(setting.key)))
            values.push_back({setting.key, setting.value, config::toText(setting.origin)});
    for (std::size_t i = 0; !isOwn && i < loaded.config.tenants.size(); ++i) {
        if (loaded.config.tenants[i].name != tenant) continue;
        for (auto const& setting : loaded.tenants[i].settings)
            values.push_back({setting.key, setting.value, config::toText(setting.origin)});
    }
    return values;
}

std::vector<audit::SettingsRecord::Client> clientsOf(Callers const& callers,
                                                     std::string_view tenant)
{
    std::vector<audit::SettingsRecord::Client> clients;
    for (auto const* terms : callers.all())
        if (terms->tenant == tenant) clients.push_back({terms->client, terms->settingsDigest});
    return clients;
}

} // namespace

bool recordSettings(config::Loaded const& loaded, Callers const& callers, Tenants const& tenants)
{
    auto kept = true;
    for (auto const& entry : config::allTenants(loaded.config)) {
        auto const values = valuesOf(loaded, entry.name);
        auto const clients = clientsOf(callers, entry.name);
        audit::SettingsRecord record;
        record.via = "start";
        record.mode = config::toText(loaded.config.mode);
        record.values = values;
        record.clients = clients;
        kept = tenants.of(entry.name).journal.keep("config", audit::writeSettings(record)) && kept;
    }
    return kept;
}

} // namespace tcds::app
