#pragma once

#include <chrono>

namespace tcds {

/// An instant in UTC, milliseconds exact: what `now` is to the engine and to the record.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where "now" comes from. Only the composition root uses SystemClock; everything else is handed
/// an instant, so that tests and replay can fix it.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] Instant now() const override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

class FixedClock final : public Clock
{
public:
    explicit FixedClock(Instant at) : at_{at} {}
    [[nodiscard]] Instant now() const override { return at_; }

private:
    Instant at_;
};

} // namespace tcds
