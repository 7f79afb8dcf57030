#include "server/audit/line_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace tcds::audit {

namespace {

constexpr std::size_t kStep = 256U * 1024U; // stays in the second-level cache
constexpr std::size_t kMostLine = 64U * 1024U * 1024U;

/// Opens what may be read as a log: a file, or what a shell pipes in. Anything else may wait for
/// ever or have no end.
Result<Descriptor> openFile(std::string const& path)
{
    // O_NONBLOCK: a pipe that nobody writes to is empty and keeps nobody waiting.
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file.open())
        return Error{Error::Kind::NotFound, path,
                     "cannot be opened: " + std::generic_category().message(errno),
                     "read the log as the user of the service"};
    struct stat status {
    };
    auto const isKnown = ::fstat(file.get(), &status) == 0;
    if (!isKnown || !(S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)))
        return Error{Error::Kind::NotFound, path, "is no file",
                     "take it out of the folder of the log, or name a file"};
    // Somebody who does write to the pipe is waited for.
    auto const flags = ::fcntl(file.get(), F_GETFL);
    (void)::fcntl(file.get(), F_SETFL, flags & ~O_NONBLOCK); // of no effect on files
    return file;
}

Error unreadable(std::string const& path)
{
    return {Error::Kind::Internal, path,
            "cannot be read: " + std::generic_category().message(errno), "check the disk"};
}

} // namespace

Result<LineReader> LineReader::open(std::string path)
{
    constexpr std::string_view kCompressed = ".gz";
    LineReader reader;
    auto file = openFile(path);
    if (!file && !path.ends_with(kCompressed)) {
        // Compressed since its name was read: first the one name comes, then the other goes.
        auto packed = path + std::string{kCompressed};
        if (auto other = openFile(packed)) {
            file = std::move(other);
            path = std::move(packed);
        }
    }
    if (!file) return file.error();
    reader.file_ = *std::move(file);
    if (path.ends_with(kCompressed)) reader.unpacked_ = std::make_unique<GunzipStream>(path);
    reader.path_ = std::move(path);
    reader.buffer_.resize(kStep);
    return reader;
}

Result<void> LineReader::skipTo(std::uint64_t offset)
{
    before_ = offset;
    if (unpacked_) return unpacked_->skipTo(file_.get(), offset);
    if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return unreadable(path_);
    return {};
}

std::uint64_t LineReader::fileBytes() const
{
    return unpacked_ ? unpacked_->fileBytes() : before_ + next_;
}

Result<LineReader::Found> LineReader::next()
{
    start_ = next_;
    length_ = 0;
    for (auto from = start_;;) {
        if (from < filled_) {
            auto const* const feed =
                static_cast<char const*>(std::memchr(buffer_.data() + from, '\n', filled_ - from));
            if (feed != nullptr) {
                length_ = static_cast<std::size_t>(feed - buffer_.data()) - start_;
                next_ = start_ + length_ + 1;
                bytes_ += length_ + 1;
                return Found::Line;
            }
        }
        auto const searched = filled_ - start_;
        auto const more = readMore();
        if (!more) return more.error();
        if (!*more) {
            length_ = filled_ - start_;
            return length_ == 0 ? Found::End : Found::Partial;
        }
        from = start_ + searched;
    }
}

/// Moves the unfinished line to the front and reads behind it; false at the end of the file.
Result<bool> LineReader::readMore()
{
    if (start_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + start_, filled_ - start_);
        before_ += start_;
        filled_ -= start_;
        start_ = next_ = 0;
    }
    if (filled_ == buffer_.size()) {
        if (filled_ >= kMostLine)
            return Error{Error::Kind::TooLarge, path_, "has a line of more than 64 MiB",
                         "this is no decision log"};
        buffer_.resize(2 * buffer_.size());
    }
    auto const got = read(std::span{buffer_}.subspan(filled_));
    if (!got) return got.error();
    filled_ += *got;
    return *got > 0;
}

Result<std::size_t> LineReader::read(std::span<char> into)
{
    if (unpacked_) return unpacked_->read(file_.get(), into);
    for (;;) {
        auto const got = ::read(file_.get(), into.data(), into.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(path_);
        return static_cast<std::size_t>(got);
    }
}

} // namespace tcds::audit
