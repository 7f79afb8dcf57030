#include "server/audit/log_tail.hpp"

#include "server/audit/descriptor.hpp"
#include "server/audit/line_reader.hpp"
#include "server/audit/record_line.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

namespace tcds::audit {

namespace {

constexpr std::uint64_t kStep = 64U * 1024U; // read backwards; a record has about 6 KB

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, path, std::move(what), std::move(fix)};
}

Error unreadable(std::string const& path)
{
    return faulty(path, "cannot be read: " + std::generic_category().message(errno),
                  "check the disk and the rights of the file");
}

bool readExactly(int file, std::uint64_t at, std::string& into)
{
    for (std::size_t done = 0; done < into.size();) {
        auto const got =
            ::pread(file, into.data() + done, into.size() - done, static_cast<off_t>(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        done += static_cast<std::size_t>(got);
    }
    return true;
}

struct FileEnd {
    std::optional<std::string> lastLine; // without line feed
    std::uint64_t torn = 0;
};

/// Reads backwards until the last whole line is there.
Result<FileEnd> endOf(int file, std::string const& path, std::uint64_t size)
{
    std::string read; // bytes from `from` to the end
    for (auto from = size;;) {
        auto const last = read.rfind('\n');
        auto const before =
            last == std::string::npos || last == 0 ? std::string::npos : read.rfind('\n', last - 1);
        if (last != std::string::npos && (before != std::string::npos || from == 0)) {
            auto const start = before == std::string::npos ? 0 : before + 1;
            return FileEnd{read.substr(start, last - start), read.size() - last - 1};
        }
        if (from == 0) return FileEnd{std::nullopt, size};
        auto const step = std::min(std::max<std::uint64_t>(kStep, read.size()), from);
        from -= step;
        std::string front(step, '\0');
        if (!readExactly(file, from, front)) return unreadable(path);
        read.insert(0, front);
    }
}

Result<FileEnd> trim(std::string const& path)
{
    Descriptor const file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    struct stat status {
    };
    if (!file.open() || ::fstat(file.get(), &status) != 0) return unreadable(path);
    auto const size = static_cast<std::uint64_t>(status.st_size);
    auto end = endOf(file.get(), path, size);
    if (end && end->torn > 0 && ::ftruncate(file.get(), static_cast<off_t>(size - end->torn)) != 0)
        return faulty(
            path, "its torn last line cannot be cut off: " + std::generic_category().message(errno),
            "check the disk and the rights of the file");
    return end;
}

/// The last line of a finished file; nothing of it is ever cut off.
Result<FileEnd> endOfCompressed(std::string const& path)
{
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    FileEnd end;
    for (;;) {
        auto const found = reader->next();
        if (found && *found == LineReader::Found::End) return end;
        if (!found || *found == LineReader::Found::Partial)
            return faulty(path, found ? "ends inside a line" : found.error().what,
                          found ? "take the file from the backup" : found.error().fix);
        end.lastLine.emplace(reader->line().data(), reader->line().size());
    }
}

} // namespace

Result<LogTail> recoverTail(std::string const& directory)
{
    auto const names = logFilesIn(directory);
    if (!names) return names.error();
    LogTail tail;
    tail.hash = noPrevious();
    if (!names->empty()) tail.newest = readFileName(names->back());

    // The newest file has no line yet when the process ended while it began that file.
    for (auto name = names->rbegin(); name != names->rend(); ++name) {
        auto const path = directory + "/" + *name;
        auto const end = readFileName(*name)->compressed ? endOfCompressed(path) : trim(path);
        if (!end) return end.error();
        tail.torn += end->torn;
        if (!end->lastLine) continue;
        auto const parts = splitLine(*end->lastLine);
        Sha256 sha256;
        if (!parts || !hashFits(*parts, sha256))
            return faulty(path,
                          parts ? "the last line was altered: its bytes do not give its hash"
                                : "the last line is no record of this log",
                          "run `twitch-cds audit verify`, keep the files as they are for the "
                          "auditor, and start with an empty audit.directory");
        tail.seq = parts->seq;
        std::copy(parts->hash.begin(), parts->hash.end(), tail.hash.begin());
        return tail;
    }
    return tail;
}

} // namespace tcds::audit
