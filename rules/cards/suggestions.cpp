#include "rules/cards/suggestions.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/fill.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr Duration kOrderStandsFor{7, Duration::Unit::Day}; // clinical specification C.0.5

bool means(Coding const& coding, SuggestionDef const& test)
{
    if (coding.system != test.system) return false;
    return coding.code == test.code ||
           std::ranges::find(test.alsoCodes, coding.code) != test.alsoCodes.end();
}

bool isOrdered(Chart const& chart, SuggestionDef const& test)
{
    auto const oldest = chart.now() - kOrderStandsFor;
    return std::ranges::any_of(chart.context().orders, [&](OrderFact const& order) {
        if (order.draft || order.status != "active" || !order.authored) return false;
        if (order.authored->first() > chart.now() || order.authored->last() < oldest) return false;
        return std::ranges::any_of(order.codes,
                                   [&](Coding const& coding) { return means(coding, test); });
    });
}

bool isFresh(Chart const& chart, SuggestionDef const& test)
{
    if (test.analytes.empty()) return false;
    auto const oldest = chart.now() - test.freshFor;
    return std::ranges::all_of(test.analytes, [&](AnalyteId analyte) {
        auto const* newest = chart.newest(analyte);
        return newest != nullptr && newest->at >= oldest;
    });
}

/// The use on which a review bears: an order before other kinds of record, then the newest.
MedicationUse const& toReview(Drug const& drug)
{
    auto const key = [](MedMatch const& match) {
        auto const& use = *match.use;
        auto const isOrder = use.kind == UseKind::Order;
        return std::pair{isOrder, use.start ? use.start->first() : Instant::min()};
    };
    return *std::ranges::max_element(drug.matches, {}, key)->use;
}

class Collector
{
public:
    Collector(Chart const& chart, std::size_t most, Arena& arena)
        : chart_{chart}, most_{most}, arena_{arena}
    {
    }

    void add(FiredRule const& fired, Suggest const& suggest)
    {
        switch (suggest.kind) {
        case Suggest::Kind::Test:
            return addTest(suggest);
        case Suggest::Kind::Review:
            return addReviews(fired, suggest);
        case Suggest::Kind::Text:
            return addText(fired, suggest);
        }
    }

    /// What came behind the first `most` was left out.
    std::vector<Suggestion> take() { return std::move(suggestions_); }

private:
    void addTest(Suggest const& suggest)
    {
        auto const& test = chart_.rules().suggestions[suggest.test];
        auto const known = std::ranges::find_if(suggestions_, [&](Suggestion const& each) {
            return each.kind == Suggestion::Kind::Test && each.system == test.system &&
                   each.code == test.code;
        });
        if (known != suggestions_.end()) {
            known->recommended = known->recommended || suggest.recommended;
            return;
        }
        if (isFull() || isOrdered(chart_, test) || isFresh(chart_, test)) return;
        suggestions_.push_back({Suggestion::Kind::Test, test.label, test.system, test.code,
                                test.display, FactId{}, suggest.recommended});
    }

    void addReviews(FiredRule const& fired, Suggest const& suggest)
    {
        if (!suggest.review.known()) return;
        for (auto const& drug : fired.named(suggest.review).drugs) {
            if (isFull()) return;
            auto const& use = toReview(drug);
            auto const known = std::ranges::any_of(suggestions_, [&](Suggestion const& each) {
                return each.kind == Suggestion::Kind::Review && each.focus == use.id;
            });
            if (known) continue;
            auto& review = suggestions_.emplace_back();
            review.kind = Suggestion::Kind::Review;
            review.label = reviewLabel(fired, suggest, drug);
            review.focus = use.id;
        }
    }

    /// "Review furosemide", or the rule's own words speaking of this medication alone.
    std::string reviewLabel(FiredRule const& fired, Suggest const& suggest, Drug const& drug) const
    {
        if (!suggest.label.empty())
            return plainOf(chart_, speakingOf(fired, suggest.review, drug, arena_), suggest.label);
        std::string made;
        return std::string{"Review "}.append(cleaned(drug.name, made));
    }

    void addText(FiredRule const& fired, Suggest const& suggest)
    {
        if (isFull()) return;
        auto label = plainOf(chart_, fired, suggest.label);
        auto const known = std::ranges::any_of(
            suggestions_, [&](Suggestion const& each) { return each.label == label; });
        if (label.empty() || known) return;
        auto& text = suggestions_.emplace_back();
        text.kind = Suggestion::Kind::Text;
        text.label = std::move(label);
    }

    [[nodiscard]] bool isFull() const { return suggestions_.size() >= most_; }

    Chart const& chart_;
    std::size_t most_;
    Arena& arena_;
    std::vector<Suggestion> suggestions_;
};

bool holds(std::uint64_t bits, std::size_t at) { return at < 64 && ((bits >> at) & 1U) != 0; }

} // namespace

std::vector<Suggestion> suggestionsOf(Evaluation const& evaluation, CardPlan const& plan,
                                      std::size_t most, bool atMostOne, Arena& arena)
{
    Collector collector{evaluation.chart, most, arena};
    for (auto const* fired : plan.rules) {
        auto const& suggests = fired->rule->suggest;
        for (std::size_t i = 0; i < suggests.size(); ++i)
            if (holds(fired->judgement->offers, i)) collector.add(*fired, suggests[i]);
    }
    auto suggestions = collector.take();
    auto recommended = false;
    for (auto& suggestion : suggestions) {
        // Several recommended ones only where any number may be chosen.
        if (atMostOne && recommended) suggestion.recommended = false;
        recommended = recommended || suggestion.recommended;
    }
    return suggestions;
}

} // namespace tcds::rules
