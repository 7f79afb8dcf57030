#include "server/audit/compression.hpp"

#include "server/audit/descriptor.hpp"
#include "server/audit/gzip.hpp"
#include "server/audit/log_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace tcds::audit {

namespace {

constexpr std::string_view kUnfinished = ".tmp";

Error failed(std::string const& path, std::string_view what)
{
    auto const full = errno == ENOSPC || errno == EDQUOT;
    return {Error::Kind::Unavailable, path,
            std::string{what} + ": " + std::generic_category().message(errno),
            full ? "free space; the file stays as it is until there is room"
                 : "check the disk and the rights of the directory"};
}

/// @return fewer bytes than asked for at the end of the file only; nothing when reading fails
std::optional<std::size_t> readFully(int file, std::span<char> into)
{
    std::size_t done = 0;
    while (done < into.size()) {
        auto const got = ::read(file, into.data() + done, into.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

bool writeFully(int file, std::span<unsigned char const> bytes)
{
    while (!bytes.empty()) {
        auto const written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

/// Takes a file away when something went wrong before it was done.
class Unfinished
{
public:
    explicit Unfinished(std::string path) : path_{std::move(path)} {}
    Unfinished(Unfinished const&) = delete;
    Unfinished& operator=(Unfinished const&) = delete;
    ~Unfinished()
    {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    [[nodiscard]] std::string const& path() const { return path_; }
    void keep() { path_.clear(); }

private:
    std::string path_;
};

/// @return false when stopped
Result<bool> pack(int plain, std::string const& plainPath, int packed,
                  std::string const& packedPath, std::atomic<bool> const& stop)
{
    GzipBlocks blocks;
    std::vector<char> text(GzipBlocks::kMostText);
    for (;;) {
        if (stop) return false;
        auto const got = readFully(plain, text);
        if (!got) return failed(plainPath, "cannot be read");
        // A file without a line becomes a member without text: an empty file is no gzip.
        if (*got == 0 && ::lseek(packed, 0, SEEK_CUR) > 0) return true;
        if (!writeFully(packed, blocks.pack(std::span{text}.first(*got))))
            return failed(packedPath, "cannot be written");
        if (*got < text.size()) return true;
    }
}

enum class Comparison : std::uint8_t { Same, Different, Stopped };

/// Compares the text of both, from the beginning; byte by byte, so no digest need be trusted.
Result<Comparison> compare(int plain, std::string const& plainPath, int packed,
                           std::string const& packedPath, std::atomic<bool> const& stop)
{
    constexpr std::size_t kStep = 256U * 1024U;
    GunzipStream unpacked{packedPath};
    std::vector<char> text(kStep);
    std::vector<char> back(kStep);
    if (::lseek(plain, 0, SEEK_SET) < 0 || ::lseek(packed, 0, SEEK_SET) < 0)
        return failed(plainPath, "cannot be read");
    for (;;) {
        if (stop) return Comparison::Stopped;
        auto const got = unpacked.read(packed, back);
        if (!got) return got.error();
        auto const expected = readFully(plain, std::span{text}.first(*got == 0 ? 1 : *got));
        if (!expected) return failed(plainPath, "cannot be read");
        if (*expected != *got ||
            !std::equal(back.begin(), back.begin() + static_cast<long>(*got), text.begin()))
            return Comparison::Different;
        if (*got == 0) return Comparison::Same;
    }
}

bool syncDirectory(std::string const& directory)
{
    Descriptor const open{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return open.open() && ::fsync(open.get()) == 0;
}

std::uint64_t sizeOf(int file)
{
    struct stat status {
    };
    return ::fstat(file, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

/// Whoever may read the plain file may read the other, and it is as old.
void takeOver(int plain, int packed)
{
    struct stat status {
    };
    if (::fstat(plain, &status) != 0) return;
    struct timespec const times[2] = {status.st_atim, status.st_mtim};
    // Comfort only: without it the file is readable by its owner, and is as new as it is.
    (void)::fchmod(packed, status.st_mode & 0777U);
    (void)::futimens(packed, times);
}

/// Makes the compressed file beside the plain one, on the disk and proved to be the same.
/// @return false when stopped
Result<bool> makePacked(std::string const& directory, int plain, std::string const& plainPath,
                        std::string const& packedPath, std::atomic<bool> const& stop)
{
    Unfinished unfinished{packedPath + std::string{kUnfinished}};
    auto const& path = unfinished.path();
    Descriptor const packed{::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (!packed.open()) return failed(path, "cannot be made");
    auto const written = pack(plain, plainPath, packed.get(), path, stop);
    if (!written || !*written) return written;
    takeOver(plain, packed.get());
    if (::fsync(packed.get()) != 0) return failed(path, "could not be synchronised with the disk");
    // Read it from the disk, where the file system lets go of what it remembers.
    (void)::posix_fadvise(packed.get(), 0, 0, POSIX_FADV_DONTNEED);
    auto const compared = compare(plain, plainPath, packed.get(), path, stop);
    if (!compared) return compared.error();
    if (*compared == Comparison::Stopped) return false;
    if (*compared == Comparison::Different)
        return Error{Error::Kind::Unavailable, plainPath,
                     "what was compressed reads back differently", "check memory and disk"};
    if (::rename(path.c_str(), packedPath.c_str()) != 0)
        return failed(packedPath, "cannot be named");
    unfinished.keep();
    if (!syncDirectory(directory))
        return failed(directory, "could not be synchronised with the disk");
    return true;
}

} // namespace

Result<Compressed> compressFile(std::string const& directory, std::string const& name,
                                std::atomic<bool> const& stop)
{
    auto const plainPath = directory + "/" + name;
    auto const packedPath = plainPath + ".gz";
    Descriptor const plain{::open(plainPath.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!plain.open()) return failed(plainPath, "cannot be read");

    Descriptor packed{::open(packedPath.c_str(), O_RDONLY | O_CLOEXEC)};
    if (packed.open()) {
        auto const compared = compare(plain.get(), plainPath, packed.get(), packedPath, stop);
        if (compared && *compared == Comparison::Stopped) return Compressed{};
        if (!compared || *compared == Comparison::Different)
            return Error{
                Error::Kind::BadRequest, packedPath,
                "is there beside " + name + ", and does not hold the same",
                "find out who made it, and move one of the two away; the plain file counts"};
    } else {
        auto const made = makePacked(directory, plain.get(), plainPath, packedPath, stop);
        if (!made) return made.error();
        if (!*made) return Compressed{};
        packed = Descriptor{::open(packedPath.c_str(), O_RDONLY | O_CLOEXEC)};
    }
    if (::unlink(plainPath.c_str()) != 0) return failed(plainPath, "cannot be removed");
    (void)syncDirectory(directory); // else both are there after a power cut, which is fine
    (void)::posix_fadvise(plain.get(), 0, 0, POSIX_FADV_DONTNEED);
    return Compressed{true, sizeOf(plain.get()), sizeOf(packed.get())};
}

void removeUnfinished(std::string const& directory)
{
    namespace files = std::filesystem;
    std::error_code failure;
    std::vector<std::string> found;
    for (files::directory_iterator entry{directory, failure}, end; !failure && entry != end;
         entry.increment(failure)) {
        auto const name = entry->path().filename().string();
        if (!name.ends_with(kUnfinished)) continue;
        auto const whole = std::string_view{name}.substr(0, name.size() - kUnfinished.size());
        if (auto const read = readFileName(whole); read && read->compressed)
            found.push_back(entry->path().string());
    }
    for (auto const& path : found) ::unlink(path.c_str()); // it stays: it is written anew
}

} // namespace tcds::audit
