#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace tcds::rules {

/// The current value of something immutable: readers take it once a request, one writer swaps it.
/// Old values live as long as somebody holds them. A mutex and not std::atomic<std::shared_ptr>,
/// which ThreadSanitizer reports with libstdc++ 12.
template <class T>
class Snapshot
{
public:
    explicit Snapshot(std::shared_ptr<T const> first) : current_{std::move(first)} {}

    [[nodiscard]] std::shared_ptr<T const> load() const
    {
        std::lock_guard const lock{mutex_};
        return current_;
    }

    /// @return the value that was current before; freed outside the lock when nobody else holds it
    std::shared_ptr<T const> swap(std::shared_ptr<T const> next)
    {
        std::lock_guard const lock{mutex_};
        return std::exchange(current_, std::move(next));
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<T const> current_;
};

} // namespace tcds::rules
