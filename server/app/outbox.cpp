#include "server/app/outbox.hpp"

#include <utility>

namespace tcds::app {

std::size_t Outbox::add(std::string members, Then then)
{
    std::lock_guard const lock{mutex_};
    members_.push_back(std::move(members));
    then_.push_back(std::move(then));
    return members_.size();
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
}

} // namespace tcds::app
