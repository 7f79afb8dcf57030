#include "server/replay/record_object.hpp"

#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace tcds::replay {

RecordObject::RecordObject(json::Value const& value, std::string pointer, Fault& fault)
    : value_{&value}, pointer_{std::move(pointer)}, fault_{&fault}
{
    if (!value.IsObject()) fault.note(pointer_, "is no object");
}

json::Value const* RecordObject::child(std::string_view name) const
{
    return json::child(*value_, name);
}

std::string RecordObject::pointerTo(std::string_view name) const
{
    return json::pointer(pointer_, name);
}

void RecordObject::fault(std::string_view name, std::string what) const
{
    fault_->note(pointerTo(name), std::move(what));
}

std::string_view RecordObject::text(std::string_view name) const
{
    auto const* const member = child(name);
    if (member == nullptr) return {};
    auto const text = json::text(member);
    if (!text) fault(name, "is no string");
    return text.value_or(std::string_view{});
}

std::string_view RecordObject::needed(std::string_view name) const
{
    auto const found = text(name);
    if (found.empty()) fault(name, "is missing");
    return found;
}

bool RecordObject::flag(std::string_view name, bool otherwise) const
{
    auto const* const member = child(name);
    if (member == nullptr) return otherwise;
    auto const flag = json::flag(member);
    if (!flag) fault(name, "is neither true nor false");
    return flag.value_or(otherwise);
}

std::optional<int> RecordObject::whole(std::string_view name, int most) const
{
    auto const* const member = child(name);
    if (member == nullptr) return std::nullopt;
    auto const digits = json::number(member).value_or(std::string_view{});
    int number = 0;
    auto const [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failed == std::errc{} && end == digits.data() + digits.size() && number >= 0 &&
        number <= most)
        return number;
    fault(name, "is no whole number from 0 to " + std::to_string(most));
    return std::nullopt;
}

std::optional<Decimal> RecordObject::decimal(std::string_view name) const
{
    auto const digits = text(name);
    if (digits.empty()) return std::nullopt;
    auto const number = Decimal::parse(digits);
    if (number) return *number;
    fault(name, "is no decimal number");
    return std::nullopt;
}

std::optional<TimeSpan> RecordObject::time(std::string_view name, int zoneMinutes) const
{
    auto const written = text(name);
    if (written.empty()) return std::nullopt;
    auto span = parseDateTime(written, zoneMinutes);
    if (span) return *std::move(span);
    fault(name, "is no FHIR date or time");
    return std::nullopt;
}

std::optional<RecordObject> RecordObject::object(std::string_view name) const
{
    auto const* const member = child(name);
    if (member == nullptr) return std::nullopt;
    return RecordObject{*member, pointerTo(name), *fault_};
}

std::span<json::Value const> RecordObject::elements(std::string_view name) const
{
    auto const* const member = child(name);
    if (member == nullptr) return {};
    if (!member->IsArray()) {
        fault(name, "is no array");
        return {};
    }
    return json::items(member);
}

void RecordObject::forEachText(
    std::string_view name, std::function<void(std::string_view, std::string const&)> const& f) const
{
    std::size_t place = 0;
    for (auto const& element : elements(name)) {
        auto const pointer = json::pointer(pointerTo(name), place++);
        if (auto const text = json::text(&element))
            f(*text, pointer);
        else
            fault_->note(pointer, "is no string");
    }
}

void RecordObject::forEachObject(std::string_view name,
                                 std::function<void(RecordObject const&)> const& f) const
{
    std::size_t place = 0;
    for (auto const& element : elements(name))
        f(RecordObject{element, json::pointer(pointerTo(name), place++), *fault_});
}

std::optional<Instant> instantOf(std::string_view text)
{
    auto const span = parseDateTime(text);
    if (!span || span->precision != Precision::Millisecond) return std::nullopt;
    return span->first();
}

json::Limits recordLimits()
{
    constexpr auto kMost = std::numeric_limits<std::size_t>::max();
    return {kMost, 64, kMost, kMost, kMost, kMost, kMost};
}

} // namespace tcds::replay
