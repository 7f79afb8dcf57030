#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/checkpoint.hpp"
#include "server/witness/stop_signal.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace tcds::witness {

/// A signed checkpoint on its way out of the host.
struct Publication {
    std::string tenant, node, origin;
    audit::Checkpoint checkpoint;
};

/// Bounds of one attempt.
struct Attempt {
    std::chrono::steady_clock::time_point deadline;
    StopSignal const& stop; // ends it before
};

/// A place that keeps checkpoints beyond the reach of whoever owns the log. Used by one thread.
class Destination
{
public:
    Destination() = default;
    Destination(Destination const&) = delete;
    Destination& operator=(Destination const&) = delete;
    virtual ~Destination() = default;

    /// "directory", "syslog" or "http": for logs and metrics.
    [[nodiscard]] virtual std::string_view kind() const = 0;
    /// Returns when the checkpoint has arrived there. One that is there already has arrived.
    /// @error Unavailable when it has not; `where` names the place
    virtual Result<void> deliver(Publication const& publication, Attempt const& attempt) = 0;
};

} // namespace tcds::witness
