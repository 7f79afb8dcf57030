#include "server/query/log_lines.hpp"

#include <filesystem>

namespace tcds::query {

namespace {

constexpr std::uint64_t kReadOn = 1024U * 1024U; // nearer lines are reached by reading on

Error gone(LinePlace const& place)
{
    return {Error::Kind::BadRequest, place.file,
            "holds no line at byte " + std::to_string(place.at) + " any more: it was changed",
            "look at it with twitch-cds audit verify; --rebuild reads the log anew"};
}

} // namespace

std::string pathOf(std::string const& directory, std::string const& name)
{
    auto const plain = directory + "/" + name;
    std::error_code failure;
    return std::filesystem::exists(plain, failure) ? plain : plain + ".gz";
}

Result<audit::LineReader> readerAt(std::string const& path, std::uint64_t at)
{
    auto reader = audit::LineReader::open(path);
    if (!reader) return reader.error();
    if (at > 0)
        if (auto const reached = reader->skipTo(at); !reached) return reached.error();
    return reader;
}

Result<std::span<char>> LogLines::read(LinePlace const& place)
{
    auto const isAhead =
        reader_ && file_ == place.file && next_ <= place.at && place.at - next_ <= kReadOn;
    if (!isAhead) {
        auto opened = readerAt(pathOf(directory_, place.file), place.at);
        if (!opened) return opened.error();
        reader_ = *std::move(opened);
        file_ = place.file;
        next_ = place.at;
    }
    while (next_ <= place.at) {
        auto const next = reader_->next();
        if (!next) return next.error();
        if (*next != audit::LineReader::Found::Line) break;
        auto const begin = reader_->offset();
        next_ = begin + reader_->line().size() + 1;
        if (begin == place.at) return reader_->line();
    }
    reader_.reset();
    return gone(place);
}

} // namespace tcds::query
