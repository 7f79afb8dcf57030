#include "server/query/index_update.hpp"

#include "server/audit/log_directory.hpp"
#include "server/audit/record_line.hpp"
#include "server/query/index_rows.hpp"
#include "server/query/key64.hpp"
#include "server/query/log_lines.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace tcds::query {

namespace {

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;
using Say = std::function<void(std::string const&)>;

constexpr std::uint64_t kBatch = 64U * 1024U * 1024U; // bytes of log a transaction
constexpr std::uint64_t kMuch = 256U * 1024U * 1024U; // to read: somebody should be told
constexpr std::uint64_t kTellEvery = 4U * 1024U * 1024U;

/// A file as it was when it was read.
struct KnownFile {
    std::int64_t id = 0;
    std::string name;
    std::int64_t size = 0, modified = 0; // on disk; 0 while it is being read
    std::int64_t text = 0;               // bytes of whole lines that were read
    std::int64_t first = 0, last = 0;    // ids of its records; 0 = none
    std::int64_t unreadable = 0;         // lines that are no records
};

struct OnDisk {
    std::string path;
    std::int64_t size = 0, modified = 0;
    [[nodiscard]] bool isCompressed() const { return path.ends_with(".gz"); }
};

/// @return nothing when there is no such file any more
std::optional<OnDisk> lookAt(std::string const& directory, std::string const& name)
{
    OnDisk file{pathOf(directory, name), 0, 0};
    struct stat found {
    };
    if (::stat(file.path.c_str(), &found) != 0) return std::nullopt;
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    file.size = found.st_size;
    file.modified = found.st_mtim.tv_sec * kNanoseconds + found.st_mtim.tv_nsec;
    return file;
}

std::string_view viewOf(std::span<char> line) { return {line.data(), line.size()}; }

/// How a line is known again. The bytes of a record are digested: one that was altered under its
/// old hash is another.
std::int64_t hashOf(std::string_view line, audit::Sha256* sha256)
{
    auto const parts = audit::splitLine(line);
    if (!parts || (sha256 != nullptr && !audit::hashFits(*parts, *sha256))) return key64(line);
    return key64(parts->hash);
}

std::vector<KnownFile> knownFiles(SQLite::Database& database)
{
    std::vector<KnownFile> files;
    SQLite::Statement rows{
        database, "SELECT id, name, size, modified, text, first, last, unreadable FROM file "
                  "ORDER BY id"};
    while (rows.executeStep())
        files.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getString(),
                         rows.getColumn(2).getInt64(), rows.getColumn(3).getInt64(),
                         rows.getColumn(4).getInt64(), rows.getColumn(5).getInt64(),
                         rows.getColumn(6).getInt64(), rows.getColumn(7).getInt64()});
    return files;
}

class Update
{
public:
    Update(SQLite::Database& database, std::string const& directory, Progress const& progress,
           Say const& say)
        : database_{database}, directory_{directory}, progress_{progress}, say_{say}, rows_{
                                                                                          database}
    {
    }

    Result<Updated> run()
    {
        auto names = audit::logFilesIn(directory_);
        if (!names) return names.error();
        for (auto& name : *names) name = audit::plainNameOf(name);
        forgetAllBut(*names);
        auto const known = knownFiles(database_);
        if (!isBeginning(known, *names)) return Updated::Differs;
        plan(known, *names);
        for (std::size_t i = 0; i < names->size(); ++i) {
            auto const file = lookAt(directory_, (*names)[i]);
            if (!file) continue; // retention took it meanwhile
            auto entry = i < known.size() ? known[i] : KnownFile{0, (*names)[i], 0, 0, 0, 0, 0, 0};
            if (i < known.size()) {
                if (entry.size == file->size && entry.modified == file->modified) continue;
                auto const same = isSame(entry, *file, i + 1 == known.size());
                if (!same) return same.error();
                if (!*same) return Updated::Differs;
            }
            if (auto const read = append(entry, *file); !read) return read.error();
        }
        if (progress_ && all_ > 0) progress_(all_, all_);
        return Updated::Done;
    }

private:
    /// Retention removes old files, and their records are not found any more.
    void forgetAllBut(std::vector<std::string> const& names)
    {
        for (auto const& file : knownFiles(database_)) {
            if (std::ranges::find(names, file.name) != names.end()) continue;
            SQLite::Transaction forgetting{database_, SQLite::TransactionBehavior::IMMEDIATE};
            if (file.first != 0) rows_.remove(file.first, file.last);
            SQLite::Statement remove{database_, "DELETE FROM file WHERE id = ?"};
            remove.bind(1, file.id);
            remove.exec();
            forgetting.commit();
        }
    }

    /// Records are numbered in the order of the log, so new files can only follow.
    static bool isBeginning(std::vector<KnownFile> const& known,
                            std::vector<std::string> const& names)
    {
        return known.size() <= names.size() &&
               std::ranges::equal(known.begin(), known.end(), names.begin(),
                                  names.begin() + static_cast<std::ptrdiff_t>(known.size()), {},
                                  &KnownFile::name);
    }

    /// How much there is to read, for the progress.
    void plan(std::vector<KnownFile> const& known, std::vector<std::string> const& names)
    {
        for (std::size_t i = 0; i < names.size(); ++i) {
            auto const file = lookAt(directory_, names[i]);
            if (!file) continue;
            auto const isKnown = i < known.size();
            if (isKnown && known[i].size == file->size && known[i].modified == file->modified)
                continue;
            auto const grows = isKnown && i + 1 == known.size() && !file->isCompressed();
            all_ += static_cast<std::uint64_t>(
                grows ? std::max<std::int64_t>(0, file->size - known[i].text) : file->size);
        }
        constexpr std::uint64_t kMebibyte = 1024U * 1024U;
        if (say_ && all_ >= kMuch)
            say_("reading " + std::to_string(all_ / kMebibyte) + " MiB of the log into the index");
    }

    /// Whether what was read of a file still stands there.
    Result<bool> isSame(KnownFile const& known, OnDisk const& file, bool isNewest)
    {
        if (known.first == 0) return known.text == 0;
        if (isNewest && !file.isCompressed()) return endsAlike(known, file);
        return readsAlike(known, file, isNewest);
    }

    Result<bool> endsAlike(KnownFile const& known, OnDisk const& file)
    {
        if (file.size < known.text) return false;
        SQLite::Statement row{database_, "SELECT at, bytes, hash FROM record WHERE id = ?"};
        row.bind(1, known.last);
        if (!row.executeStep()) return false;
        auto const at = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
        auto reader = readerAt(file.path, at);
        if (!reader) return reader.error();
        auto const next = reader->next();
        if (!next) return next.error();
        auto const line = viewOf(reader->line());
        return *next == audit::LineReader::Found::Line &&
               line.size() == static_cast<std::size_t>(row.getColumn(1).getInt64()) &&
               hashOf(line, &sha256_) == row.getColumn(2).getInt64();
    }

    /// Compares line by line: an older file is touched when it is compressed or copied, or altered.
    /// @param mayGoOn  what follows the lines that were read is new
    Result<bool> readsAlike(KnownFile const& known, OnDisk const& file, bool mayGoOn)
    {
        auto reader = audit::LineReader::open(file.path);
        if (!reader) return reader.error();
        SQLite::Statement rows{database_, "SELECT bytes, hash FROM record WHERE id BETWEEN ? AND ? "
                                          "ORDER BY id"};
        rows.bind(1, known.first);
        rows.bind(2, known.last);
        for (;;) {
            auto const next = lineOf(*reader);
            if (!next) return next.error();
            auto const hasRow = rows.executeStep();
            if (*next == Next::End) return !hasRow;
            if (!hasRow) return mayGoOn;
            auto const bytes = static_cast<std::size_t>(rows.getColumn(0).getInt64());
            if (*next == Next::Damage) return bytes == 0;
            auto const line = viewOf(reader->line());
            if (line.size() != bytes || hashOf(line, &sha256_) != rows.getColumn(1).getInt64())
                return false;
            tell(reader->fileBytes());
        }
    }

    /// Reads what stands behind the known text, a transaction for each stretch of it, so that an
    /// interrupted update goes on where it was.
    Result<void> append(KnownFile& entry, OnDisk const& file)
    {
        auto reader = readerAt(file.path, static_cast<std::uint64_t>(entry.text));
        if (!reader) return reader.error();
        auto const begin = reader->fileBytes();
        for (auto next = Next::Line; next == Next::Line;) {
            SQLite::Transaction adding{database_, SQLite::TransactionBehavior::IMMEDIATE};
            auto const until = reader->bytes() + kBatch;
            while (next == Next::Line && reader->bytes() < until) {
                auto const found = lineOf(*reader);
                if (!found) return found.error();
                next = *found;
                if (next == Next::Line) add(entry, *reader);
                tell(reader->fileBytes() - begin);
                if (next == Next::Damage) addDamage(entry);
            }
            if (next != Next::Line) {
                entry.size = file.size;
                entry.modified = file.modified;
            }
            keep(entry);
            adding.commit();
        }
        done_ += reader->fileBytes() - begin;
        return {};
    }

    enum class Next : std::uint8_t {
        Line,
        End,   // a torn end is no record yet
        Damage // of a compressed file: what follows cannot be read
    };
    static Result<Next> lineOf(audit::LineReader& reader)
    {
        auto const next = reader.next();
        if (!next && next.error().kind == Error::Kind::BadRequest) return Next::Damage;
        if (!next) return next.error();
        return *next == audit::LineReader::Found::Line ? Next::Line : Next::End;
    }

    void add(KnownFile& entry, audit::LineReader& reader)
    {
        auto const line = reader.line();
        LineMark const mark{reader.offset(), line.size(), hashOf(viewOf(line), nullptr)};
        entry.text = static_cast<std::int64_t>(mark.at + mark.bytes + 1);
        put(entry, summaries_.read(line), mark);
    }

    /// Counts as one line that is no record.
    void addDamage(KnownFile& entry)
    {
        put(entry, nullptr, {static_cast<std::uint64_t>(entry.text), 0, 0});
    }

    void put(KnownFile& entry, RecordSummary const* record, LineMark const& mark)
    {
        entry.last = rows_.add(record, mark);
        if (entry.first == 0) entry.first = entry.last;
        if (record == nullptr) ++entry.unreadable;
    }

    void keep(KnownFile& entry)
    {
        SQLite::Statement row{
            database_, "INSERT INTO file (name, size, modified, text, first, last, unreadable) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                       "size = excluded.size, modified = excluded.modified, text = "
                       "excluded.text, first = excluded.first, last = excluded.last, unreadable = "
                       "excluded.unreadable"};
        row.bind(1, entry.name);
        row.bind(2, entry.size);
        row.bind(3, entry.modified);
        row.bind(4, entry.text);
        row.bind(5, entry.first);
        row.bind(6, entry.last);
        row.bind(7, entry.unreadable);
        row.exec();
    }

    /// @param bytes  of the file that is read now, so far
    void tell(std::uint64_t bytes)
    {
        if (!progress_ || all_ == 0 || done_ + bytes < told_ + kTellEvery) return;
        told_ = done_ + bytes;
        // A file that is compared first is read twice, and the newest grows: the end comes once.
        progress_(std::min(told_, all_ - 1), all_);
    }

    SQLite::Database& database_;
    std::string const& directory_;
    Progress const& progress_;
    Say const& say_;
    RowWriter rows_;
    SummaryReader summaries_;
    audit::Sha256 sha256_;
    std::uint64_t all_ = 0, done_ = 0, told_ = 0;
};

} // namespace

Result<Updated> update(SQLite::Database& database, std::string const& directory,
                       Progress const& progress, Say const& say)
{
    return Update{database, directory, progress, say}.run();
}

} // namespace tcds::query
