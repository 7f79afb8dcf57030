#include "tests/unit/config/sources.hpp"

#include <algorithm>
#include <stdexcept>

namespace tcds::config::test {

Sources sandbox()
{
    Sources sources;
    sources.flags = {{"mode", "sandbox"}};
    sources.stateDirectory = "/home/ann/.local/state/twitch-cds";
    sources.hostName = "ward-7";
    return sources;
}

Sources withFile(std::string_view yaml)
{
    auto sources = sandbox();
    sources.file = "site.yaml";
    sources.fileText = yaml;
    return sources;
}

Sources production()
{
    auto sources = sandbox();
    sources.flags = {{"audit.key_file", "/etc/twitch-cds/key"}};
    return sources;
}

Setting const& Outcome::setting(std::string_view key) const
{
    if (!loaded) throw std::runtime_error{"not loaded:\n" + report};
    auto const at = std::ranges::find(loaded->settings, key, &Setting::key);
    if (at == loaded->settings.end()) throw std::runtime_error{"no setting " + std::string{key}};
    return *at;
}

Outcome load(Sources const& sources)
{
    Outcome outcome;
    Problems problems;
    outcome.loaded = config::load(sources, problems);
    outcome.problems = problems.sorted();
    for (auto const& problem : outcome.problems) outcome.report += toText(problem) + "\n";
    return outcome;
}

} // namespace tcds::config::test
