#pragma once

#include "server/witness/destination.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace tcds::witness {

/// What became of publishing, for the operations log and the metrics.
struct PublishNews {
    enum class Kind : std::uint8_t {
        Delivered, // a checkpoint has arrived
        Failed,    // an attempt failed; it is tried again
        Recovered, // the first success after failures
        Dropped    // the oldest that waited: newer ones cover it
    };
    Kind kind = Kind::Delivered;
    std::string_view destination; // its kind
    Publication const* publication = nullptr;
    std::string_view what; // of a failure
    bool again = false;    // a failure after another one
};

struct PublisherOptions {
    std::size_t mostWaiting = 1000; // for each destination
    std::chrono::milliseconds attempt{10'000};
    std::chrono::milliseconds firstRetry{1'000}, lastRetry{60'000}; // doubles between the two
    std::chrono::milliseconds atEnd{3'000}; // for what still waits when the service ends
};

/// Hands signed checkpoints to the destinations, each with a thread and a queue of its own, so that
/// neither a call nor another destination ever waits for one. After an outage everything that
/// waited follows, oldest first. What is dropped from a full queue is no loss of evidence: a newer
/// checkpoint covers all records that an older one does.
class Publisher
{
public:
    /// @param news  called from threads of the publisher; may be empty
    Publisher(std::vector<std::unique_ptr<Destination>> destinations,
              std::function<void(PublishNews const&)> news, PublisherOptions options = {});
    /// Delivers what still waits, for no longer than `atEnd`.
    ~Publisher();
    Publisher(Publisher const&) = delete;
    Publisher& operator=(Publisher const&) = delete;

    /// Never waits for a destination. From any thread.
    void publish(Publication const& publication);

private:
    class Lane;
    std::vector<std::unique_ptr<Lane>> lanes_;
};

} // namespace tcds::witness
