#pragma once

#include "fhir/base/decimal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::terms {

/// Independent quantities. Amount and equivalents are kept apart (a valence lies between them), as
/// are amount and mass (a molar mass): only an analyte can join those.
enum class Dimension : std::uint8_t {
    Mass,
    Amount,
    Equivalents,
    Osmoles,
    Length,
    Time,
    Catalysis, // U, kat
    Arbitrary, // [IU]
    Pressure,
    Temperature, // Cel; [degF] has an offset and is an analyte's own factor
    Fahrenheit,
    Acidity // [pH]
};
inline constexpr std::size_t kDimensions = 12;

/// A UCUM expression taken apart: factor x product of dimensions.
struct UnitParts {
    Decimal numerator{1, 0}, denominator{1, 0}; // to the base units g, mol, m, s, ...
    std::array<std::int8_t, kDimensions> powers{};
    std::uint16_t named = 0; // dimensions that occur, cancelled out or not: mg/mg is no mmol/mmol
    std::string text;        // with L for litre

    [[nodiscard]] int power(Dimension dimension) const
    {
        return powers[static_cast<std::size_t>(dimension)];
    }
    [[nodiscard]] bool names(Dimension dimension) const
    {
        return ((named >> static_cast<unsigned>(dimension)) & 1U) != 0;
    }
    [[nodiscard]] bool sameKind(UnitParts const& other) const
    {
        return powers == other.powers && names(Dimension::Mass) == other.names(Dimension::Mass) &&
               names(Dimension::Amount) == other.names(Dimension::Amount);
    }
};

/// Reads the part of UCUM that laboratories use: prefixes, mass, amount, equivalents, osmoles,
/// volume, time, activity, pressure, %, annotations, powers of ten, `.` and `/`.
/// @return nothing for other text
/// Source: ucum.org/ucum (tables of base units, prefixes and other units)
std::optional<UnitParts> parseUnit(std::string_view ucum);

/// The same quantity in another unit of the same kind: g/L as mg/dL. Exact for powers of ten.
std::optional<Decimal> convertUnit(Decimal const& value, UnitParts const& from,
                                   UnitParts const& to);

} // namespace tcds::terms
