#include "server/forward/follower.hpp"

#include "fhir/base/json.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/record_line.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tcds::forward {

namespace {

using audit::LineReader;

std::string_view textOf(LineReader& reader) { return {reader.line().data(), reader.line().size()}; }

Result<LineReader> openAt(std::string const& path, std::uint64_t offset)
{
    auto reader = LineReader::open(path);
    if (!reader) return reader;
    if (offset > 0)
        if (auto const skipped = reader->skipTo(offset); !skipped) return skipped.error();
    return reader;
}

/// A file that was cut or exchanged; a compressed one has another size.
bool isShorter(std::string const& plain, std::uint64_t offset)
{
    std::error_code failure;
    auto const size = std::filesystem::file_size(plain, failure);
    return !failure && size < offset;
}

bool isBefore(std::string const& left, std::string const& right)
{
    auto const one = audit::readFileName(left);
    auto const other = audit::readFileName(right);
    return one && other && audit::isBefore(*one, *other);
}

} // namespace

std::optional<RecordHead> headOf(std::string_view line)
{
    auto const parts = audit::splitLine(line);
    if (!parts) return std::nullopt;
    json::Limits limits;
    limits.bytes = line.size() + 1; // our own record: as long as it is
    limits.stringBytes = limits.longStringBytes = line.size() + 1;
    auto const document = json::Document::parse(std::string{line}, limits);
    if (!document) return std::nullopt;
    RecordHead head;
    head.origin.tenant = json::textOf(document->root(), "tenant");
    head.origin.node = json::textOf(document->root(), "node");
    head.place = {parts->seq, std::string{parts->hash}};
    head.time = parts->time;
    return head;
}

/// The first line of a file, when it is a record.
Result<std::optional<RecordHead>> Follower::firstOf(std::string const& file) const
{
    auto reader = LineReader::open(directory_ + "/" + file);
    if (!reader) return reader.error();
    auto const next = reader->next();
    if (!next) return next.error();
    if (*next != LineReader::Found::Line) return std::optional<RecordHead>{};
    return headOf(textOf(*reader));
}

/// The last file whose first record is at the destination; found in a few steps, because files are
/// forwarded in their order.
Result<std::optional<std::string>> Follower::newestHeld(std::vector<std::string> const& files,
                                                        Destination& destination,
                                                        std::optional<RecordHead>& first) const
{
    std::optional<std::string> newest;
    std::size_t from = 0;
    for (auto to = files.size(); from < to;) {
        auto const middle = from + (to - from) / 2;
        auto head = firstOf(files[middle]);
        if (!head) return head.error();
        auto held = Result<bool>{false};
        if (*head) held = destination.holds((*head)->origin, (*head)->place);
        if (!held) return held.error();
        if (*held) {
            newest = files[middle];
            first = std::move(*head);
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return newest;
}

/// Makes the line behind a record the next one.
Result<bool> Follower::goBehind(std::string const& file, Place const& place, bool& unlike)
{
    auto reader = LineReader::open(directory_ + "/" + file);
    if (!reader) return reader.error();
    for (;;) {
        auto const next = reader->next();
        if (!next) return next.error();
        if (*next != LineReader::Found::Line) return false;
        auto const parts = audit::splitLine(textOf(*reader));
        if (!parts || parts->seq != place.seq) continue;
        unlike = parts->hash != place.hash;
        at_.offset = unlike ? 0 : reader->offset() + reader->line().size() + 1;
        return true;
    }
}

Result<Follower::Beginning> Follower::begin(Destination& destination)
{
    auto const files = audit::logFilesIn(directory_);
    if (!files) return files.error();
    Beginning beginning;
    at_ = after_ = {};
    files_ = *files;
    std::optional<RecordHead> first;
    auto const held = newestHeld(*files, destination, first);
    if (!held) return held.error();
    if (!*held) { // nothing of it, or of another log of the same name
        if (files->empty()) return beginning;
        auto const head = firstOf(files->front());
        if (!head) return head.error();
        if (!*head) return beginning;
        auto const newest = destination.newest((*head)->origin);
        if (!newest) return newest.error();
        beginning.newest = *newest;
        beginning.unlike = newest->has_value();
        return beginning;
    }
    at_.file = audit::plainNameOf(**held);
    auto const newest = destination.newest(first->origin);
    if (!newest) return newest.error();
    beginning.newest = *newest;
    auto const found = goBehind(**held, newest->value_or(first->place), beginning.unlike);
    if (!found) return found.error();
    beginning.unlike = beginning.unlike || !*found;
    after_ = at_;
    return beginning;
}

std::optional<std::string> Follower::fileAfter(std::string const& file) const
{
    auto const later = std::ranges::find_if(
        files_, [&](std::string const& each) { return file.empty() || isBefore(file, each); });
    if (later == files_.end()) return std::nullopt;
    return *later;
}

/// Reads on in the file of `after_`.
/// @return true at the end of the file as it is now; there may be a torn line behind it
Result<bool> Follower::fill(Batch& batch, Bounds bounds)
{
    if (isShorter(directory_ + "/" + after_.file, after_.offset))
        return Error{Error::Kind::Internal, directory_ + "/" + after_.file,
                     "is shorter than what was forwarded of it",
                     "run `twitch-cds audit verify`; only the service writes to audit.directory"};
    auto reader = openAt(directory_ + "/" + after_.file, after_.offset);
    if (!reader) return reader.error();
    for (std::size_t bytes = 0; batch.lines.size() < bounds.lines && bytes < bounds.bytes;) {
        auto const next = reader->next();
        if (!next) return next.error();
        if (*next != LineReader::Found::Line) return true;
        auto const line = textOf(*reader);
        if (auto const parts = audit::splitLine(line)) {
            batch.lastSeq = parts->seq;
            batch.lastTime = parts->time;
            if (batch.firstTime.empty()) batch.firstTime = parts->time;
        }
        batch.lines.emplace_back(line);
        bytes += line.size() + 1;
        after_.offset = reader->offset() + line.size() + 1;
    }
    return false;
}

Result<Batch> Follower::next(Bounds bounds)
{
    Batch batch;
    after_ = at_;
    // Listed before the file is read to its end: a file that is not the last one then is finished.
    auto files = audit::logFilesIn(directory_);
    if (!files) return files.error();
    files_ = *std::move(files);
    if (after_.file.empty()) {
        auto const first = fileAfter("");
        if (!first) return batch;
        after_ = {audit::plainNameOf(*first), 0};
    }
    for (;;) {
        auto const atEnd = fill(batch, bounds);
        auto const isGone = !atEnd && atEnd.error().kind == Error::Kind::NotFound; // retention
        if (!atEnd && !isGone) return atEnd.error();
        if (!batch.lines.empty()) return batch;
        auto const later = fileAfter(after_.file);
        if (!later) return batch;
        after_ = {audit::plainNameOf(*later), 0};
    }
}

Result<std::optional<RecordHead>> newestRecord(std::string const& directory)
{
    constexpr std::uint64_t kStep = 64U * 1024U;
    auto const files = audit::logFilesIn(directory);
    if (!files) return files.error();
    std::optional<RecordHead> newest;
    for (auto file = files->rbegin(); file != files->rend() && !newest; ++file) {
        auto const path = directory + "/" + *file;
        std::error_code failure;
        auto const size = std::filesystem::file_size(path, failure);
        if (failure) continue; // compressed or removed meanwhile
        for (auto step = kStep; !newest; step *= 16) {
            auto reader = openAt(path, size > step ? size - step : 0);
            if (!reader) return reader.error();
            std::string last;
            for (;;) { // the first one may begin inside a line, and is then no record
                auto const next = reader->next();
                if (!next) return next.error();
                if (*next != LineReader::Found::Line) break;
                if (audit::splitLine(textOf(*reader))) last = textOf(*reader);
            }
            if (!last.empty()) newest = headOf(last);
            if (size <= step || !last.empty()) break;
        }
    }
    return newest;
}

} // namespace tcds::forward
