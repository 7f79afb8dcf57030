#include "fhir/base/utf8.hpp"
#include "server/audit/line_reader.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/reader.hpp"
#include "server/audit/record_line.hpp"

#include <rapidjson/reader.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace tcds::audit {

namespace {

constexpr std::uint64_t kProgressStep = 16U * 1024U * 1024U;
// A writer may be in the middle of its write() while its file is read.
constexpr int kLooks = 20;
constexpr auto kBetweenLooks = std::chrono::milliseconds{5};

/// Checks the syntax of the line; destroys its bytes.
bool isJson(std::span<char> line)
{
    line.data()[line.size()] = '\0'; // where the line feed was
    rapidjson::InsituStringStream stream{line.data()};
    rapidjson::BaseReaderHandler<> ignore;
    rapidjson::Reader reader;
    // Iterative: a line made to harm may be nested deeper than any stack.
    return !reader
                .Parse<rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                       rapidjson::kParseNumbersAsStringsFlag>(stream, ignore)
                .IsError();
}

std::string number(std::uint64_t value) { return std::to_string(value); }

/// Follows the chain through the files of one directory.
class ChainCheck
{
public:
    using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

    ChainCheck(std::uint64_t bytesInAll, Progress const& progress)
        : bytesInAll_{bytesInAll}, progress_{progress}
    {
    }

    Result<void> file(std::string const& path, bool newest)
    {
        auto reader = LineReader::open(path);
        if (!reader) return reader.error();
        found_.files.push_back(path);
        path_ = path;
        line_ = 0;
        for (int looks = 0; !broken();) {
            auto const next = reader->next();
            if (!next && next.error().kind == Error::Kind::BadRequest) {
                ++line_;
                broken(expected(), next.error().what, next.error().fix);
                break;
            }
            if (!next) return next.error();
            if (*next == LineReader::Found::End) break;
            if (*next == LineReader::Found::Line) {
                ++line_;
                check(reader->line());
                tell(reader->fileBytes());
            } else if (newest && looks < kLooks) {
                ++looks;
                std::this_thread::sleep_for(kBetweenLooks);
            } else {
                ++line_;
                tornEnd(reader->line().size(), newest);
            }
        }
        done_ += reader->fileBytes();
        return {};
    }

    /// After the last file: whether somebody accounts for what is before the first record.
    void end()
    {
        if (broken() || found_.records == 0 || found_.firstSeq == 1 || found_.removed) return;
        path_ = found_.files.front();
        line_ = 1;
        auto const last = found_.firstSeq - 1;
        broken(1,
               (last == 1 ? "record 1 is" : "records 1 to " + number(last) + " are") +
                   " not here, and no record of retention accounts for it",
               "look for the missing files in the backup; " + keepFix());
    }

    [[nodiscard]] bool broken() const { return found_.firstBreak.has_value(); }
    Verification take() { return std::move(found_); }

private:
    void check(std::span<char> bytes)
    {
        std::string_view const line{bytes.data(), bytes.size()};
        auto const parts = splitLine(line);
        if (!parts) return broken(expected(), notARecord(line), keepFix());
        if (!hashFits(*parts, sha256_))
            return broken(parts->seq,
                          "the bytes of the line do not give the hash that it states: it was "
                          "altered after it was written",
                          keepFix());
        if (found_.records > 0 ? !follows(*parts) : !begins(*parts)) return;
        note(*parts);
        noteRemoval(line);
        if (wellFormedUtf8(line) != line.size() || !isJson(bytes))
            broken(found_.lastSeq, "hash and chain are right, but the line is not JSON in UTF-8",
                   "this is a fault of the program that wrote it: report it with the line");
    }

    bool begins(LineParts const& parts)
    {
        auto const first = parts.seq == 1;
        if (first && parts.prev != view(noPrevious_))
            broken(1, "record 1 names a record before it", keepFix());
        else if (parts.type != "start")
            broken(parts.seq,
                   "the file does not begin with a `start` record: lines before it are "
                   "missing",
                   keepFix());
        return !broken();
    }

    bool follows(LineParts const& parts)
    {
        if (parts.seq > expected())
            broken(expected(), gap(parts.seq),
                   line_ == 1 ? "look for the missing file in the backup; " + keepFix()
                              : keepFix());
        else if (parts.seq < expected())
            broken(parts.seq,
                   "record " + number(parts.seq) + " stands after record " +
                       number(found_.lastSeq) + ": a line was inserted, repeated or moved",
                   keepFix());
        else if (parts.prev != view(last_))
            broken(parts.seq,
                   "it does not continue record " + number(found_.lastSeq) +
                       ": this record or the one before it was exchanged, with a hash of its own",
                   keepFix());
        else if (line_ == 1 && parts.type != "start")
            broken(parts.seq, "the file does not begin with a `start` record", keepFix());
        return !broken();
    }

    void note(LineParts const& parts)
    {
        if (found_.records++ == 0) {
            found_.firstSeq = parts.seq;
            found_.firstTime = parts.time;
            before_ = parts.prev;
        }
        found_.lastSeq = parts.seq;
        found_.lastTime.assign(parts.time);
        std::copy(parts.hash.begin(), parts.hash.end(), last_.begin());
    }

    void noteRemoval(std::string_view line)
    {
        if (found_.firstSeq == 1 || found_.removed) return;
        auto removal = readRemoval(line);
        if (removal && removal->lastSeq + 1 == found_.firstSeq && removal->hash == before_)
            found_.removed = std::move(removal);
    }

    [[nodiscard]] std::uint64_t expected() const { return found_.lastSeq + 1; }

    [[nodiscard]] std::string gap(std::uint64_t seq) const
    {
        auto const missing = seq == expected() + 1 ? "record " + number(expected()) + " is"
                                                   : "records " + number(expected()) + " to " +
                                                         number(seq - 1) + " are";
        return missing + " not here: " +
               (line_ == 1 ? "a file before this one is missing, or the end of it was cut off"
                           : "lines were dropped or moved");
    }

    static std::string notARecord(std::string_view line)
    {
        if (line.empty()) return "an empty line: no record of this log";
        return line.front() == '{' ? "the line is no record of this log (head or tail differ)"
                                   : "the line is not JSON";
    }

    [[nodiscard]] std::string keepFix() const
    {
        return (found_.records > 0 ? "records " + number(found_.firstSeq) + " to " +
                                         number(found_.lastSeq) + " are intact; "
                                   : std::string{}) +
               "keep the files as they are and compare them with the backup or the forwarded copy";
    }

    void tornEnd(std::size_t bytes, bool newest)
    {
        auto const cut = "the file ends inside a line, after " + number(bytes) + " bytes of it";
        if (newest)
            broken(expected(), cut + ": it was cut, or its writer was interrupted",
                   "if the service or its host had stopped, start the service once: it takes the "
                   "rest away and notes it in `start`; else " +
                       keepFix());
        else
            broken(expected(), cut + ", and a later file goes on", keepFix());
    }

    void broken(std::uint64_t seq, std::string what, std::string fix)
    {
        found_.firstBreak = Verification::Break{path_, line_, seq, std::move(what), std::move(fix)};
    }

    void tell(std::uint64_t bytesOfFile)
    {
        auto const done = done_ + bytesOfFile;
        if (!progress_ || done < told_ + kProgressStep) return;
        told_ = done;
        progress_(done, std::max(done, bytesInAll_)); // the newest file may grow meanwhile
    }

    std::uint64_t bytesInAll_;
    Progress const& progress_;
    Verification found_;
    Sha256 sha256_;
    HexDigest const noPrevious_ = noPrevious();
    HexDigest last_{};
    std::string before_; // `prev` of the first record
    std::string path_;
    std::uint64_t line_ = 0;
    std::uint64_t done_ = 0, told_ = 0;
};

} // namespace

Result<Verification> verify(std::string const& directory,
                            std::function<void(std::uint64_t, std::uint64_t)> const& progress)
{
    auto const names = logFilesIn(directory);
    if (!names) return names.error();
    if (names->empty())
        return Error{Error::Kind::NotFound, directory, "holds no decisions-YYYY-MM-DD.jsonl",
                     "name the directory of the decision log (audit.directory)"};
    std::uint64_t inAll = 0;
    for (auto const& name : *names) {
        std::error_code failure;
        auto const size = std::filesystem::file_size(directory + "/" + name, failure);
        if (!failure) inAll += size;
    }
    ChainCheck check{inAll, progress};
    for (auto const& name : *names) {
        auto const done = check.file(directory + "/" + name, name == names->back());
        if (!done) return done.error();
        if (check.broken()) break;
    }
    if (!check.broken()) check.end();
    if (progress && !check.broken()) progress(inAll, inAll);
    return check.take();
}

} // namespace tcds::audit
