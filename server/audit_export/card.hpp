#pragma once

#include "server/audit_export/decision.hpp"
#include "server/audit_export/fhir_json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit_export {

/// A card of a decision. Views into the decision.
struct Card {
    std::string_view uuid;
    std::string_view rule, topic, title; // of the lead rule; "" on a card of no rule
    std::string_view level;              // info | warning | critical, whatever was shown
    std::vector<std::string_view> rules;
    std::string_view aboutUrl; // page of the rule; "" = the card has none
    std::string summary;       // "" where the record keeps no cards (level digest)
    std::string detail;        // plain text

    [[nodiscard]] std::string uri() const { return "urn:uuid:" + std::string{uuid}; }
    /// The rule, or what stands for it where a source could not be read.
    [[nodiscard]] Coding code() const
    {
        if (topic.empty()) return {kNoRuleSystem, "not-assessed"};
        return {kRuleSystem, topic, title};
    }

    static constexpr std::string_view kRuleSystem = "urn:twitch-cds:rule";
    static constexpr std::string_view kNoRuleSystem = "urn:twitch-cds:card";
};

/// The cards of a decision, in the order in which they were returned; what has no UUID is left out.
std::vector<Card> cardsOf(Decision const& decision);

} // namespace tcds::audit_export
