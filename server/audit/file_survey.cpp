#include "server/audit/file_survey.hpp"

#include "server/audit/line_reader.hpp"
#include "server/audit/record_line.hpp"

#include <algorithm>
#include <string_view>

namespace tcds::audit {

namespace {

Error broken(std::string const& path, std::uint64_t line, std::string what)
{
    return {Error::Kind::BadRequest, path + ":" + std::to_string(line), std::move(what),
            "run `twitch-cds audit verify`, and keep the file as it is for the auditor"};
}

} // namespace

Result<FileSurvey> surveyFile(std::string const& path, std::atomic<bool> const& stop)
{
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    FileSurvey survey;
    Sha256 sha256;
    for (;;) {
        survey.stopped = stop;
        if (survey.stopped) return survey;
        auto const found = reader->next();
        if (!found) return found.error();
        if (*found == LineReader::Found::End) return survey;
        auto const number = survey.records + 1;
        if (*found == LineReader::Found::Partial) return broken(path, number, "ends inside a line");

        auto const parts = splitLine({reader->line().data(), reader->line().size()});
        if (!parts) return broken(path, number, "is no record of this log");
        if (!hashFits(*parts, sha256)) return broken(path, number, "was altered");
        if (survey.records == 0) {
            survey.firstSeq = parts->seq;
            std::ranges::copy(parts->prev, survey.before.begin());
            survey.earliest = survey.latest = parts->time;
        } else if (parts->seq != survey.lastSeq + 1 || parts->prev != view(survey.last)) {
            return broken(path, number, "does not follow the line before it");
        }
        survey.records = number;
        survey.lastSeq = parts->seq;
        std::ranges::copy(parts->hash, survey.last.begin());
        // Instants of one form: they are in the order of their text.
        if (parts->time < survey.earliest) survey.earliest = parts->time;
        if (parts->time > survey.latest) survey.latest = parts->time;
    }
}

} // namespace tcds::audit
