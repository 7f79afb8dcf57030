#include "server/audit/secret_file.hpp"

#include "server/audit/descriptor.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace tcds::audit {

namespace {

/// Faults of one file, in the words of the setting that names it.
struct Faults {
    std::string_view setting;
    std::string const& path;

    [[nodiscard]] Error operator()(std::string what, std::string fix) const
    {
        return {Error::Kind::Config, std::string{setting} + " " + path, std::move(what),
                std::move(fix)};
    }
};

/// Without this a power cut may take the name of a key away that records were already made with.
bool syncNames(std::filesystem::path const& folder)
{
    Descriptor const names{
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return names.get() >= 0 && ::fsync(names.get()) == 0;
}

std::string systemText(int code) { return std::generic_category().message(code); }

} // namespace

SecretBytes::~SecretBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Result<void> readSecret(std::string const& path, std::string_view setting, SecretBytes& key)
{
    Faults const faulty{setting, path};
    Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.get() < 0)
        return faulty("cannot be opened: " + systemText(errno),
                      "make one with: (umask 077; head -c 32 /dev/urandom > " + path + ")");
    struct stat status {
    };
    if (::fstat(file.get(), &status) != 0)
        return faulty("cannot be examined: " + systemText(errno), "check the file");
    if (!S_ISREG(status.st_mode))
        return faulty("is not a regular file", "name a file that holds the key");
    if ((status.st_mode & 0077U) != 0)
        return faulty("can be read by others than its owner",
                      "chmod 600 " + path + ", and make a new key if others had access");
    key.size_ = 0;
    while (key.size_ < key.bytes_.size()) {
        auto const got =
            ::read(file.get(), key.bytes_.data() + key.size_, key.bytes_.size() - key.size_);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return faulty("cannot be read: " + systemText(errno), "check the disk");
        if (got == 0) break;
        key.size_ += static_cast<std::size_t>(got);
    }
    if (key.size_ < kSecretBytes)
        return faulty("holds " + std::to_string(key.size_) + " bytes, fewer than 32",
                      "head -c 32 /dev/urandom > " + path);
    if (key.size_ > SecretBytes::kMost)
        return faulty("holds more than 4096 bytes", "name the file of the key alone");
    return {};
}

Result<void> makeSecret(std::string const& path, std::string_view setting)
{
    Faults const faulty{setting, path};
    std::error_code ignored; // a folder that cannot be made shows when the file cannot
    auto const folder = std::filesystem::path{path}.parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);

    auto const draft = path + "." + std::to_string(::getpid());
    Descriptor const file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.get() < 0)
        return faulty("cannot be made: " + systemText(errno),
                      "make the folder writable or set " + std::string{setting});
    std::array<unsigned char, kSecretBytes> key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
        throw std::runtime_error{"the random generator of OpenSSL has no entropy"};
    errno = ENOSPC; // what a short write means; a failed one says more
    auto const made =
        ::write(file.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
        ::fsync(file.get()) == 0 && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST) &&
        syncNames(folder);
    auto const code = errno;
    OPENSSL_cleanse(key.data(), key.size());
    ::unlink(draft.c_str());
    if (made) return {};
    return faulty("cannot be written: " + systemText(code), "free space or check the disk");
}

} // namespace tcds::audit
