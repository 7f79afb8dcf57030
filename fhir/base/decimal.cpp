#include "fhir/base/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <stdexcept>

namespace tcds {

namespace {

// Products and shifted operands of 18 digits need up to 37.
__extension__ typedef unsigned __int128 Wide;
__extension__ typedef __int128 SignedWide;

constexpr int kDigits = 18;         // of every value that is parsed or computed
constexpr int kQuotientDigits = 15; // of a division
constexpr int kMaxExponent = 60;    // of the text
constexpr int kMaxScale = kMaxExponent + kDigits;
constexpr int kWideDigits = 38; // 10^38 is the largest power that Wide holds

constexpr std::array<Wide, kWideDigits + 1> makePowers()
{
    std::array<Wide, kWideDigits + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}

constexpr auto kPowers = makePowers();

constexpr Wide power(std::int64_t exponent) { return kPowers[static_cast<std::size_t>(exponent)]; }

/// 10^exponent; 1 for negative exponents.
constexpr SignedWide signedPower(std::int64_t exponent)
{
    return exponent > 0 ? static_cast<SignedWide>(power(exponent)) : 1;
}

/// Decimal digits of `value`; 0 for zero.
int digitCount(Wide value)
{
    return static_cast<int>(std::upper_bound(kPowers.begin(), kPowers.end(), value) -
                            kPowers.begin());
}

Wide magnitude(std::int64_t coefficient)
{
    auto const bits = static_cast<std::uint64_t>(coefficient);
    return coefficient < 0 ? std::uint64_t{0} - bits : bits; // also right for the smallest int64
}

int toScale(std::int64_t scale)
{
    constexpr std::int64_t kLimit = std::numeric_limits<int>::max();
    return static_cast<int>(std::clamp(scale, -kLimit, kLimit));
}

Decimal make(bool negative, Wide value, std::int64_t scale)
{
    auto const coefficient = static_cast<std::int64_t>(value);
    return {negative ? -coefficient : coefficient, toScale(scale)};
}

/// value x 10^-scale in at most `digits` digits, rounded half to even. `more` says that the true
/// value is a little larger than `value`, by less than one unit of its last place.
Decimal fit(bool negative, Wide value, std::int64_t scale, bool more, int digits)
{
    if (value < power(digits)) return make(negative, value, scale); // nearly every value
    auto drop = digitCount(value) - digits;
    auto const rest = value % power(drop);
    auto const half = power(drop) / 2;
    value /= power(drop);
    if (rest > half || (rest == half && (more || value % 2 == 1))) ++value;
    if (value == power(digits)) {
        value /= 10;
        ++drop;
    }
    return make(negative, value, scale - drop);
}

struct Term {
    bool negative = false;
    Wide value = 0;
    std::int64_t scale = 0;
};

Decimal sum(Term coarse, Term fine)
{
    if (coarse.scale > fine.scale) std::swap(coarse, fine);
    if (coarse.value == 0) return fit(fine.negative, fine.value, fine.scale, false, kDigits);
    // Bring the coarse term to the places of the fine one as far as there is room; what of the fine
    // term lies below that is far behind the last digit of the result and only breaks ties.
    auto const distance = fine.scale - coarse.scale;
    auto const shift = std::min<std::int64_t>(distance, kWideDigits - 1 - digitCount(coarse.value));
    coarse.value *= power(shift);
    auto const cut = power(std::min<std::int64_t>(distance - shift, kWideDigits));
    bool const more = fine.value % cut != 0;
    fine.value /= cut;
    auto const scale = coarse.scale + shift;

    if (coarse.negative == fine.negative)
        return fit(coarse.negative, coarse.value + fine.value, scale, more, kDigits);
    if (coarse.value < fine.value)
        return fit(fine.negative, fine.value - coarse.value, scale, false, kDigits);
    auto const difference = coarse.value - fine.value - (more ? 1 : 0);
    return fit(coarse.negative, difference, scale, more, kDigits);
}

/// Reads the digits of a number one by one and keeps the first 18 significant ones.
class Significand
{
public:
    void add(int digit)
    {
        if (kept_ == 0 && digit == 0) return; // leading zeros are not significant
        if (kept_ < kDigits) {
            value_ = value_ * 10 + digit;
            ++kept_;
        } else {
            if (dropped_ == 0)
                firstDropped_ = digit;
            else
                more_ = more_ || digit != 0;
            ++dropped_;
        }
    }

    /// The digits as a number of at most 18 digits times 10^`dropped()`, half to even.
    [[nodiscard]] std::int64_t rounded()
    {
        bool const up = firstDropped_ > 5 || (firstDropped_ == 5 && (more_ || value_ % 2 == 1));
        if (up) ++value_;
        if (value_ == static_cast<std::int64_t>(power(kDigits))) {
            value_ /= 10;
            ++dropped_;
        }
        return value_;
    }
    [[nodiscard]] std::int64_t dropped() const { return dropped_; }

private:
    std::int64_t value_ = 0;
    int kept_ = 0;
    std::int64_t dropped_ = 0;
    int firstDropped_ = 0;
    bool more_ = false;
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool takeOne(std::string_view& text, char expected)
{
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(1);
    return true;
}

std::string_view takeDigits(std::string_view& text)
{
    auto const end = std::ranges::find_if_not(text, isDigit);
    auto const digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

struct NumberText {
    bool negative = false;
    std::string_view whole;
    std::string_view fraction;
    bool exponentNegative = false;
    std::string_view exponent;
};

/// RFC 8259 section 6, with a leading `+` besides; nothing may follow.
std::optional<NumberText> split(std::string_view text)
{
    NumberText number;
    number.negative = takeOne(text, '-');
    if (!number.negative) (void)takeOne(text, '+'); // says nothing
    number.whole = takeDigits(text);
    if (number.whole.empty()) return std::nullopt;
    if (number.whole.size() > 1 && number.whole.front() == '0') return std::nullopt;
    if (takeOne(text, '.')) {
        number.fraction = takeDigits(text);
        if (number.fraction.empty()) return std::nullopt;
    }
    if (takeOne(text, 'e') || takeOne(text, 'E')) {
        number.exponentNegative = takeOne(text, '-');
        if (!number.exponentNegative) (void)takeOne(text, '+'); // says nothing
        number.exponent = takeDigits(text);
        if (number.exponent.empty()) return std::nullopt;
    }
    if (!text.empty()) return std::nullopt;
    return number;
}

/// The exponent, cut at a value that is beyond every bound.
int exponentOf(NumberText const& number)
{
    int value = 0;
    for (char const c : number.exponent)
        value = std::min(value * 10 + (c - '0'), 10 * kMaxExponent);
    return number.exponentNegative ? -value : value;
}

Error outOfRange()
{
    return {Error::Kind::BadRequest,
            {},
            "the number is too large or has too many decimals to keep",
            "write it with an exponent between -60 and 60"};
}

} // namespace

Result<Decimal> Decimal::parse(std::string_view text)
{
    auto const number = split(text);
    if (!number)
        return Error{
            Error::Kind::BadRequest,
            {},
            "this is no decimal number",
            "write digits with an optional sign, decimals and exponent, like 3.50 or -1.2e3"};
    auto const exponent = exponentOf(*number);
    if (exponent > kMaxExponent || exponent < -kMaxExponent) return outOfRange();

    Significand digits;
    for (char const c : number->whole) digits.add(c - '0');
    for (char const c : number->fraction) digits.add(c - '0');
    auto const coefficient = digits.rounded();
    auto const scale =
        static_cast<std::int64_t>(number->fraction.size()) - digits.dropped() - exponent;
    if (scale > kMaxScale || scale < -kMaxScale) return outOfRange();
    return Decimal{number->negative ? -coefficient : coefficient, static_cast<int>(scale)};
}

std::string Decimal::text() const
{
    std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> buffer;
    auto const* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                          static_cast<std::uint64_t>(magnitude(coefficient_)))
                                .ptr;
    std::string_view const digits{buffer.data(), static_cast<std::size_t>(end - buffer.data())};

    std::string text;
    if (coefficient_ < 0) text += '-';
    auto const decimals = static_cast<std::size_t>(this->decimals());
    if (decimals >= digits.size()) {
        text.append("0.").append(decimals - digits.size(), '0').append(digits);
    } else if (decimals > 0) {
        text.append(digits, 0, digits.size() - decimals);
        text.append(1, '.').append(digits, digits.size() - decimals);
    } else {
        text.append(digits);
        if (coefficient_ != 0)
            text.append(static_cast<std::size_t>(-static_cast<std::int64_t>(scale_)), '0');
    }
    return text;
}

Decimal Decimal::rounded(int decimals) const
{
    auto const value = magnitude(coefficient_);
    auto const drop = static_cast<std::int64_t>(scale_) - decimals;
    if (value == 0 || drop > kWideDigits) return {0, decimals};
    if (drop <= 0) {
        if (digitCount(value) - drop > kDigits) return *this;
        return make(coefficient_ < 0, value * power(-drop), decimals);
    }
    auto const up = value % power(drop) >= power(drop) / 2 ? 1U : 0U;
    return make(coefficient_ < 0, value / power(drop) + up, decimals);
}

std::strong_ordering operator<=>(Decimal const& a, Decimal const& b)
{
    // Scales of measured values lie close: both fit on the finer of the two, in 37 digits.
    if (auto const finer = std::int64_t{b.scale_} - a.scale_; finer >= -kDigits && finer <= kDigits)
        return a.coefficient_ * signedPower(finer) <=> b.coefficient_ * signedPower(-finer);

    auto const sign = [](Decimal const& d) {
        return d.coefficient_ > 0 ? 1 : d.coefficient_ < 0 ? -1 : 0;
    };
    if (sign(a) != sign(b)) return sign(a) <=> sign(b);
    if (sign(a) == 0) return std::strong_ordering::equal;

    auto left = magnitude(a.coefficient_);
    auto right = magnitude(b.coefficient_);
    auto const leftDigits = digitCount(left);
    auto const rightDigits = digitCount(right);
    // Place of the first digit; where it is equal the scales differ by less than 19.
    auto order = (leftDigits - std::int64_t{a.scale_}) <=> (rightDigits - std::int64_t{b.scale_});
    if (order == 0) {
        if (leftDigits < rightDigits) left *= power(rightDigits - leftDigits);
        if (rightDigits < leftDigits) right *= power(leftDigits - rightDigits);
        order = left <=> right;
    }
    return sign(a) > 0 ? order : 0 <=> order;
}

bool operator==(Decimal const& a, Decimal const& b) { return (a <=> b) == 0; }

Decimal operator+(Decimal const& a, Decimal const& b)
{
    return sum({a.coefficient_ < 0, magnitude(a.coefficient_), a.scale_},
               {b.coefficient_ < 0, magnitude(b.coefficient_), b.scale_});
}

Decimal operator-(Decimal const& a, Decimal const& b)
{
    return sum({a.coefficient_ < 0, magnitude(a.coefficient_), a.scale_},
               {b.coefficient_ > 0, magnitude(b.coefficient_), b.scale_});
}

Decimal operator*(Decimal const& a, Decimal const& b)
{
    return fit((a.coefficient_ < 0) != (b.coefficient_ < 0),
               magnitude(a.coefficient_) * magnitude(b.coefficient_),
               std::int64_t{a.scale_} + b.scale_, false, kDigits);
}

Decimal operator/(Decimal const& a, Decimal const& b)
{
    if (b.isZero()) throw std::domain_error("a decimal was divided by zero");
    // As many decimals as the inputs suggest when the quotient comes out even: 7.00 / 2 = 3.50.
    auto const ideal = std::int64_t{a.scale_} - b.scale_;
    if (a.isZero()) return {0, toScale(ideal)};

    auto const dividend = magnitude(a.coefficient_);
    auto const divisor = magnitude(b.coefficient_);
    // Two digits more than are kept: the rest of the division then only breaks ties.
    auto const shift =
        std::max<std::int64_t>(0, digitCount(divisor) - digitCount(dividend) + kQuotientDigits + 2);
    auto const shifted = dividend * power(shift);
    auto quotient = fit((a.coefficient_ < 0) != (b.coefficient_ < 0), shifted / divisor,
                        ideal + shift, shifted % divisor != 0, kQuotientDigits);
    while (quotient.scale_ > ideal && quotient.coefficient_ % 10 == 0) {
        quotient.coefficient_ /= 10;
        --quotient.scale_;
    }
    return quotient;
}

} // namespace tcds
