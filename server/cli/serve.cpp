#include "fhir/client/document_client.hpp"
#include "fhir/client/fhir_client.hpp"
#include "server/app/admin.hpp"
#include "server/app/app.hpp"
#include "server/app/checkpoints.hpp"
#include "server/app/content_switch.hpp"
#include "server/app/forwarding.hpp"
#include "server/app/key_servers.hpp"
#include "server/app/settings_record.hpp"
#include "server/app/tally.hpp"
#include "server/app/tenants.hpp"
#include "server/app/version.hpp"
#include "server/cds/outcome.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/content_source.hpp"
#include "server/cli/outbound.hpp"
#include "server/cli/private_memory.hpp"
#include "server/cli/settings.hpp"
#include "server/http/server.hpp"
#include "server/ops/metrics_listener.hpp"
#include "server/ops/ops_log.hpp"
#include "server/ops/side_listener.hpp"
#include "server/replay/settings_store.hpp"

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>

namespace tcds::cli {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;

/// Calls of clients whose keys are at hand go on beside those that wait for a key server.
constexpr unsigned kThreadsWhereCallsWait = 2 * auth::KeySetTimes{}.mostWaiting;

/// The content as the configuration names it now: its section `content` is read again, all else
/// stays as it was at start.
Result<app::ReadyContent> contentNow(ServeArguments const& arguments, config::Config config,
                                     Clock const& clock)
{
    auto const sources = sourcesOf(arguments.config, arguments.flags);
    if (!sources) return sources.error();
    Problems problems;
    auto const loaded = config::load(*sources, problems);
    if (!loaded) return problems.asError();
    auto const& next = loaded->config;
    if (next.mode != config.mode)
        return Error{Error::Kind::Config, "mode", "it is another one than at start",
                     "restart the service, or set it back"};
    config.contentBundle = next.contentBundle;
    config.contentFolder = next.contentFolder;
    config.trustedKeys = next.trustedKeys;
    config.acknowledged = next.acknowledged;
    Problems ofRules;
    return contentToServe(config, clock.now(), Scrutiny::Reload, ofRules);
}

/// A preflight comes without a token, so the listener lets in the pages of every client.
http::CorsPolicy corsPolicy(config::Config const& config)
{
    http::CorsPolicy policy;
    policy.origins = config.corsOrigins;
    for (auto const& client : config.clients)
        policy.origins.insert(policy.origins.end(), client.corsOrigins.begin(),
                              client.corsOrigins.end());
    if (std::ranges::find(policy.origins, "*") != policy.origins.end())
        policy.mode = http::CorsPolicy::Mode::AnyOrigin;
    else if (!policy.origins.empty())
        policy.mode = http::CorsPolicy::Mode::Listed;
    return policy;
}

http::Tls tlsOptions(config::TlsSettings const& settings)
{
    http::Tls tls;
    tls.certificateFile = settings.certificateFile;
    tls.keyFile = settings.keyFile;
    tls.clientCaFile = settings.clientCaFile;
    tls.clientNames = settings.clientNames;
    tls.crlFile = settings.crlFile;
    tls.leastVersion = settings.leastIs13 ? http::Tls::Version::Tls13 : http::Tls::Version::Tls12;
    tls.clientCertificate = settings.clientOptional ? http::Tls::ClientCertificate::Optional
                                                    : http::Tls::ClientCertificate::Required;
    return tls;
}

std::string numeric(std::string const& address)
{
    return address == "localhost" ? "127.0.0.1" : address;
}

http::Options serverOptions(config::Config const& config)
{
    http::Options options;
    options.address = numeric(config.address);
    options.port = config.port;
    options.threads = config.threads;
    if (app::fetchesKeySets(config)) options.blockingThreads = kThreadsWhereCallsWait;
    options.limits.body = config.maxBodyBytes;
    options.maxConnections = config.maxConnections;
    options.deadlines.header = config.headerDeadline;
    options.deadlines.body = config.bodyDeadline;
    options.deadlines.idle = config.idleDeadline;
    options.deadlines.write = config.writeDeadline;
    options.deadlines.drain = config.drainDeadline;
    options.deadlines.handshake = config.handshakeDeadline;
    options.cors = corsPolicy(config);
    options.tls = tlsOptions(config.tls);
    options.errorBody = cds::writeOutcome;
    options.errorContentType = std::string{cds::kFhirJson};
    return options;
}

bool readsFhirServers(config::Config const& config)
{
    return !config.fhirServers.empty() ||
           std::ranges::any_of(config.clients, [](config::ClientEntry const& entry) {
               return !entry.fhirServers.empty();
           });
}

/// A FhirClient or a DocumentClient.
/// @param needed  false: nullptr, for loading the certificates of the system takes longer than all
///                else at start
/// @error Config: a network or the file of certificates
template <class Client>
Result<std::unique_ptr<Client>> outbound(config::Config const& config, bool needed)
{
    auto options = clientOptions(config);
    if (!options) return options.error();
    if (!needed) return std::unique_ptr<Client>{};
    try {
        return std::make_unique<Client>(*std::move(options));
    } catch (std::runtime_error const& error) {
        return Error{Error::Kind::Config, "fhir.ca_file", error.what(),
                     "name a readable file with PEM certificates"};
    }
}

/// Signals are taken by this thread alone; must run before any other thread starts.
sigset_t blockSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (auto const signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a client that goes away is an error code, not our end
    std::signal(SIGXFSZ, SIG_IGN); // so is a log file at its limit
    return signals;
}

/// What cannot be used is named, and the old stays.
void reloadTls(http::Server& server, ops::OpsLog& ops)
{
    auto const reloaded = server.reloadTls();
    if (reloaded)
        ops.event(Level::Info, "reloaded", {Field{"what", "TLS"}});
    else
        ops.event(Level::Error, "reload refused", {Field{"why", toText(reloaded.error())}});
}

/// SIGHUP reads certificates and rules again, the rules on a thread of their own.
void waitForEnd(sigset_t const& signals, http::Server& server, app::ContentSwitch& content,
                ops::OpsLog& ops, bool const hasTls)
{
    for (;;) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0) return;
        if (signal != SIGHUP) {
            ops.event(Level::Info, "stopping",
                      {Field{"signal", signal == SIGTERM ? "TERM" : "INT"}});
            return;
        }
        if (hasTls) reloadTls(server, ops);
        content.reload({"signal", ""});
    }
}

/// Requests that the listener refused get their record too; some events are counted.
void hearEvents(ops::OpsLog& ops, app::App& app, ops::Metrics* metrics)
{
    ops.onEvent([&app, metrics](std::string_view name, std::span<Field const> fields) {
        if (metrics != nullptr) metrics->hear(name, fields);
        if (name != "request refused") return;
        int status = 0;
        std::string_view where;
        std::string_view remote;
        for (auto const& field : fields) {
            if (field.name == "status")
                (void)std::from_chars(field.value.data(), field.value.data() + field.value.size(),
                                      status);
            if (field.name == "where") where = field.value;
            if (field.name == "remote") remote = field.value;
        }
        app.recordRefusal(status, where, remote);
    });
}

/// The listener of the metrics; null where nobody wants any.
/// @error as MetricsListener::start
Result<std::unique_ptr<ops::MetricsListener>> startMetrics(config::Config const& config,
                                                           ops::Metrics const* metrics,
                                                           ops::OpsLog& ops)
{
    if (metrics == nullptr) return std::unique_ptr<ops::MetricsListener>{};
    auto listener = std::make_unique<ops::MetricsListener>(numeric(config.metricsAddress),
                                                           config.metricsPort, *metrics, ops);
    if (auto const started = listener->start(); !started) return started.error();
    return listener;
}

/// Who may ask the admin listener; nobody where there is none.
Result<std::optional<app::AdminTokens>> adminTokens(config::Config const& config)
{
    if (config.adminAddress.empty()) return std::optional<app::AdminTokens>{};
    auto tokens = app::AdminTokens::fromFile(config.adminTokenFile);
    if (!tokens) return tokens.error();
    auto const tenants = config::allTenants(config);
    for (auto const& name : tokens->tenants())
        if (std::ranges::find(tenants, name, &config::TenantEntry::name) == tenants.end())
            return Error{Error::Kind::Config, config.adminTokenFile,
                         "names a tenant \"" + name + "\" that is not served",
                         "write the name of a tenant of the configuration"};
    return std::optional<app::AdminTokens>{std::move(*tokens)};
}

/// The admin interface on its own listener.
struct AdminSide {
    AdminSide(app::AdminTokens tokens, app::Admin::Parts parts)
        : admin{std::move(tokens), parts}, listener{"admin: ", numeric(parts.config.adminAddress),
                                                    parts.config.adminPort, admin, parts.ops}
    {
    }
    app::Admin admin;
    ops::SideListener listener;
};

/// @return null where nobody wants it
/// @error as SideListener::start
Result<std::unique_ptr<AdminSide>> startAdmin(std::optional<app::AdminTokens> tokens,
                                              app::Admin::Parts parts)
{
    if (!tokens) return std::unique_ptr<AdminSide>{};
    auto side = std::make_unique<AdminSide>(std::move(*tokens), parts);
    if (auto const started = side->listener.start(); !started) return started.error();
    return side;
}

} // namespace

int serve(ServeArguments const& arguments)
{
    auto const loaded = loadSettings(arguments.config, arguments.flags);
    if (!loaded) return Exit::kConfiguration;
    auto const& config = loaded->config;
    SystemClock const clock;
    Problems problems;
    auto content = contentToServe(config, clock.now(), Scrutiny::Start, problems);
    complain(problems);
    if (!content) {
        if (!problems.hasErrors()) complain(content.error());
        return Exit::kConfiguration;
    }
    auto const rules = content->rules;
    auto tokens = adminTokens(config);
    if (!tokens) {
        complain(tokens.error());
        return Exit::kConfiguration;
    }

    keepMemoryPrivate();
    auto const signals = blockSignals(); // before the first thread
    ops::OpsLog ops{config.logLevel, config.logFormat};
    auto fhir = outbound<client::FhirClient>(config, readsFhirServers(config));
    if (!fhir) {
        complain(fhir.error());
        return Exit::kConfiguration;
    }
    auto const keyServers = outbound<client::DocumentClient>(config, app::fetchesKeySets(config));
    if (!keyServers) {
        complain(keyServers.error());
        return Exit::kConfiguration;
    }
    auto const callers = app::Callers::make(config, *keyServers ? app::keyServers(**keyServers, ops)
                                                                : app::pinnedOnly(ops));
    if (!callers) {
        complain(callers.error());
        return Exit::kConfiguration;
    }
    if (auto const kept = replay::keepSettings(config.contentStore, callers->settings()); !kept) {
        complain(kept.error());
        return Exit::kConfiguration;
    }
    auto const metrics = config.metricsAddress.empty()
                             ? nullptr
                             : app::metricsOf(config, *rules); // nothing is counted for nobody
    auto const checkpoints = app::Checkpoints::make(config, ops, metrics.get());
    if (!checkpoints) {
        complain(checkpoints.error());
        return Exit::kConfiguration;
    }
    auto const tenants =
        app::Tenants::open(config, clock, ops, app::Tally{metrics.get()}, &*checkpoints);
    if (!tenants) {
        complain(tenants.error());
        return Exit::kConfiguration;
    }
    app::App app{config, rules, *callers, clock, *tenants, ops, *std::move(fhir), metrics.get()};
    http::Server server{serverOptions(config), app, ops};
    app::ContentSwitch contentSwitch{{app, *tenants, clock, ops, app::Tally{metrics.get()}},
                                     *std::move(content),
                                     [&] { return contentNow(arguments, config, clock); }};
    hearEvents(ops, app, metrics.get());
    if (auto const recorded = contentSwitch.recordStart(); !recorded) {
        complain(recorded.error());
        return Exit::kConfiguration;
    }
    if (!app::recordSettings(*loaded, *callers, *tenants) || !tenants->recordKeys()) {
        complain(Error{Error::Kind::Config, "decision log",
                       "the records of the settings and the keys in force could not be kept",
                       "see the operations log"});
        return Exit::kConfiguration;
    }
    auto const forwarding = app::Forwarding::start(config, clock, ops, metrics.get());
    if (!forwarding) {
        complain(forwarding.error());
        return Exit::kConfiguration;
    }
    callers->fetchKeySets();
    if (auto const started = server.start(); !started) {
        complain(started.error());
        return Exit::kConfiguration;
    }
    auto const scraped = startMetrics(config, metrics.get(), ops);
    if (!scraped) {
        complain(scraped.error());
        return Exit::kConfiguration;
    }
    auto const administered =
        startAdmin(*std::move(tokens), {config, contentSwitch, *tenants, clock, ops});
    if (!administered) {
        complain(administered.error());
        return Exit::kConfiguration;
    }
    auto const port = std::to_string(server.port());
    ops.event(Level::Info, "ready",
              {Field{"version", kVersion}, Field{"mode", config::toText(config.mode)},
               Field{"port", port}, Field{"pack", rules->id}, Field{"pack_version", rules->version},
               Field{"signer", rules->signer}, Field{"audit", config.auditDirectory},
               Field{"tenants", std::to_string(1 + config.tenants.size())}});
    waitForEnd(signals, server, contentSwitch, ops, !config.tls.certificateFile.empty());
    app.beginDrain();
    auto const cut = server.drain();
    ops.event(Level::Info, "stopped", {Field{"cut_off", std::to_string(cut)}});
    return Exit::kDone;
}

} // namespace tcds::cli
