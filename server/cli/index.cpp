#include "server/cli/index.hpp"

#include "fhir/base/clock.hpp"
#include "fhir/base/datetime.hpp"
#include "server/cli/log_folder.hpp"
#include "server/cli/progress_bar.hpp"

#include <array>
#include <iostream>
#include <utility>

namespace tcds::cli {

namespace {

/// "3 minutes ago"
std::string ago(std::chrono::milliseconds time)
{
    struct Unit {
        std::chrono::milliseconds length;
        char const* name;
    };
    using namespace std::chrono_literals;
    static constexpr std::array kUnits{Unit{24h, "day"}, Unit{1h, "hour"}, Unit{1min, "minute"},
                                       Unit{1s, "second"}};
    if (time < 0ms) return "later than the clock of this host";
    for (auto const& [length, name] : kUnits)
        if (time >= length) {
            auto const count = time / length;
            return std::to_string(count) + " " + name + (count == 1 ? " ago" : "s ago");
        }
    return "now";
}

} // namespace

Result<query::Index> openIndex(std::string const& directory, IndexArguments const& arguments)
{
    query::IndexOptions options;
    options.directory = directory;
    options.file = arguments.file;
    options.rebuild = arguments.rebuild;
    options.progress = progressBar("reading the log");
    options.say = [](std::string const& text) { std::cerr << text << '\n'; };
    return query::Index::open(options);
}

std::string describe(query::Index::Extent const& extent)
{
    if (!extent.last) return "the log holds no record";
    auto text = "the log ends with record " + std::to_string(extent.lastSeq) + " of " +
                toText(*extent.last) + " (" + ago(SystemClock{}.now() - *extent.last) + ")";
    if (extent.unreadable > 0)
        text += "; " + std::to_string(extent.unreadable) +
                " lines are no records, see twitch-cds audit verify";
    return text;
}

} // namespace tcds::cli
