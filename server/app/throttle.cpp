#include "server/app/throttle.hpp"

#include <algorithm>

namespace tcds::app {

namespace {

constexpr std::int64_t kCall = 1000; // in thousandths, so that a millisecond adds `perSecond_`

}

Throttle::Throttle(config::Rate rate)
    : perSecond_{rate.perSecond},
      full_{kCall * std::int64_t{rate.burst == 0 ? rate.perSecond : rate.burst}}, level_{full_}
{
}

std::optional<std::chrono::seconds> Throttle::take(Instant now)
{
    if (perSecond_ == 0) return std::nullopt;
    std::scoped_lock const lock{mutex_};
    auto const elapsed = (now - last_).count();
    last_ = now;
    // Longer than it takes to fill up from nothing is no different; the product stays small.
    auto const toFull = full_ / perSecond_ + 1;
    if (elapsed > 0)
        level_ = std::min(full_, level_ + perSecond_ * std::min<std::int64_t>(elapsed, toFull));
    if (level_ >= kCall) {
        level_ -= kCall;
        return std::nullopt;
    }
    auto const milliseconds = (kCall - level_ + perSecond_ - 1) / perSecond_;
    return std::chrono::seconds{(milliseconds + 999) / 1000};
}

} // namespace tcds::app
