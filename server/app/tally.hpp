#pragma once

#include "fhir/client/fhir_client.hpp"
#include "fhir/facts/patient_context.hpp"
#include "rules/model/rule_set.hpp"
#include "server/app/decide.hpp"
#include "server/app/routes.hpp"
#include "server/cds/feedback.hpp"
#include "server/cds/missing_data.hpp"
#include "server/cds/request.hpp"
#include "server/config/config.hpp"
#include "server/ops/metrics.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

namespace tcds::app {

/// The metrics of a service with these settings and rules: the words that may become label values
/// are those of the configuration, of the rules and of the protocol.
std::unique_ptr<ops::Metrics> metricsOf(config::Config const& config, rules::RuleSet const& rules);

/// How the rules stand, for Metrics::rulesInUse: counts of active, shadow and disabled rules, and
/// the day of the next review of each and of a hospital's overlay.
ops::RuleStates statesOf(rules::RuleSet const& rules);

/// Counts what happens to calls; without metrics it does nothing. From several threads at once.
class Tally
{
public:
    /// @param metrics  outlives the tally; nullptr: nothing is counted
    explicit Tally(ops::Metrics* metrics = nullptr) : metrics_{metrics} {}

    /// An answer of any path but the health checks.
    /// @param client  name of the entry, "" when nobody known
    void answered(Route const& route, std::string_view client, int status) const;
    /// The answer to a hook call, and how long it took.
    void answered(cds::Service const& service, std::string_view client, int status,
                  std::chrono::microseconds took) const;
    /// A request that was refused; `reason` as in its record.
    void refused(std::string_view reason) const;
    /// A request that the listener answered itself.
    void refusedUnread(int status, std::string_view reason) const;
    void contextIncomplete(std::string_view client) const;
    void recordLost() const;
    /// Other rules answer from now on.
    void contentInUse(rules::RuleSet const& rules) const;
    void contentReloaded(bool refused) const;

    /// Prefetch keys of a call, once its aliases are applied (decision D38, TOL-01).
    void prefetchKeys(std::span<fhir::Input const> inputs, std::string_view client) const;
    /// What the decision about a call has to do without: keys that the service asks for and nobody
    /// delivered, and keys that were delivered in part or could not be read or had.
    void inputs(PatientContext const& context, cds::Service const& service) const;
    /// @param asked  in the order of the answers
    void reads(std::span<cds::FhirQuery const> asked, std::span<client::Answer const> answers,
               std::string_view client) const;
    /// What became of every rule that was a candidate (decision D40).
    void evaluated(rules::Evaluation const& evaluation, rules::RuleSet const& rules) const;
    /// Cards that leave.
    void cards(std::span<rules::Card const> cards, rules::RuleSet const& rules) const;
    /// @param rule  that leads the card, "" when the card is not known here
    void feedback(cds::Feedback const& item, std::string_view rule) const;

private:
    ops::Metrics* metrics_;
};

} // namespace tcds::app
