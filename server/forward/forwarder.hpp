#pragma once

#include "fhir/base/clock.hpp"
#include "server/forward/destination.hpp"
#include "server/forward/follower.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

namespace tcds::forward {

struct Options {
    std::string directory; // of the log
    Follower::Bounds batch;
    std::chrono::milliseconds look{200};       // between two looks for new records
    std::chrono::milliseconds firstPause{500}; // after a failure; doubled with each further one
    std::chrono::milliseconds mostPause{30'000};
};

/// How the forwarding of one log stands.
struct State {
    bool connected = false;
    std::optional<std::uint64_t> forwarded; // seq of the newest record that is there, once known
    std::uint64_t newest = 0;               // seq of the newest record of the log; 0 = none
    std::uint64_t behind = 0;               // records that are not there yet, as far as known
    std::optional<Instant> waitingSince;    // of the oldest of them, at latest
    std::uint64_t added = 0, refused = 0;   // since the start
    std::uint64_t failures = 0;             // of attempts to connect or to send
};

/// What is told of the forwarding, on its own thread.
struct Listener {
    /// Now and then, and after every change.
    std::function<void(State const&)> state;
    /// The destination was reached; what it has of this log.
    std::function<void(Follower::Beginning const&)> connected;
    /// An attempt failed; the first after a success, then one in five minutes.
    std::function<void(Error const&)> failed;
    /// Everything has arrived after a failure or a start.
    std::function<void(State const&)> caughtUp;
    /// The destination did not take records of these lines as records.
    std::function<void(Sent const&, std::uint64_t lastSeq)> refused;
};

/// Forwards a log for as long as it lives, on a thread of its own: from the first record that the
/// destination lacks to the newest, then each new one soon after it was written. It reads the files
/// of the log and nothing else, so no call ever waits for it, and nothing is lost while the
/// destination is away: it goes on where the destination says that it was.
class Forwarder
{
public:
    /// @param clock  outlives the forwarder
    Forwarder(Options options, Connect connect, Clock const& clock, Listener listener);
    /// Ends within the time that a stop needs to be noticed; what is on its way may arrive or not.
    ~Forwarder();
    Forwarder(Forwarder const&) = delete;
    Forwarder& operator=(Forwarder const&) = delete;

    [[nodiscard]] State state() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Forwards what the log holds now, on this thread.
/// @param told  after each batch, with the sums so far; may be empty
/// @return the sums
/// @error of the files, the connection or the destination; what was sent before stays there
Result<Sent> forwardOnce(Options const& options, Connect const& connect,
                         std::stop_token const& stop,
                         std::function<void(Follower::Beginning const&)> const& began,
                         std::function<void(Sent const&, Batch const&)> const& told);

/// The pause after so many failures in a row, from 1: doubled each time up to options.mostPause,
/// then made shorter by a random part, at most half, so that nodes do not come all at once.
std::chrono::milliseconds pauseAfter(unsigned failures, Options const& options,
                                     std::minstd_rand& random);

} // namespace tcds::forward
