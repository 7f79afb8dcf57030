#pragma once

#include "fhir/base/clock.hpp"
#include "rules/store/snapshot.hpp"
#include "server/app/decide.hpp"
#include "server/audit/log.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/config/config.hpp"
#include "server/http/server.hpp"
#include "server/ops/ops_log.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace tcds::app {

/// The service without its sockets: answers requests, keeps records. One object a process.
class App final : public http::Handler
{
public:
    /// @param config, clock, log, ops  outlive the app
    App(config::Config const& config, std::shared_ptr<rules::RuleSet const> rules,
        Clock const& clock, audit::Log& log, audit::Pseudonyms const& pseudonyms, ops::OpsLog& ops);

    [[nodiscard]] bool mayBlock(http::Request const& request) const override;
    [[nodiscard]] http::Response handle(http::Request&& request) override;

    /// From now on `/healthz/ready` answers 503: the balancer sends nothing new.
    void beginDrain() { draining_ = true; }
    /// Records a request that the listener refused before any handler saw it.
    void recordRefusal(int status, std::string_view where, std::string_view remote);

private:
    friend struct Routes;
    http::Response discovery();
    http::Response hook(http::Request&& request, cds::Service const& service);
    http::Response feedback(http::Request&& request, cds::Service const& service);
    http::Response live() const;
    http::Response ready() const;

    struct Received {
        std::size_t bytes = 0;
        std::string sha256;
        std::string remote;
    };
    http::Response refuse(Error const& error, std::string_view reason, std::string_view service,
                          Received const& received);
    [[nodiscard]] bool keep(std::string_view type, std::string const& members);
    [[nodiscard]] bool callersAreKnown() const;

    config::Config const& config_;
    rules::Snapshot<rules::RuleSet> rules_;
    Clock const& clock_;
    audit::Log& log_;
    audit::Pseudonyms const& pseudonyms_;
    ops::OpsLog& ops_;
    DecideSettings settings_;
    std::string settingsDigest_;
    std::string discovery_;
    std::atomic<bool> draining_{false};
};

/// The clinical and card settings of a configuration.
DecideSettings settingsOf(config::Config const& config);
/// SHA-256 over every setting that can change an answer.
std::string digestOf(DecideSettings const& settings);

} // namespace tcds::app
