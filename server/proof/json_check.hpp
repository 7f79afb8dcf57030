#pragma once

#include "server/proof/chain_check.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tcds::proof {

/// Checks on a thread of its own that lines are JSON in UTF-8, while the caller reads on: syntax
/// takes as long as all the rest of verifying. Bounded: a caller that is faster waits.
class JsonCheck
{
public:
    JsonCheck();
    ~JsonCheck();
    JsonCheck(JsonCheck const&) = delete;
    JsonCheck& operator=(JsonCheck const&) = delete;

    /// @param line   copied
    /// @param place  its file outlives this object
    void add(std::string_view line, std::uint64_t seq, LinePlace const& place);

    /// Waits for what was added.
    /// @return the first line that is not JSON
    std::optional<Break> finish();

private:
    struct Line {
        std::size_t from = 0, length = 0; // in the text of the batch
        std::uint64_t seq = 0;
        LinePlace place;
    };
    struct Batch {
        std::string text; // lines, a NUL behind each
        std::vector<Line> lines;
    };

    void hand();
    void work();
    void check(Batch& batch);

    Batch filling_;
    std::mutex mutex_; // guards what follows
    std::condition_variable changed_;
    std::deque<Batch> waiting_;
    std::vector<Batch> spare_;
    bool busy_ = false, ending_ = false;
    std::optional<Break> first_;
    std::thread worker_;
};

} // namespace tcds::proof
