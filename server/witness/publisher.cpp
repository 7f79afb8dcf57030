#include "server/witness/publisher.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace tcds::witness {

namespace {

using Steady = std::chrono::steady_clock;
using Kind = PublishNews::Kind;

} // namespace

/// One destination with its queue and its thread.
class Publisher::Lane
{
public:
    Lane(std::unique_ptr<Destination> destination, std::function<void(PublishNews const&)> news,
         PublisherOptions const& options)
        : destination_{std::move(destination)}, news_{std::move(news)}, options_{options},
          worker_{[this] { work(); }}
    {
    }
    Lane(Lane const&) = delete;
    Lane& operator=(Lane const&) = delete;

    ~Lane() { worker_.join(); }

    void add(Publication const& publication)
    {
        std::unique_lock lock{mutex_};
        waiting_.push_back(publication);
        std::optional<Publication> dropped;
        // The one in front may be on its way.
        if (waiting_.size() > options_.mostWaiting + 1) {
            dropped = std::move(waiting_[1]);
            waiting_.erase(waiting_.begin() + 1);
        }
        lock.unlock();
        changed_.notify_one();
        if (dropped) tell(Kind::Dropped, &*dropped, "too many wait for it");
    }

    void beginEnd()
    {
        {
            std::lock_guard const lock{mutex_};
            ending_ = true;
            endBy_ = Steady::now() + options_.atEnd;
        }
        changed_.notify_one();
    }
    /// Returns when all has been delivered, or breaks off at the end of its time.
    void awaitEnd()
    {
        std::unique_lock lock{mutex_};
        if (!ended_.wait_until(lock, endBy_, [&] { return done_; })) stop_.raise();
    }

private:
    void work()
    {
        std::unique_lock lock{mutex_};
        auto pause = options_.firstRetry;
        while (next(lock)) {
            auto const publication = waiting_.front();
            auto const deadline = deadlineOf();
            auto const atEnd = ending_;
            lock.unlock();
            auto const failed = attempt(publication, deadline);
            lock.lock();
            if (!failed) {
                waiting_.pop_front();
                pause = options_.firstRetry;
                continue;
            }
            // At the end there is one attempt, for a place that is away will not come back now. One
            // that was under way when the end came is not it.
            if (atEnd) break;
            changed_.wait_for(lock, pause, [&] { return ending_; });
            pause = std::min(2 * pause, options_.lastRetry);
        }
        done_ = true;
        ended_.notify_all();
    }

    /// Waits for something to deliver; false at the end.
    bool next(std::unique_lock<std::mutex>& lock)
    {
        changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
        return !waiting_.empty() && !(ending_ && Steady::now() >= endBy_);
    }

    [[nodiscard]] Steady::time_point deadlineOf() const
    {
        auto const usual = Steady::now() + options_.attempt;
        return ending_ ? std::min(usual, endBy_) : usual;
    }

    bool attempt(Publication const& publication, Steady::time_point deadline)
    {
        Result<void> delivered;
        try {
            delivered = destination_->deliver(publication, {deadline, stop_});
        } catch (std::exception const& failure) { // no memory: the next attempt may have it
            delivered = Error{Error::Kind::Unavailable, "", failure.what(), ""};
        }
        if (!delivered) {
            tell(Kind::Failed, &publication, toText(delivered.error()), failing_);
            failing_ = true;
            return true;
        }
        tell(Kind::Delivered, &publication, {});
        if (failing_) tell(Kind::Recovered, &publication, {});
        failing_ = false;
        return false;
    }

    void tell(Kind kind, Publication const* publication, std::string_view what,
              bool again = false) const
    {
        if (news_) news_({kind, destination_->kind(), publication, what, again});
    }

    std::unique_ptr<Destination> destination_;
    std::function<void(PublishNews const&)> news_;
    PublisherOptions const options_;
    StopSignal stop_;
    bool failing_ = false; // of the worker

    std::mutex mutex_; // guards what follows
    std::condition_variable changed_, ended_;
    std::deque<Publication> waiting_;
    bool ending_ = false, done_ = false;
    Steady::time_point endBy_;
    std::thread worker_;
};

Publisher::Publisher(std::vector<std::unique_ptr<Destination>> destinations,
                     std::function<void(PublishNews const&)> news, PublisherOptions options)
{
    for (auto& destination : destinations)
        lanes_.push_back(std::make_unique<Lane>(std::move(destination), news, options));
}

Publisher::~Publisher()
{
    for (auto const& lane : lanes_) lane->beginEnd();
    for (auto const& lane : lanes_) lane->awaitEnd();
}

void Publisher::publish(Publication const& publication)
{
    for (auto const& lane : lanes_) lane->add(publication);
}

} // namespace tcds::witness
