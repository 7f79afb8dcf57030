#include "server/forward/target.hpp"

#include <libpq-fe.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>

namespace tcds::forward {

namespace {

constexpr std::size_t kMostPassword = 1024;

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
struct FreeText {
    void operator()(char* text) const { PQfreemem(text); }
};

Error faulty(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::Config, std::move(where), std::move(what), std::move(fix)};
}

std::string_view valueOf(Target const& target, std::string_view name)
{
    auto const at =
        std::ranges::find(target.settings, name, &std::pair<std::string, std::string>::first);
    return at == target.settings.end() ? std::string_view{} : std::string_view{at->second};
}

bool isLoopback(std::string_view host)
{
    auto const isNumeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return (isNumeric && host.starts_with("127.")) || host == "::1" || host == "localhost";
}

/// Every host of a list; libpq takes an empty one and a path for a Unix socket.
bool areLocal(std::string_view hosts)
{
    for (;;) {
        auto const comma = hosts.find(',');
        auto const host = hosts.substr(0, comma);
        if (!host.empty() && host.front() != '/' && host.front() != '@' && !isLoopback(host))
            return false;
        if (comma == std::string_view::npos) return true;
        hosts.remove_prefix(comma + 1);
    }
}

/// What libpq takes where the connection string says nothing.
std::string_view environment(char const* name)
{
    auto const* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

/// @param service  hosts of a service file are not looked at, so they count as other hosts
bool isLocal(std::string_view host, std::string_view address, std::string_view service)
{
    return areLocal(host) && areLocal(address) && service.empty();
}

std::string shown(Target const& target)
{
    auto const host =
        valueOf(target, "host").empty() ? valueOf(target, "hostaddr") : valueOf(target, "host");
    auto const port = valueOf(target, "port");
    return std::string{valueOf(target, "dbname")} + " at " +
           (host.empty() ? "the local socket" : std::string{host}) +
           (port.empty() ? std::string{} : ":" + std::string{port});
}

std::string systemText(int code) { return std::generic_category().message(code); }

} // namespace

Result<Target> readTarget(std::string const& connection, std::string passwordFile,
                          std::string const& where)
{
    constexpr auto kForm = "write such as \"host=db.example.org dbname=twitch_cds user=cds_1\"";
    char* failure = nullptr;
    std::unique_ptr<PQconninfoOption, FreeOptions> const options{
        PQconninfoParse(connection.c_str(), &failure)};
    std::unique_ptr<char, FreeText> const freed{failure};
    // What libpq says repeats the text, in which there may be a password.
    if (!options) return faulty(where, "is no connection string of PostgreSQL", kForm);
    Target target;
    target.passwordFile = std::move(passwordFile);
    for (auto const* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) target.settings.emplace_back(option->keyword, option->val);
    for (auto const* secret : {"password", "sslpassword"})
        if (!valueOf(target, secret).empty())
            return faulty(where, std::string{"holds a "} + secret,
                          "write the password into a file of mode 0600 and name that "
                          "(password_file), or let the node prove itself by sslcert and sslkey");
    if (valueOf(target, "service").empty() && valueOf(target, "dbname").empty())
        return faulty(where, "names no database", kForm);
    target.local =
        isLocal(valueOf(target, "host"), valueOf(target, "hostaddr"), valueOf(target, "service"));
    if (valueOf(target, "host").empty() && valueOf(target, "hostaddr").empty())
        target.local = target.local && isLocal(environment("PGHOST"), environment("PGHOSTADDR"),
                                               environment("PGSERVICE"));
    if (!target.local && valueOf(target, "sslmode").empty())
        target.settings.emplace_back("sslmode", "verify-full");
    target.verified = valueOf(target, "sslmode") == "verify-full";
    target.shown = shown(target);
    return target;
}

Result<std::string> readPassword(std::string const& file)
{
    auto const descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return faulty(file, "cannot be opened: " + systemText(errno),
                      "write the password into it: (umask 077; cat > " + file + ")");
    struct stat status = {};
    std::array<char, kMostPassword + 1> text{};
    auto const examined = ::fstat(descriptor, &status) == 0;
    auto const got = examined && S_ISREG(status.st_mode)
                         ? ::read(descriptor, text.data(), text.size())
                         : ssize_t{-1};
    ::close(descriptor);
    if (!examined || !S_ISREG(status.st_mode))
        return faulty(file, "is not a regular file", "name a file that holds the password");
    if ((status.st_mode & 0077U) != 0)
        return faulty(file, "can be read by others than its owner",
                      "chmod 600 " + file + ", and change the password if others had access");
    if (got < 0) return faulty(file, "cannot be read", "check the disk");
    std::string_view password{text.data(), static_cast<std::size_t>(got)};
    if (password.size() > kMostPassword)
        return faulty(file, "holds more than 1024 bytes", "name the file of the password alone");
    password = password.substr(0, password.find_first_of("\r\n"));
    if (password.empty()) return faulty(file, "is empty", "write the password into it");
    return std::string{password};
}

} // namespace tcds::forward
