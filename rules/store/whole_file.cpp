#include "rules/store/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tcds::rules {

namespace {

Error faulty(std::string const& path, std::string_view doing, int code)
{
    return {Error::Kind::Config, path,
            std::string{doing} + ": " + std::generic_category().message(code),
            "check the disk, and who may write to the folder"};
}

bool writeAll(int file, std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// The name of the file lasts when its folder was forced to disk too.
void syncFolder(std::filesystem::path const& folder)
{
    auto const name = folder.empty() ? std::string{"."} : folder.string();
    auto const file = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return; // a file system without it keeps the name in its own way
    ::fsync(file);
    ::close(file);
}

} // namespace

Result<void> writeWhole(std::string const& path, std::string_view bytes)
{
    auto const neighbour = path + ".new-" + std::to_string(::getpid());
    (void)::unlink(neighbour.c_str()); // of a process of this number that was ended in the middle
    auto const file = ::open(neighbour.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) return faulty(path, "cannot be written", errno);
    auto good = writeAll(file, bytes) && ::fsync(file) == 0;
    auto code = errno;
    if (::close(file) != 0 && good) {
        good = false;
        code = errno;
    }
    if (good && ::rename(neighbour.c_str(), path.c_str()) != 0) {
        good = false;
        code = errno;
    }
    if (!good) {
        (void)::unlink(neighbour.c_str()); // what is left of it says nothing to anybody
        return faulty(path, "cannot be written", code);
    }
    syncFolder(std::filesystem::path{path}.parent_path());
    return {};
}

Result<std::optional<std::string>> readWhole(std::string const& path)
{
    auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return std::optional<std::string>{};
    if (file < 0) return faulty(path, "cannot be read", errno);
    std::string bytes;
    constexpr std::size_t kStep = std::size_t{1} << 20U;
    for (;;) {
        auto const before = bytes.size();
        bytes.resize(before + kStep);
        auto const got = ::read(file, bytes.data() + before, kStep);
        auto const code = errno;
        bytes.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0 && code == EINTR) continue;
        if (got < 0) {
            ::close(file);
            return faulty(path, "cannot be read", code);
        }
        if (got == 0) break;
    }
    ::close(file);
    return std::optional<std::string>{std::move(bytes)};
}

} // namespace tcds::rules
