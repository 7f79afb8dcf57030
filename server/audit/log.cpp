#include "server/audit/log.hpp"

#include "server/audit/chain_writer.hpp"
#include "server/audit/log_upkeep.hpp"
#include "server/audit/members.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

namespace tcds::audit {

namespace {

constexpr int kLowestPriority = 19;
constexpr std::chrono::hours kBetweenRounds{1};

/// A thread that waits for its records to be kept. Lives on its stack, as they do.
struct Waiting {
    std::span<NewRecord const> records;
    std::condition_variable ready;
    enum class State : std::uint8_t { Queued, Taken, Done } state = State::Queued;
    Result<void> kept;
};

using Steady = std::chrono::steady_clock;
constexpr auto kNever = Steady::time_point::max();

/// When to do what is `due`: the first time that was planned holds until it is done.
void plan(Steady::time_point& at, bool due, Steady::time_point then)
{
    at = due ? std::min(at, then) : kNever;
}

Error busy(std::string what)
{
    return {Error::Kind::Unavailable, "decision log", std::move(what),
            "try again; if it stays, the disk of audit.directory is too slow for the load"};
}

Result<void> isOneLine(std::string_view type, std::string_view members)
{
    if (members.find('\n') == std::string_view::npos) return {};
    return Error{Error::Kind::Internal, "decision log",
                 "a record of type " + std::string{type} + " holds a line break",
                 "write its members as compact JSON"};
}

} // namespace

struct Log::Impl {
    LogOptions options;
    std::unique_ptr<ChainWriter> writer;

    std::mutex mutex; // guards all up to `stopping`
    std::vector<Waiting*> queue;
    std::size_t queued = 0; // records in it
    bool writing = false;   // some caller is the leader
    bool mending = false;   // no other caller becomes the leader
    Steady::time_point writingSince;
    bool unsynced = false; // records were written since the last sync (Sync::Interval)
    bool stopping = false;
    std::condition_variable wake; // of `tending`
    std::condition_variable wakeCheckpoint;

    std::atomic<bool> writeFailed{false}, syncFailed{false};
    std::atomic<std::uint64_t> losses{0};
    std::vector<Waiting*> batch;    // of the leader
    std::vector<NewRecord> records; // of the leader
    std::thread tending, checkpointing;

    Clock const* clock = nullptr;
    // Guarded by `mutex`, of the next round of upkeep.
    bool filesFinished = false; // since the last one
    Instant upkeepAt{};
    std::condition_variable wakeUpkeep;
    std::atomic<bool> stopUpkeep{false};
    std::thread upkeep;

    Result<void> append(std::span<NewRecord const> records);
    Result<void> append(NewRecord const& record) { return append(std::span{&record, 1}); }
    bool waitForLeader(std::unique_lock<std::mutex>& lock, Waiting& me);
    void lead(std::unique_lock<std::mutex>& lock);
    Result<void> commit();
    void begin();
    void failed();
    void tend();
    void sync(std::unique_lock<std::mutex>& lock);
    void mend(std::unique_lock<std::mutex>& lock);
    void lookForRoom(std::unique_lock<std::mutex>& lock);
    void handOver();
    void keepUp();
    void roundOfUpkeep(LogUpkeep& files, Instant now);
    void checkpointNowAndThen();
    void stop();
};

Result<void> Log::Impl::append(std::span<NewRecord const> mine)
{
    Waiting me;
    me.records = mine;
    std::unique_lock lock{mutex};
    if (queued >= options.maxWaiting) {
        failed();
        return busy(std::to_string(queued) + " records wait for the writer already");
    }
    if (writing && Steady::now() - writingSince > options.maxWait) {
        failed();
        return busy("a write takes longer than " + std::to_string(options.maxWait.count()) + " ms");
    }
    queue.push_back(&me);
    queued += mine.size();
    if (!waitForLeader(lock, me))
        return busy("the writer took no record up within " +
                    std::to_string(options.maxWait.count()) + " ms");
    if (me.state != Waiting::State::Done) lead(lock);
    return me.kept;
}

/// Returns when the record is done or this caller has to lead; false when neither came in time. A
/// record that a leader has taken is waited for without limit: its bytes may be on their way.
bool Log::Impl::waitForLeader(std::unique_lock<std::mutex>& lock, Waiting& me)
{
    auto const settled = [&] {
        return me.state == Waiting::State::Done ||
               (me.state == Waiting::State::Queued && !writing && !mending);
    };
    if (me.ready.wait_for(lock, options.maxWait, settled)) return true;
    if (me.state == Waiting::State::Queued) {
        queue.erase(std::find(queue.begin(), queue.end(), &me));
        queued -= me.records.size();
        failed();
        return false;
    }
    me.ready.wait(lock, settled);
    return true;
}

/// Writes the whole queue, its own record included, and wakes those whose records these are. Who
/// queued meanwhile is led by the first of them.
void Log::Impl::lead(std::unique_lock<std::mutex>& lock)
{
    begin();
    batch.swap(queue);
    queued = 0;
    for (auto* const each : batch) each->state = Waiting::State::Taken;
    lock.unlock();
    auto const finished = writer->finished();
    auto const kept = commit();
    lock.lock();

    writing = false;
    if (writer->finished() != finished) {
        filesFinished = true;
        upkeepAt = clock->now();
        wakeUpkeep.notify_one();
    }
    if (kept)
        writeFailed = false;
    else
        failed();
    for (auto* const each : batch) {
        each->kept = kept;
        each->state = Waiting::State::Done;
        each->ready.notify_one(); // under the lock: the waiting object may die right after it
    }
    batch.clear();
    if (kept && options.sync == Sync::Interval && !unsynced) {
        unsynced = true;
        wake.notify_one();
    }
    handOver();
}

/// Under the lock, when nobody leads any more.
void Log::Impl::handOver()
{
    if (mending)
        wake.notify_one();
    else if (!queue.empty())
        queue.front()->ready.notify_one();
}

Result<void> Log::Impl::commit()
{
    try {
        records.clear();
        for (auto const* const each : batch)
            records.insert(records.end(), each->records.begin(), each->records.end());
        return writer->write(records);
    } catch (std::exception const& failure) { // no memory, no digest: the others must not hang
        return Error{Error::Kind::Unavailable, "decision log",
                     std::string{"the records could not be made: "} + failure.what(),
                     "see the memory of the host"};
    }
}

/// Makes the caller the leader. Under the lock.
void Log::Impl::begin()
{
    writing = true;
    writingSince = Steady::now();
}

/// Under the lock.
void Log::Impl::failed()
{
    writeFailed = true;
    wake.notify_one();
}

/// What must happen although no call comes.
void Log::Impl::tend()
{
    std::unique_lock lock{mutex};
    auto syncAt = kNever;
    auto lookAt = kNever;
    while (!stopping) {
        auto const now = Steady::now();
        plan(syncAt, unsynced, now + options.syncInterval);
        plan(lookAt, writeFailed, now + options.retry);
        auto const next = std::min(syncAt, lookAt);
        if (next == kNever)
            wake.wait(lock);
        else if (now < next)
            wake.wait_until(lock, next);
        if (syncAt <= now) {
            sync(lock);
            syncAt = kNever;
        }
        if (lookAt <= now) {
            lookForRoom(lock);
            lookAt = kNever;
        }
    }
}

void Log::Impl::sync(std::unique_lock<std::mutex>& lock)
{
    unsynced = false;
    lock.unlock();
    auto const synced = writer->file()->sync();
    syncFailed = !synced;
    lock.lock();
    if (synced) return;
    mend(lock);
    unsynced = true; // tried again after the next interval
}

/// After a failed sync, in the place of a leader: no record may be written meanwhile.
void Log::Impl::mend(std::unique_lock<std::mutex>& lock)
{
    mending = true;
    wake.wait(lock, [this] { return !writing; });
    lock.unlock();
    (void)writer->rewrite(); // where it fails, the next sync does
    lock.lock();
    mending = false;
    handOver();
}

/// In the place of a leader, unless there is one: its write tells as much.
void Log::Impl::lookForRoom(std::unique_lock<std::mutex>& lock)
{
    if (writing || !queue.empty()) return;
    begin();
    lock.unlock();
    auto const room = writer->couldWrite();
    lock.lock();
    writing = false;
    if (room) writeFailed = false;
    handOver();
}

/// A round at the start, whenever a file was finished, and now and then: a period may have ended,
/// or a hold.
void Log::Impl::keepUp()
{
    // Of this thread alone (Linux). Where it is not allowed, the work is done at usual priority.
    (void)::setpriority(PRIO_PROCESS, 0, kLowestPriority);
    LogUpkeep files{options,
                    [this](std::string_view type, std::string_view members) {
                        auto const kept = append({type, members});
                        if (!kept || options.sync == Sync::Never) return kept;
                        return writer->file()->sync(); // one that was finished since is synced
                    },
                    stopUpkeep};
    std::unique_lock lock{mutex};
    while (!stopping) {
        auto const now = upkeepAt;
        filesFinished = false;
        lock.unlock();
        roundOfUpkeep(files, now);
        lock.lock();
        if (!wakeUpkeep.wait_for(lock, kBetweenRounds, [&] { return filesFinished || stopping; }))
            upkeepAt = clock->now();
    }
}

void Log::Impl::roundOfUpkeep(LogUpkeep& files, Instant now)
{
    auto const written = std::filesystem::path{writer->file()->path()}.filename().string();
    try {
        files.round(written, now);
    } catch (std::exception const& failure) { // no memory: the log itself goes on
        if (options.news) options.news({LogNews::Kind::Trouble, written, failure.what()});
    }
}

/// A checkpoint that cannot be kept shows in healthy(), and the next one covers what it would have.
void Log::Impl::checkpointNowAndThen()
{
    auto const interval = options.checkpoints->interval;
    std::unique_lock lock{mutex};
    while (!wakeCheckpoint.wait_for(lock, interval, [&] { return stopping; })) {
        lock.unlock();
        (void)append({kCheckpoint, "time"});
        lock.lock();
    }
}

void Log::Impl::stop()
{
    {
        std::lock_guard const lock{mutex};
        stopping = true;
    }
    stopUpkeep = true;
    wakeUpkeep.notify_all();
    wake.notify_all();
    wakeCheckpoint.notify_all();
    if (upkeep.joinable()) upkeep.join();
    if (tending.joinable()) tending.join();
    if (checkpointing.joinable()) checkpointing.join();

    Members members;
    members.member("records", writer->written());
    if (auto const lost = losses.load(); lost > 0) members.member("lost", lost);
    auto const text = members.take();
    // Nobody is left to tell; a missing `stop` shows in the log as a `start` without one before it.
    (void)append({"stop", text});
    (void)append({kCheckpoint, "stop"}); // behind `stop`, so that nobody can take that away unseen
    if (options.sync != Sync::Never) (void)writer->file()->sync();
}

Log::Log(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Log::~Log() { impl_->stop(); }

Result<std::unique_ptr<Log>> Log::open(LogOptions const& options, Clock const& clock)
{
    auto impl = std::make_unique<Impl>();
    impl->options = options;
    auto writer = ChainWriter::open(impl->options, clock);
    if (!writer) return writer.error();
    impl->writer = std::move(*writer);
    impl->unsynced = options.sync == Sync::Interval; // the `start` record
    impl->tending = std::thread{[state = impl.get()] { state->tend(); }};
    impl->clock = &clock;
    impl->upkeepAt = clock.now();
    if (options.compress || options.retentionDays > 0 || options.legalHold)
        impl->upkeep = std::thread{[state = impl.get()] { state->keepUp(); }};
    if (options.checkpoints)
        impl->checkpointing = std::thread{[state = impl.get()] { state->checkpointNowAndThen(); }};
    return std::unique_ptr<Log>{new Log{std::move(impl)}};
}

Result<void> Log::checkpoint() { return impl_->append({kCheckpoint, "asked"}); }

Result<void> Log::append(std::string_view type, std::string_view members)
{
    if (auto const fits = isOneLine(type, members); !fits) return fits;
    return impl_->append({type, members});
}

Result<void> Log::append(std::string_view type, std::span<std::string const> each)
{
    std::vector<NewRecord> records;
    records.reserve(each.size());
    for (auto const& members : each) {
        if (auto const fits = isOneLine(type, members); !fits) return fits;
        records.push_back({type, members});
    }
    return impl_->append(records);
}

bool Log::healthy() const { return !impl_->writeFailed && !impl_->syncFailed; }
void Log::countLoss() { ++impl_->losses; }
std::uint64_t Log::losses() const { return impl_->losses; }

} // namespace tcds::audit
