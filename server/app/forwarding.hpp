#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/config/config.hpp"
#include "server/forward/forwarder.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/ops_log.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::app {

/// Forwards the logs of all tenants that have a database, each on a thread of its own. Whatever
/// becomes of it, calls are answered and readiness is what it was: the files are the record
/// (decision D35).
class Forwarding
{
public:
    /// Begins at once; the databases need not be there.
    /// @param config, clock, ops  outlive the forwarding
    /// @param metrics  outlives it; nullptr: nothing is counted
    /// @error Config: a connection string or a password file that cannot be used; in production
    ///        also one that reaches another host without checking its certificate
    static Result<Forwarding> start(config::Config const& config, Clock const& clock,
                                    ops::OpsLog& ops, ops::Metrics* metrics);

    /// The newest record of a tenant's log that its database has. Nothing while that is not known,
    /// and for a tenant without a database.
    [[nodiscard]] std::optional<std::uint64_t> forwarded(std::string_view tenant) const;

private:
    std::map<std::string, std::unique_ptr<forward::Forwarder>, std::less<>> byTenant_;
};

} // namespace tcds::app
