#include "server/audit/key_period.hpp"

#include <algorithm>

namespace tcds::audit {

namespace {

constexpr int kLast = 399; // 2099, October to December

Instant beginOf(int quarters)
{
    using namespace std::chrono;
    auto const month_ = month{static_cast<unsigned>(quarters % 4 * 3 + 1)};
    return sys_days{year{2000 + quarters / 4} / month_ / 1};
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

} // namespace

KeyPeriod KeyPeriod::at(Instant now)
{
    std::chrono::year_month_day const day{std::chrono::floor<std::chrono::days>(now)};
    auto const quarter = static_cast<int>(static_cast<unsigned>(day.month()) - 1) / 3;
    return KeyPeriod{std::clamp((static_cast<int>(day.year()) - 2000) * 4 + quarter, 0, kLast)};
}

std::optional<KeyPeriod> KeyPeriod::ofId(std::string_view id)
{
    if (id.size() != 5 || id[0] != 'k' || !isDigit(id[1]) || !isDigit(id[2]) || id[3] != 'q' ||
        id[4] < '1' || id[4] > '4')
        return std::nullopt;
    return KeyPeriod{((id[1] - '0') * 10 + (id[2] - '0')) * 4 + (id[4] - '1')};
}

std::string KeyPeriod::id() const
{
    auto const digit = [](int value) { return static_cast<char>('0' + value); };
    auto const year = quarters_ / 4;
    return {'k', digit(year / 10), digit(year % 10), 'q', digit(quarters_ % 4 + 1)};
}

Instant KeyPeriod::begin() const { return beginOf(quarters_); }
Instant KeyPeriod::end() const { return beginOf(quarters_ + 1); }

} // namespace tcds::audit
