#pragma once

#include "server/audit/record_line.hpp"
#include "server/forward/destination.hpp"
#include "server/forward/follower.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tcds::forward::test {

/// A destination in memory with the manners of the database: first come, first kept; a second
/// record of the same place is refused. It can be made to fail.
class FakeStore
{
public:
    enum class Fault { None, Unreachable, BeforeKeeping, AfterKeeping };

    Connect connect()
    {
        return [this](std::stop_token const&) -> Result<std::unique_ptr<Destination>> {
            std::lock_guard const lock{mutex_};
            ++attempts_;
            changed_.notify_all();
            if (fault_ == Fault::Unreachable) return away();
            return std::unique_ptr<Destination>{std::make_unique<Session>(*this)};
        };
    }
    void failWith(Fault fault)
    {
        std::lock_guard const lock{mutex_};
        fault_ = fault;
    }
    /// What was kept, in the order of keeping.
    std::vector<std::string> lines()
    {
        std::lock_guard const lock{mutex_};
        return lines_;
    }
    std::uint64_t refused()
    {
        std::lock_guard const lock{mutex_};
        return refused_;
    }
    std::size_t sent()
    {
        std::lock_guard const lock{mutex_};
        return sent_;
    }
    /// Waits until so many lines were kept.
    bool waitForLines(std::size_t count)
    {
        return waitUntil([this, count] { return lines_.size() >= count; });
    }
    /// Waits until so many attempts to connect were made.
    bool waitForAttempts(std::size_t count)
    {
        return waitUntil([this, count] { return attempts_ >= count; });
    }

private:
    static Error away() { return {Error::Kind::Unavailable, "fake", "is away", "wait"}; }

    template <class Condition>
    bool waitUntil(Condition condition)
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, std::chrono::seconds{20}, condition);
    }

    class Session final : public Destination
    {
    public:
        explicit Session(FakeStore& store) : store_{store} {}
        Result<std::optional<Place>> newest(Origin const& origin) override
        {
            std::lock_guard const lock{store_.mutex_};
            std::optional<Place> found;
            for (auto const& [key, hash] : store_.places_) // by seq
                if (std::get<0>(key) == origin.tenant && std::get<1>(key) == origin.node)
                    found = Place{std::get<2>(key), hash};
            return found;
        }
        Result<bool> holds(Origin const& origin, Place const& place) override
        {
            std::lock_guard const lock{store_.mutex_};
            auto const at = store_.places_.find({origin.tenant, origin.node, place.seq});
            return at != store_.places_.end() && at->second == place.hash;
        }
        Result<Sent> append(std::span<std::string const> lines) override
        {
            std::lock_guard const lock{store_.mutex_};
            auto const fault = store_.fault_;
            if (fault == Fault::BeforeKeeping || fault == Fault::Unreachable) return away();
            Sent sent;
            for (auto const& line : lines) keep(line, sent);
            store_.sent_ += lines.size();
            store_.changed_.notify_all();
            if (fault == Fault::AfterKeeping) return away();
            return sent;
        }

    private:
        void keep(std::string const& line, Sent& sent)
        {
            auto const head = headOf(line);
            if (!head) {
                ++sent.refused;
                ++store_.refused_;
                return;
            }
            auto const [at, isNew] = store_.places_.emplace(
                std::tuple{head->origin.tenant, head->origin.node, head->place.seq},
                head->place.hash);
            if (isNew) {
                store_.lines_.push_back(line);
                ++sent.added;
            } else if (at->second == head->place.hash) {
                ++sent.present;
            } else {
                ++sent.refused;
                ++store_.refused_;
            }
        }
        FakeStore& store_;
    };

    std::mutex mutex_;
    std::condition_variable changed_;
    Fault fault_ = Fault::None;
    std::size_t attempts_ = 0, sent_ = 0;
    std::uint64_t refused_ = 0;
    std::map<std::tuple<std::string, std::string, std::uint64_t>, std::string> places_;
    std::vector<std::string> lines_;
};

} // namespace tcds::forward::test
