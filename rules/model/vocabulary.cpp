#include "rules/model/vocabulary.hpp"

#include <array>

namespace tcds::rules
{

namespace
{

constexpr std::array<std::string_view, 3> kLevels{"info", "warning", "critical"};
constexpr std::array<std::string_view, 5> kTiers{"", "possible", "probable", "definite", "safety"};
constexpr std::array<std::string_view, 8> kGroups{"RF",  "EL",  "MED", "WD",
                                                  "CMB", "ORD", "WU",  "CTX"};
constexpr std::array<std::string_view, 4> kStatuses{"draft", "shadow", "active", "retired"};
constexpr std::array<std::string_view, 3> kVerdicts{"false", "unknown", "true"};
constexpr std::array<std::string_view, 6> kOutcomes{"fired",      "not-met",  "unknown",
                                                    "suppressed", "silenced", "error"};

template <class Enum, std::size_t N>
std::optional<Enum> find(std::array<std::string_view, N> const& words, std::string_view text)
{
    for (std::size_t i = 0; i < N; ++i)
        if (!text.empty() && words[i] == text) return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace

std::string_view toText(Level level) { return kLevels[static_cast<std::size_t>(level)]; }
std::string_view toText(Tier tier) { return kTiers[static_cast<std::size_t>(tier)]; }
std::string_view toText(Group group) { return kGroups[static_cast<std::size_t>(group)]; }
std::string_view toText(RuleStatus status) { return kStatuses[static_cast<std::size_t>(status)]; }
std::string_view toText(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }
std::string_view toText(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

std::optional<Level> parseLevel(std::string_view text) { return find<Level>(kLevels, text); }
std::optional<Tier> parseTier(std::string_view text) { return find<Tier>(kTiers, text); }
std::optional<Group> parseGroup(std::string_view text) { return find<Group>(kGroups, text); }
std::optional<RuleStatus> parseStatus(std::string_view text)
{
    return find<RuleStatus>(kStatuses, text);
}

} // namespace tcds::rules
