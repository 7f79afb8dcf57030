#pragma once

#include "fhir/base/clock.hpp"
#include "rules/store/snapshot.hpp"
#include "server/app/callers.hpp"
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
    /// @param config, callers, clock, log, pseudonyms, ops  outlive the app
    App(config::Config const& config, std::shared_ptr<rules::RuleSet const> rules,
        Callers const& callers, Clock const& clock, audit::Log& log,
        audit::Pseudonyms const& pseudonyms, ops::OpsLog& ops);

    [[nodiscard]] bool mayBlock(http::Request const& request) const override;
    void handle(http::Request&& request, http::Answer answer) override;

    /// From now on `/healthz/ready` answers 503: the balancer sends nothing new.
    void beginDrain() { draining_ = true; }
    /// Records a request that the listener refused before any handler saw it.
    void recordRefusal(int status, std::string_view where, std::string_view remote);

private:
    friend struct Routes;
    http::Response respond(http::Request&& request);
    boost::system::result<Caller, auth::Rejection> identify(http::Request const& request,
                                                            std::string_view path,
                                                            std::string_view bodyDigest,
                                                            Instant now) const;
    http::Response discovery(http::Request const& request);
    http::Response hook(http::Request&& request, cds::Service const& service);
    http::Response feedback(http::Request&& request, cds::Service const& service);
    http::Response live() const;
    http::Response ready() const;

    struct Received {
        std::size_t bytes = 0;
        std::string sha256;
        std::string remote;
    };
    http::Response turnAway(auth::Rejection const& rejection, std::string_view service,
                            Received const& received);
    http::Response refuse(Error const& error, std::string_view reason, std::string_view service,
                          Received const& received, std::string_view client);
    http::Response keepRefusal(http::Response response, Error const& error, std::string_view reason,
                               std::string_view service, Received const& received,
                               std::string_view client);
    [[nodiscard]] bool keep(std::string_view type, std::string const& members);

    config::Config const& config_;
    rules::Snapshot<rules::RuleSet> rules_;
    Callers const& callers_;
    Clock const& clock_;
    audit::Log& log_;
    audit::Pseudonyms const& pseudonyms_;
    ops::OpsLog& ops_;
    std::string discovery_;
    std::atomic<bool> draining_{false};
};

} // namespace tcds::app
