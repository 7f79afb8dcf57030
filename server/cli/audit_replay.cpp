#include "fhir/base/clock.hpp"
#include "fhir/base/datetime.hpp"
#include "fhir/base/plain_text.hpp"
#include "server/audit/reader.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/replay_sources.hpp"
#include "server/cli/replay_text.hpp"
#include "server/replay/range.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>

namespace tcds::cli {

namespace {

using namespace tcds::replay;

int exitOf(Obstacle obstacle)
{
    switch (obstacle) {
    case Obstacle::NoFacts:
        return Exit::kNoFacts;
    case Obstacle::NoPack:
    case Obstacle::NoSettings:
        return Exit::kNotInStore;
    case Obstacle::Broken:
        return Exit::kBadInput;
    }
    return Exit::kInternal;
}

int replayOne(ReplayArguments const& arguments, ReplaySources const& sources, Replayer& replayer)
{
    auto const line = lineOf(sources.directory, arguments.decision);
    if (!line) {
        complain(line.error());
        return line.error().kind == Error::Kind::NotFound ? Exit::kCheckFailed : Exit::kBadInput;
    }
    auto const recorded = readDecision(*line);
    if (!recorded) {
        complain(recorded.error());
        return Exit::kBadInput;
    }
    auto const replay = replayer.again(*recorded);
    if (auto const* const no = std::get_if<NotReplayable>(&replay)) {
        if (arguments.format == "json") std::cout << notReplayableJson(*recorded, *no);
        complain(no->why);
        return exitOf(no->obstacle);
    }
    auto const& replayed = std::get<Replayed>(replay);
    auto const difference =
        differenceOf(recorded->decided, replayed.now, !replayer.hasOtherRules());
    std::cout << (arguments.format == "json"
                      ? replayJson(*recorded, replayed, difference)
                      : plainLines(replayText(*recorded, replayed, difference)));
    return difference.none() && !replayed.refused ? Exit::kDone : Exit::kCheckFailed;
}

/// How far a period is done, by the time of the records: "replaying [####----]  52 %, 1200
/// decisions". On a terminal alone.
class Progress
{
public:
    explicit Progress(ReplayArguments const& arguments)
        : shown_{isatty(STDERR_FILENO) == 1}, from_{timeOf(arguments.from, false)},
          to_{timeOf(arguments.to, true)}
    {
    }
    ~Progress()
    {
        if (shown_) std::cerr << "\r\033[K";
    }
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    void show(std::uint64_t done, std::string_view time)
    {
        constexpr std::int64_t kWidth = 30;
        auto const at = timeOf(time, false);
        if (!shown_ || !at) return;
        if (!from_) from_ = at;
        auto const all =
            std::max((to_.value_or(SystemClock{}.now()) - *from_).count(), std::int64_t{1});
        auto const part = std::clamp((*at - *from_).count(), std::int64_t{0}, all);
        auto const filled = static_cast<std::size_t>(kWidth * part / all);
        std::cerr << "\rreplaying [" << std::string(filled, '#')
                  << std::string(static_cast<std::size_t>(kWidth) - filled, '-') << "] "
                  << 100 * part / all << " %, " << done << " decisions" << std::flush;
    }

private:
    static std::optional<Instant> timeOf(std::string_view text, bool end)
    {
        auto const span = parseDateTime(text);
        if (!span) return std::nullopt;
        return end ? span->last() : span->first();
    }

    bool shown_;
    std::optional<Instant> from_, to_;
};

/// What differs first; else why some could not be made again.
int exitOf(RangeReport const& report)
{
    if (report.different + report.otherText > 0) return Exit::kCheckFailed;
    for (auto const obstacle :
         {Obstacle::Broken, Obstacle::NoPack, Obstacle::NoSettings, Obstacle::NoFacts})
        if (report.stuck.contains(obstacle)) return exitOf(obstacle);
    return Exit::kDone;
}

int replayPeriod(ReplayArguments const& arguments, ReplaySources const& sources, Replayer& replayer)
{
    auto const report = [&] {
        Progress progress{arguments};
        return replayRange(
            replayer, {sources.directory, arguments.from, arguments.to},
            [&progress](std::uint64_t done, std::string_view time) { progress.show(done, time); });
    }();
    if (!report) {
        complain(report.error());
        return Exit::kBadInput;
    }
    RangeTitle const title{arguments.from, arguments.to, sources.rulesName, arguments.rule};
    std::cout << (arguments.format == "json"  ? toJson(*report, title)
                  : arguments.format == "csv" ? toCsv(*report, title)
                                              : plainLines(toText(*report, title)));
    return exitOf(*report);
}

} // namespace

int replay(ReplayArguments const& arguments)
{
    if (arguments.decision.empty() && arguments.from.empty() && arguments.to.empty()) {
        complain(Error{Error::Kind::BadRequest, "replay", "no decision is named",
                       "give --decision ID, or --from and --to"});
        return Exit::kUsage;
    }
    auto sources = replaySources(arguments);
    if (auto const* const code = std::get_if<int>(&sources)) return *code;
    auto& found = std::get<ReplaySources>(sources);
    Replayer replayer{*found.packs, found.store};
    if (found.rules != nullptr) replayer.with(found.rules);
    return arguments.decision.empty() ? replayPeriod(arguments, found, replayer)
                                      : replayOne(arguments, found, replayer);
}

} // namespace tcds::cli
