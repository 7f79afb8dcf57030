#pragma once

#include "fhir/base/clock.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::audit {

/// A quarter of a year in UTC, for which a key of the pseudonyms is meant: "k26q1" is January to
/// March 2026.
class KeyPeriod
{
public:
    /// That of an instant; instants before 2000 and after 2099 are in the first or the last one.
    static KeyPeriod at(Instant now);
    /// That of a key id; nothing for ids of another form.
    static std::optional<KeyPeriod> ofId(std::string_view id);

    [[nodiscard]] std::string id() const;
    [[nodiscard]] Instant begin() const;
    /// First instant of the next one.
    [[nodiscard]] Instant end() const;

    auto operator<=>(KeyPeriod const&) const = default;

private:
    explicit KeyPeriod(int quarters) : quarters_{quarters} {}
    int quarters_; // since 2000
};

} // namespace tcds::audit
