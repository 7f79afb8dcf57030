#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/settings.hpp"
#include "server/config/explain.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace tcds::cli {

namespace {

void print(std::vector<config::Setting> const& settings)
{
    std::size_t widestKey = 0;
    std::size_t widestValue = 0;
    for (auto const& setting : settings) {
        widestKey = std::max(widestKey, setting.key.size());
        widestValue = std::max(widestValue, std::min<std::size_t>(setting.value.size(), 40));
    }
    for (auto const& setting : settings)
        std::cout << std::left << std::setw(static_cast<int>(widestKey)) << setting.key << "  "
                  << std::setw(static_cast<int>(widestValue))
                  << (setting.value.empty() ? "-" : setting.value) << "  " << std::setw(11)
                  << config::toText(setting.origin) << "  " << setting.about << "\n";
}

config::Setting countOf(std::string name, std::vector<config::EntrySettings> const& entries,
                        std::string_view about)
{
    auto const count = entries.size();
    return {std::move(name),
            count == 0 ? std::string{} : std::to_string(count),
            count == 0 ? config::Origin::Default : config::Origin::File,
            about,
            {}};
}

void showEntries(std::string_view what, std::vector<config::EntrySettings> const& entries)
{
    for (auto const& entry : entries) {
        std::cout << "\n" << what << " " << entry.name << ", " << entry.where << "\n";
        print(entry.settings);
    }
}

void showAll(config::Loaded const& loaded)
{
    auto settings = loaded.settings;
    settings.push_back(
        countOf("tenants", loaded.tenants, "whose records are kept apart; each stands below"));
    settings.push_back(
        countOf("clients", loaded.clients, "who may call; the members of each entry stand below"));
    print(settings);
    showEntries("tenant", loaded.tenants);
    showEntries("client", loaded.clients);
}

/// A faulty configuration is explained too: whoever asks may be looking for the fault.
int explainOne(ConfigArguments const& arguments)
{
    auto const sources = readSources(arguments.config, arguments.flags);
    if (!sources) return Exit::kConfiguration;
    Problems problems;
    auto const loaded = config::loadForReading(*sources, problems);
    if (!loaded) {
        complain(problems);
        return Exit::kConfiguration;
    }
    auto const text = config::explainKey(arguments.key, *sources, *loaded);
    if (!text) {
        complain(text.error());
        return Exit::kUsage;
    }
    std::cout << *text;
    if (problems.hasErrors() && !arguments.config.empty())
        std::cerr << "The configuration has faults; `twitch-cds config check` lists them.\n";
    return Exit::kDone;
}

} // namespace

int config(ConfigArguments const& arguments)
{
    if (arguments.what == ConfigArguments::What::Explain) return explainOne(arguments);
    auto const loaded = loadSettings(arguments.config, arguments.flags);
    if (!loaded) return Exit::kConfiguration;
    if (arguments.what == ConfigArguments::What::Show)
        showAll(*loaded);
    else
        std::cout << "configuration is good: mode " << config::toText(loaded->config.mode) << "\n";
    return Exit::kDone;
}

} // namespace tcds::cli
