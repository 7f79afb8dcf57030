#include "server/audit/chain_writer.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/compression.hpp"
#include "server/audit/members.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tcds::audit {

namespace {

constexpr std::size_t kKeptCapacity = 1024U * 1024U; // of the line buffer between batches

std::string_view toText(Sync sync)
{
    switch (sync) {
    case Sync::Always:
        return "always";
    case Sync::Interval:
        return "interval";
    case Sync::Never:
        return "never";
    }
    return "";
}

/// The same finding at start-up, where a person can act on it.
Error atStart(Error error)
{
    error.kind = Error::Kind::Config;
    return error;
}

/// Goes on in the newest file of the day, whatever its size. A clock that went back opens no older
/// file, and a compressed file is finished.
LogFileName nextAfter(std::optional<LogFileName> const& newest, std::string const& today)
{
    if (!newest || newest->day < today) return {today, 1, false};
    return {newest->day, newest->compressed ? newest->part + 1 : newest->part, false};
}

} // namespace

ChainWriter::ChainWriter(LogOptions const& options, Clock const& clock, LogDirectory directory)
    : options_{options}, clock_{clock}, directory_{std::move(directory)},
      disk_{options.disk != nullptr ? *options.disk : Disk::ofSystem()}
{
    Members origin;
    origin.member("node", options.node);
    origin.member("tenant", options.tenant);
    origin_ = "," + origin.take();
}

Result<std::unique_ptr<ChainWriter>> ChainWriter::open(LogOptions const& options,
                                                       Clock const& clock)
{
    auto directory = LogDirectory::take(options.directory);
    if (!directory) return directory.error();
    removeUnfinished(options.directory);
    auto const tail = recoverTail(options.directory);
    if (!tail) return tail.error();

    std::unique_ptr<ChainWriter> writer{new ChainWriter{options, clock, std::move(*directory)}};
    writer->place_.seq = tail->seq + 1;
    writer->place_.previous = tail->hash;
    if (options.checkpoints) {
        auto const tree = recoverTree(options.directory, tail->seq);
        if (!tree) return tree.error();
        writer->place_.tree = tree->tree;
        writer->place_.checkpoint = tree->checkpoint;
    }
    if (auto const started = writer->start(*tail); !started) return atStart(started.error());
    return writer;
}

Result<void> ChainWriter::start(LogTail const& tail)
{
    auto const now = clock_.now();
    name_ = nextAfter(tail.newest, toDay(now));
    auto file = LogFile::open(pathOf(name_), disk_);
    if (!file) return file.error();
    if (auto const named = syncNames(); !named) return atStart(named.error());

    auto place = place_;
    lines_.clear();
    addLine(place, "start", tcds::toText(now), startMembers("open", tail.torn));
    if (auto const kept = put(*file); !kept) return kept.error();
    place_ = place;
    file_ = std::make_shared<LogFile>(std::move(*file));
    return {};
}

Result<void> ChainWriter::write(std::span<NewRecord const> records)
{
    // One instant a batch: its records were accepted together. It may lie before that of the
    // record before when the clock was set back; the order of the log is `seq`.
    auto const now = clock_.now();
    // A service that is not called begins no files.
    if (records.size() == 1 && records[0].type == kCheckpoint && saysNothingNew(place_)) return {};
    if (auto const begun = beginFileWhenDue(now); !begun) return begun.error();

    auto place = place_;
    auto const time = tcds::toText(now);
    lines_.clear();
    made_.clear();
    std::uint64_t written = 0;
    for (auto const& record : records) {
        if (record.type == kCheckpoint) {
            addCheckpoint(place, now, record.members);
            continue;
        }
        addLine(place, record.type, time, record.members);
        ++written;
    }
    if (checkpointDue(place)) addCheckpoint(place, now, "records");
    if (lines_.empty()) return {};
    auto const kept = put(*file_);
    if (lines_.capacity() > kKeptCapacity) std::string{}.swap(lines_);
    if (!kept) return kept.error();
    place_ = place;
    written_ += written;
    tellOfCheckpoints();
    return {};
}

void ChainWriter::addCheckpoint(Place& place, Instant now, std::string_view cause)
{
    if (saysNothingNew(place)) return;
    auto const& sign = options_.checkpoints->sign;
    auto const& tree = place.tree.tree;
    TreeHead const head{tree.size(), tree.root(sha256_)};
    auto note = sign ? sign(head) : std::string{};
    Members members;
    members.member("cause", cause);
    writeTree(members, place.tree, sha256_);
    members.flag("signed", !note.empty());
    members.memberIfAny("note", note);
    made_.push_back({place.seq, now, head, std::move(note)});
    place.checkpoint = place.seq;
    addLine(place, kCheckpoint, tcds::toText(now), members.take());
}

bool ChainWriter::saysNothingNew(Place const& place) const
{
    return !options_.checkpoints || place.checkpoint + 1 == place.seq;
}

bool ChainWriter::checkpointDue(Place const& place) const
{
    return options_.checkpoints &&
           place.seq - 1 - place.checkpoint >= options_.checkpoints->records;
}

void ChainWriter::tellOfCheckpoints()
{
    if (!options_.checkpoints || !options_.checkpoints->made) return;
    for (auto const& checkpoint : made_) options_.checkpoints->made(checkpoint);
}

/// The last line of a file that is finished.
Result<void> ChainWriter::closeWithCheckpoint()
{
    if (!options_.checkpoints) return {};
    auto place = place_;
    lines_.clear();
    made_.clear();
    addCheckpoint(place, clock_.now(), "file");
    if (lines_.empty()) return {};
    if (auto const kept = put(*file_); !kept) return kept.error();
    place_ = place;
    tellOfCheckpoints();
    return {};
}

Result<void> ChainWriter::beginFileWhenDue(Instant now)
{
    if (fileIsLost()) return leaveLostFile();
    if (auto const today = toDay(now); today > name_.day)
        return beginFile({today, 1, false}, "day");
    if (file_->size() >= options_.rotateBytes)
        return beginFile({name_.day, name_.part + 1, false}, "size");
    return {};
}

/// Removed or spoilt is seen at once; moved, where nothing is lost, within LogOptions::look.
bool ChainWriter::fileIsLost()
{
    if (!file_->intact()) return true;
    auto const now = std::chrono::steady_clock::now();
    if (now - looked_ < options_.look) return false;
    if (!file_->inPlace()) return true; // and so it is for the next batch, until there is another
    looked_ = now;
    return false;
}

/// Somebody removed, moved, cut or wrote to the file. What it held is not ours to mend; the chain
/// goes on in the next file, so that verification names the records that are not there any more.
Result<void> ChainWriter::leaveLostFile()
{
    auto next = name_;
    do {
        ++next.part;
    } while (exists(next));
    auto const left = toText(name_);
    auto const begun = openNext(next, "lost");
    if (begun && options_.news)
        options_.news({LogNews::Kind::Trouble, left,
                       "somebody else removed, moved or changed it while it was written; the log "
                       "goes on in " +
                           toText(next)});
    return begun;
}

Result<void> ChainWriter::beginFile(LogFileName const& name, std::string_view cause)
{
    if (auto const closed = closeWithCheckpoint(); !closed) return closed.error();
    // The old file must be safe before anything can refer to it.
    if (options_.sync != Sync::Never)
        if (auto const synced = file_->sync(); !synced) {
            (void)file_->rewrite(); // for the next attempt
            return synced.error();
        }
    return openNext(name, cause);
}

Result<void> ChainWriter::openNext(LogFileName const& name, std::string_view cause)
{
    if (!directory_.inPlace())
        return Error{Error::Kind::Unavailable, directory_.path(),
                     "is not the directory any more that this service has locked",
                     "put it back or mount it again, or restart the service on the new one"};
    auto const path = pathOf(name);
    auto file = LogFile::open(path, disk_);
    if (!file) return file.error();
    if (file->size() != 0 || exists({name.day, name.part, true}))
        return Error{Error::Kind::Unavailable, path, "is there already and is not of this run",
                     "move the file away; only the service writes to audit.directory"};

    auto place = place_;
    lines_.clear();
    addLine(place, "start", tcds::toText(clock_.now()), startMembers(cause, 0));
    auto kept = put(*file);
    if (kept) kept = syncNames();
    if (!kept) {
        ::unlink(path.c_str());
        return kept.error();
    }
    place_ = place;
    name_ = name;
    ++begun_;
    auto opened = std::make_shared<LogFile>(std::move(*file));
    std::lock_guard const lock{fileMutex_};
    file_ = std::move(opened);
    return {};
}

/// A file that was begun is lost with the power until its name is on the disk too.
Result<void> ChainWriter::syncNames() const
{
    if (options_.sync == Sync::Never || directory_.sync()) return {};
    return Error{Error::Kind::Unavailable, directory_.path(),
                 "could not be synchronised with the disk", "check the disk"};
}

bool ChainWriter::exists(LogFileName const& name) const
{
    return ::access(pathOf(name).c_str(), F_OK) == 0;
}

std::string ChainWriter::pathOf(LogFileName const& name) const
{
    return directory_.path() + "/" + toText(name);
}

std::shared_ptr<LogFile const> ChainWriter::file() const
{
    std::lock_guard const lock{fileMutex_};
    return file_;
}

void ChainWriter::addLine(Place& place, std::string_view type, std::string_view time,
                          std::string_view members)
{
    place.previous =
        appendLine(lines_, {type, place.seq, time, origin_}, members, place.previous, sha256_);
    if (options_.checkpoints) place.tree.tree.add(bytesOf(view(place.previous)), sha256_);
    ++place.seq;
}

Result<void> ChainWriter::put(LogFile& file)
{
    if (auto const appended = file.append(lines_); !appended) return appended.error();
    if (options_.sync != Sync::Always) return {};
    auto const synced = file.sync();
    if (!synced) file.undoLast();
    return synced;
}

std::string ChainWriter::startMembers(std::string_view cause, std::uint64_t torn)
{
    Members start;
    start.member("cause", cause);
    start.openObject("engine");
    start.member("version", options_.engineVersion);
    start.close();
    start.member("sync", toText(options_.sync));
    if (torn > 0) start.member("torn", torn);
    if (options_.checkpoints) writeTree(start, place_.tree, sha256_);
    return start.take();
}

} // namespace tcds::audit
