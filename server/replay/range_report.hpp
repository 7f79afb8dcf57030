#pragma once

#include "server/replay/difference.hpp"
#include "server/replay/replayer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tcds::replay {

/// What became of one rule in the decisions of a period that were made again.
struct RuleTally {
    std::uint64_t appears = 0, vanishes = 0, level = 0; // decisions in which it fires only now, ...
    std::uint64_t otherwise = 0;                        // judged otherwise in any other way
    std::uint64_t cardsThen = 0, cardsNow = 0;          // returned cards on which it stands
    std::vector<std::string> examples; // ids of decisions, the first few in which it differs

    [[nodiscard]] bool differs() const { return appears + vanishes + level + otherwise > 0; }
};

/// The decisions of a period, made again: what is the same and what is not.
class RangeReport
{
public:
    /// @param otherRules  they were made with other rules than those of the day: versions of rules
    ///                    are then no difference, and words of cards a small one
    explicit RangeReport(bool otherRules) : otherRules_{otherRules} {}

    void add(RecordedDecision const& recorded, Replay const& replay);
    /// A record that could not even be read.
    void addUnreadable(Error const& why);
    /// Adds what another report counted.
    void add(RangeReport const& other);

    struct Stuck { // decisions that cannot be made again, for one reason
        std::uint64_t count = 0;
        std::string example; // the first one's reason
    };

    std::uint64_t decisions = 0;
    std::uint64_t same = 0;      // the same judgements and cards, byte by byte
    std::uint64_t otherText = 0; // the same rules fire and lead the same cards, in other words
    std::uint64_t different = 0;
    std::uint64_t refused =
        0; // of the different: these rules would have needed data that is lacking
    std::uint64_t unread = 0; // decisions with a medicine or test that only the new rules know
    std::uint64_t cardsThen = 0, cardsNow = 0; // returned
    std::vector<std::string> examples;         // of the different
    std::map<Obstacle, Stuck> stuck;
    std::map<std::string, RuleTally> rules; // of those that fired or differ

private:
    void count(RecordedDecision const& recorded, Replayed const& replayed);

    bool otherRules_;
};

/// What a report is about, for its heading.
struct RangeTitle {
    std::string from, to; // as asked for, "" = open
    std::string rules;    // "twitch-core 2027.1, sha256 ..", "" = those of the day
    std::string onlyRule; // the table names this rule alone; "" = all
};

/// For people: a few sentences and a table.
std::string toText(RangeReport const& report, RangeTitle const& title);
/// One line a rule: rule,appears,vanishes,level_changes,judged_otherwise,cards_then,cards_now,
/// examples (ids between blanks).
std::string toCsv(RangeReport const& report, RangeTitle const& title);
std::string toJson(RangeReport const& report, RangeTitle const& title);

} // namespace tcds::replay
