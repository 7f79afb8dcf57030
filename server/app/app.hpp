#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/client/fhir_client.hpp"
#include "rules/store/snapshot.hpp"
#include "server/app/callers.hpp"
#include "server/app/hook_walk.hpp"
#include "server/app/routes.hpp"
#include "server/app/tally.hpp"
#include "server/app/tenants.hpp"
#include "server/config/config.hpp"
#include "server/http/server.hpp"
#include "server/ops/ops_log.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace tcds::app {

/// The service without its sockets: answers requests, keeps records. One object a process.
class App final : public http::Handler
{
public:
    /// @param config, callers, clock, tenants, ops  outlive the app; callers and tenants are those
    ///                of the configuration
    /// @param client  reads FHIR servers; nullptr: none is ever read
    /// @param metrics  outlives the app; nullptr: nothing is counted
    App(config::Config const& config, std::shared_ptr<rules::RuleSet const> rules,
        Callers const& callers, Clock const& clock, Tenants const& tenants, ops::OpsLog& ops,
        std::unique_ptr<client::FhirClient> client = nullptr, ops::Metrics* metrics = nullptr,
        Recording recording = Recording::Kept);

    [[nodiscard]] bool mayBlock(http::Request const& request) const override;
    void handle(http::Request&& request, http::Answer answer) override;
    void settle() override { walk_.settle(); }

    /// From now on `/healthz/ready` answers 503: the balancer sends nothing new.
    void beginDrain() { draining_ = true; }
    /// Calls that begin from now on are answered by these rules, discovery too; those under way go
    /// on with the ones that they began with.
    void use(std::shared_ptr<rules::RuleSet const> rules);
    /// Whether the last reload of the rules was refused: `/healthz/ready` tells it, and stays 200.
    void reloadRefused(bool refused) { reloadRefused_ = refused; }
    /// Records a request that the listener refused before any handler saw it.
    void recordRefusal(int status, std::string_view where, std::string_view remote);

private:
    http::Response respond(http::Request&& request, Route const& route);
    boost::system::result<Caller, auth::Rejection> identify(http::Request const& request,
                                                            std::string_view path,
                                                            std::string_view bodyDigest,
                                                            Instant now) const;
    http::Response turnAway(auth::Rejection const& rejection, std::string_view service,
                            Received const& received);
    /// @param client  gets the name of the entry that calls
    http::Response discovery(http::Request const& request, Route const& route, std::string& client);
    http::Response feedback(http::Request&& request, Route const& route, std::string& client);
    void sayLeftOut(cds::UsableFeedback const& read, std::string_view client);
    http::Response live() const;
    http::Response ready() const;

    config::Config const& config_;
    rules::Snapshot<rules::RuleSet> rules_;
    Callers const& callers_;
    Clock const& clock_;
    Tenants const& tenants_;
    ops::OpsLog& ops_;
    Tally tally_;
    HookWalk walk_;
    std::atomic<bool> draining_{false}, reloadRefused_{false};
    std::unique_ptr<client::FhirClient> client_; // ends first: what it calls is above
};

} // namespace tcds::app
