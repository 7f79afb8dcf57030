#include "fhir/upkeep/table_files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tcds::upkeep {

namespace {

namespace fs = std::filesystem;

Error cannot(fs::path const& path, std::string_view what, int code)
{
    return {Error::Kind::Unavailable, path.string(),
            std::string{what} + ": " + std::strerror(code) + "; the old tables stand as they were",
            code == ENOSPC || code == EDQUOT || code == EFBIG
                ? "free space on the disk, then run the command again"
                : "name a folder that this account can write to"};
}

/// A file descriptor that closes itself.
class Descriptor
{
public:
    explicit Descriptor(int descriptor) : descriptor_{descriptor} {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor()
    {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const { return descriptor_; }
    /// Closes now; false when that failed.
    bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

private:
    int descriptor_;
};

bool writeAll(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        auto const written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// Makes renames in a folder last.
void flushFolder(fs::path const& folder)
{
    Descriptor const open{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (open.get() >= 0) (void)::fsync(open.get()); // not every file system can; the files are safe
}

bool holds(fs::path const& path, std::string const& text)
{
    if (!fs::is_regular_file(path)) return false;
    std::ifstream file{path, std::ios::binary};
    return file && std::string{std::istreambuf_iterator<char>{file}, {}} == text;
}

/// One file on its way; what is not finished is taken back at the end.
class Replacement
{
public:
    Replacement(fs::path target, std::string const& text)
        : target_{std::move(target)}, fresh_{target_.string() + ".new"},
          old_{target_.string() + ".old"}, text_{text}
    {
    }
    Replacement(Replacement&&) = default;
    Replacement& operator=(Replacement&&) = delete;
    ~Replacement()
    {
        std::error_code ignored;
        fs::remove(fresh_, ignored);
    }

    /// Writes the text beside the file.
    std::optional<Error> stage() const
    {
        (void)::unlink(fresh_.c_str()); // of a run that was killed
        Descriptor file{::open(fresh_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
        if (file.get() < 0 || !writeAll(file.get(), text_) || ::fsync(file.get()) != 0)
            return cannot(target_, "the new table cannot be written", errno);
        struct stat before {
        };
        if (::stat(target_.c_str(), &before) == 0)
            (void)::fchmod(file.get(), before.st_mode & 07777U);
        if (!file.close()) return cannot(target_, "the new table cannot be written", errno);
        return std::nullopt;
    }

    std::optional<Error> take()
    {
        (void)::unlink(old_.c_str()); // of a run that was killed
        hadOld_ = ::link(target_.c_str(), old_.c_str()) == 0;
        if (!hadOld_ && errno != ENOENT)
            return cannot(target_, "the old table cannot be kept", errno);
        if (::rename(fresh_.c_str(), target_.c_str()) == 0) return std::nullopt;
        auto error = cannot(target_, "the new table cannot take the place of the old", errno);
        (void)::unlink(old_.c_str());
        return error;
    }

    void putBack() const
    {
        if (hadOld_)
            (void)::rename(old_.c_str(), target_.c_str());
        else
            (void)::unlink(target_.c_str());
    }

    void finish() const { (void)::unlink(old_.c_str()); }

private:
    fs::path target_, fresh_, old_;
    std::string const& text_;
    bool hadOld_ = false;
};

} // namespace

std::optional<Error> replaceFiles(fs::path const& folder, std::vector<TableFile> const& files)
{
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) return cannot(folder, "the folder cannot be made", code.value());
    std::vector<Replacement> all;
    all.reserve(files.size());
    for (auto const& file : files)
        if (!holds(folder / file.name, file.text)) all.emplace_back(folder / file.name, file.text);
    for (auto const& each : all)
        if (auto error = each.stage()) return error;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (auto error = all[i].take()) {
            while (i-- > 0) all[i].putBack();
            return error;
        }
    flushFolder(folder);
    for (auto const& each : all) each.finish();
    return std::nullopt;
}

} // namespace tcds::upkeep
