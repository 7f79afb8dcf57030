#include "server/cli/log_folder.hpp"

#include "server/cli/settings.hpp"
#include "server/config/tenants.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tcds::cli {

namespace {

std::optional<config::Loaded> settingsOf(VerifyArguments const& arguments)
{
    auto flags = arguments.flags;
    // Reading the log needs no key and no acknowledgement, so production's conditions of start do
    // not apply; without any hint the place of a sandbox is looked at.
    if (flags.empty() && arguments.config.empty()) flags.emplace_back("mode", "sandbox");
    return loadSettings(arguments.config, std::move(flags));
}

bool isSameFolder(std::string const& left, std::string const& right)
{
    std::error_code failure;
    return left == right || std::filesystem::equivalent(left, right, failure);
}

} // namespace

std::optional<std::string> directoryOf(VerifyArguments const& arguments)
{
    if (!arguments.directory.empty()) return arguments.directory;
    auto const loaded = settingsOf(arguments);
    if (!loaded) return std::nullopt;
    return loaded->config.auditDirectory;
}

Result<audit::Pseudonyms> pseudonymsOf(VerifyArguments const& arguments,
                                       std::string const& directory)
{
    auto const loaded = settingsOf(arguments);
    if (!loaded)
        return Error{Error::Kind::Config, "audit.key_file", "the configuration cannot be read",
                     "name the key of the log with --key FILE"};
    auto const tenants = config::allTenants(loaded->config);
    auto const at = std::ranges::find_if(tenants, [&](config::TenantEntry const& entry) {
        return isSameFolder(entry.auditDirectory, directory);
    });
    auto const& entry = at == tenants.end() ? tenants.front() : *at;
    return pseudonymsIn(entry.auditKeyFile, entry.name);
}

Result<audit::Pseudonyms> pseudonymsIn(std::string const& keyFile, std::string const& tenant)
{
    return audit::Pseudonyms::fromFile(keyFile, tenant);
}

} // namespace tcds::cli
