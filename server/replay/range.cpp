#include "server/replay/range.hpp"

#include "server/audit/reader.hpp"
#include "server/audit/record_line.hpp"

#include <exception>
#include <span>
#include <thread>
#include <vector>

namespace tcds::replay {

namespace {

constexpr std::size_t kMostLines = 256;
constexpr std::size_t kMostBytes = 8U * 1024U * 1024U; // of the lines that are held at once

/// Makes the decisions of some lines again, on the thread that calls.
void replayEach(Replayer& replayer, std::span<std::string> lines, RangeReport& report)
{
    for (auto& line : lines) {
        auto const recorded = readDecision(std::move(line));
        if (recorded)
            report.add(*recorded, replayer.again(*recorded));
        else
            report.addUnreadable(recorded.error());
    }
}

/// Lines that wait, and what came of those that did.
class Batches
{
public:
    explicit Batches(Replayer& replayer)
        : replayer_{replayer}, first_{replayer.hasOtherRules()}, second_{replayer.hasOtherRules()}
    {
    }

    void add(std::string_view line)
    {
        bytes_ += line.size();
        lines_.emplace_back(line);
    }
    [[nodiscard]] bool isFull() const
    {
        return lines_.size() >= kMostLines || bytes_ >= kMostBytes;
    }

    /// One half here and one on a thread of its own.
    void run()
    {
        std::span<std::string> const all{lines_};
        auto const half = all.size() / 2;
        std::exception_ptr failure;
        std::thread other{[&] {
            try {
                replayEach(replayer_, all.subspan(half), second_);
            } catch (...) {
                failure = std::current_exception();
            }
        }};
        try {
            replayEach(replayer_, all.first(half), first_);
        } catch (...) {
            other.join();
            throw;
        }
        other.join();
        if (failure) std::rethrow_exception(failure);
        lines_.clear();
        bytes_ = 0;
    }

    RangeReport take()
    {
        first_.add(second_);
        return std::move(first_);
    }

private:
    Replayer& replayer_;
    RangeReport first_, second_;
    std::vector<std::string> lines_;
    std::size_t bytes_ = 0;
};

} // namespace

Result<RangeReport> replayRange(
    Replayer& replayer, Range const& range,
    std::function<void(std::uint64_t, std::string_view)> const& progress)
{
    audit::Wanted wanted;
    wanted.type = "decision";
    wanted.from = range.from;
    wanted.to = range.to;
    Batches batches{replayer};
    std::uint64_t done = 0;
    auto const read = audit::forEachRecord(range.directory, wanted, [&](std::string_view line) {
        batches.add(line);
        ++done;
        if (!batches.isFull()) return;
        std::string const time{audit::splitLine(line)->time};
        batches.run();
        if (progress) progress(done, time);
    });
    if (!read) return read.error();
    batches.run();
    return batches.take();
}

} // namespace tcds::replay
