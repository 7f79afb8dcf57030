#include "server/proof/verify.hpp"

#include "server/audit/line_reader.hpp"
#include "server/proof/json_check.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace tcds::proof {

namespace {

using audit::LineReader;

constexpr std::uint64_t kProgressStep = 4U * 1024U * 1024U;
// A writer may be in the middle of its write() while its file is read.
constexpr int kLooks = 20;
constexpr auto kBetweenLooks = std::chrono::milliseconds{5};

Result<std::vector<std::string>> pathsOf(VerifyRequest const& request)
{
    if (!request.files.empty()) return inOrder(request.files);
    return logPaths(request.directory);
}

/// Hands the lines of the files to what checks them.
class Reading
{
public:
    Reading(std::vector<std::string> const& paths, ChainCheck& chain, TreeCheck& tree,
            JsonCheck& json, Progress const& progress)
        : paths_{paths}, chain_{chain}, tree_{tree}, json_{json}, progress_{progress},
          inAll_{bytesOf(paths)}
    {
    }

    Result<void> all()
    {
        for (auto const& path : paths_) {
            if (auto const done = file(path); !done) return done.error();
            if (chain_.fault()) return {};
        }
        if (progress_) progress_(inAll_, inAll_);
        return {};
    }

    [[nodiscard]] LinePlace const& last() const { return place_; }

private:
    Result<void> file(std::string const& path)
    {
        auto reader = LineReader::open(path);
        if (!reader) return reader.error();
        auto const newest = &path == &paths_.back();
        place_ = {&path, 0};
        for (int looks = 0; !chain_.fault();) {
            auto const next = reader->next();
            ++place_.line;
            if (!next && next.error().kind == Error::Kind::BadRequest) {
                chain_.unreadable(next.error(), place_);
                break;
            }
            if (!next) return next.error();
            if (*next == LineReader::Found::End) {
                --place_.line;
                break;
            }
            if (*next == LineReader::Found::Line) {
                line({reader->line().data(), reader->line().size()});
                tell(reader->fileBytes());
            } else if (newest && looks < kLooks) {
                ++looks;
                --place_.line;
                std::this_thread::sleep_for(kBetweenLooks);
            } else {
                chain_.tornEnd(reader->line().size(), newest, place_);
            }
        }
        done_ += reader->fileBytes();
        return {};
    }

    void line(std::string_view text)
    {
        auto const parts = chain_.next(text, place_);
        if (!parts) return;
        json_.add(text, parts->seq, place_);
        tree_.next(*parts, text, place_);
    }

    void tell(std::uint64_t bytesOfFile)
    {
        auto const done = done_ + bytesOfFile;
        if (!progress_ || done < told_ + kProgressStep) return;
        told_ = done;
        progress_(done, std::max(done, inAll_)); // the newest file may grow meanwhile
    }

    std::vector<std::string> const& paths_;
    ChainCheck& chain_;
    TreeCheck& tree_;
    JsonCheck& json_;
    Progress const& progress_;
    LinePlace place_;
    std::uint64_t inAll_;
    std::uint64_t done_ = 0, told_ = 0;
};

} // namespace

Result<Verification> verify(VerifyRequest request, Progress const& progress)
{
    auto const paths = pathsOf(request);
    if (!paths) return paths.error();
    auto const part = !request.files.empty();
    PublishedNotes published;
    std::optional<Break> badNote;
    if (!request.published.empty()) {
        auto read = PublishedNotes::read(request.published);
        if (!read && read.error().kind != Error::Kind::BadRequest) return read.error();
        if (!read)
            badNote = Break{read.error().where, 0, 0, read.error().what, read.error().fix};
        else
            published = *std::move(read);
    }

    ChainCheck chain;
    TreeCheck tree{std::move(request.keys),
                   request.published.empty() || badNote ? nullptr : &published};
    JsonCheck json;
    Reading reading{*paths, chain, tree, json, progress};
    if (auto const read = reading.all(); !read) return read.error();
    auto const notJson = json.finish();
    if (!part) chain.end(paths->front());
    if (!chain.fault() && !notJson) tree.end(reading.last(), part);

    Verification found;
    // What is no JSON was in its place in the chain, so it stands before a break.
    found.firstBreak = notJson ? notJson : chain.fault();
    found.records = notJson ? notJson->seq - chain.firstSeq() : chain.records();
    found.firstSeq = chain.firstSeq();
    found.lastSeq = chain.lastSeq();
    found.firstTime = chain.firstTime();
    found.lastTime = chain.lastTime();
    found.files = *paths;
    found.removed = chain.removed();
    found.mismatch = tree.fault() ? tree.fault() : badNote;
    found.tree = tree.found();
    return found;
}

} // namespace tcds::proof
