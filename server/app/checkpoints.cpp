#include "server/app/checkpoints.hpp"

#include "server/proof/note_key.hpp"
#include "server/witness/http_post.hpp"
#include "server/witness/note_directory.hpp"
#include "server/witness/publisher.hpp"
#include "server/witness/syslog.hpp"

#include <exception>
#include <utility>
#include <vector>

namespace tcds::app {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;
using Kind = witness::PublishNews::Kind;
using Destinations = std::vector<std::unique_ptr<witness::Destination>>;

double secondsOf(Instant at)
{
    return std::chrono::duration<double>(at.time_since_epoch()).count();
}

Result<Destinations> destinationsOf(config::CheckpointDestinations const& settings)
{
    Destinations made;
    if (!settings.directory.empty())
        made.push_back(std::make_unique<witness::NoteDirectory>(settings.directory));
    if (!settings.syslog.empty()) {
        auto syslog = witness::Syslog::make(
            settings.syslog,
            {settings.syslogCaFile, settings.syslogCertificateFile, settings.syslogKeyFile});
        if (!syslog) return syslog.error();
        made.push_back(*std::move(syslog));
    }
    if (!settings.http.empty()) {
        auto http = witness::HttpPost::make(settings.http, {settings.httpCaFile, {}, {}});
        if (!http) return http.error();
        made.push_back(*std::move(http));
    }
    return made;
}

/// Every failure counts; only the first of a row is an event, for a place may be away for days.
void report(witness::PublishNews const& news, ops::OpsLog& ops, ops::Metrics* metrics)
{
    if (metrics != nullptr && news.kind == Kind::Delivered)
        metrics->checkpointPublished(news.destination,
                                     secondsOf(news.publication->checkpoint.time));
    if (metrics != nullptr && (news.kind == Kind::Failed || news.kind == Kind::Dropped))
        metrics->checkpointNotPublished(news.destination);
    auto const size = std::to_string(news.publication->checkpoint.head.size);
    std::initializer_list<Field> const fields{Field{"destination", news.destination},
                                              Field{"tenant", news.publication->tenant},
                                              Field{"size", size}, Field{"what", news.what}};
    if (news.kind == Kind::Failed && !news.again)
        ops.event(Level::Warn, "checkpoint not published", fields);
    if (news.kind == Kind::Dropped) ops.event(Level::Warn, "checkpoint dropped", fields);
    if (news.kind == Kind::Recovered) ops.event(Level::Info, "checkpoints published again", fields);
}

} // namespace

struct Checkpoints::Impl {
    audit::CheckpointOptions options; // of every log
    std::string node;
    ops::OpsLog& ops;
    ops::Metrics* metrics;
    std::shared_ptr<rules::SigningKey const> key;  // null: nothing is signed
    std::unique_ptr<witness::Publisher> publisher; // null: nothing is published

    [[nodiscard]] std::string sign(proof::NoteSigner const& signer, std::string const& origin,
                                   audit::TreeHead const& head) const
    {
        try {
            return signer.sign(toText(proof::CheckpointText{origin, head}));
        } catch (
            std::exception const& failure) { // the record is kept, and says that it is not signed
            ops.event(Level::Error, "checkpoint not signed", {Field{"what", failure.what()}});
            return {};
        }
    }
};

Checkpoints::Checkpoints(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Checkpoints::Checkpoints(Checkpoints&&) noexcept = default;
Checkpoints& Checkpoints::operator=(Checkpoints&&) noexcept = default;
Checkpoints::~Checkpoints() = default;

Result<Checkpoints> Checkpoints::make(config::Config const& config, ops::OpsLog& ops,
                                      ops::Metrics* metrics)
{
    std::unique_ptr<Impl> impl{new Impl{{}, config.node, ops, metrics, nullptr, nullptr}};
    impl->options.records = config.checkpointRecords;
    impl->options.interval = config.checkpointInterval;
    if (config.checkpointKeyFile.empty()) {
        if (config.mode == config::Mode::Production)
            ops.event(Level::Warn, "checkpoints are not signed",
                      {Field{"what", "audit.checkpoint_key_file is not set: whoever owns the "
                                     "files of the log can write it anew"}});
        return Checkpoints{std::move(impl)};
    }
    auto key = rules::SigningKey::fromFile(config.checkpointKeyFile);
    if (!key) {
        auto error = key.error();
        error.where = "audit.checkpoint_key_file " + error.where;
        return error;
    }
    impl->key = std::make_shared<rules::SigningKey const>(*std::move(key));
    auto destinations = destinationsOf(config.checkpoints);
    if (!destinations) return destinations.error();
    if (!destinations->empty())
        impl->publisher = std::make_unique<witness::Publisher>(
            *std::move(destinations),
            [&ops, metrics](witness::PublishNews const& news) { report(news, ops, metrics); });
    return Checkpoints{std::move(impl)};
}

audit::CheckpointOptions Checkpoints::of(std::string const& tenant) const
{
    auto options = impl_->options;
    auto const origin = proof::originOf(tenant, impl_->node);
    auto const* const impl = impl_.get();
    if (impl->key)
        options.sign = [impl, origin, signer = proof::NoteSigner{origin, impl->key}](
                           audit::TreeHead const& head) {
            return impl->sign(signer, origin, head);
        };
    options.made = [impl, origin, tenant](audit::Checkpoint const& checkpoint) {
        if (impl->metrics != nullptr) impl->metrics->checkpointMade(secondsOf(checkpoint.time));
        if (impl->publisher && !checkpoint.note.empty())
            impl->publisher->publish({tenant, impl->node, origin, checkpoint});
    };
    return options;
}

} // namespace tcds::app
