#pragma once

#include "rules/cards/card.hpp"
#include "rules/eval/evaluation.hpp"

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

// Cards that are not shown again (decision D18, clinical specification section D). What was shown
// and answered comes in as `recent` facts; whoever keeps them asks here how long each of them
// counts.

namespace tcds::rules {

/// How long feedback on a card holds back its clusters.
struct FeedbackHold {
    std::chrono::hours most{0};
    bool thisEncounter = false;   // ends with the encounter of the card
    bool untilNewResult = false;  // ends with a new result of what the card is about
    bool untilDataChange = false; // ends when what the rule looked at changes
    bool operator==(FeedbackHold const&) const = default;
};

/// The table "After feedback" of section D. A reason that the table does not name, and a reason
/// of a foreign list, counts as none: the shortest row.
///
/// @param level    of the card, not capped
/// @param redFlag  the card is of a cluster with one card a rule
/// @param reason   code of our own list; "" for none, foreign or accepted
FeedbackHold holdAfterFeedback(Level level, bool redFlag, bool accepted, std::string_view reason);

/// How long a card that was returned is no news.
struct ReturnedCard {
    Level level = Level::Info;
    bool order = false;        // its leading rule is of group ORD
    bool onlyContext = false;  // a card of context alone ("also consider")
    bool hasEncounter = false; // the call named one
    Hook hook = Hook::PatientView;
};
/// @param encounterMost  longest that an encounter is taken to last
/// @param now            hook of the call that would show it again
/// @return time since it was returned; zero: it may be shown again at once
std::chrono::hours holdAfterReturn(ReturnedCard const& card, Hook now,
                                   std::chrono::hours encounterMost);

/// A cluster that a card speaks of, and the highest level in it. Medicines that joined a finding
/// count with the finding.
struct ClusterLevel {
    std::size_t cluster = 0; // place in RuleSet::clusters
    Level level = Level::Info;
    bool operator==(ClusterLevel const&) const = default;
};
/// @param rules  of a card or of one part of it, lead first
/// @return the lead's cluster first
std::vector<ClusterLevel> clustersOf(RuleSet const& set, std::span<RuleOnCard const> rules);

/// The `recent` facts of a call as the planner of cards asks for them.
class Holds
{
public:
    Holds(RuleSet const& rules, std::span<Recent const> recents, Instant asOf);

    /// Why a card with these rules, lead first, is held back: "feedback" when every cluster that it
    /// speaks of was answered at this level or a higher one, "repeat" when it was shown as it is.
    /// @return "" when it is to be shown
    [[nodiscard]] std::string_view reason(std::span<RuleOnCard const> rules, Level level) const;

private:
    [[nodiscard]] bool answered(ClusterLevel const& about, Rule const& lead) const;
    [[nodiscard]] bool shown(Rule const& lead, Level level) const;

    RuleSet const& rules_;
    std::span<Recent const> recents_;
    Instant asOf_;
};

} // namespace tcds::rules
