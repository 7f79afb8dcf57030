#include "server/doctor/token_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tcds::doctor {

namespace {

constexpr std::size_t kMostBytes = 16U * 1024U; // a head of a request takes no more

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, path, std::move(what), std::move(fix)};
}

/// A descriptor that closes itself.
struct File {
    int descriptor = -1;

    explicit File(std::string const& path) : descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}
    {
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    ~File()
    {
        if (descriptor >= 0) ::close(descriptor);
    }
};

Result<void> checkMode(File const& file, std::string const& path)
{
    struct stat status {
    };
    if (file.descriptor < 0 || ::fstat(file.descriptor, &status) != 0)
        return faulty(path, std::strerror(errno), // NOLINT: one thread
                      "name a readable file that holds an access token");
    if (!S_ISREG(status.st_mode))
        return faulty(path, "is not a regular file", "name a file that holds an access token");
    if ((status.st_mode & 0077U) != 0)
        return faulty(path, "can be read by others than its owner",
                      "chmod 600 " + path + ", and take a new token if others had access");
    return {};
}

} // namespace

Result<client::AccessToken> readTokenFile(std::string const& path)
{
    File const file{path};
    if (auto const checked = checkMode(file, path); !checked) return checked.error();
    std::string text(kMostBytes + 1, '\0'); // one piece: a string that grows leaves copies behind
    auto const got = ::read(file.descriptor, text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    auto const size = text.size();
    auto const prefixed = text.starts_with("Bearer ");
    client::AccessToken token{std::move(text)};
    if (size == 0) return faulty(path, "holds no token", "write the access token into it");
    if (size > kMostBytes)
        return faulty(path, "holds more than 16 KiB", "write the access token alone into it");
    if (prefixed)
        return faulty(path, "begins with \"Bearer\"", "write the access token alone into it");
    if (!token.fitsHeader())
        return faulty(path, "holds characters that no token has",
                      "write the access token alone into it, on one line");
    return token;
}

} // namespace tcds::doctor
