#pragma once

#include "rules/cards/card.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// What the wire form of cards needs beside the cards.
struct CardSetting {
    std::string decisionId; // UUID; the namespace of all uuids of the answer (decision D20)
    std::string publicUrl;  // "" = unset: no source.url, no links
    bool atMostOne = false; // selectionBehavior (decision D19)
    std::vector<std::string> repeatKeys; // one a card, or none (decision D32)
};

/// One card as JSON, twice: as the client gets it, and masked as the record keeps it.
struct WrittenCard {
    std::string uuid;
    std::string json;   // compact
    std::string masked; // the same with each reference written as the fact's id (decision D39)
};

/// Writes cards in the form of CDS Hooks 2.0.1, in the order given. Never null, empty strings or
/// empty objects; optional members without a value are left out.
std::vector<WrittenCard> writeCards(std::vector<rules::Card> const& cards,
                                    rules::Evaluation const& evaluation, CardSetting const& setting,
                                    std::string_view patientId);

/// {"cards":[..]}
std::string writeAnswer(std::vector<WrittenCard> const& cards);

} // namespace tcds::cds
