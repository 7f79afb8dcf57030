#include "server/app/admin_tokens.hpp"

#include "server/audit/digest.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace tcds::app {

namespace {

constexpr std::size_t kLeastToken = 32; // characters: 128 bits as hexadecimal digits
constexpr std::string_view kScheme = "Bearer ";

Error faulty(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::Config, std::move(where), std::move(what), std::move(fix)};
}

Result<void> checkMode(std::string const& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return faulty(path, "cannot be read: " + std::generic_category().message(errno),
                      "make one with: (umask 077; echo \"NAME $(openssl rand -hex 32)\" > " + path +
                          ")");
    if (!S_ISREG(status.st_mode))
        return faulty(path, "is not a regular file", "name a file with a line NAME TOKEN each");
    if ((status.st_mode & 0077U) != 0)
        return faulty(path, "can be read by others than its owner",
                      "chmod 600 " + path + ", and make new tokens if others had access");
    return {};
}

bool isName(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

} // namespace

Result<AdminTokens> AdminTokens::fromFile(std::string const& path)
{
    if (auto const checked = checkMode(path); !checked) return checked.error();
    std::ifstream file{path};
    AdminTokens tokens;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        auto const where = path + ":" + std::to_string(++number);
        if (line.empty() || line.front() == '#') continue;
        auto const blank = line.find(' ');
        auto const name = line.substr(0, blank);
        auto const token = blank == std::string::npos ? std::string{} : line.substr(blank + 1);
        if (!isName(name))
            return faulty(where, "does not begin with a name",
                          "write NAME TOKEN: letters, digits, '.', '_' and '-' in the name");
        if (token.size() < kLeastToken || token.find_first_of(" \t\r") != std::string::npos)
            return faulty(where, "has no token of 32 characters or more behind the name",
                          "make one with: openssl rand -hex 32");
        tokens.byDigest_.emplace_back(audit::sha256(token), name);
    }
    if (tokens.byDigest_.empty())
        return faulty(path, "holds no token", "write a line NAME TOKEN for each who may ask");
    return tokens;
}

std::optional<std::string> AdminTokens::nameOf(std::string_view authorization) const
{
    if (!authorization.starts_with(kScheme)) return std::nullopt;
    // Digests are compared, so the time that it takes tells nothing of a token.
    auto const digest = audit::sha256(authorization.substr(kScheme.size()));
    auto const at =
        std::ranges::find(byDigest_, digest, &std::pair<std::string, std::string>::first);
    if (at == byDigest_.end()) return std::nullopt;
    return at->second;
}

} // namespace tcds::app
