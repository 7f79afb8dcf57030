#pragma once

#include "rules/cards/card.hpp"

#include <optional>

namespace tcds::rules {

/// Decision D26: no card is left, but a source that failed may hide a finding about an electrolyte
/// or a medicine. The card says what could not be read and nothing else.
std::optional<Card> unreadCard(Evaluation const& evaluation);

} // namespace tcds::rules
