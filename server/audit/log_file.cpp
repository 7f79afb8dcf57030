#include "server/audit/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

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
    file.size_ = static_cast<std::uint64_t>(status.st_size);
    file.before_ = file.size_;
    file.path_ = std::move(path);
    return file;
}

Result<void> LogFile::append(std::string_view lines)
{
    if (ragged_ && !cutTo(size_)) return lost(path_, "a torn line cannot be cut off", errno);
    for (auto rest = lines; !rest.empty();) {
        auto const written = disk_->write(descriptor_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            auto const code = written < 0 ? errno : ENOSPC;
            ragged_ = !cutTo(size_);
            return lost(path_, "a record could not be written", code);
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    before_ = size_;
    size_ += lines.size();
    return {};
}

void LogFile::undoLast()
{
    size_ = before_;
    ragged_ = !cutTo(size_);
}

bool LogFile::couldGrow()
{
    constexpr off_t kRoom = 64 * 1024;
    if (ragged_ && !cutTo(size_)) return false;
    auto const end = static_cast<off_t>(size_);
    int code = 0;
    do {
        code = ::fallocate(descriptor_.get(), FALLOC_FL_KEEP_SIZE, end, kRoom) == 0 ? 0 : errno;
    } while (code == EINTR);
    if (code == EOPNOTSUPP || code == ENOSYS) return true;
    // Also after a failure: it may have taken a part.
    return cutTo(size_) && code == 0;
}

Result<void> LogFile::sync() const
{
    while (disk_->sync(descriptor_.get()) != 0)
        if (errno != EINTR) return lost(path_, "could not be synchronised with the disk", errno);
    return {};
}

bool LogFile::cutTo(std::uint64_t size)
{
    while (disk_->cut(descriptor_.get(), static_cast<off_t>(size)) != 0)
        if (errno != EINTR) return false;
    ragged_ = false;
    return true;
}

} // namespace tcds::audit
