#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/prefetch_text.hpp"
#include "server/cli/rule_source.hpp"
#include "server/cli/settings.hpp"

#include <algorithm>
#include <iostream>

namespace tcds::cli {

namespace {

Error unknownClient(std::string const& name, config::Config const& config)
{
    std::vector<std::string_view> names;
    for (auto const& client : config.clients) names.push_back(client.name);
    auto const near = nearestWord(name, names);
    return {Error::Kind::NotFound, "--client " + name,
            "no entry of the configuration has this name",
            !near.empty()   ? "did you mean \"" + near + "\"?"
            : names.empty() ? "give the file with the client entries by --config"
                            : "see `twitch-cds config show` for the names"};
}

std::string written(PrefetchWanted const& wanted, std::string const& format,
                    rules::RuleSet const& rules)
{
    if (format == "json") return prefetchJson(wanted, rules);
    if (format == "curl") return prefetchCurl(wanted, rules);
    return prefetchTable(wanted, rules);
}

} // namespace

int configPrefetch(PrefetchArguments const& arguments)
{
    config::Config config;
    // Without a file nothing of the configuration is looked at, so none has to be good.
    if (!arguments.config.empty()) {
        auto loaded = loadSettings(arguments.config, arguments.flags);
        if (!loaded) return Exit::kConfiguration;
        config = std::move(loaded->config);
    }
    PrefetchWanted wanted;
    if (arguments.client.empty()) {
        wanted.choice.profile =
            cds::parseProfile(arguments.profile).value_or(cds::Profile::Default);
    } else {
        auto const client =
            std::ranges::find(config.clients, arguments.client, &config::ClientEntry::name);
        if (client == config.clients.end()) {
            complain(unknownClient(arguments.client, config));
            return Exit::kUsage;
        }
        wanted = prefetchOf(*client);
    }
    auto const rules = rulesOf(config, "");
    if (!rules) return Exit::kConfiguration;
    std::cout << written(wanted, arguments.format, *rules);
    return Exit::kDone;
}

} // namespace tcds::cli
