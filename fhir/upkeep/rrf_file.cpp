#include "fhir/upkeep/rrf_file.hpp"

#include <cstdio>
#include <cstring>
#include <memory>

namespace tcds::upkeep {

namespace {

constexpr std::size_t kLongestLine = 64U * 1024U; // a value of RXNSAT has at most 4,000 characters
constexpr std::size_t kBuffer = 4U * kLongestLine;
constexpr std::uint64_t kProgressStep = 4U * 1024U * 1024U;

Error fault(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, std::move(where), std::move(what), std::move(fix)};
}

constexpr std::string_view kAgain = "unpack the release again, and compare its checksum with NLM's";

/// Bytes of a file, handed out line by line.
class LineReader
{
public:
    LineReader(std::filesystem::path const& path, std::string_view name)
        : name_{name}, file_{std::fopen(path.c_str(), "rb"), &std::fclose}, buffer_(kBuffer)
    {
        std::error_code error;
        total_ = std::filesystem::file_size(path, error);
        if (error) total_ = 0;
    }

    [[nodiscard]] bool isOpen() const { return file_ != nullptr; }
    [[nodiscard]] std::uint64_t line() const { return line_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t total() const { return total_; }

    /// The next line without its end; nothing at the end of the file.
    Result<std::optional<std::string_view>> next()
    {
        auto const* end = findEnd();
        if (end == nullptr) {
            refill();
            end = findEnd();
        }
        if (std::ferror(file_.get()) != 0)
            return fault(std::string{name_}, "the file cannot be read to its end",
                         std::string{kAgain});
        if (end == nullptr) return atEnd();
        std::string_view line{buffer_.data() + begin_,
                              static_cast<std::size_t>(end - buffer_.data()) - begin_};
        bytes_ += line.size() + 1;
        begin_ += line.size() + 1;
        ++line_;
        if (line.ends_with('\r')) line.remove_suffix(1);
        return std::optional{line};
    }

private:
    [[nodiscard]] char const* findEnd() const
    {
        return static_cast<char const*>(
            std::memchr(buffer_.data() + begin_, '\n', filled_ - begin_));
    }

    void refill()
    {
        std::memmove(buffer_.data(), buffer_.data() + begin_, filled_ - begin_);
        filled_ -= begin_;
        begin_ = 0;
        filled_ += std::fread(buffer_.data() + filled_, 1, buffer_.size() - filled_, file_.get());
    }

    [[nodiscard]] Result<std::optional<std::string_view>> atEnd() const
    {
        auto const where = std::string{name_} + ':' + std::to_string(line_ + 1);
        if (filled_ == buffer_.size())
            return fault(where, "the line is longer than 64 KiB",
                         "name a folder with the RRF files of RxNorm");
        if (begin_ != filled_)
            return fault(where, "the last line has no end: the file was cut short",
                         std::string{kAgain});
        if (line_ == 0) return fault(where, "the file is empty", std::string{kAgain});
        return std::optional<std::string_view>{};
    }

    std::string_view name_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, filled_ = 0; // of what is not handed out yet
    std::uint64_t line_ = 0, bytes_ = 0, total_ = 0;
};

} // namespace

std::string RrfRow::where() const { return std::string{file_} + ':' + std::to_string(line_); }

std::optional<Error> RrfRow::split(std::string_view line, std::uint64_t number)
{
    line_ = number;
    std::size_t count = 0;
    for (auto bar = line.find('|'); bar != std::string_view::npos; bar = line.find('|')) {
        if (count < cells_.size()) cells_[count] = line.substr(0, bar);
        ++count;
        line.remove_prefix(bar + 1);
    }
    if (count == cells_.size() && line.empty()) return std::nullopt;
    auto const found = count + (line.empty() ? 0U : 1U);
    auto what = "the line has " + std::to_string(found) + " columns, " + std::string{file_} +
                " has " + std::to_string(cells_.size()) + " with a bar behind each";
    return fault(where(), std::move(what), std::string{kAgain});
}

std::optional<Error> forEachRow(std::filesystem::path const& folder, RrfLayout const& layout,
                                Progress const& progress,
                                std::function<std::optional<Error>(RrfRow const&)> const& use)
{
    LineReader reader{folder / layout.file, layout.file};
    if (!reader.isOpen())
        return Error{Error::Kind::NotFound, (folder / layout.file).string(),
                     "the file is missing or cannot be read",
                     "name the folder of an unpacked RxNorm release, or its rrf folder"};
    RrfRow row{layout.file, layout.columns};
    std::uint64_t told = 0;
    while (true) {
        auto const line = reader.next();
        if (!line) return line.error();
        if (!*line) break;
        if (auto error = row.split(**line, reader.line())) return error;
        if (auto error = use(row)) return error;
        if (!progress || reader.bytes() - told < kProgressStep) continue;
        told = reader.bytes();
        progress(layout.file, told, reader.total());
    }
    if (progress) progress(layout.file, reader.bytes(), reader.total());
    return std::nullopt;
}

} // namespace tcds::upkeep
