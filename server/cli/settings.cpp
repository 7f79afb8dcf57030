#include "server/cli/settings.hpp"

#include "server/cli/console.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace tcds::cli {

namespace {

std::string environmentOr(char const* name, std::string fallback)
{
    auto const* value = std::getenv(name); // NOLINT: read before any thread starts
    return value != nullptr && *value != '\0' ? std::string{value} : std::move(fallback);
}

/// $XDG_STATE_HOME/twitch-cds, else ~/.local/state/twitch-cds (decision D37).
std::string stateDirectory()
{
    return environmentOr("XDG_STATE_HOME", environmentOr("HOME", "/tmp") + "/.local/state") +
           "/twitch-cds";
}

std::string hostName()
{
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()}
                                                          : std::string{"node"};
}

} // namespace

Result<config::Sources> sourcesOf(std::string const& file,
                                  std::vector<std::pair<std::string, std::string>> flags)
{
    config::Sources sources;
    sources.file = file;
    if (!file.empty()) {
        auto text = readText(file);
        if (!text) return text.error();
        sources.fileText = std::move(*text);
    }
    sources.environment = config::environment();
    sources.flags = std::move(flags);
    sources.stateDirectory = stateDirectory();
    sources.hostName = hostName();
    return sources;
}

std::optional<config::Sources> readSources(std::string const& file,
                                           std::vector<std::pair<std::string, std::string>> flags)
{
    auto sources = sourcesOf(file, std::move(flags));
    if (sources) return *std::move(sources);
    complain(sources.error());
    return std::nullopt;
}

std::optional<config::Loaded> loadSettings(std::string const& file,
                                           std::vector<std::pair<std::string, std::string>> flags)
{
    auto const sources = readSources(file, std::move(flags));
    if (!sources) return std::nullopt;
    Problems problems;
    auto loaded = config::load(*sources, problems);
    complain(problems);
    return loaded;
}

} // namespace tcds::cli
