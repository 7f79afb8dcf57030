#pragma once

#include "rules/cards/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// What a card could not look at and how sure its data is, in whole sentences.
struct Remarks {
    std::vector<std::string> unread;   // what was missing or unreadable
    std::vector<std::string> standing; // preliminary, haemolysed, predates, name-matched, ...
    std::vector<std::string> supply;   // calculated ends of supply (decision D29)
};

/// `missing` of a card (decision D52): what left a clause of its rules open, and what its texts
/// name
/// (`via`, `show`) without having a result. Sorted, unique; notation of D32.
std::vector<std::string> missingOnCard(Evaluation const& evaluation, CardPlan const& plan);

Remarks remarksOf(Evaluation const& evaluation, CardPlan const& plan,
                  std::vector<std::string> const& missing);

/// "medication list": a prefetch key in plain words.
std::string_view sourceInWords(std::string_view key);
/// True when the source answered badly or only in part: not when nobody asked it.
bool failed(SourceStatus status);
/// "could not be read (timed out)", "is incomplete".
std::string_view failureInWords(SourceStatus status);

} // namespace tcds::rules
