#include "server/cases/mutant_sites.hpp"

namespace tcds::cases {

namespace {

/// A step is an hour for hours, a day for days and weeks, else one of its own unit.
Duration moved(Duration length, int steps)
{
    if (length.unit == Duration::Unit::Week) return {length.count * 7 + steps, Duration::Unit::Day};
    return {length.count + steps, length.unit};
}

} // namespace

void Sites::lengths(std::string const& what, Duration& length)
{
    for (auto const steps : {1, -1}) {
        auto const next = moved(length, steps);
        if (next.count == 0) continue;
        offer(what + tcds::toText(length) + " -> " + tcds::toText(next), [&] { length = next; });
    }
}

void Sites::lengths(std::string const& what, std::optional<Duration>& length, bool droppable)
{
    if (!length) return;
    lengths(what, *length);
    if (droppable && !made())
        offer(what + tcds::toText(*length) + " removed", [&] { length.reset(); });
}

void Sites::numbers(std::string const& what, Decimal& number)
{
    for (auto const step : {1, -1}) {
        auto const next = number + Decimal{step, number.decimals()};
        offer(what + number.text() + " -> " + next.text(), [&] { number = next; });
    }
}

void Sites::limits(std::string const& what, terms::Limit& limit)
{
    for (auto& measure : limit) {
        if (made()) return;
        for (auto const step : {1, -1}) {
            auto const next = measure.value + Decimal{step, measure.value.decimals()};
            offer(what + measure.value.text() + " -> " + next.text() + " " + measure.ucum,
                  [&] { measure.value = next; });
        }
    }
}

void Sites::flips(std::string const& what, bool& flag)
{
    offer(what + (flag ? "yes -> no" : "no -> yes"), [&] { flag = !flag; });
}

} // namespace tcds::cases
