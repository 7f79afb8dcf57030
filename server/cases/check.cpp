#include "server/cases/check.hpp"

#include <algorithm>
#include <cctype>
#include <functional>

namespace tcds::cases {

namespace {

using rules::Card;
using rules::Judgement;
using rules::Outcome;

std::string readable(std::string_view markdown)
{
    std::string text;
    for (std::size_t i = 0; i < markdown.size(); ++i) {
        auto const escapes = markdown[i] == '\\' && i + 1 < markdown.size() &&
                             std::ispunct(static_cast<unsigned char>(markdown[i + 1])) != 0;
        if (!escapes) text += markdown[i];
    }
    return text;
}

std::string_view bandOf(Judgement const& judgement, rules::RuleSet const& rules)
{
    if (judgement.band < 0) return {};
    return rules.rule(judgement.rule).bands[static_cast<std::size_t>(judgement.band)].id;
}

std::string describe(std::string text, ExpectedFiring const& expected)
{
    if (expected.level) text.append(" ").append(rules::toText(*expected.level));
    if (expected.tier) text.append(" ").append(rules::toText(*expected.tier));
    if (!expected.band.empty()) text += " (band " + expected.band + ")";
    return text;
}

bool isMet(Outcome outcome, ExpectedFiring const& expected, Judgement const& got,
           rules::RuleSet const& rules)
{
    return got.outcome == outcome && (!expected.level || got.level == *expected.level) &&
           (!expected.tier || got.tier == *expected.tier) &&
           (expected.band.empty() || bandOf(got, rules) == expected.band);
}

class Checker
{
public:
    Checker(rules::Evaluation const& evaluation, std::vector<Card> const& cards,
            rules::RuleSet const& rules)
        : evaluation_{evaluation}, cards_{cards}, rules_{rules}
    {
    }

    std::vector<Mismatch> run(Expectation const& expect)
    {
        for (auto const& fired : expect.fired)
            rule(fired.rule, describe("fired", fired), [&](Judgement const& got) {
                return isMet(Outcome::Fired, fired, got, rules_);
            });
        for (auto const& silenced : expect.silenced)
            rule(silenced.rule, describe("silenced", silenced), [&](Judgement const& got) {
                return isMet(Outcome::Silenced, silenced, got, rules_);
            });
        for (auto const& id : expect.notMet)
            rule(id, "not-met",
                 [](Judgement const& got) { return got.outcome == Outcome::NotMet; });
        for (auto const& [id, why] : expect.unknown)
            rule(id, "unknown (" + why + ")", [&why = why](Judgement const& got) {
                return got.outcome == Outcome::Unknown && got.why == why;
            });
        for (auto const& [id, why] : expect.suppressed)
            rule(id, "suppressed (" + why + ")", [&why = why](Judgement const& got) {
                return got.outcome == Outcome::Suppressed && got.why == why;
            });
        if (expect.only) nothingElse(expect.fired);
        cards(expect);
        for (auto const& subject : expect.missing)
            if (std::ranges::find(evaluation_.missing, subject) == evaluation_.missing.end())
                add("missing", subject, "not in the list");
        return std::move(mismatches_);
    }

private:
    void add(std::string what, std::string expected, std::string got, rules::RuleIndex rule = {})
    {
        mismatches_.push_back({std::move(what), std::move(expected), std::move(got), rule});
    }

    void rule(std::string const& id, std::string expected,
              std::function<bool(Judgement const&)> const& holds)
    {
        auto const* known = rules_.find(id);
        if (known == nullptr) return add(id, std::move(expected), "no such rule");
        auto const* got = evaluation_.of(known->index);
        if (got == nullptr || !holds(*got))
            add(id, std::move(expected), describeOutcome(got, rules_), known->index);
    }

    void nothingElse(std::vector<ExpectedFiring> const& expected)
    {
        for (auto const* got : evaluation_.fired()) {
            auto const& id = rules_.rule(got->rule).id;
            if (std::ranges::find(expected, id, &ExpectedFiring::rule) == expected.end())
                add(id, "nothing (only)", describeOutcome(got, rules_), got->rule);
        }
    }

    void cards(Expectation const& expect)
    {
        auto const count = std::to_string(cards_.size());
        if (expect.cards && cards_.size() != *expect.cards)
            add("cards", std::to_string(*expect.cards), count + summaries());
        if (expect.none && !cards_.empty()) add("cards", "none", count + summaries());
        for (auto const& text : expect.summaryContains)
            contains("summary", text, [](Card const& card) { return card.summary; });
        for (auto const& text : expect.detailContains)
            contains("detail", text, [](Card const& card) { return readable(card.detail); });
    }

    void contains(std::string const& what, std::string const& wanted,
                  std::function<std::string(Card const&)> const& textOf)
    {
        std::string seen;
        for (auto const& card : cards_) {
            auto const text = textOf(card);
            if (text.find(wanted) != std::string::npos) return;
            seen += "\n        | " + text;
        }
        add(what, "\"" + wanted + "\"", seen.empty() ? "no card" : seen);
    }

    [[nodiscard]] std::string summaries() const
    {
        std::string text;
        for (auto const& card : cards_) text += "\n        | " + card.summary;
        return text;
    }

    rules::Evaluation const& evaluation_;
    std::vector<Card> const& cards_;
    rules::RuleSet const& rules_;
    std::vector<Mismatch> mismatches_;
};

} // namespace

std::string describeOutcome(Judgement const* judgement, rules::RuleSet const& rules)
{
    if (judgement == nullptr) return "not looked at";
    std::string text{rules::toText(judgement->outcome)};
    if (judgement->outcome == Outcome::Fired) {
        text.append(" ").append(rules::toText(judgement->level));
        if (judgement->tier != rules::Tier::None)
            text.append(" ").append(rules::toText(judgement->tier));
        if (auto const band = bandOf(*judgement, rules); !band.empty())
            text.append(" (band ").append(band).append(")");
        return text;
    }
    if (judgement->why.empty() && judgement->what.empty()) return text;
    text.append(" (").append(judgement->why);
    if (!judgement->what.empty())
        text.append(judgement->why.empty() ? "" : " ").append(judgement->what);
    return text + ")";
}

std::vector<Mismatch> check(Expectation const& expect, rules::Evaluation const& evaluation,
                            std::vector<Card> const& cards, rules::RuleSet const& rules)
{
    return Checker{evaluation, cards, rules}.run(expect);
}

} // namespace tcds::cases
