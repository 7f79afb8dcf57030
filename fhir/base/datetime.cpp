#include "fhir/base/datetime.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <tuple>

namespace tcds {

namespace {

using namespace std::chrono_literals;
namespace ch = std::chrono;

constexpr int kFirstYear = 1800;
constexpr int kLastYear = 2199;
constexpr int kMaxZoneHours = 14;
constexpr std::size_t kMaxCountDigits = 5; // of a duration: 99,999 years lead nowhere useful

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads a text of fixed layout from left to right.
class Cursor
{
public:
    explicit Cursor(std::string_view text) : rest_{text} {}

    [[nodiscard]] bool atEnd() const { return rest_.empty(); }

    bool take(char expected)
    {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// Exactly so many digits.
    template <std::size_t kCount>
    std::optional<int> digits()
    {
        if (rest_.size() < kCount) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < kCount; ++i) {
            if (!isDigit(rest_[i])) return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(kCount);
        return value;
    }

    /// One digit or more.
    std::string_view run()
    {
        auto const end = std::find_if_not(rest_.begin(), rest_.end(), isDigit);
        auto const taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view remainder() const { return rest_; }

private:
    std::string_view rest_;
};

struct TimeOfDay {
    ch::milliseconds sinceMidnight{0};
    Precision precision = Precision::Second;
};

/// The first three digits; whatever follows is below a millisecond.
ch::milliseconds fractionOf(std::string_view digits)
{
    int value = 0;
    for (std::size_t i = 0; i < 3; ++i)
        value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    return ch::milliseconds{value};
}

/// hh:mm:ss with optional fraction.
std::optional<TimeOfDay> readTime(Cursor& cursor)
{
    auto const hour = cursor.digits<2>();
    if (!hour || *hour > 23 || !cursor.take(':')) return std::nullopt;
    auto const minute = cursor.digits<2>();
    if (!minute || *minute > 59 || !cursor.take(':')) return std::nullopt;
    auto const second = cursor.digits<2>();
    if (!second || *second > 60) return std::nullopt;

    TimeOfDay time;
    // FHIR allows :60; there is no such second in the count of the system clock.
    time.sinceMidnight =
        ch::hours{*hour} + ch::minutes{*minute} + ch::seconds{std::min(*second, 59)};
    if (cursor.take('.')) {
        auto const fraction = cursor.run();
        if (fraction.empty()) return std::nullopt;
        time.sinceMidnight += fractionOf(fraction);
        time.precision = Precision::Millisecond;
    }
    return time;
}

/// `Z`, +hh:mm or -hh:mm up to 14:00, or nothing, which means `unstated`.
std::optional<ch::minutes> readZone(Cursor& cursor, ch::minutes unstated)
{
    if (cursor.atEnd()) return unstated;
    if (cursor.take('Z')) return ch::minutes{0};
    bool const west = cursor.take('-');
    if (!west && !cursor.take('+')) return std::nullopt;
    auto const hours = cursor.digits<2>();
    if (!hours || *hours > kMaxZoneHours || !cursor.take(':')) return std::nullopt;
    auto const minutes = cursor.digits<2>();
    if (!minutes || *minutes > 59 || (*hours == kMaxZoneHours && *minutes > 0)) return std::nullopt;
    auto const offset = ch::hours{*hours} + ch::minutes{*minutes};
    return west ? -offset : offset;
}

TimeSpan span(ch::sys_days first, ch::sys_days afterLast, ch::minutes zone, Precision precision,
              std::string_view text)
{
    return {Instant{first} - zone, Instant{afterLast} - zone - 1ms, precision, std::string{text}};
}

std::optional<TimeSpan> readSpan(std::string_view text, ch::minutes zone)
{
    Cursor cursor{text};
    auto const yearNumber = cursor.digits<4>();
    if (!yearNumber || *yearNumber < kFirstYear || *yearNumber > kLastYear) return std::nullopt;
    auto const year = ch::year{*yearNumber};
    if (cursor.atEnd()) {
        auto const first = ch::sys_days{year / ch::January / 1};
        auto const next = ch::sys_days{(year + ch::years{1}) / ch::January / 1};
        return span(first, next, zone, Precision::Year, text);
    }

    if (!cursor.take('-')) return std::nullopt;
    auto const monthNumber = cursor.digits<2>();
    if (!monthNumber || *monthNumber < 1 || *monthNumber > 12) return std::nullopt;
    auto const month = year / ch::month{static_cast<unsigned>(*monthNumber)};
    if (cursor.atEnd())
        return span(month / 1, (month + ch::months{1}) / 1, zone, Precision::Month, text);

    if (!cursor.take('-')) return std::nullopt;
    auto const dayNumber = cursor.digits<2>();
    if (!dayNumber) return std::nullopt;
    auto const date = month / ch::day{static_cast<unsigned>(*dayNumber)};
    if (!date.ok()) return std::nullopt;
    auto const midnight = ch::sys_days{date};
    if (cursor.atEnd()) return span(midnight, midnight + ch::days{1}, zone, Precision::Day, text);

    if (!cursor.take('T')) return std::nullopt;
    auto const time = readTime(cursor);
    if (!time) return std::nullopt;
    auto const offset = readZone(cursor, zone);
    if (!offset || !cursor.atEnd()) return std::nullopt;
    auto const from = Instant{midnight} + time->sinceMidnight - *offset;
    auto const width = time->precision == Precision::Second ? 999ms : 0ms;
    return TimeSpan{from, from + width, time->precision, std::string{text}};
}

struct UnitName {
    std::string_view name;
    Duration::Unit unit;
};

constexpr std::array kUnits{
    UnitName{"h", Duration::Unit::Hour},  UnitName{"d", Duration::Unit::Day},
    UnitName{"wk", Duration::Unit::Week}, UnitName{"mo", Duration::Unit::Month},
    UnitName{"a", Duration::Unit::Year},
};

/// `months` further on the calendar at the same time of day; a day that the month does not have
/// becomes its last. The calendar ends with the years that std::chrono::year can hold.
Instant addMonths(Instant at, std::int64_t months)
{
    auto const day = ch::floor<ch::days>(at);
    auto const timeOfDay = at - day;
    auto const date = ch::year_month_day{day};
    auto const sinceYearZero = static_cast<int>(date.year()) * std::int64_t{12} +
                               static_cast<unsigned>(date.month()) - 1 + months;
    auto const lowest = static_cast<int>(ch::year::min()) * std::int64_t{12};
    auto const highest = static_cast<int>(ch::year::max()) * std::int64_t{12} + 11;
    auto const bounded = std::clamp(sinceYearZero, lowest, highest);
    auto const year = bounded >= 0 ? bounded / 12 : (bounded - 11) / 12;
    auto const month = ch::year{static_cast<int>(year)} /
                       ch::month{static_cast<unsigned>(bounded - year * 12 + 1)};
    auto const last = (month / ch::last).day();
    return ch::sys_days{month / std::min(date.day(), last)} + timeOfDay;
}

Instant step(Instant at, std::int64_t count, Duration::Unit unit)
{
    switch (unit) {
    case Duration::Unit::Hour:
        return at + ch::hours{count};
    case Duration::Unit::Day:
        return at + ch::days{count};
    case Duration::Unit::Week:
        return at + ch::weeks{count};
    case Duration::Unit::Month:
        return addMonths(at, count);
    case Duration::Unit::Year:
        return addMonths(at, count * 12);
    }
    return at;
}

void append(std::string& text, std::int64_t number, std::size_t width)
{
    std::array<char, std::numeric_limits<std::int64_t>::digits10 + 1> buffer;
    auto const* const end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number < 0 ? -number : number)
            .ptr;
    std::string_view const digits{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
    if (number < 0) text += '-';
    if (digits.size() < width) text.append(width - digits.size(), '0');
    text += digits;
}

} // namespace

std::string TimeSpan::day() const { return text.substr(0, text.find('T')); }

Result<TimeSpan> parseDateTime(std::string_view text, int zoneMinutes)
{
    if (auto span = readSpan(text, ch::minutes{zoneMinutes})) return *std::move(span);
    return Error{
        Error::Kind::BadRequest,
        {},
        "this is no FHIR date or time between 1800 and 2199",
        "send YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with zone, on a day that exists"};
}

Result<Duration> parseDuration(std::string_view text)
{
    Cursor cursor{text};
    bool const negative = cursor.take('-');
    if (!negative) (void)cursor.take('+'); // says nothing
    auto const digits = cursor.run();
    bool const counted = !digits.empty() && digits.size() <= kMaxCountDigits && cursor.take(' ');
    auto const* const unit = std::ranges::find(kUnits, cursor.remainder(), &UnitName::name);
    if (!counted || unit == kUnits.end())
        return Error{Error::Kind::BadRequest,
                     {},
                     "this is no duration",
                     "write a whole number below 100000, a space and h, d, wk, mo or a, like 30 d"};
    int count = 0;
    for (char const c : digits) count = count * 10 + (c - '0');
    return Duration{negative ? -count : count, unit->unit};
}

Instant operator+(Instant at, Duration const& duration)
{
    return step(at, duration.count, duration.unit);
}

Instant operator-(Instant at, Duration const& duration)
{
    return step(at, -std::int64_t{duration.count}, duration.unit);
}

std::string toText(Duration const& duration)
{
    auto const* const unit = std::ranges::find(kUnits, duration.unit, &UnitName::unit);
    return std::to_string(duration.count) + " " + std::string{unit->name};
}

std::string toText(Instant at)
{
    auto const day = ch::floor<ch::days>(at);
    auto const time = ch::hh_mm_ss{at - day};
    auto text = toDay(at);
    text.reserve(std::string_view{"YYYY-MM-DDThh:mm:ss.mmmZ"}.size());
    text += 'T';
    append(text, time.hours().count(), 2);
    text += ':';
    append(text, time.minutes().count(), 2);
    text += ':';
    append(text, time.seconds().count(), 2);
    text += '.';
    append(text, time.subseconds().count(), 3);
    text += 'Z';
    return text;
}

std::string toDay(Instant at)
{
    auto const date = ch::year_month_day{ch::floor<ch::days>(at)};
    std::string text;
    append(text, static_cast<int>(date.year()), 4);
    text += '-';
    append(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

int completedYears(TimeSpan const& birth, Instant at)
{
    // Who was born on 29 February completes a year on 1 March where there is no such day.
    auto const parts = [](Instant instant) {
        auto const day = ch::floor<ch::days>(instant);
        auto const date = ch::year_month_day{day};
        return std::pair{static_cast<int>(date.year()),
                         std::tuple{date.month(), date.day(), instant - day}};
    };
    auto const [birthYear, birthday] = parts(birth.first());
    auto const [year, today] = parts(at);
    return year - birthYear - (today < birthday ? 1 : 0);
}

int completedDays(TimeSpan const& birth, Instant at)
{
    return static_cast<int>(ch::floor<ch::days>(at - birth.first()).count());
}

} // namespace tcds
