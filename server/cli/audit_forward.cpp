#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/settings.hpp"
#include "server/forward/forwarder.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace tcds::cli {

namespace {

/// From where to where.
struct Way {
    forward::Options options;
    forward::Target target;
};

/// What the options say, and for what they leave out the configuration.
/// @return nothing when something is missing or faulty, which is said
std::optional<Way> wayOf(ForwardArguments const& arguments)
{
    auto directory = arguments.where.directory;
    auto connection = arguments.to;
    auto passwordFile = arguments.passwordFile;
    if (directory.empty() || connection.empty()) {
        auto flags = arguments.where.flags;
        // Forwarding needs no key, so production's conditions of start do not apply.
        if (flags.empty() && arguments.where.config.empty()) flags.emplace_back("mode", "sandbox");
        auto const loaded = loadSettings(arguments.where.config, std::move(flags));
        if (!loaded) return std::nullopt;
        if (directory.empty()) directory = loaded->config.auditDirectory;
        if (connection.empty()) {
            connection = loaded->config.postgresConnection;
            if (passwordFile.empty()) passwordFile = loaded->config.postgresPasswordFile;
        }
    }
    if (connection.empty()) {
        complain(Error{Error::Kind::Config, "--to", "no database is named",
                       "write --to \"host=db.example.org dbname=twitch_cds user=cds_1\", or set "
                       "audit.postgres.connection"});
        return std::nullopt;
    }
    auto target = forward::readTarget(connection, std::move(passwordFile), "--to");
    if (!target) {
        complain(target.error());
        return std::nullopt;
    }
    Way way;
    way.options.directory = std::move(directory);
    way.target = *std::move(target);
    return way;
}

int exitOf(Error const& error)
{
    switch (error.kind) {
    case Error::Kind::Config:
        return Exit::kConfiguration;
    case Error::Kind::NotFound:
    case Error::Kind::BadRequest:
    case Error::Kind::TooLarge:
        return Exit::kBadInput;
    default:
        return Exit::kCheckFailed; // not everything was forwarded
    }
}

void sayUnlike(forward::Follower::Beginning const& found, std::string const& directory)
{
    if (!found.unlike) return;
    complain(Error{Error::Kind::BadRequest, directory,
                   "the database has other records of this node: its newest is " +
                       std::to_string(found.newest ? found.newest->seq : 0),
                   "run `twitch-cds audit verify`; where the log was begun anew on purpose, give "
                   "the node a new name"});
}

void progress(std::uint64_t seq, std::string const& time)
{
    if (isatty(STDERR_FILENO) == 1)
        std::cerr << "\rforwarded through seq " << seq << ", " << time << std::flush;
}

int forwardNow(Way const& way)
{
    std::uint64_t last = 0;
    auto const sent = forward::forwardOnce(
        way.options, forward::toPostgres(way.target), {},
        [&](auto const& found) { sayUnlike(found, way.options.directory); },
        [&](forward::Sent const&, forward::Batch const& batch) {
            last = batch.lastSeq;
            progress(batch.lastSeq, batch.lastTime);
        });
    if (isatty(STDERR_FILENO) == 1 && last > 0) std::cerr << "\n";
    if (!sent) {
        complain(sent.error());
        return exitOf(sent.error());
    }
    std::cout << "forwarded: " << sent->added << " new records, " << sent->present
              << " were there already, " << sent->refused << " refused, to " << way.target.shown
              << "\n";
    return sent->refused > 0 ? Exit::kCheckFailed : Exit::kDone;
}

int forwardOn(Way const& way)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (auto const signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    forward::Listener listener;
    listener.connected = [&](auto const& found) { sayUnlike(found, way.options.directory); };
    listener.failed = [](Error const& error) { complain(error); };
    listener.refused = [](forward::Sent const& sent, std::uint64_t lastSeq) {
        std::cerr << "refused: " << sent.refused << " lines through seq " << lastSeq
                  << "; see twitch_cds.refused\n";
    };
    listener.caughtUp = [](forward::State const& state) {
        std::cerr << "the database has every record through seq " << state.forwarded.value_or(0)
                  << "\n";
    };
    SystemClock const clock;
    forward::Forwarder const forwarder{way.options, forward::toPostgres(way.target), clock,
                                       std::move(listener)};
    int signal = 0;
    while (sigwait(&signals, &signal) != 0) continue;
    return forwarder.state().refused > 0 ? Exit::kCheckFailed : Exit::kDone;
}

} // namespace

int forwardLog(ForwardArguments const& arguments)
{
    auto const way = wayOf(arguments);
    if (!way) return Exit::kConfiguration;
    return arguments.once ? forwardNow(*way) : forwardOn(*way);
}

} // namespace tcds::cli
