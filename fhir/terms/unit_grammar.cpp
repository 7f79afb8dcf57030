#include "fhir/terms/unit_grammar.hpp"

#include <array>

namespace tcds::terms {
namespace {

struct Prefix {
    std::string_view text;
    int exponent;
};
constexpr std::array kPrefixes{
    Prefix{"da", 1}, Prefix{"G", 9},  Prefix{"M", 6},   Prefix{"k", 3},
    Prefix{"h", 2},  Prefix{"d", -1}, Prefix{"c", -2},  Prefix{"m", -3},
    Prefix{"u", -6}, Prefix{"n", -9}, Prefix{"p", -12}, Prefix{"f", -15},
};

struct Atom {
    std::string_view text;
    bool metric; // takes prefixes
    Decimal factor;
    std::optional<Dimension> dimension;
    int power;
    std::string_view written; // canonical spelling, "" = as it is
};
constexpr std::array kAtoms{
    Atom{"g", true, {1, 0}, Dimension::Mass, 1, ""},
    Atom{"mol", true, {1, 0}, Dimension::Amount, 1, ""},
    Atom{"eq", true, {1, 0}, Dimension::Equivalents, 1, ""},
    Atom{"osm", true, {1, 0}, Dimension::Osmoles, 1, ""},
    Atom{"m", true, {1, 0}, Dimension::Length, 1, ""},
    Atom{"L", true, {1, 3}, Dimension::Length, 3, ""},
    Atom{"l", true, {1, 3}, Dimension::Length, 3, "L"},
    Atom{"s", true, {1, 0}, Dimension::Time, 1, ""},
    Atom{"min", false, {60, 0}, Dimension::Time, 1, ""},
    Atom{"h", false, {3600, 0}, Dimension::Time, 1, ""},
    Atom{"d", false, {86400, 0}, Dimension::Time, 1, ""},
    Atom{"wk", false, {604800, 0}, Dimension::Time, 1, ""},
    // 1 U = 1 umol/min; only U and its multiples meet in practice.
    Atom{"U", true, {1, 0}, Dimension::Catalysis, 1, ""},
    Atom{"kat", true, {60000000, 0}, Dimension::Catalysis, 1, ""},
    Atom{"[IU]", true, {1, 0}, Dimension::Arbitrary, 1, ""},
    Atom{"[iU]", true, {1, 0}, Dimension::Arbitrary, 1, "[IU]"},
    Atom{"Pa", true, {1, 0}, Dimension::Pressure, 1, ""},
    Atom{"m[Hg]", true, {133322, 0}, Dimension::Pressure, 1, ""},
    Atom{"Cel", true, {1, 0}, Dimension::Temperature, 1, ""},
    Atom{"[degF]", false, {1, 0}, Dimension::Fahrenheit, 1, ""},
    Atom{"[pH]", false, {1, 0}, Dimension::Acidity, 1, ""},
    Atom{"%", false, {1, 2}, std::nullopt, 0, ""},
    Atom{"1", false, {1, 0}, std::nullopt, 0, ""},
};

struct Reading {
    Atom const* atom = nullptr;
    int exponent = 0; // of the prefix
    std::string_view prefix;
};

/// A whole atom wins over prefix and atom: "min" is a minute, "cd" would be no day.
std::optional<Reading> readAtom(std::string_view text)
{
    for (auto const& atom : kAtoms)
        if (text == atom.text) return Reading{&atom, 0, {}};
    for (auto const& prefix : kPrefixes) {
        if (!text.starts_with(prefix.text)) continue;
        for (auto const& atom : kAtoms)
            if (atom.metric && text.substr(prefix.text.size()) == atom.text)
                return Reading{&atom, prefix.exponent, prefix.text};
    }
    return std::nullopt;
}

Decimal powerOf(Decimal const& base, int power)
{
    Decimal result{1, 0};
    for (int i = 0; i < power; ++i) result = result * base;
    return result;
}

class Parser
{
public:
    explicit Parser(std::string_view text) : text_{text} {}

    std::optional<UnitParts> run()
    {
        if (text_.empty() || text_.size() > kMaxLength) return std::nullopt;
        int sign = 1;
        if (text_.front() == '/') {
            sign = -1;
            parts_.text.push_back('/');
            at_ = 1;
        }
        while (true) {
            auto const end = endOfTerm();
            if (!term(text_.substr(at_, end - at_), sign)) return std::nullopt;
            if (end == text_.size()) return std::move(parts_);
            sign = text_[end] == '/' ? -1 : 1;
            parts_.text.push_back(text_[end]);
            at_ = end + 1;
        }
    }

private:
    static constexpr std::size_t kMaxLength = 64;

    /// Points and slashes inside braces belong to an annotation: {1.73_m2}.
    [[nodiscard]] std::size_t endOfTerm() const
    {
        bool braces = false;
        for (auto i = at_; i < text_.size(); ++i) {
            if (text_[i] == '{') braces = true;
            if (text_[i] == '}') braces = false;
            if (!braces && (text_[i] == '/' || text_[i] == '.')) return i;
        }
        return text_.size();
    }

    bool term(std::string_view term, int sign)
    {
        auto const annotation = term.find('{');
        auto const unit = term.substr(0, annotation);
        if (annotation != std::string_view::npos && !term.ends_with('}')) return false;
        if (unit.empty()) {
            parts_.text += term;
            return annotation != std::string_view::npos;
        }
        if (!factorOrAtom(unit, sign)) return false;
        if (annotation != std::string_view::npos) parts_.text += term.substr(annotation);
        return true;
    }

    bool factorOrAtom(std::string_view unit, int sign)
    {
        if (unit.starts_with("10*") || unit.starts_with("10^")) return powerOfTen(unit, sign);
        int power = 1;
        if (unit.size() > 1 && unit.back() >= '2' && unit.back() <= '9') {
            power = unit.back() - '0';
            unit.remove_suffix(1);
        }
        auto const read = readAtom(unit);
        if (!read) return false;
        parts_.text += read->prefix;
        parts_.text += read->atom->written.empty() ? read->atom->text : read->atom->written;
        if (power != 1) parts_.text += static_cast<char>('0' + power);
        multiply(read->atom->factor * Decimal{1, -read->exponent}, power * sign);
        if (read->atom->dimension) {
            auto& total = parts_.powers[static_cast<std::size_t>(*read->atom->dimension)];
            total = static_cast<std::int8_t>(total + read->atom->power * power * sign);
            parts_.named = static_cast<std::uint16_t>(
                parts_.named | (1U << static_cast<unsigned>(*read->atom->dimension)));
        }
        return true;
    }

    bool powerOfTen(std::string_view unit, int sign)
    {
        auto const exponent = unit.substr(3);
        if (exponent.size() != 1 || exponent[0] < '1' || exponent[0] > '9') return false;
        parts_.text += unit;
        multiply(Decimal{1, -(exponent[0] - '0')}, sign);
        return true;
    }

    void multiply(Decimal const& factor, int power)
    {
        auto& side = power > 0 ? parts_.numerator : parts_.denominator;
        side = side * powerOf(factor, power > 0 ? power : -power);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    UnitParts parts_;
};

} // namespace

std::optional<UnitParts> parseUnit(std::string_view ucum) { return Parser{ucum}.run(); }

std::optional<Decimal> convertUnit(Decimal const& value, UnitParts const& from, UnitParts const& to)
{
    if (!from.sameKind(to)) return std::nullopt;
    auto const up = from.numerator * to.denominator;
    auto const down = from.denominator * to.numerator;
    if (up == down) return value;
    return value * up / down;
}

} // namespace tcds::terms
