#include "server/query/packed_rules.hpp"

#include <algorithm>
#include <array>

namespace tcds::query {

namespace {

constexpr std::array<std::string_view, 6> kOutcomes{"fired",      "not-met",  "unknown",
                                                    "suppressed", "silenced", "error"};
constexpr unsigned kBits = 7; // of a number in each byte; the eighth says that more follow

void packNumber(std::string& packed, std::int64_t number)
{
    auto rest = static_cast<std::uint64_t>(number);
    for (; rest >= 1U << kBits; rest >>= kBits) packed += static_cast<char>((rest & 0x7fU) | 0x80U);
    packed += static_cast<char>(rest);
}

} // namespace

Outcome outcomeOf(std::string_view word)
{
    auto const at = std::ranges::find(kOutcomes, word);
    return at == kOutcomes.end() ? Outcome::Other : static_cast<Outcome>(at - kOutcomes.begin());
}

void pack(std::string& packed, PackedRule const& rule)
{
    packNumber(packed, rule.rule);
    packed += static_cast<char>(rule.outcome);
    packNumber(packed, rule.why);
}

std::optional<std::int64_t> Unpacking::number()
{
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 63 && !rest_.empty(); shift += kBits) {
        auto const byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        number |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0) return static_cast<std::int64_t>(number);
    }
    return std::nullopt;
}

std::optional<PackedRule> Unpacking::next()
{
    PackedRule rule;
    auto const id = number();
    if (!id || rest_.empty()) return std::nullopt;
    rule.rule = *id;
    auto const outcome = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    rule.outcome = outcome < static_cast<unsigned>(Outcome::Other) ? static_cast<Outcome>(outcome)
                                                                   : Outcome::Other;
    auto const why = number();
    if (!why) return std::nullopt;
    rule.why = *why;
    return rule;
}

} // namespace tcds::query
