#include "server/replay/range_report.hpp"

#include <algorithm>

namespace tcds::replay {

namespace {

constexpr std::size_t kExamples = 3;

void addExample(std::vector<std::string>& examples, std::string const& id)
{
    if (examples.size() < kExamples) examples.push_back(id);
}

/// Everything of a card but its words and the versions of its rules.
bool isSameCard(CardSaid const& a, CardSaid const& b)
{
    return a.rule == b.rule && a.rules == b.rules && a.level == b.level &&
           a.indicator == b.indicator;
}

/// The same rules fire at the same level and stand on the same cards.
bool isSameToReaders(Difference const& difference, Decided const& was, Decided const& is)
{
    auto const fires = [](RuleDifference const& rule) {
        return rule.appears() || rule.vanishes() || rule.changesLevel();
    };
    return std::ranges::none_of(difference.rules, fires) &&
           std::ranges::equal(was.cards, is.cards, isSameCard);
}

void addAll(std::vector<std::string>& examples, std::vector<std::string> const& more)
{
    for (auto const& id : more) addExample(examples, id);
}

} // namespace

void RangeReport::add(RecordedDecision const& recorded, Replay const& replay)
{
    ++decisions;
    if (auto const* const no = std::get_if<NotReplayable>(&replay)) {
        auto& reason = stuck[no->obstacle];
        if (reason.count++ == 0) reason.example = tcds::toText(no->why);
        return;
    }
    count(recorded, std::get<Replayed>(replay));
}

void RangeReport::addUnreadable(Error const& why)
{
    ++decisions;
    auto& reason = stuck[Obstacle::Broken];
    if (reason.count++ == 0) reason.example = tcds::toText(why);
}

void RangeReport::count(RecordedDecision const& recorded, Replayed const& replayed)
{
    auto const& was = recorded.decided;
    auto const& is = replayed.now;
    auto const difference = differenceOf(was, is, !otherRules_);
    if (replayed.unread > 0) ++unread;
    if (difference.none() && !replayed.refused) {
        ++same;
    } else if (otherRules_ && !replayed.refused && isSameToReaders(difference, was, is)) {
        ++otherText;
    } else {
        ++different;
        addExample(examples, recorded.id);
        if (replayed.refused) ++refused;
    }
    if (recorded.mode != "silent") { // cards of a silent client were never returned
        cardsThen += was.cards.size();
        cardsNow += is.cards.size();
        for (auto const& card : was.cards)
            for (auto const& rule : card.rules) ++rules[rule].cardsThen;
        for (auto const& card : is.cards)
            for (auto const& rule : card.rules) ++rules[rule].cardsNow;
    }
    for (auto const& rule : difference.rules) {
        auto& tally = rules[rule.id()];
        auto& counter = rule.appears()        ? tally.appears
                        : rule.vanishes()     ? tally.vanishes
                        : rule.changesLevel() ? tally.level
                                              : tally.otherwise;
        ++counter;
        if (&counter != &tally.otherwise || !otherRules_) addExample(tally.examples, recorded.id);
    }
}

void RangeReport::add(RangeReport const& other)
{
    decisions += other.decisions;
    same += other.same;
    otherText += other.otherText;
    different += other.different;
    refused += other.refused;
    unread += other.unread;
    cardsThen += other.cardsThen;
    cardsNow += other.cardsNow;
    addAll(examples, other.examples);
    for (auto const& [obstacle, reason] : other.stuck) {
        auto& here = stuck[obstacle];
        if (here.count == 0) here.example = reason.example;
        here.count += reason.count;
    }
    for (auto const& [id, tally] : other.rules) {
        auto& here = rules[id];
        here.appears += tally.appears;
        here.vanishes += tally.vanishes;
        here.level += tally.level;
        here.otherwise += tally.otherwise;
        here.cardsThen += tally.cardsThen;
        here.cardsNow += tally.cardsNow;
        addAll(here.examples, tally.examples);
    }
}

} // namespace tcds::replay
