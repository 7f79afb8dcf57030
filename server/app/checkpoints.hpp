#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/checkpoint.hpp"
#include "server/config/config.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/ops_log.hpp"

#include <memory>
#include <string>

namespace tcds::app {

/// Signs the checkpoints of every tenant's log with the key of the service, and publishes them.
class Checkpoints
{
public:
    /// @param ops      outlives it
    /// @param metrics  outlives it; nullptr: nothing is counted
    /// @error Config: the key, or a destination that can never be reached as it is set. One that is
    ///        away now is waited for
    static Result<Checkpoints> make(config::Config const& config, ops::OpsLog& ops,
                                    ops::Metrics* metrics);

    Checkpoints(Checkpoints&&) noexcept;
    Checkpoints& operator=(Checkpoints&&) noexcept;
    /// Sends what still waits, for some seconds at most.
    ~Checkpoints();

    /// How the log of a tenant makes them; the log ends before this object.
    [[nodiscard]] audit::CheckpointOptions of(std::string const& tenant) const;

private:
    struct Impl;
    explicit Checkpoints(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::app
