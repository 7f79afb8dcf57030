#include "server/audit/log_upkeep.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/compression.hpp"
#include "server/audit/line_reader.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/members.hpp"
#include "server/audit/record_line.hpp"
#include "server/audit/removal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace tcds::audit {

namespace {

constexpr std::string_view kHoldFile = "LEGAL-HOLD";

/// "2026-03-03" and 10: "2026-03-13"; "" when the day is none of the calendar.
std::string daysAfter(std::string const& day, unsigned days)
{
    auto const start = parseDateTime(day);
    return start ? toDay(start->first() + std::chrono::hours{24} * days) : std::string{};
}

/// What the first record of these files names as the one before it; nothing when they hold none.
Result<std::optional<HexDigest>> continuedFrom(std::string const& directory,
                                               std::span<std::string const> names)
{
    for (auto const& name : names) {
        auto reader = LineReader::open(directory + "/" + name);
        if (!reader) return reader.error();
        auto const found = reader->next();
        if (!found) return found.error();
        if (*found == LineReader::Found::End) continue;
        auto const parts = splitLine({reader->line().data(), reader->line().size()});
        if (!parts || *found != LineReader::Found::Line) break;
        HexDigest before{};
        std::ranges::copy(parts->prev, before.begin());
        return std::optional{before};
    }
    return std::optional<HexDigest>{};
}

std::string count(std::uint64_t number, std::string_view what)
{
    return std::to_string(number) + " " + std::string{what};
}

} // namespace

LogUpkeep::LogUpkeep(LogOptions const& options, Keep keep, std::atomic<bool> const& stop)
    : options_{options}, keep_{std::move(keep)}, stop_{stop}
{
}

void LogUpkeep::round(std::string const& written, Instant now)
{
    auto const names = logFilesIn(options_.directory);
    if (!names) return tell(names.error(), options_.directory);
    auto const current = std::ranges::find(*names, written);
    if (current == names->end()) return; // somebody took it away: nothing here is certain
    auto const finished = static_cast<std::size_t>(current - names->begin());
    removeOld(*names, finished, now);
    if (options_.compress) compress(std::span{*names}.first(finished));
}

/// A hold is written down when it is first seen, in each run, and when it ends while this runs.
bool LogUpkeep::held()
{
    std::string via;
    if (options_.legalHold)
        via = "setting";
    else if (::access(pathOf(kHoldFile).c_str(), F_OK) == 0)
        via = "file";
    if (via == heldVia_) return !via.empty();

    Members json;
    json.member("change", "legal-hold");
    json.member("outcome", via.empty() ? "lifted" : "in-force");
    json.member("via", via.empty() ? heldVia_ : via);
    if (auto const kept = keep_("config", json.take()); !kept) {
        tell(kept.error(), kHoldFile);
        return true; // nothing goes before it is known why it may
    }
    tell(LogNews::Kind::Held, kHoldFile, via.empty() ? "lifted" : "in force, by " + via);
    heldVia_ = via;
    return !via.empty();
}

void LogUpkeep::compress(std::span<std::string const> finished)
{
    for (auto const& name : finished) {
        if (stop_) return;
        if (readFileName(name)->compressed || ::access(pathOf(name).c_str(), F_OK) != 0) continue;
        auto const made = compressFile(options_.directory, name, stop_);
        if (!made)
            tell(made.error(), name);
        else if (made->done)
            tell(LogNews::Kind::Compressed, name,
                 count(made->before, "bytes became ") + std::to_string(made->after));
    }
}

/// The file of a day holds no later record. It may go when the day on which its last record is as
/// old as the period is itself in a finished file: so a clock that is wrong by years removes
/// nothing on the day on which it goes wrong, and somebody may see it in time.
void LogUpkeep::removeOld(std::span<std::string const> names, std::size_t finished, Instant now)
{
    if (held() || options_.retentionDays == 0 || finished == 0) return;
    auto const reached = std::min(dayOf(names[finished - 1]), toDay(now - std::chrono::hours{24}));
    for (std::size_t i = 0; i < finished && !stop_; ++i) {
        auto const due = daysAfter(dayOf(names[i]), options_.retentionDays);
        if (due.empty() || due > reached) return;
        auto const gone = removeFile(names[i], names.subspan(i + 1));
        if (!gone) return tell(gone.error(), names[i]);
        if (!*gone) return;
    }
}

/// @param following  files behind it, which have to continue its chain
/// @return false when stopped, or when a hold came while the file was read
Result<bool> LogUpkeep::removeFile(std::string const& name, std::span<std::string const> following)
{
    auto const survey = surveyFile(pathOf(name), stop_);
    if (!survey) return survey.error();
    if (survey->stopped || held()) return false;
    if (survey->records > 0) {
        if (auto const fit = fits(*survey, name, following); !fit) return fit.error();
        auto const kept = keep_(
            "config", writeRemoval({plainNameOf(name), survey->records, survey->firstSeq,
                                    survey->lastSeq, survey->earliest, survey->latest,
                                    std::string{view(survey->last)}, options_.retentionDays}));
        if (!kept) return kept.error();
    }
    // Both forms: an interrupted compression left two, and the second must not come to light again.
    for (auto const& path : {pathOf(plainNameOf(name)), pathOf(plainNameOf(name) + ".gz")})
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            return Error{Error::Kind::Unavailable, path,
                         "cannot be removed: " + std::generic_category().message(errno),
                         "check the rights of the directory"};
    tell(LogNews::Kind::Removed, name,
         count(survey->records, "records, older than ") + count(options_.retentionDays, "days"));
    return true;
}

/// Whether what a file holds is what its name and its place in the log say.
Result<void> LogUpkeep::fits(FileSurvey const& survey, std::string const& name,
                             std::span<std::string const> following) const
{
    if (survey.latest.substr(0, 10) > dayOf(name))
        return Error{Error::Kind::BadRequest, pathOf(name),
                     "holds records of later days than its name says, and is not removed",
                     "give it its name back: its latest record is of " + survey.latest};
    auto const next = continuedFrom(options_.directory, following);
    if (!next) return next.error();
    if (*next != survey.last)
        return Error{Error::Kind::BadRequest, pathOf(name),
                     "is not continued by the file behind it, and is not removed",
                     "run `twitch-cds audit verify`"};
    return {};
}

void LogUpkeep::tell(LogNews::Kind kind, std::string_view file, std::string what)
{
    if (options_.news) options_.news({kind, file, what});
}

void LogUpkeep::tell(Error const& error, std::string_view file)
{
    tell(LogNews::Kind::Trouble, file, tcds::toText(error));
}

std::string LogUpkeep::pathOf(std::string_view name) const
{
    return options_.directory + "/" + std::string{name};
}

} // namespace tcds::audit
