#include "server/auth/replay_store.hpp"

#include <algorithm>

namespace tcds::auth {

ReplayStore::Use ReplayStore::use(Presented const& token, Instant now)
{
    std::lock_guard const lock{mutex_};
    if (auto const found = used_.find(token.id); found != used_.end()) {
        auto const& used = found->second;
        auto const same = !used.bodyDigest.empty() && used.bodyDigest == token.bodyDigest;
        auto const inWindow = now >= used.first && now - used.first <= token.window;
        return same && inWindow ? Use::Retry : Use::Replay;
    }
    forgetExpired(now);
    if (token.until <= forgottenUntil_) return Use::Past;
    if (used_.size() >= capacity_) return Use::Full;
    auto const mayRetry = token.window > std::chrono::seconds{0};
    used_.emplace(token.id, Used{now, mayRetry ? std::string{token.bodyDigest} : std::string{}});
    expiries_.push({token.until, token.id});
    return Use::First;
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
        used_.erase(expiries_.top().id);
        expiries_.pop();
    }
}

} // namespace tcds::auth
