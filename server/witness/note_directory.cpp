#include "server/witness/note_directory.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace tcds::witness {

namespace {

namespace files = std::filesystem;

constexpr unsigned kMostCopies = 9;

Error lost(std::string const& where, std::string_view what, int code)
{
    return {Error::Kind::Unavailable, where,
            std::string{what} + ": " + std::generic_category().message(code),
            "see that audit.checkpoints.directory is mounted and the service may write there"};
}

std::string contentOf(std::string const& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Makes what is written below `path` survive a power cut, as far as the file system can.
void sync(std::string const& path)
{
    audit::Descriptor const directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory.open()) (void)::fsync(directory.get());
}

Result<void> writeWhole(std::string const& path, std::string_view bytes)
{
    audit::Descriptor const file{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (!file.open()) return lost(path, "cannot be made", errno);
    while (!bytes.empty()) {
        auto const written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return lost(path, "cannot be written", written < 0 ? errno : ENOSPC);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0) return lost(path, "could not be synchronised", errno);
    return {};
}

/// @return 0, or why the name could not be given
int renameUnlessThere(std::string const& from, std::string const& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without that: no other process writes names of this log.
    if (::access(to.c_str(), F_OK) == 0) return EEXIST;
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// Gives the note its name, unless another file has it.
/// @return whether the name now leads to this note
Result<bool> place(std::string const& file, std::string const& note)
{
    if (::access(file.c_str(), F_OK) != 0) {
        auto const at = files::path{file};
        auto const draft = (at.parent_path() / ("." + at.filename().string() + ".tmp")).string();
        if (auto const written = writeWhole(draft, note); !written) return written.error();
        auto const code = renameUnlessThere(draft, file);
        if (code != 0) (void)::unlink(draft.c_str());
        if (code != 0 && code != EEXIST) return lost(file, "cannot be made", code);
        sync(at.parent_path().string());
    }
    return contentOf(file) == note;
}

} // namespace

std::string noteFileOf(Publication const& publication, unsigned copy)
{
    auto const& checkpoint = publication.checkpoint;
    auto const size = std::to_string(checkpoint.head.size);
    auto const origin = publication.origin.substr(publication.origin.find('/') + 1);
    return origin + "/" + toDay(checkpoint.time) + "/" +
           std::string(size.size() < 12 ? 12 - size.size() : 0, '0') + size +
           (copy > 1 ? "." + std::to_string(copy) : std::string{}) + ".note";
}

Result<void> NoteDirectory::deliver(Publication const& publication, Attempt const&)
{
    auto const first = path_ + "/" + noteFileOf(publication);
    auto const folder = files::path{first}.parent_path().string();
    struct stat status = {};
    if (::stat(path_.c_str(), &status) != 0) return lost(path_, "is not there", errno);
    std::error_code failure;
    files::create_directories(folder, failure);
    if (failure) return lost(folder, "cannot be made", failure.value());
    for (unsigned copy = 1; copy <= kMostCopies; ++copy) {
        auto const placed =
            place(path_ + "/" + noteFileOf(publication, copy), publication.checkpoint.note);
        if (!placed) return placed.error();
        if (*placed) return {};
    }
    return Error{Error::Kind::Unavailable, first,
                 "and its copies hold other checkpoints of the same size",
                 "give each node a name of its own (node): several logs publish under this one"};
}

} // namespace tcds::witness
