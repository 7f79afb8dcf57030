#include "server/proof/log_walk.hpp"

#include "server/audit/line_reader.hpp"
#include "server/audit/log_directory.hpp"
#include "server/proof/note.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tcds::proof {

namespace {

using audit::LineReader;

constexpr std::uint64_t kProgressStep = 16U * 1024U * 1024U;

std::optional<audit::LogFileName> nameOf(std::string const& path)
{
    return audit::readFileName(std::filesystem::path{path}.filename().string());
}

} // namespace

Result<std::vector<std::string>> logPaths(std::string const& directory)
{
    auto const names = audit::logFilesIn(directory);
    if (!names) return names.error();
    if (names->empty())
        return Error{Error::Kind::NotFound, directory, "holds no decisions-YYYY-MM-DD.jsonl",
                     "name the directory of the decision log (audit.directory)"};
    std::vector<std::string> paths;
    for (auto const& name : *names) paths.push_back(directory + "/" + name);
    return paths;
}

std::vector<std::string> inOrder(std::vector<std::string> paths)
{
    // A shell sorts `.10.jsonl` before `.2.jsonl`; a copy may have any name.
    if (std::ranges::all_of(paths, [](auto const& path) { return nameOf(path).has_value(); }))
        std::ranges::stable_sort(paths, [](auto const& left, auto const& right) {
            return isBefore(*nameOf(left), *nameOf(right));
        });
    return paths;
}

std::uint64_t bytesOf(std::vector<std::string> const& paths)
{
    std::uint64_t inAll = 0;
    for (auto const& path : paths) {
        std::error_code failure;
        auto const size = std::filesystem::file_size(path, failure);
        if (!failure) inAll += size;
    }
    return inAll;
}

Result<void> walk(std::vector<std::string> const& paths, WalkedLine const& from,
                  std::function<bool(WalkedLine const&)> const& see, Progress const& progress)
{
    auto const inAll = bytesOf(paths);
    std::uint64_t done = 0, told = 0;
    for (auto file = from.file; file < paths.size(); ++file) {
        auto reader = LineReader::open(paths[file]);
        if (!reader) return reader.error();
        if (file == from.file && from.offset > 0)
            if (auto const skipped = reader->skipTo(from.offset); !skipped) return skipped;
        for (;;) {
            auto const found = reader->next();
            if (!found) return found.error();
            if (*found != LineReader::Found::Line) break;
            std::string_view const text{reader->line().data(), reader->line().size()};
            auto const parts = audit::splitLine(text);
            if (!parts)
                return Error{Error::Kind::BadRequest, paths[file],
                             "holds a line that is no record of this log",
                             "run `twitch-cds audit verify`: it names the line"};
            if (!see({*parts, text, file, reader->offset()})) return {};
            if (!progress || done + reader->fileBytes() < told + kProgressStep) continue;
            told = done + reader->fileBytes();
            progress(std::min(told, inAll), inAll);
        }
        done += reader->fileBytes();
    }
    if (progress) progress(inAll, inAll);
    return {};
}

Result<std::optional<Station>> stationOf(WalkedLine const& line)
{
    auto const checkpoint = line.parts.type == "checkpoint";
    if (!checkpoint && line.parts.type != "start") return std::optional<Station>{};
    auto stated = audit::readTree(line.text);
    if (!stated) {
        auto error = stated.error();
        error.where = "record " + std::to_string(line.parts.seq) + ", " + error.where;
        return error;
    }
    if (!*stated) return std::optional<Station>{};
    Station station;
    station.tree = (*stated)->tree;
    station.root = (*stated)->root;
    station.seq = line.parts.seq;
    station.file = line.file;
    station.offset = line.offset;
    station.note = std::move((*stated)->note);
    station.origin = originOf((*stated)->tenant, (*stated)->node);
    station.checkpoint = checkpoint;
    return std::optional{std::move(station)};
}

} // namespace tcds::proof
