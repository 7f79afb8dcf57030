#pragma once

#include "rules/cards/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// What a card could not look at and how sure its data is, in whole sentences.
struct Remarks {
    explicit Remarks(Arena& arena) : unread{&arena}, standing{&arena}, supply{&arena} {}
    Texts unread;   // what was missing or unreadable
    Texts standing; // preliminary, haemolysed, predates, name-matched, ...
    Texts supply;   // calculated ends of supply (decision D29)
};

/// `missing` of a card (decision D52): what left a clause of its rules open, and what its texts
/// name (`via`, `show`) without having a result. Sorted, unique; notation of D32.
std::vector<std::string> missingOnCard(Evaluation const& evaluation, CardPlan const& plan);

/// @param arena  keeps the sentences
Remarks remarksOf(Evaluation const& evaluation, CardPlan const& plan,
                  std::vector<std::string> const& missing, Arena& arena);

/// What an input is called that is none of ours.
inline constexpr std::string_view kOtherData = "other data";
/// "medication list": a prefetch key in plain words.
std::string_view sourceInWords(std::string_view key);
/// True when the source answered badly or only in part: not when nobody asked it.
bool failed(SourceStatus status);
/// "could not be read (timed out)", "is incomplete".
std::string_view failureInWords(SourceStatus status);

} // namespace tcds::rules
