#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/client/fhir_client.hpp"
#include "rules/model/rule_set.hpp"
#include "server/app/callers.hpp"
#include "server/app/decide.hpp"
#include "server/app/repeat_keys.hpp"
#include "server/app/routes.hpp"
#include "server/app/tally.hpp"
#include "server/app/tenants.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/cds/services.hpp"
#include "server/http/server.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace tcds::app {

/// LeftOut makes no record, and nothing that only a record needs: for measuring what records cost.
/// No configuration leads to it.
enum class Recording : std::uint8_t { Kept, LeftOut };

/// The walk of a hook call: who calls, what is asked, what is missing, the decision, its record and
/// the answer. Called from several threads at once.
class HookWalk
{
public:
    /// @param client  reads FHIR servers; nullptr: none is ever read. Ends before the walk, which
    ///                all others outlive.
    HookWalk(config::Config const& config, Callers const& callers, Clock const& clock,
             Tenants const& tenants, ops::OpsLog& ops, client::FhirClient* client,
             Tally const& tally, Recording recording = Recording::Kept);

    /// Answers at once, in settle(), or when the FHIR server has been read.
    /// @param route  has a service
    /// @param rules  the rule set that the whole call sees
    void start(http::Request&& request, Route const& route,
               std::shared_ptr<rules::RuleSet const> rules, http::Answer answer) const;

    /// Keeps the records that were put off, and answers their calls (http::Handler).
    void settle() const { tenants_.settle(); }

private:
    struct Call;
    using CallPtr = std::shared_ptr<Call>;
    struct Decided;
    /// When the record of a decision is kept: before the return, or with others in settle().
    enum class Keep : std::uint8_t { Now, Soon };

    /// Reads what the call itself says; answers it when that is not good enough.
    /// @return nothing when it was answered
    [[nodiscard]] CallPtr receive(http::Request&& request, Route const& route,
                                  std::shared_ptr<rules::RuleSet const> rules,
                                  http::Answer& answer) const;
    void refuse(Call& call, Error const& error) const;
    void reply(Call& call, http::Response&& response) const;
    [[nodiscard]] std::vector<cds::FhirQuery> lacking(Call& call, PatientContext const& read) const;
    void fetch(CallPtr call, std::vector<cds::FhirQuery> queries) const;
    void fetched(CallPtr call, std::vector<client::Answer> answers) const;
    void readAgain(CallPtr call) const;
    void decide(CallPtr call, PatientContext&& context, Keep when) const;
    /// @return the members of the record
    [[nodiscard]] std::string record(Decided& decided) const;
    static void keepAnswerOnly(Decided& decided);
    void keepSoon(std::shared_ptr<Decided> decided, std::string members) const;
    void answer(Decided& decided, bool kept) const;

    config::Config const& config_;
    Callers const& callers_;
    Clock const& clock_;
    Tenants const& tenants_;
    ops::OpsLog& ops_;
    client::FhirClient* client_;
    Tally const& tally_;
    Recording recording_;
};

} // namespace tcds::app
