#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/base/json.hpp"
#include "fhir/base/result.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tcds::replay {

/// The first thing of a record that cannot be read. Readers go on with nothing in its place and the
/// caller looks here at the end: what was read then is not used.
class Fault
{
public:
    /// @param pointer  JSON Pointer in the record
    void note(std::string pointer, std::string what)
    {
        if (first_) return;
        first_ = Error{Error::Kind::BadRequest, std::move(pointer), std::move(what),
                       "check the log with: twitch-cds audit verify"};
    }
    [[nodiscard]] std::optional<Error> const& first() const { return first_; }

private:
    std::optional<Error> first_;
};

/// One object of a record and its place in it. Members that are absent or null give nothing, those
/// of another type are a fault.
class RecordObject
{
public:
    RecordObject(json::Value const& value, std::string pointer, Fault& fault);

    /// "" when absent. The view lives as long as the document.
    [[nodiscard]] std::string_view text(std::string_view name) const;
    /// As text(); its absence is a fault.
    [[nodiscard]] std::string_view needed(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name, bool otherwise = false) const;
    /// A JSON number without fraction and sign, at most `most`.
    [[nodiscard]] std::optional<int> whole(std::string_view name, int most) const;
    /// A decimal number written as a string.
    [[nodiscard]] std::optional<Decimal> decimal(std::string_view name) const;
    [[nodiscard]] std::optional<TimeSpan> time(std::string_view name, int zoneMinutes) const;
    [[nodiscard]] bool has(std::string_view name) const { return child(name) != nullptr; }
    /// A member that is an object; nothing when absent.
    [[nodiscard]] std::optional<RecordObject> object(std::string_view name) const;
    /// Calls f(string, pointer) for each element of an array of strings.
    void forEachText(std::string_view name,
                     std::function<void(std::string_view, std::string const&)> const& f) const;
    /// Calls f(object) for each element of an array of objects.
    void forEachObject(std::string_view name,
                       std::function<void(RecordObject const&)> const& f) const;
    /// The elements of an array; empty when absent.
    [[nodiscard]] std::span<json::Value const> elements(std::string_view name) const;

    [[nodiscard]] std::string pointerTo(std::string_view name) const;
    void fault(std::string_view name, std::string what) const;
    [[nodiscard]] json::Value const& value() const { return *value_; }

private:
    [[nodiscard]] json::Value const* child(std::string_view name) const;

    json::Value const* value_;
    std::string pointer_;
    Fault* fault_;
};

/// Reads a text that was made by toText(Instant).
std::optional<Instant> instantOf(std::string_view text);

/// A record holds more than a request may: its bound is that of a line of the log.
json::Limits recordLimits();

} // namespace tcds::replay
