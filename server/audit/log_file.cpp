#include "server/audit/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace tcds::audit {

namespace {

Error lost(std::string const& path, std::string_view what, int code)
{
    auto const full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    return {Error::Kind::Unavailable, path,
            std::string{what} + ": " + std::generic_category().message(code),
            full ? "free space or raise the limit; no record is ever deleted to make room"
                 : "check the disk and the rights of the directory"};
}

} // namespace

Result<LogFile> LogFile::open(std::string path, Disk const& disk)
{
    LogFile file{disk};
    do {
        file.descriptor_ =
            Descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    } while (!file.descriptor_.open() && errno == EINTR);
    if (!file.descriptor_.open()) return lost(path, "cannot be opened", errno);
    struct stat status {
    };
    if (::fstat(file.descriptor_.get(), &status) != 0)
        return lost(path, "cannot be examined", errno);
    file.before_ = static_cast<std::uint64_t>(status.st_size);
    file.state_->size = file.before_;
    file.device_ = status.st_dev;
    file.inode_ = status.st_ino;
    file.path_ = std::move(path);
    return file;
}

Result<void> LogFile::append(std::string_view lines)
{
    if (ragged_ && !cutTo(size())) return lost(path_, "a torn line cannot be cut off", errno);
    for (auto rest = lines; !rest.empty();) {
        auto const written = disk_->write(descriptor_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            auto const code = written < 0 ? errno : ENOSPC;
            ragged_ = !cutTo(size());
            return lost(path_, "a record could not be written", code);
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    before_ = size();
    state_->size = before_ + lines.size();
    return {};
}

void LogFile::undoLast()
{
    state_->size = before_;
    ragged_ = !cutTo(before_);
    if (state_->safe < before_) return;
    state_->safe = before_; // another sync() may have reached further meanwhile
    state_->suspect = false;
}

bool LogFile::intact() const
{
    struct stat status {
    };
    return ::fstat(descriptor_.get(), &status) == 0 && status.st_nlink > 0 &&
           (ragged_ || static_cast<std::uint64_t>(status.st_size) == size());
}

bool LogFile::inPlace() const
{
    struct stat status {
    };
    return ::stat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
           status.st_ino == inode_;
}

bool LogFile::couldGrow()
{
    constexpr off_t kRoom = 64 * 1024;
    if (ragged_ && !cutTo(size())) return false;
    auto const end = static_cast<off_t>(size());
    int code = 0;
    do {
        code = ::fallocate(descriptor_.get(), FALLOC_FL_KEEP_SIZE, end, kRoom) == 0 ? 0 : errno;
    } while (code == EINTR);
    if (code == EOPNOTSUPP || code == ENOSYS) return true;
    // Also after a failure: it may have taken a part.
    return cutTo(size()) && code == 0;
}

Result<void> LogFile::sync() const
{
    constexpr std::string_view kWhat = "could not be synchronised with the disk";
    // One at a time: of two that wait for the same page, the kernel tells one that it failed.
    std::lock_guard const lock{state_->oneAtATime};
    if (state_->suspect) return lost(path_, kWhat, EIO);
    auto const reached = size(); // what is written meanwhile may be safe too, or not
    while (disk_->sync(descriptor_.get()) != 0) {
        if (errno == EINTR) continue;
        auto error = lost(path_, kWhat, errno);
        state_->suspect = state_->safe < reached;
        return error;
    }
    state_->safe = reached;
    return {};
}

bool LogFile::rewrite()
{
    std::lock_guard const lock{state_->oneAtATime};
    if (!inPlace()) return false; // what has its name now is another one
    // Not through the descriptor that appends: with O_APPEND even pwrite() goes to the end.
    Descriptor const file{::open(path_.c_str(), O_RDWR | O_CLOEXEC)};
    if (!file.open()) return false;
    std::vector<char> bytes(256U * 1024U);
    for (auto at = state_->safe.load(); at < size();) {
        auto const step = std::min<std::uint64_t>(bytes.size(), size() - at);
        auto const got = ::pread(file.get(), bytes.data(), step, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        auto const written = disk_->writeAt(file.get(), bytes.data(), static_cast<std::size_t>(got),
                                            static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        at += static_cast<std::uint64_t>(written);
    }
    state_->suspect = false;
    return true;
}

bool LogFile::cutTo(std::uint64_t end)
{
    while (disk_->cut(descriptor_.get(), static_cast<off_t>(end)) != 0)
        if (errno != EINTR) return false;
    ragged_ = false;
    return true;
}

} // namespace tcds::audit
