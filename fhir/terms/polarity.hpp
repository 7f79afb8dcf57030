#pragma once

#include "fhir/terms/clauses.hpp"
#include "fhir/terms/phrases.hpp"

#include <span>
#include <vector>

namespace tcds::terms {

/// Which words of a text are denied, said of somebody else, of the past, or of an if.
///
/// Cues reach through lists ("no twitching, cramps or weakness"), forwards or backwards according
/// to their kind and place, and stop where something else is stated ("no weakness but twitching").
/// Linear in the length of the text.
///
/// @param hits      of all roles, by their first word
/// @param segments  a sentence that is only an answer ("Any twitching? No.") joins the one before
/// @return one entry a word
std::vector<bool> deniedWords(Words const& words, std::vector<Segment>& segments,
                              std::span<Hit const> hits);

} // namespace tcds::terms
