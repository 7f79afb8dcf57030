#include "server/forward/fetch.hpp"

#include "server/audit/log_directory.hpp"
#include "server/audit/record_line.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace tcds::forward {

namespace {

constexpr std::uint64_t kProgressStep = 1000;
// `cause` is the first member of a `start` record: when a file reached its size, or a new day came,
// it begins a file.
constexpr std::string_view kSize = ",\"cause\":\"size\"";

Error unwritable(std::string const& path, int code)
{
    return {Error::Kind::BadRequest, path,
            "cannot be written: " + std::generic_category().message(code),
            "name a folder that is yours, on a disk with room"};
}

Result<void> prepare(std::string const& directory)
{
    std::error_code failure;
    auto const parent = std::filesystem::path{directory}.parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, failure);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return unwritable(directory, errno);
    auto const files = audit::logFilesIn(directory);
    if (!files) return files.error();
    if (!files->empty())
        return Error{Error::Kind::BadRequest, directory, "holds a log already",
                     "name an empty folder"};
    return {};
}

} // namespace

std::string FileDivider::next(std::string_view line)
{
    auto const parts = audit::splitLine(line);
    if (!parts || parts->time.size() < 10) return {}; // never: the database took it as a record
    std::string day{parts->time.substr(0, 10)};
    auto const isFirst = part_ == 0;
    if (!isFirst && parts->type != "start") return {};
    auto const ofSize = line.find(kSize) != std::string_view::npos;
    if (isFirst || day > day_) {
        day_ = std::move(day);
        part_ = 1;
    } else if (ofSize) {
        ++part_;
    } else {
        return {}; // the service was started again on the same day
    }
    return audit::toText({day_, part_, false});
}

Result<Fetched> fetchLog(Records& records, Origin const& origin, std::string const& directory,
                         std::function<void(std::uint64_t seq)> const& progress)
{
    if (auto const prepared = prepare(directory); !prepared) return prepared.error();
    Fetched fetched;
    FileDivider divider;
    std::ofstream file;
    std::string path;
    std::optional<Error> failure;
    auto const write = [&](std::string_view line) {
        if (auto const name = divider.next(line); !name.empty()) {
            file.close();
            path = directory + "/" + name;
            file = std::ofstream{path, std::ios::binary | std::ios::app};
            (void)::chmod(path.c_str(), 0600); // its folder keeps others out as well
            ++fetched.files;
        }
        file << line << '\n';
        if (!file) failure = unwritable(path, errno);
        auto const parts = audit::splitLine(line);
        auto const seq = parts ? parts->seq : 0;
        if (fetched.records++ == 0) fetched.firstSeq = seq;
        fetched.lastSeq = seq;
        if (progress && fetched.records % kProgressStep == 0) progress(seq);
        return !failure;
    };
    auto const asked = records.ofLog(origin, 0, write);
    file.close();
    if (!failure && !path.empty() && !file) failure = unwritable(path, errno);
    if (failure) return *failure;
    if (!asked) return asked.error();
    if (fetched.records == 0)
        return Error{Error::Kind::NotFound, origin.tenant + "/" + origin.node,
                     "the database has no record of this tenant and node",
                     "see which logs it has: SELECT * FROM twitch_cds.node"};
    return fetched;
}

} // namespace tcds::forward
