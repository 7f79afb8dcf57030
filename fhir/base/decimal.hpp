#pragma once

#include "fhir/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcds {

/// A decimal number, coefficient x 10^-scale, exact to 18 digits. Made from the text that was sent
/// (decision D46); no clinical comparison ever goes through binary floating point.
class Decimal
{
public:
    constexpr Decimal() = default;
    /// coefficient x 10^-scale; scale may be negative
    constexpr Decimal(std::int64_t coefficient, int scale)
        : coefficient_{coefficient}, scale_{scale}
    {
    }

    /// JSON number syntax, with an optional leading `+`; more than 18 significant digits are
    /// rounded half to even.
    /// @error BadRequest when the text is no number or its exponent is beyond +-60
    static Result<Decimal> parse(std::string_view text);

    /// Same value, same number of decimals as constructed: 3.50 stays "3.50"; no exponent.
    [[nodiscard]] std::string text() const;
    /// Rounded half away from zero to `decimals` places, padded with zeros to them where 18 digits
    /// suffice (3.5 to two places is "3.50").
    [[nodiscard]] Decimal rounded(int decimals) const;
    [[nodiscard]] int decimals() const { return scale_ > 0 ? scale_ : 0; }
    [[nodiscard]] bool isZero() const { return coefficient_ == 0; }

    /// By value: 3.5 == 3.50.
    friend std::strong_ordering operator<=>(Decimal const& a, Decimal const& b);
    friend bool operator==(Decimal const& a, Decimal const& b);

    /// Exact while the result has at most 18 digits, else rounded to 18.
    friend Decimal operator+(Decimal const& a, Decimal const& b);
    friend Decimal operator-(Decimal const& a, Decimal const& b);
    friend Decimal operator*(Decimal const& a, Decimal const& b);
    /// Rounded to 15 significant digits; division by zero is a broken invariant (check isZero()).
    friend Decimal operator/(Decimal const& a, Decimal const& b);

private:
    std::int64_t coefficient_ = 0;
    int scale_ = 0;
};

} // namespace tcds
