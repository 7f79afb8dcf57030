#include "server/proof/published_notes.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit/line_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace tcds::proof {

namespace {

namespace files = std::filesystem;

constexpr std::string_view kNoteFile = ".note";
constexpr std::string_view kNoteIn = " note=";
constexpr std::uintmax_t kMostBytes = 64U * 1024U; // of a note

Error faulty(std::string const& where, std::string what)
{
    return {Error::Kind::BadRequest, where, std::move(what),
            "look why it was changed at the place where the checkpoints are kept"};
}

Result<std::string> wholeFile(std::string const& path)
{
    std::error_code failure;
    auto const size = files::file_size(path, failure);
    if (failure) return faulty(path, "cannot be read: " + failure.message());
    if (size > kMostBytes) return faulty(path, "is too large for a signed note");
    std::ifstream file{path, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return faulty(path, "cannot be read");
    return bytes;
}

/// The note in a line of a log of syslog messages.
std::optional<std::string> noteIn(std::string_view line)
{
    auto const at = line.find(kNoteIn);
    if (at == std::string_view::npos) return std::nullopt;
    auto text = line.substr(at + kNoteIn.size());
    text = text.substr(0, text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                                                 "uvwxyz0123456789+/="));
    return fromBase64(text);
}

} // namespace

Result<PublishedNotes> PublishedNotes::read(std::string const& path)
{
    PublishedNotes notes;
    std::error_code failure;
    if (!files::exists(path, failure))
        return Error{Error::Kind::NotFound, path, "there is no such folder or file",
                     "name the folder of audit.checkpoints.directory, or a copy of it"};
    if (!files::is_directory(path, failure)) {
        if (auto const done = notes.readFile(path, true); !done) return done.error();
    } else {
        for (files::recursive_directory_iterator entry{path, failure}, end;
             !failure && entry != end; entry.increment(failure)) {
            std::error_code lost; // a link to nowhere is no file
            if (!entry->is_regular_file(lost) || entry->path().filename().string().starts_with('.'))
                continue;
            auto const done = notes.readFile(entry->path().string(), false);
            if (!done) return done.error();
        }
        if (failure)
            return Error{Error::Kind::NotFound, path, "cannot be read: " + failure.message(),
                         "read it as a user who may"};
    }
    for (auto& [origin, entries] : notes.byOrigin_)
        std::ranges::stable_sort(entries, {}, [](Entry const& entry) { return entry.head.size; });
    return notes;
}

Result<void> PublishedNotes::readFile(std::string const& path, bool alone)
{
    auto const file = static_cast<std::uint32_t>(files_.size());
    files_.push_back(path);
    if (path.ends_with(kNoteFile)) {
        auto const bytes = wholeFile(path);
        if (!bytes) return bytes.error();
        return add(*bytes, file, 0);
    }
    auto const before = count();
    auto const read = readLines(path, file, alone);
    if (count() == before) files_.pop_back();
    return read;
}

Result<void> PublishedNotes::readLines(std::string const& path, std::uint32_t file, bool alone)
{
    auto reader = audit::LineReader::open(path);
    if (!reader) return reader.error();
    auto const before = count();
    for (std::uint64_t line = 1;; ++line) {
        auto const found = reader->next();
        if (!found && alone) return found.error();
        if (!found) return {}; // some other file
        if (*found == audit::LineReader::Found::End) break;
        auto const note = noteIn({reader->line().data(), reader->line().size()});
        if (note)
            if (auto const added = add(*note, file, line); !added) return added;
        if (*found == audit::LineReader::Found::Partial) break;
    }
    if (!alone || count() > before) return {};
    auto const bytes = wholeFile(path); // a note under another name
    return bytes ? add(*bytes, file, 0) : Result<void>{bytes.error()};
}

Result<void> PublishedNotes::add(std::string_view bytes, std::uint32_t file, std::uint64_t line)
{
    Entry entry{{}, file, line};
    auto const note = readNote(bytes);
    if (!note) return faulty(placeOf(entry), note.error().what);
    auto checkpoint = readCheckpoint(note->text);
    if (!checkpoint) return faulty(placeOf(entry), checkpoint.error().what);
    entry.head = checkpoint->head;
    byOrigin_[checkpoint->origin].push_back(entry);
    return {};
}

std::uint64_t PublishedNotes::count() const
{
    std::uint64_t count = 0;
    for (auto const& [origin, entries] : byOrigin_) count += entries.size();
    return count;
}

std::string PublishedNotes::placeOf(Entry const& entry) const
{
    auto const& file = files_[entry.file];
    return entry.line == 0 ? file : file + ":" + std::to_string(entry.line);
}

Result<Note> PublishedNotes::noteOf(Entry const& entry) const
{
    auto const& path = files_[entry.file];
    if (entry.line == 0) {
        auto const bytes = wholeFile(path);
        if (!bytes) return bytes.error();
        return readNote(*bytes);
    }
    auto reader = audit::LineReader::open(path);
    if (!reader) return reader.error();
    for (std::uint64_t line = 1;; ++line) {
        auto const found = reader->next();
        if (!found) return found.error();
        auto const text = std::string_view{reader->line().data(), reader->line().size()};
        if (line == entry.line)
            if (auto const note = noteIn(text)) return readNote(*note);
        if (*found != audit::LineReader::Found::Line || line == entry.line)
            return faulty(placeOf(entry), "changed while it was read");
    }
}

} // namespace tcds::proof
