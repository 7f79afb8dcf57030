#include "rules/diff/diff.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::vector<std::string> wordsOf(std::string const& text)
{
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

bool isNumber(std::string const& word)
{
    return !word.empty() && word.find_first_not_of("0123456789.-") == std::string::npos;
}

std::string sentence(Clause const& clause)
{
    return describe(*clause.condition, clause.rule, *clause.rules, false);
}

/// What can be compared part by part. A `not` cannot: its parts alone say the opposite.
std::vector<Condition> const* partsOf(Condition const& condition)
{
    if (auto const* all = std::get_if<AllOf>(&condition.test)) return &all->of;
    if (auto const* any = std::get_if<AnyOf>(&condition.test)) return &any->of;
    if (auto const* some = std::get_if<AtLeastOf>(&condition.test)) return &some->of;
    return nullptr;
}

/// Composite conditions whose parts can be compared one by one.
bool areAlike(Condition const& before, Condition const& after)
{
    if (before.test.index() != after.test.index()) return false;
    if (auto const* some = std::get_if<AtLeastOf>(&before.test)) {
        auto const& other = std::get<AtLeastOf>(after.test);
        return some->n == other.n && some->together == other.together;
    }
    return partsOf(before) != nullptr;
}

/// Do two clauses ask about the same thing?
bool areAboutTheSame(Clause const& before, Clause const& after)
{
    auto const& a = before.condition->test;
    auto const& b = after.condition->test;
    if (a.index() != b.index()) return false;
    auto const key = [](Clause const& clause, AnalyteId id) {
        return clause.rules->terms->analyte(id).key;
    };
    if (auto const* lab = std::get_if<LabTest>(&a))
        return key(before, lab->scope.analyte) == key(after, std::get<LabTest>(b).scope.analyte);
    if (auto const* trend = std::get_if<TrendTest>(&a))
        return key(before, trend->analyte) == key(after, std::get<TrendTest>(b).analyte);
    return true;
}

class ClauseDiff
{
public:
    ClauseDiff(std::string const& lead, std::string const& part) : lead_{lead}, part_{part} {}

    void compare(Clause const& before, Clause const& after)
    {
        auto const was = sentence(before);
        auto const is = sentence(after);
        if (was == is) return;
        if (areAlike(*before.condition, *after.condition)) return compareParts(before, after);
        auto const same = areAboutTheSame(before, after);
        changes_.push_back({same && std::holds_alternative<LabTest>(after.condition->test),
                            lead_ + ' ' + (same ? insteadOf(is, was) : is + " instead of " + was)});
    }

    std::vector<ClauseChange> take() { return std::move(changes_); }

private:
    void compareParts(Clause const& before, Clause const& after)
    {
        auto old = clausesOf(before);
        auto now = clausesOf(after);
        // What stands on both sides is the same, wherever it stands.
        for (auto at = old.begin(); at != old.end();) {
            auto const same = std::ranges::find(now, sentence(*at), sentence);
            if (same == now.end()) {
                ++at;
                continue;
            }
            now.erase(same);
            at = old.erase(at);
        }
        for (auto at = old.begin(); at != old.end();) {
            auto const like = std::ranges::find_if(
                now, [&](Clause const& clause) { return areAboutTheSame(*at, clause); });
            if (like == now.end()) {
                ++at;
                continue;
            }
            compare(*at, *like);
            now.erase(like);
            at = old.erase(at);
        }
        auto const isAll = std::holds_alternative<AllOf>(after.condition->test);
        for (auto const& clause : old)
            add((isAll ? "no longer asks for: " : "no longer counts: ") + sentence(clause));
        for (auto const& clause : now)
            add((isAll ? "asks also for: " : "counts as well: ") + sentence(clause));
        if (changes_.empty()) add("asks for the same in another order");
    }

    static std::vector<Clause> clausesOf(Clause const& whole)
    {
        std::vector<Clause> clauses;
        for (auto const& part : *partsOf(*whole.condition))
            clauses.push_back({&part, whole.rule, whole.rules});
        return clauses;
    }

    void add(std::string says) { changes_.push_back({false, part_ + ' ' + std::move(says)}); }

    std::string const& lead_;
    std::string const& part_;
    std::vector<ClauseChange> changes_;
};

} // namespace

std::string insteadOf(std::string const& now, std::string const& before)
{
    auto const is = wordsOf(now);
    auto const was = wordsOf(before);
    auto const least = std::min(is.size(), was.size());
    std::size_t first = 0;
    while (first < least && is[first] == was[first]) ++first;
    std::size_t last = 0;
    while (last < least - first && is[is.size() - 1 - last] == was[was.size() - 1 - last]) ++last;
    auto end = was.size() - last;
    if (first >= end || first >= is.size() - last) return now + " instead of " + before;
    if (isNumber(was[end - 1]) && end < was.size()) ++end; // a number and its unit
    std::string text = now + " instead of";
    for (auto i = first; i < end; ++i) text += ' ' + was[i];
    while (text.ends_with(';') || text.ends_with(',') || text.ends_with(')')) text.pop_back();
    return text;
}

std::vector<ClauseChange> diffClauses(Clause const& before, Clause const& after,
                                      std::string const& lead, std::string const& part)
{
    ClauseDiff diff{lead, part};
    diff.compare(before, after);
    return diff.take();
}

} // namespace tcds::rules
