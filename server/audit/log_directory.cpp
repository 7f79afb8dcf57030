#include "server/audit/log_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace tcds::audit {

namespace {

namespace files = std::filesystem;

constexpr std::string_view kPrefix = "decisions-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::string_view kCompressed = ".gz";
constexpr std::string_view kLockName = "/.lock";

std::string systemText(int code) { return std::generic_category().message(code); }

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, "audit.directory " + path, std::move(what), std::move(fix)};
}

/// Owner only, whatever the umask says; a directory that was there keeps the mode its owner chose.
Result<void> make(std::string const& path)
{
    std::error_code failure;
    auto const parent = files::path{path}.parent_path();
    if (!parent.empty()) files::create_directories(parent, failure);
    if (!failure && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        failure.assign(errno, std::generic_category());
    if (failure)
        return faulty(path, "cannot be made: " + failure.message(),
                      "make it and give it to the user of the service, or name another one");
    return {};
}

/// "4711" as its holder wrote it; "" when the file says nothing readable.
std::string holderOf(int lock)
{
    std::array<char, 24> text{};
    auto const got = ::pread(lock, text.data(), text.size() - 1, 0);
    if (got <= 0) return {};
    std::string_view const read{text.data(), static_cast<std::size_t>(got)};
    auto const digits = read.substr(0, read.find_first_not_of("0123456789"));
    return std::string{digits};
}

void writeHolder(int lock)
{
    auto const pid = std::to_string(::getpid()) + "\n";
    // Only for the message of a second process: the lock holds without it, so a failure is let go.
    if (::ftruncate(lock, 0) != 0) return;
    [[maybe_unused]] auto const written = ::pwrite(lock, pid.data(), pid.size(), 0);
}

Error inUse(std::string const& path, std::string const& holder)
{
    return faulty(path,
                  "is in use by another process" +
                      (holder.empty() ? std::string{} : " (pid " + holder + ")"),
                  "stop that process or set another audit.directory; one log has one writer");
}

Result<Descriptor> lockIn(std::string const& path)
{
    auto const name = path + std::string{kLockName};
    Descriptor lock{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!lock.open())
        return faulty(path, "its lock file cannot be opened: " + systemText(errno),
                      "give the directory to the user of the service");
    while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK)
            return faulty(path, "cannot be locked: " + systemText(errno),
                          "use a file system with locks (flock)");
        return inUse(path, holderOf(lock.get()));
    }
    writeHolder(lock.get());
    return lock;
}

/// The directory itself is locked besides, for a lock file that somebody "cleans up" locks nothing.
/// File systems that lock no directories (NFS) leave it at the file.
Result<void> lockItself(int directory, std::string const& path)
{
    while (::flock(directory, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return {};
        return inUse(path, {});
    }
    return {};
}

} // namespace

std::string toText(LogFileName const& name)
{
    std::string text{kPrefix};
    text += name.day;
    if (name.part > 1) text += "." + std::to_string(name.part);
    text += kSuffix;
    if (name.compressed) text += kCompressed;
    return text;
}

std::optional<LogFileName> readFileName(std::string_view fileName)
{
    constexpr std::string_view kShape = "dddd-dd-dd";
    LogFileName name;
    name.compressed = fileName.ends_with(kCompressed);
    if (name.compressed) fileName.remove_suffix(kCompressed.size());
    if (!fileName.starts_with(kPrefix) || !fileName.ends_with(kSuffix)) return std::nullopt;
    fileName.remove_prefix(kPrefix.size());
    if (fileName.size() < kShape.size() + kSuffix.size()) return std::nullopt;
    fileName.remove_suffix(kSuffix.size());
    name.day = fileName.substr(0, kShape.size());
    for (std::size_t i = 0; i < kShape.size(); ++i)
        if (kShape[i] == 'd' ? name.day[i] < '0' || name.day[i] > '9' : name.day[i] != '-')
            return std::nullopt;
    if (auto const part = fileName.substr(kShape.size()); !part.empty()) {
        auto const* const end = part.data() + part.size();
        // As it is written: `.1`, `.02` and `.+2` would be second names of other parts.
        if (part.size() < 2 || part[0] != '.' || part[1] < '1' || part[1] > '9')
            return std::nullopt;
        auto const [stop, failure] = std::from_chars(part.data() + 1, end, name.part);
        if (failure != std::errc{} || stop != end || name.part < 2) return std::nullopt;
    }
    return name;
}

bool isBefore(LogFileName const& left, LogFileName const& right)
{
    return std::tie(left.day, left.part) < std::tie(right.day, right.part);
}

std::string dayOf(std::string_view fileName)
{
    auto name = readFileName(fileName);
    return name ? std::move(name->day) : std::string{};
}

std::string plainNameOf(std::string_view fileName)
{
    if (fileName.ends_with(kCompressed)) fileName.remove_suffix(kCompressed.size());
    return std::string{fileName};
}

Result<std::vector<std::string>> logFilesIn(std::string const& directory)
{
    std::error_code failure;
    std::vector<LogFileName> found;
    for (files::directory_iterator entry{directory, failure}, end; !failure && entry != end;
         entry.increment(failure)) {
        auto name = readFileName(entry->path().filename().string());
        if (name) found.push_back(*std::move(name));
    }
    if (failure) {
        auto const absent = failure == std::errc::no_such_file_or_directory;
        return Error{absent ? Error::Kind::NotFound : Error::Kind::Config, directory,
                     absent ? "there is no such directory"
                            : "cannot be read as a directory: " + failure.message(),
                     "name the directory of the decision log (audit.directory)"};
    }
    std::ranges::sort(found, [](LogFileName const& left, LogFileName const& right) {
        return std::tie(left.day, left.part, left.compressed) <
               std::tie(right.day, right.part, right.compressed);
    });
    std::vector<std::string> names;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (i == 0 || isBefore(found[i - 1], found[i])) names.push_back(toText(found[i]));
    return names;
}

Result<LogDirectory> LogDirectory::take(std::string const& path)
{
    if (path.empty())
        return faulty("\"\"", "is empty", "set audit.directory to a folder of the service");
    if (auto const made = make(path); !made) return made.error();
    LogDirectory taken;
    taken.path_ = path;
    taken.directory_ = Descriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!taken.directory_.open())
        return faulty(path, "cannot be opened as a directory: " + systemText(errno),
                      "name a directory that the user of the service owns");
    auto lock = lockIn(path);
    if (!lock) return lock.error();
    taken.lock_ = std::move(*lock);
    if (auto const locked = lockItself(taken.directory_.get(), path); !locked)
        return locked.error();
    return taken;
}

bool LogDirectory::inPlace() const
{
    struct stat named {
    }, locked{};
    return ::stat(path_.c_str(), &named) == 0 && ::fstat(directory_.get(), &locked) == 0 &&
           named.st_dev == locked.st_dev && named.st_ino == locked.st_ino;
}

bool LogDirectory::sync() const { return ::fsync(directory_.get()) == 0; }

} // namespace tcds::audit
