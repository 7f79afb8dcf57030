#include "server/proof/json_check.hpp"

#include "fhir/base/utf8.hpp"

#include <rapidjson/reader.h>

#include <utility>

namespace tcds::proof {

namespace {

constexpr std::size_t kBatchBytes = 512U * 1024U; // stays in the cache that both threads share
constexpr std::size_t kMostWaiting = 2;

/// Checks the syntax of a text with a NUL behind it; destroys its bytes.
bool isJson(char* text)
{
    rapidjson::InsituStringStream stream{text};
    rapidjson::BaseReaderHandler<> ignore;
    rapidjson::Reader reader;
    // Iterative: a line made to harm may be nested deeper than any stack.
    return !reader
                .Parse<rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                       rapidjson::kParseNumbersAsStringsFlag>(stream, ignore)
                .IsError();
}

} // namespace

JsonCheck::JsonCheck() : worker_{[this] { work(); }} {}

JsonCheck::~JsonCheck()
{
    {
        std::lock_guard const lock{mutex_};
        ending_ = true;
        waiting_.clear();
    }
    changed_.notify_all();
    worker_.join();
}

void JsonCheck::add(std::string_view line, std::uint64_t seq, LinePlace const& place)
{
    filling_.lines.push_back({filling_.text.size(), line.size(), seq, place});
    filling_.text.append(line);
    filling_.text += '\0';
    if (filling_.text.size() >= kBatchBytes) hand();
}

void JsonCheck::hand()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_.size() < kMostWaiting; });
    waiting_.push_back(std::move(filling_));
    filling_ = {};
    if (!spare_.empty()) {
        filling_ = std::move(spare_.back());
        spare_.pop_back();
    }
    lock.unlock();
    changed_.notify_all();
}

std::optional<Break> JsonCheck::finish()
{
    if (!filling_.lines.empty()) hand();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_.empty() && !busy_; });
    return first_;
}

void JsonCheck::work()
{
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
        if (ending_) return;
        auto batch = std::move(waiting_.front());
        waiting_.pop_front();
        busy_ = true;
        auto const found = first_.has_value();
        lock.unlock();
        changed_.notify_all();
        if (!found) check(batch);
        batch.text.clear();
        batch.lines.clear();
        lock.lock();
        busy_ = false;
        if (batch.text.capacity() <= 4 * kBatchBytes) spare_.push_back(std::move(batch));
        changed_.notify_all();
    }
}

void JsonCheck::check(Batch& batch)
{
    for (auto const& line : batch.lines) {
        std::string_view const text{batch.text.data() + line.from, line.length};
        // A NUL inside would end the text for the parser; no record holds one.
        if (text.find('\0') == std::string_view::npos && wellFormedUtf8(text) == text.size() &&
            isJson(batch.text.data() + line.from))
            continue;
        std::lock_guard const lock{mutex_};
        first_ = Break{*line.place.file, line.place.line, line.seq,
                       "hash and chain are right, but the line is not JSON in UTF-8",
                       "this is a fault of the program that wrote it: report it with the line"};
        return;
    }
}

} // namespace tcds::proof
