#pragma once

#include "server/app/journal.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace tcds::app {

/// Decisions of one tenant that wait for their records to be kept together: a write() of several
/// records costs each of them half as much. From any thread.
class Outbox
{
public:
    /// Told whether the record is kept: then the call may be answered, else it is refused. Must not
    /// throw.
    using Then = std::function<void(bool kept)>;

    /// @param journal  outlives the outbox
    explicit Outbox(Journal& journal) : journal_{journal} {}

    /// @param members  of a record of type `decision`
    /// @return how many wait now; who adds one sees to it that settle() follows
    std::size_t add(std::string members, Then then);

    /// Keeps the records that wait and tells those who wait for them, on this thread. Returns at
    /// once when there are none; those that another thread is keeping are told by that one.
    void settle();

private:
    Journal& journal_;
    std::mutex mutex_;
    std::vector<std::string> members_; // guarded
    std::vector<Then> then_;           // guarded; of the same place in members_
};

} // namespace tcds::app
