#include "server/state/checkpoints.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace tcds::state {

namespace {

constexpr std::size_t kCommitsBetween = 256; // some megabytes of write-ahead log

} // namespace

struct Checkpoints::Impl {
    explicit Impl(std::string path) : file{std::move(path)} {}

    std::string file;
    std::mutex mutex;
    std::condition_variable wake;
    std::size_t commits = 0; // since the last checkpoint began
    bool ending = false;
    std::thread thread;

    void run()
    {
        std::unique_lock lock{mutex};
        for (;;) {
            wake.wait(lock, [this] { return ending || commits >= kCommitsBetween; });
            if (ending) return;
            commits = 0;
            lock.unlock();
            checkpoint();
            lock.lock();
        }
    }

    /// Passive: takes what no reader or writer needs, and leaves the rest to the next one.
    void checkpoint()
    {
        try {
            if (!database) database.emplace(file, SQLite::OPEN_READWRITE);
            SQLite::Statement{*database, "PRAGMA wal_checkpoint(PASSIVE)"}.executeStep();
        } catch (SQLite::Exception const&) {
            database.reset(); // the connection that writes meets the same fault and reports it
        }
    }

    std::optional<SQLite::Database> database; // of the thread alone
};

Checkpoints::Checkpoints(std::string file) : impl_{std::make_unique<Impl>(std::move(file))}
{
    impl_->thread = std::thread{[this] { impl_->run(); }};
}

Checkpoints::~Checkpoints()
{
    {
        std::lock_guard const lock{impl_->mutex};
        impl_->ending = true;
    }
    impl_->wake.notify_one();
    impl_->thread.join();
}

void Checkpoints::wrote()
{
    auto due = false;
    {
        std::lock_guard const lock{impl_->mutex};
        due = ++impl_->commits == kCommitsBetween;
    }
    if (due) impl_->wake.notify_one();
}

} // namespace tcds::state
