#include "server/replay/settings_store.hpp"

#include "rules/store/whole_file.hpp"
#include "server/app/settings_text.hpp"
#include "server/audit/digest.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tcds::replay {

namespace {

namespace fs = std::filesystem;

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, "content.store " + path, std::move(what), std::move(fix)};
}

/// Digests become names of files: nothing else may.
bool isDigest(std::string_view digest)
{
    return digest.size() == 64 && std::ranges::all_of(digest, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

} // namespace

std::string settingsFile(std::string const& directory, std::string_view digest)
{
    return directory + "/settings/" + std::string{digest} + ".json";
}

Result<void> keepSettings(std::string const& directory,
                          std::map<std::string, std::string> const& settings)
{
    auto const folder = directory + "/settings";
    constexpr auto kFix = "name a folder that the service may write to: settings of old decisions "
                          "are kept there";
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) return faulty(folder, "cannot be made: " + failure.message(), kFix);
    for (auto const& [digest, text] : settings) {
        auto const path = settingsFile(directory, digest);
        if (fs::is_regular_file(path, failure)) continue;
        if (auto const written = rules::writeWhole(path, text); !written)
            return faulty(path, toText(written.error()), kFix);
    }
    return {};
}

Result<std::optional<app::DecideSettings>> findSettings(std::string const& directory,
                                                        std::string_view digest)
{
    if (!isDigest(digest)) return std::optional<app::DecideSettings>{};
    auto const path = settingsFile(directory, digest);
    auto text = rules::readWhole(path);
    if (!text) return text.error();
    if (!*text) return std::optional<app::DecideSettings>{};
    if (audit::sha256(**text) != digest)
        return faulty(path, "is not what its name says: its SHA-256 is another one",
                      "restore it from a backup");
    auto settings = app::readSettingsText(std::move(**text));
    if (!settings)
        return faulty(path, settings.error().where + ": " + settings.error().what,
                      settings.error().fix);
    return std::optional{std::move(*settings)};
}

} // namespace tcds::replay
