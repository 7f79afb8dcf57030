#pragma once

#include "server/replay/decided.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::replay {

/// One rule that was judged otherwise; a side that is nothing: it was no candidate.
struct RuleDifference {
    std::optional<RuleSaid> was, is;

    [[nodiscard]] std::string const& id() const { return was ? was->id : is->id; }
    /// Fires now, and did not.
    [[nodiscard]] bool appears() const;
    [[nodiscard]] bool vanishes() const;
    /// Fires as before, with another level.
    [[nodiscard]] bool changesLevel() const;
};

/// One line of a card: taken away (-), added (+) or, between them, the same ( ).
struct CardLine {
    char sign = ' ';
    std::string text;
};

/// A card that is another one; a side that is nothing: there is none.
struct CardDifference {
    std::string rule; // that leads it, "" = what could not be read
    std::optional<CardSaid> was, is;
    std::vector<CardLine> lines; // both texts, line by line
};

/// Two decisions over the same facts, side by side.
struct Difference {
    std::vector<RuleDifference> rules; // by id
    std::optional<std::pair<int, int>> idle;
    std::vector<std::string> missingGone, missingNew;
    std::vector<CardDifference> cards; // as they were sent, then the new ones
    bool order = false;                // the same cards in another order

    [[nodiscard]] bool none() const;
};

/// @param versions  whether a rule that says the same under another version differs
Difference differenceOf(Decided const& was, Decided const& is, bool versions = true);

/// "fired warning definite (band severe), facts f1, f2": a rule in a few words; "" is idle.
std::string inWords(std::optional<RuleSaid> const& rule);

/// The difference for people, two spaces before each line.
std::string toText(Difference const& difference);

/// Where two cards begin to differ and how, without the lines that are the same.
std::string toText(CardDifference const& card);

} // namespace tcds::replay
