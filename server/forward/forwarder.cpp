#include "server/forward/forwarder.hpp"

#include "fhir/base/datetime.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace tcds::forward {

namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::seconds kTellEvery{1};
constexpr std::chrono::minutes kRepeatFailureEvery{5};

std::optional<Instant> instantOf(std::string const& time)
{
    auto const at = parseDateTime(time);
    if (!at) return std::nullopt;
    return at->first();
}

void add(Sent& sum, Sent const& more)
{
    sum.added += more.added;
    sum.present += more.present;
    sum.refused += more.refused;
}

} // namespace

std::chrono::milliseconds pauseAfter(unsigned failures, Options const& options,
                                     std::minstd_rand& random)
{
    auto pause = options.firstPause;
    for (unsigned i = 1; i < failures && pause < options.mostPause; ++i) pause *= 2;
    pause = std::min(pause, options.mostPause);
    std::uniform_int_distribution<std::int64_t> part{0, pause.count() / 2};
    return pause - std::chrono::milliseconds{part(random)};
}

struct Forwarder::Impl {
    Impl(Options chosen, Connect how, Clock const& time, Listener who)
        : options{std::move(chosen)}, connect{std::move(how)}, clock{time}, listener{std::move(who)}
    {
    }

    Options options;
    Connect connect;
    Clock const& clock;
    Listener listener;

    Follower follower{options.directory};
    std::unique_ptr<Destination> destination; // null: not connected
    unsigned failuresInARow = 0;
    bool behindSinceThen = true; // since the start or a failure nothing said that all has arrived
    std::optional<Time::time_point> failureTold;
    Time::time_point stateTold;
    std::uint64_t newestAtStart = 0;
    Instant startedAt;
    std::minstd_rand random{std::random_device{}()};

    mutable std::mutex mutex; // of `state`
    State state;
    std::mutex waiting;
    std::condition_variable_any wake;
    std::jthread thread;

    void run(std::stop_token const& stop);
    Result<bool> step(std::stop_token const& stop);
    Result<void> begin(std::stop_token const& stop);
    Result<void> send(Batch const& batch);
    void failed(Error const& error);
    void allArrived();
    void lookAtLag(Batch const* waitingBatch);
    void tell(bool atOnce);
    void pause(std::stop_token const& stop, std::chrono::milliseconds time);

    void change(auto const& how)
    {
        std::lock_guard const lock{mutex};
        how(state);
    }
    [[nodiscard]] State copy() const
    {
        std::lock_guard const lock{mutex};
        return state;
    }
};

void Forwarder::Impl::run(std::stop_token const& stop)
{
    startedAt = clock.now();
    if (auto const newest = newestRecord(options.directory); newest && *newest)
        newestAtStart = (*newest)->place.seq;
    while (!stop.stop_requested()) {
        Result<bool> stepped = false;
        try {
            stepped = step(stop);
        } catch (std::exception const& failure) { // no memory: tried again like all else
            stepped = Error{Error::Kind::Internal, "forwarding", failure.what(),
                            "see the memory of the host"};
        }
        if (stop.stop_requested()) return;
        if (!stepped) {
            failed(stepped.error());
            pause(stop, pauseAfter(failuresInARow, options, random));
        } else if (!*stepped) {
            pause(stop, options.look);
        }
    }
}

/// @return false when there was nothing to send
Result<bool> Forwarder::Impl::step(std::stop_token const& stop)
{
    if (!destination)
        if (auto const begun = begin(stop); !begun) return begun.error();
    auto const batch = follower.next(options.batch);
    if (!batch) return batch.error();
    if (batch->lines.empty()) {
        allArrived();
        return false;
    }
    if (auto const sent = send(*batch); !sent) return sent.error();
    failuresInARow = 0;
    failureTold.reset();
    lookAtLag(&*batch);
    tell(false);
    return true;
}

Result<void> Forwarder::Impl::begin(std::stop_token const& stop)
{
    auto opened = connect(stop);
    if (!opened) return opened.error();
    auto const beginning = follower.begin(**opened);
    if (!beginning) return beginning.error();
    destination = *std::move(opened);
    change([&](State& now) {
        now.connected = true;
        if (beginning->newest) now.forwarded = beginning->newest->seq;
    });
    if (listener.connected) listener.connected(*beginning);
    tell(true);
    return {};
}

Result<void> Forwarder::Impl::send(Batch const& batch)
{
    auto const sent = destination->append(batch.lines);
    if (!sent) return sent.error();
    follower.took();
    change([&](State& now) {
        now.added += sent->added;
        now.refused += sent->refused;
        if (batch.lastSeq > 0) now.forwarded = batch.lastSeq;
    });
    if (sent->refused > 0 && listener.refused) listener.refused(*sent, batch.lastSeq);
    return {};
}

void Forwarder::Impl::failed(Error const& error)
{
    destination.reset();
    ++failuresInARow;
    behindSinceThen = true;
    change([](State& now) {
        now.connected = false;
        ++now.failures;
    });
    lookAtLag(nullptr);
    auto const now = Time::now();
    if (listener.failed && (!failureTold || now - *failureTold >= kRepeatFailureEvery)) {
        failureTold = now;
        listener.failed(error);
    }
    tell(true);
}

void Forwarder::Impl::allArrived()
{
    failuresInARow = 0;
    failureTold.reset();
    change([](State& now) {
        now.behind = 0;
        now.waitingSince.reset();
        if (now.forwarded) now.newest = *now.forwarded;
    });
    if (behindSinceThen && listener.caughtUp) listener.caughtUp(copy());
    tell(std::exchange(behindSinceThen, false));
}

/// How far the destination is behind, from the end of the log and what it has.
/// @param arrived  the batch that has just arrived; null: none can
void Forwarder::Impl::lookAtLag(Batch const* arrived)
{
    if (arrived != nullptr && Time::now() - stateTold < kTellEvery) return;
    auto const newest = newestRecord(options.directory);
    if (!newest || !*newest) return;
    std::optional<Instant> oldest;
    if (arrived != nullptr) {
        oldest = instantOf(arrived->lastTime);
    } else if (copy().forwarded) {
        auto const batch = follower.next({1, 1});
        if (batch && !batch->lines.empty()) oldest = instantOf(batch->firstTime);
    }
    change([&](State& now) {
        now.newest = (*newest)->place.seq;
        // Before the first connection it is known only what was written since the start.
        auto const from = now.forwarded.value_or(newestAtStart);
        now.behind = now.newest > from ? now.newest - from : 0;
        if (now.behind == 0)
            now.waitingSince.reset();
        else if (!now.waitingSince || arrived != nullptr || oldest)
            now.waitingSince = oldest.value_or(startedAt);
    });
}

void Forwarder::Impl::tell(bool atOnce)
{
    auto const now = Time::now();
    if (!atOnce && now - stateTold < kTellEvery) return;
    stateTold = now;
    if (listener.state) listener.state(copy());
}

/// Waits; while the destination is away, the lag is told every second.
void Forwarder::Impl::pause(std::stop_token const& stop, std::chrono::milliseconds time)
{
    auto const end = Time::now() + time;
    std::unique_lock lock{waiting};
    while (!stop.stop_requested()) {
        auto const now = Time::now();
        if (now >= end) return;
        wake.wait_until(lock, stop, std::min<Time::time_point>(end, now + kTellEvery),
                        [] { return false; });
        if (!destination && !stop.stop_requested()) {
            lookAtLag(nullptr);
            tell(false);
        }
    }
}

Forwarder::Forwarder(Options options, Connect connect, Clock const& clock, Listener listener)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(connect), clock,
                                   std::move(listener))}
{
    impl_->thread =
        std::jthread{[state = impl_.get()](std::stop_token const& stop) { state->run(stop); }};
}

Forwarder::~Forwarder()
{
    impl_->thread.request_stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

State Forwarder::state() const { return impl_->copy(); }

Result<Sent> forwardOnce(Options const& options, Connect const& connect,
                         std::stop_token const& stop,
                         std::function<void(Follower::Beginning const&)> const& began,
                         std::function<void(Sent const&, Batch const&)> const& told)
{
    auto const destination = connect(stop);
    if (!destination) return destination.error();
    Follower follower{options.directory};
    auto const beginning = follower.begin(**destination);
    if (!beginning) return beginning.error();
    if (began) began(*beginning);
    Sent sum;
    while (!stop.stop_requested()) {
        auto const batch = follower.next(options.batch);
        if (!batch) return batch.error();
        if (batch->lines.empty()) break;
        auto const sent = (*destination)->append(batch->lines);
        if (!sent) return sent.error();
        follower.took();
        add(sum, *sent);
        if (told) told(sum, *batch);
    }
    return sum;
}

} // namespace tcds::forward
