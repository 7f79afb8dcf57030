#include "server/cli/commands.hpp"
#include "server/cli/settings.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace tcds::cli {

int config(ConfigArguments const& arguments)
{
    auto const loaded = loadSettings(arguments.config, arguments.flags);
    if (!loaded) return Exit::kConfiguration;
    if (!arguments.show) {
        std::cout << "configuration is good: mode " << config::toText(loaded->config.mode) << "\n";
        return Exit::kDone;
    }
    std::size_t widestKey = 0;
    std::size_t widestValue = 0;
    for (auto const& setting : loaded->settings) {
        widestKey = std::max(widestKey, setting.key.size());
        widestValue = std::max(widestValue, std::min<std::size_t>(setting.value.size(), 40));
    }
    for (auto const& setting : loaded->settings)
        std::cout << std::left << std::setw(static_cast<int>(widestKey)) << setting.key << "  "
                  << std::setw(static_cast<int>(widestValue))
                  << (setting.value.empty() ? "-" : setting.value) << "  " << std::setw(11)
                  << config::toText(setting.origin) << "  " << setting.about << "\n";
    return Exit::kDone;
}

} // namespace tcds::cli
