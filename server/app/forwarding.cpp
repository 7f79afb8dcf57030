#include "server/app/forwarding.hpp"

#include "server/forward/target.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tcds::app {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;

/// The database of a tenant, looked at as far as can be without connecting.
Result<forward::Target> targetOf(config::TenantEntry const& entry, config::Mode mode, bool own)
{
    auto const key = own ? std::string{"audit.postgres.connection"}
                         : "tenant " + entry.name + ": postgres_connection";
    auto target = forward::readTarget(entry.postgresConnection, entry.postgresPasswordFile, key);
    if (!target) return target;
    if (mode == config::Mode::Production && !target->local && !target->verified)
        return Error{Error::Kind::Config, key,
                     "reaches another host with an sslmode that does not check its name, which "
                     "production refuses",
                     "leave sslmode out (verify-full), and name the authority of the server: "
                     "sslrootcert=FILE"};
    if (!target->passwordFile.empty())
        if (auto const password = forward::readPassword(target->passwordFile); !password)
            return password.error();
    return target;
}

ops::ForwardingNumbers numbersOf(forward::State const& state, Instant now)
{
    ops::ForwardingNumbers numbers;
    numbers.added = state.added;
    numbers.refused = state.refused;
    numbers.failures = state.failures;
    numbers.behind = state.behind;
    numbers.connected = state.connected;
    if (state.waitingSince)
        numbers.behindSeconds =
            std::max(0.0, std::chrono::duration<double>(now - *state.waitingSince).count());
    return numbers;
}

/// Tells metrics and operations log what becomes of the forwarding of one tenant.
forward::Listener listenerOf(std::string const& tenant, std::string const& shown,
                             Clock const& clock, ops::OpsLog& ops, ops::Metrics* metrics)
{
    forward::Listener listener;
    if (metrics != nullptr)
        listener.state = [tenant, &clock, metrics](forward::State const& state) {
            metrics->forwarding(tenant, numbersOf(state, clock.now()));
        };
    listener.connected = [tenant, shown, &ops](forward::Follower::Beginning const& found) {
        auto const seq = std::to_string(found.newest ? found.newest->seq : 0);
        ops.event(Level::Info, "audit database reached",
                  {Field{"tenant", tenant}, Field{"database", shown}, Field{"has", seq}});
        if (found.unlike)
            ops.event(Level::Error, "audit database has another log",
                      {Field{"tenant", tenant}, Field{"has", seq},
                       Field{"fix", "run `twitch-cds audit verify`; where the log was begun anew "
                                    "on purpose, give the node a new name (node)"}});
    };
    listener.failed = [tenant, &ops](Error const& error) {
        auto const isOurs = error.kind == Error::Kind::Config;
        ops.event(isOurs ? Level::Error : Level::Warn, "audit database not reached",
                  {Field{"tenant", tenant}, Field{"why", toText(error)}});
    };
    listener.caughtUp = [tenant, &ops](forward::State const& state) {
        ops.event(Level::Info, "audit database has every record",
                  {Field{"tenant", tenant},
                   Field{"through", std::to_string(state.forwarded.value_or(0))},
                   Field{"forwarded", std::to_string(state.added)}});
    };
    listener.refused = [tenant, &ops](forward::Sent const& sent, std::uint64_t lastSeq) {
        ops.event(Level::Error, "audit database refused records",
                  {Field{"tenant", tenant}, Field{"count", std::to_string(sent.refused)},
                   Field{"through", std::to_string(lastSeq)},
                   Field{"fix", "see twitch_cds.refused, and run `twitch-cds audit verify`"}});
    };
    return listener;
}

} // namespace

Result<Forwarding> Forwarding::start(config::Config const& config, Clock const& clock,
                                     ops::OpsLog& ops, ops::Metrics* metrics)
{
    std::map<std::string, std::pair<forward::Options, forward::Target>> wanted;
    for (auto const& entry : config::allTenants(config)) {
        if (entry.postgresConnection.empty()) continue;
        auto target = targetOf(entry, config.mode, entry.name == config.tenant);
        if (!target) return target.error();
        forward::Options options;
        options.directory = entry.auditDirectory;
        wanted.emplace(entry.name, std::pair{std::move(options), *std::move(target)});
    }
    Forwarding forwarding; // once all of them are known to be good
    for (auto& [tenant, each] : wanted) {
        auto& [options, target] = each;
        auto listener = listenerOf(tenant, target.shown, clock, ops, metrics);
        forwarding.byTenant_.emplace(
            tenant, std::make_unique<forward::Forwarder>(std::move(options),
                                                         forward::toPostgres(std::move(target)),
                                                         clock, std::move(listener)));
    }
    return forwarding;
}

std::optional<std::uint64_t> Forwarding::forwarded(std::string_view tenant) const
{
    auto const at = byTenant_.find(tenant);
    if (at == byTenant_.end()) return std::nullopt;
    return at->second->state().forwarded;
}

} // namespace tcds::app
