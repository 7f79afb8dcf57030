#include "server/app/outbox.hpp"

#include <utility>

namespace tcds::app {

namespace {

constexpr std::size_t kMostBuffers = 8;
constexpr std::size_t kLongestBuffer = 64U * 1024U; // a record at level `full` is longer

} // namespace

std::size_t Outbox::add(std::string members, Then then)
{
    std::lock_guard const lock{mutex_};
    members_.push_back(std::move(members));
    then_.push_back(std::move(then));
    return members_.size();
}

std::string Outbox::buffer()
{
    std::lock_guard const lock{mutex_};
    if (buffers_.empty()) return {};
    auto buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
}

void Outbox::settle()
{
    std::vector<std::string> members;
    std::vector<Then> told;
    {
        std::lock_guard const lock{mutex_};
        members.swap(members_);
        told.swap(then_);
    }
    if (members.empty()) return;

    auto const kept = journal_.keep("decision", members);
    for (auto const& then : told) then(kept);

    std::lock_guard const lock{mutex_};
    for (auto& each : members)
        if (buffers_.size() < kMostBuffers && each.capacity() <= kLongestBuffer)
            buffers_.push_back(std::move(each));
}

} // namespace tcds::app
