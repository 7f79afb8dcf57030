#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::query {

// The rules of a record as the index keeps them: for each its number, its outcome and level in one
// byte, and the number of the reason. Numbers stand for words of the index.

/// The words of decision D43, and what is none of them.
enum class Outcome : std::uint8_t {
    Fired,
    NotMet,
    Unknown,
    Suppressed,
    Silenced,
    Error,
    OnCard, // no judgement: a rule of a card, or of the card that feedback is about
    Other
};
Outcome outcomeOf(std::string_view word);

struct PackedRule {
    std::int64_t rule = 0;
    Outcome outcome = Outcome::Other;
    std::int64_t why = 0; // 0 = none
};

void pack(std::string& packed, PackedRule const& rule);

/// Takes one rule after the other out of what pack() made.
class Unpacking
{
public:
    explicit Unpacking(std::string_view packed) : rest_{packed} {}
    /// @return nothing at the end, and where the bytes are not of our making
    std::optional<PackedRule> next();

private:
    std::optional<std::int64_t> number();
    std::string_view rest_;
};

} // namespace tcds::query
