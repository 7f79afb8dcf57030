#pragma once

#include "fhir/facts/identifiers.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tcds::rules
{

using RuleIndex = Id<struct RuleTag>;   // place in RuleSet::rules
using NamedIndex = Id<struct NamedTag>; // place in RuleSet::conditions
using Slot = Id<struct SlotTag>;        // a name bound in one rule: place in Rule::names

enum class Level : std::uint8_t { Info, Warning, Critical };
/// In the order of ranking (decision D24); None: rules about missing tests (decision D22).
enum class Tier : std::uint8_t { None, Possible, Probable, Definite, Safety };
/// The order is that of `fired_in` and `via_missing`: a rule looks only at its own group and
/// before.
enum class Group : std::uint8_t { RF, EL, MED, WD, CMB, ORD, WU, CTX };
enum class RuleStatus : std::uint8_t { Draft, Shadow, Active, Retired };
enum class AgeScope : std::uint8_t { All, Adult };
enum class Place : std::uint8_t { Own, Line, Alone };

enum class Verdict : std::uint8_t { No, Unknown, Yes }; // all = min, any = max, not = mirror
enum class Outcome : std::uint8_t { Fired, NotMet, Unknown, Suppressed, Silenced, Error };

std::string_view toText(Level level);
std::string_view toText(Tier tier); // "" for None
std::string_view toText(Group group);
std::string_view toText(RuleStatus status);
std::string_view toText(Verdict verdict); // "false", "unknown", "true"
std::string_view toText(Outcome outcome); // "fired", "not-met", ...
std::optional<Level> parseLevel(std::string_view text);
std::optional<Tier> parseTier(std::string_view text);
std::optional<Group> parseGroup(std::string_view text);
std::optional<RuleStatus> parseStatus(std::string_view text);

} // namespace tcds::rules
