#include "server/app/admin_tokens.hpp"

#include "server/audit/digest.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace tcds::app {

namespace {

constexpr std::size_t kLeastToken = 32; // characters: 128 bits as hexadecimal digits
constexpr std::string_view kScheme = "Bearer ";

constexpr std::array kRoles{std::pair{Role::Viewer, std::string_view{"viewer"}},
                            std::pair{Role::Operator, std::string_view{"operator"}},
                            std::pair{Role::Auditor, std::string_view{"auditor"}},
                            std::pair{Role::Admin, std::string_view{"admin"}}};

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
        return faulty(path, "is not a regular file",
                      "name a file with a line NAME TOKEN ROLE each");
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

struct TokenLine {
    std::string token;
    AdminUser user;
};

/// The words of a line, parted by single blanks.
std::vector<std::string> wordsOf(std::string_view line)
{
    std::vector<std::string> words;
    for (;;) {
        auto const blank = line.find(' ');
        words.emplace_back(line.substr(0, blank));
        if (blank == std::string_view::npos) return words;
        line = line.substr(blank + 1);
    }
}

Result<TokenLine> readLine(std::string const& line, std::string const& where)
{
    auto const words = wordsOf(line);
    if (!isName(words[0]))
        return faulty(where, "does not begin with a name",
                      "write NAME TOKEN ROLE: letters, digits, '.', '_' and '-' in the name");
    if (words.size() < 2 || words[1].size() < kLeastToken ||
        words[1].find_first_of("\t\r") != std::string::npos)
        return faulty(where, "has no token of 32 characters or more behind the name",
                      "make one with: openssl rand -hex 32");
    TokenLine read{words[1], {words[0], Role::Operator, {}}};
    if (words.size() > 2) {
        auto const role = parseRole(words[2]);
        if (!role)
            return faulty(where, "has no role that is known behind the token",
                          "write viewer, operator, auditor or admin");
        read.user.role = *role;
    }
    if (words.size() > 3) read.user.tenant = words[3];
    if (words.size() > 4 || (words.size() > 3 && words[3] != "*" && !isName(words[3])))
        return faulty(where, "has something else than a tenant behind the role",
                      "write the name of one tenant, * for every one, or nothing");
    return read;
}

} // namespace

std::string_view word(Role role)
{
    return std::ranges::find(kRoles, role, &std::pair<Role, std::string_view>::first)->second;
}

std::optional<Role> parseRole(std::string_view word)
{
    auto const* const at =
        std::ranges::find(kRoles, word, &std::pair<Role, std::string_view>::second);
    if (at == kRoles.end()) return std::nullopt;
    return at->first;
}

Result<AdminTokens> AdminTokens::fromFile(std::string const& path)
{
    if (auto const checked = checkMode(path); !checked) return checked.error();
    std::ifstream file{path};
    AdminTokens tokens;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        auto const where = path + ":" + std::to_string(++number);
        if (line.empty() || line.front() == '#') continue;
        auto const read = readLine(line, where);
        if (!read) return read.error();
        auto digest = audit::sha256(read->token);
        if (std::ranges::find(tokens.entries_, digest, &Entry::digest) != tokens.entries_.end())
            return faulty(where, "has the token of a line before it",
                          "make one for each who may ask: openssl rand -hex 32");
        tokens.entries_.push_back({std::move(digest), read->user});
    }
    if (tokens.entries_.empty())
        return faulty(path, "holds no token", "write a line NAME TOKEN ROLE for each who may ask");
    return tokens;
}

AdminUser const* AdminTokens::holderOf(std::string_view authorization) const
{
    if (!authorization.starts_with(kScheme)) return nullptr;
    // Digests are compared, so the time that it takes tells nothing of a token.
    auto const digest = audit::sha256(authorization.substr(kScheme.size()));
    auto const at = std::ranges::find(entries_, digest, &Entry::digest);
    return at == entries_.end() ? nullptr : &at->user;
}

std::vector<std::string> AdminTokens::tenants() const
{
    std::vector<std::string> names;
    for (auto const& entry : entries_)
        if (!entry.user.tenant.empty() && entry.user.tenant != "*")
            names.push_back(entry.user.tenant);
    return names;
}

} // namespace tcds::app
