#pragma once

#include "fhir/base/clock.hpp"
#include "server/config/client_entry.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace tcds::app {

/// The token bucket of one client (control CTL-12): so many calls a second in the long run, so many
/// at once after a rest. May be used from several threads.
class Throttle
{
public:
    explicit Throttle(config::Rate rate);

    /// Counts a call that may go on. A clock that steps back gives nothing and takes nothing.
    /// @return nothing when it may; else how long to wait, in whole seconds, at least one
    [[nodiscard]] std::optional<std::chrono::seconds> take(Instant now);

private:
    std::int64_t perSecond_; // 0: no bound
    std::int64_t full_;      // thousandths of a call
    std::mutex mutex_;
    std::int64_t level_;
    Instant last_{};
};

} // namespace tcds::app
