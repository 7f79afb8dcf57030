#include "server/query/index.hpp"

#include "server/audit/descriptor.hpp"
#include "server/query/index_find.hpp"
#include "server/query/index_report.hpp"
#include "server/query/index_rows.hpp"
#include "server/query/index_schema.hpp"
#include "server/query/index_update.hpp"
#include "server/query/key64.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tcds::query {

namespace {

constexpr int kBusyMilliseconds = 60'000; // for another process that writes a batch
constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;

std::string systemText(int code) { return std::generic_category().message(code); }

Error unusable(std::string const& file, std::string what)
{
    return {Error::Kind::Config, "index " + file, std::move(what),
            "name another file with --index; an index may be removed at any time"};
}

Error failed(std::string const& file, SQLite::Exception const& fault)
{
    return {Error::Kind::Internal, "index " + file, fault.what(),
            "run the command with --rebuild, or name another file with --index"};
}

/// One process at a time brings an index up to date; the lock ends with the process.
class UpdateLock
{
public:
    static Result<UpdateLock> take(std::string const& index, IndexOptions const& options)
    {
        auto const path = index + ".lock";
        UpdateLock lock;
        lock.file_ =
            audit::Descriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerAlone)};
        if (!lock.file_.open())
            return unusable(index, "cannot be made: " + path + ": " + systemText(errno));
        if (::flock(lock.file_.get(), LOCK_EX | LOCK_NB) == 0) return lock;
        if (options.say) options.say("another process brings the index up to date; waiting for it");
        while (::flock(lock.file_.get(), LOCK_EX) != 0)
            if (errno != EINTR) return unusable(index, "cannot be locked: " + systemText(errno));
        return lock;
    }

private:
    audit::Descriptor file_;
};

/// Makes the file readable by its owner alone before SQLite writes into it.
Result<void> makeFile(std::string const& file)
{
    audit::Descriptor const made{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerAlone)};
    if (!made.open()) return unusable(file, "cannot be written: " + systemText(errno));
    return {};
}

void removeFiles(std::string const& file)
{
    for (auto const* const ending : {"", "-wal", "-shm", "-journal"})
        ::unlink((file + ending).c_str()); // what is not there need not go
}

using Opened = std::unique_ptr<SQLite::Database>;

Opened connect(std::string const& file)
{
    auto database = std::make_unique<SQLite::Database>(
        file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
    tune(*database);
    return database;
}

/// Brings an index up to date; what is of no use is made anew, once.
class Opening
{
public:
    Opening(IndexOptions const& options, std::string file)
        : options_{options}, file_{std::move(file)}
    {
    }

    Result<Opened> run()
    {
        if (!isOurs(file_)) return unusable(file_, "is there already and is no index of a log");
        auto const lock = UpdateLock::take(file_, options_);
        if (!lock) return lock.error();
        if (options_.rebuild) removeFiles(file_);
        auto done = attempt();
        if (done && !*done) {
            if (options_.say) options_.say("reading the whole log for a new index: " + why_);
            removeFiles(file_);
            done = attempt();
        }
        if (!done) return done.error();
        if (!*done) return unusable(file_, "could not be brought up to date: " + why_);
        return std::move(database_);
    }

private:
    /// @return false when the index is of no use
    Result<bool> attempt()
    {
        if (auto const made = makeFile(file_); !made) return made.error();
        try {
            database_ = connect(file_);
            if (!hasTables(*database_)) {
                if (std::filesystem::file_size(file_) > 0 && !isNew(*database_))
                    return useless("the one that is there is of another version");
                makeTables(*database_);
            }
            auto const updated =
                update(*database_, options_.directory, options_.progress, options_.say);
            if (!updated) return updated.error();
            if (*updated == Updated::Done) return true;
            return useless("the files are not those that it was made from");
        } catch (SQLite::Exception const& fault) {
            if (isEnvironment(fault)) return failed(file_, fault);
            return useless(std::string{"the one that is there is damaged ("} + fault.what() + ")");
        }
    }

    static bool isNew(SQLite::Database& database)
    {
        return database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
    }

    Result<bool> useless(std::string why)
    {
        database_.reset();
        why_ = std::move(why);
        return false;
    }

    /// Faults that another index would meet as well.
    static bool isEnvironment(SQLite::Exception const& fault)
    {
        constexpr std::array kCodes{5 /* busy */,  7 /* no memory */, 8 /* read-only */,
                                    10 /* disk */, 13 /* full */,     14 /* cannot open */};
        return std::ranges::find(kCodes, fault.getErrorCode()) != kCodes.end();
    }

    IndexOptions const& options_;
    std::string file_, why_;
    Opened database_;
};

bool isWritable(std::string const& directory, std::string const& file)
{
    std::error_code failure;
    auto const& place = std::filesystem::exists(file, failure) ? file : directory;
    return ::access(place.c_str(), W_OK) == 0;
}

/// $XDG_CACHE_HOME/twitch-cds, else ~/.cache/twitch-cds
std::string cacheDirectory()
{
    auto const* const cache = std::getenv("XDG_CACHE_HOME"); // NOLINT: no threads here
    if (cache != nullptr && *cache != '\0') return std::string{cache} + "/twitch-cds";
    auto const* const home = std::getenv("HOME"); // NOLINT: no threads here
    return home != nullptr && *home != '\0' ? std::string{home} + "/.cache/twitch-cds"
                                            : std::string{};
}

} // namespace

struct Index::Impl {
    std::string directory, file;
    Opened database;

    /// Runs work on the database; its faults become errors.
    template <class Work>
    auto guarded(Work work) const -> decltype(work(*database))
    {
        try {
            return work(*database);
        } catch (SQLite::Exception const& fault) {
            return failed(file, fault);
        }
    }
};

Result<std::string> placeOf(std::string const& directory)
{
    auto beside = directory + "/index.db";
    if (isWritable(directory, beside)) return beside;
    std::error_code failure;
    auto const whole = std::filesystem::weakly_canonical(directory, failure);
    std::array<char, 48> name{};
    std::snprintf(name.data(), name.size(), "/index-%016llx.db",
                  static_cast<unsigned long long>(key64(whole.string())));
    auto const cache = cacheDirectory();
    std::filesystem::create_directories(cache, failure);
    if (cache.empty() || failure || ::access(cache.c_str(), W_OK) != 0)
        return Error{Error::Kind::Config, directory,
                     "cannot be written, so that no index can lie there, nor in a cache of yours",
                     "name a place for the index with --index FILE"};
    return cache + name.data();
}

Index::Index(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Result<Index> Index::open(IndexOptions const& options)
{
    auto impl = std::make_unique<Impl>();
    impl->directory = options.directory;
    std::error_code failure;
    if (!std::filesystem::is_directory(options.directory, failure))
        return Error{Error::Kind::NotFound, options.directory, "there is no such folder",
                     "name the directory of the decision log (audit.directory)"};
    auto file =
        options.file.empty() ? placeOf(options.directory) : Result<std::string>{options.file};
    if (!file) return file.error();
    impl->file = *file;
    auto opened = Opening{options, impl->file}.run();
    if (!opened) return opened.error();
    impl->database = *std::move(opened);
    return Index{std::move(impl)};
}

Result<Index::Extent> Index::extent() const
{
    return impl_->guarded([](SQLite::Database& database) -> Result<Extent> {
        Extent extent;
        auto const count = [&](char const* sql) { return database.execAndGet(sql).getInt64(); };
        auto const unreadable = count("SELECT coalesce(sum(unreadable), 0) FROM file");
        extent.unreadable = static_cast<std::uint64_t>(unreadable);
        extent.records =
            static_cast<std::uint64_t>(count("SELECT count(*) FROM record")) - extent.unreadable;
        extent.logBytes =
            static_cast<std::uint64_t>(count("SELECT coalesce(sum(text), 0) FROM file"));
        extent.files = static_cast<std::size_t>(count("SELECT count(*) FROM file"));
        SQLite::Statement last{database, "SELECT time, seq FROM record WHERE type <> ? "
                                         "ORDER BY id DESC LIMIT 1"};
        last.bind(1, Words::find(database, "unreadable").value_or(-1));
        if (last.executeStep()) {
            extent.last = Instant{std::chrono::milliseconds{last.getColumn(0).getInt64()}};
            extent.lastSeq = static_cast<std::uint64_t>(last.getColumn(1).getInt64());
        }
        return extent;
    });
}

Result<std::vector<std::string>> Index::fhirServers() const
{
    return impl_->guarded([](SQLite::Database& database) -> Result<std::vector<std::string>> {
        std::vector<std::string> servers;
        SQLite::Statement rows{database, "SELECT url FROM fhir_server ORDER BY url"};
        while (rows.executeStep()) servers.push_back(rows.getColumn(0).getString());
        return servers;
    });
}

Result<FoundCount> Index::find(Question const& question, TakeFound const& take) const
{
    return impl_->guarded([&](SQLite::Database& database) {
        return query::find(database, impl_->directory, question, take);
    });
}

Result<Report> Index::report(ReportPeriod const& period) const
{
    return impl_->guarded(
        [&](SQLite::Database& database) { return query::report(database, period); });
}

} // namespace tcds::query
