#include "server/auth/replay_store.hpp"

#include <algorithm>
#include <utility>

namespace tcds::auth {

ReplayStore::Answer ReplayStore::use(Presented const& token, Instant now)
{
    std::lock_guard const lock{mutex_};
    if (auto const found = used_.find(token.id); found != used_.end()) {
        auto const& used = found->second;
        auto const same = !used.bodyDigest.empty() && used.bodyDigest == token.bodyDigest;
        auto const inWindow = now >= used.first && now - used.first <= token.window;
        if (same && inWindow) return {Use::Retry, used.call, used.first};
        return {Use::Replay};
    }
    forgetExpired(now);
    if (token.until <= forgottenUntil_) return {Use::Past};
    auto& held = held_.try_emplace(std::string{token.client}, 0).first->second;
    if (held >= capacity_) return {Use::Full};
    Used used{now, {}, {}, &held};
    if (token.window > std::chrono::seconds{0}) {
        used.bodyDigest = token.bodyDigest;
        used.call = token.call;
    }
    used_.emplace(token.id, std::move(used));
    expiries_.push({token.until, token.id});
    ++held;
    return {Use::First};
}

std::size_t ReplayStore::size() const
{
    std::lock_guard const lock{mutex_};
    return used_.size();
}

void ReplayStore::forgetExpired(Instant now)
{
    while (!expiries_.empty() && expiries_.top().until <= now) {
        forgottenUntil_ = std::max(forgottenUntil_, expiries_.top().until);
        auto const used = used_.find(expiries_.top().id);
        --*used->second.held;
        used_.erase(used);
        expiries_.pop();
    }
}

} // namespace tcds::auth
