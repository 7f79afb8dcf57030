#include "fhir/read/dosage.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tcds::fhir {

namespace {

struct TimingCode {
    std::string_view code;
    int times;
    int days;
};

// HL7 GTSAbbreviation
constexpr std::array<TimingCode, 19> kTimingCodes{{
    {"QD", 1, 1},   {"BID", 2, 1},  {"TID", 3, 1}, {"QID", 4, 1}, {"QOD", 1, 2},
    {"Q1H", 24, 1}, {"Q2H", 12, 1}, {"Q3H", 8, 1}, {"Q4H", 6, 1}, {"Q6H", 4, 1},
    {"Q8H", 3, 1},  {"Q12H", 2, 1}, {"AM", 1, 1},  {"PM", 1, 1},  {"BED", 1, 1},
    {"WK", 1, 7},   {"Q24H", 1, 1}, {"HS", 1, 1},  {"MO", 1, 30},
}};

Decimal whole(int number) { return Decimal{number, 0}; }

/// One period: how many in a day, or how many days it has (a month 30, a year 365).
struct PeriodUnit {
    std::string_view unit;
    int perDay; // such periods in a day
    int days;   // days in such a period
};
constexpr std::array<PeriodUnit, 8> kPeriodUnits{{{"s", 86'400, 1},
                                                  {"min", 1'440, 1},
                                                  {"h", 24, 1},
                                                  {"d", 1, 1},
                                                  {"wk", 1, 7},
                                                  {"mo", 1, 30},
                                                  {"a", 1, 365},
                                                  {"days", 1, 1}}};

std::optional<Decimal> positive(Value const* value)
{
    auto const number = json::decimal(value);
    if (!number || *number <= Decimal{}) return std::nullopt;
    return number;
}

std::optional<Rate> rateOfRepeat(Value const& repeat)
{
    auto frequency = positive(json::child(repeat, "frequency"));
    auto const events =
        std::max(json::items(repeat, "timeOfDay").size(), json::items(repeat, "when").size());
    if (!frequency && events > 0) frequency = whole(static_cast<int>(events));
    auto const days = json::items(repeat, "dayOfWeek").size();
    constexpr int kWeek = 7;
    if (days > 0 && days <= static_cast<std::size_t>(kWeek))
        return Rate{frequency.value_or(whole(1)) * whole(static_cast<int>(days)), whole(kWeek)};
    auto const period = positive(json::child(repeat, "period"));
    auto const unit = json::textOf(repeat, "periodUnit").empty()
                          ? json::textOf(repeat, "periodUnits") // DSTU2
                          : json::textOf(repeat, "periodUnit");
    if (unit.empty()) {
        if (events == 0) return std::nullopt;
        return Rate{*frequency, whole(1)};
    }
    for (auto const& known : kPeriodUnits)
        if (known.unit == unit && period)
            return Rate{frequency.value_or(whole(1)) * whole(known.perDay),
                        *period * whole(known.days)};
    return std::nullopt;
}

std::optional<Quantity> doseOf(Members const& line)
{
    auto const* dose = line.anyOf({"doseQuantity", "doseSimpleQuantity"}); // before R4
    for (auto const& given : line.items("doseAndRate")) {
        if (dose != nullptr) break;
        dose = json::child(given, "doseQuantity");
    }
    if (dose == nullptr) return std::nullopt;
    auto const value = positive(json::child(*dose, "value"));
    auto unit = json::textOf(*dose, "unit");
    if (unit.empty()) unit = json::textOf(*dose, "code");
    if (!value || unit.empty()) return std::nullopt;
    return Quantity{*value, std::string{unit}};
}

bool isAsNeeded(Members const& line)
{
    auto const* asNeeded = line.anyOf({"asNeededBoolean", "asNeeded"});
    if (auto const flag = json::flag(asNeeded)) return *flag;
    return line.anyOf({"asNeededCodeableConcept", "asNeededFor"}) != nullptr;
}

/// Whole days divide without a remainder of digits: 80, not 80.0000.
Decimal perDay(Decimal const& amount, Decimal const& days)
{
    return days == Decimal{1, 0} ? amount : amount / days;
}

struct Line {
    std::optional<Quantity> daily;
    std::optional<TimeSpan> start, end;
    bool asNeeded = false;
    Value const* sequence = nullptr;
};

/// The end of a duration that counts from `begin`: as wide as a day.
std::optional<TimeSpan> endAfter(std::optional<TimeSpan> const& begin, Value const* duration,
                                 int zoneMinutes)
{
    auto const length = durationOf(duration);
    if (!begin || !length) return std::nullopt;
    if (begin->precision == Precision::Second || begin->precision == Precision::Millisecond) {
        auto const end = begin->first() + *length;
        auto span = dayOf(end, zoneMinutes);
        span.from = span.to = end;
        span.precision = begin->precision;
        span.text = toText(end);
        return span;
    }
    return dayOf(begin->first() + *length, zoneMinutes);
}

Line lineOf(Reading const& reading, Members const& dosage, std::optional<TimeSpan> const& begin)
{
    Line line;
    line.asNeeded = isAsNeeded(dosage);
    line.sequence = dosage.child("sequence");
    auto const* timing = dosage.child("timing");
    if (auto const* repeat = json::child(timing, "repeat")) {
        if (auto const* period = json::child(*repeat, "boundsPeriod")) {
            line.start = reading.time(json::child(*period, "start"));
            line.end = reading.time(json::child(*period, "end"));
        } else if (auto const* duration = anyOf(*repeat, {"boundsDuration", "boundsQuantity"})) {
            line.start = begin;
            line.end = endAfter(begin, duration, reading.options.zoneMinutes);
        }
    }
    if (line.asNeeded) return line;
    auto dose = doseOf(dosage);
    if (!dose) return line;
    auto const rate = rateOf(timing);
    if (!rate) return line;
    dose->value = perDay(dose->value * rate->times, rate->days);
    line.daily = std::move(dose);
    return line;
}

bool inForce(Line const& line, Instant asOf)
{
    return !(line.end && line.end->last() < asOf) && !(line.start && line.start->first() > asOf);
}

std::optional<Quantity> sumOf(std::vector<Line> const& lines, Instant asOf)
{
    auto const someInForce = std::any_of(lines.begin(), lines.end(),
                                         [asOf](Line const& line) { return inForce(line, asOf); });
    if (!someInForce && lines.size() > 1) return std::nullopt;
    std::optional<Quantity> sum;
    for (auto const& line : lines) {
        if (line.asNeeded || (someInForce && !inForce(line, asOf))) continue;
        if (!line.daily) return std::nullopt;
        if (!sum) {
            sum = line.daily;
        } else {
            if (sum->unit != line.daily->unit) return std::nullopt;
            sum->value = sum->value + line.daily->value;
        }
    }
    return sum;
}

} // namespace

std::optional<Rate> rateOf(Value const* timing)
{
    if (timing == nullptr) return std::nullopt;
    if (auto const* repeat = json::child(*timing, "repeat"))
        if (auto const rate = rateOfRepeat(*repeat)) return rate;
    auto const* code = json::child(*timing, "code");
    for (auto const& known : kTimingCodes)
        if (hasCode(code, known.code) || conceptText(code) == known.code)
            return Rate{whole(known.times), whole(known.days)};
    return std::nullopt;
}

Dosing dosingOf(Reading const& reading, Value const* lines, std::optional<TimeSpan> const& begin)
{
    Dosing dosing;
    std::vector<Line> read;
    auto cursor = begin;
    bool open = false;
    for (auto const& dosage : json::items(lines)) {
        if (!dosage.IsObject()) continue;
        Members const members{dosage};
        auto line = lineOf(reading, members, cursor);
        // A numbered line with a duration is followed by the next number.
        if (line.sequence != nullptr && line.end && line.start == cursor) cursor = line.end;
        if (dosing.route == Route::Unknown)
            if (auto const* route = members.child("route"))
                dosing.route = reading.terms.routeOf(codingsOf(route), conceptText(route));
        if (line.start && (!dosing.start || line.start->first() < dosing.start->first()))
            dosing.start = line.start;
        open = open || !line.end;
        if (line.end && (!dosing.end || dosing.end->last() < line.end->last()))
            dosing.end = line.end;
        read.push_back(std::move(line));
    }
    if (open) dosing.end.reset();
    dosing.asNeeded = !read.empty() && std::all_of(read.begin(), read.end(),
                                                   [](Line const& line) { return line.asNeeded; });
    dosing.daily = sumOf(read, reading.options.asOf);
    return dosing;
}

} // namespace tcds::fhir
