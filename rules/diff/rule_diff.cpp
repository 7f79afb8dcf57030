#include "rules/diff/diff.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

std::string quoted(std::string const& text) { return '"' + text + '"'; }

std::string orNone(std::string text) { return text.empty() ? "none" : text; }

Tree const* treeOf(Content const& content, std::string_view id)
{
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules)
            if (auto const node = tree.root().find("id"); node && node->text() == id) return &tree;
    return nullptr;
}

std::string textAt(Node root, std::string_view outer, std::string_view inner)
{
    auto const whole = root.find(outer);
    auto const part = whole ? whole->find(inner) : std::nullopt;
    return part ? onOneLine(*part) : std::string{};
}

/// The items of a list on one line each.
std::vector<std::string> itemsAt(Node root, std::string_view key)
{
    std::vector<std::string> items;
    if (auto const list = root.find(key))
        for (auto const item : list->items()) items.push_back(onOneLine(item));
    return items;
}

/// The limits of a rule as its clauses show them: where the rows for populations are the same in
/// both versions, only the one for everybody.
Rule withPlainLimits(Rule const& rule, Rule const& other)
{
    auto plain = rule;
    for (auto& parameter : plain.parameters) {
        auto const same = std::ranges::find(other.parameters, parameter.name, &Parameter::name);
        if (same == other.parameters.end() || same->rows.size() != parameter.rows.size()) continue;
        auto const differs = [&](std::size_t row) {
            return parameter.rows[row].limit.front().text != same->rows[row].limit.front().text;
        };
        auto populationsDiffer = false;
        for (std::size_t row = 0; row + 1 < parameter.rows.size(); ++row)
            populationsDiffer = populationsDiffer || differs(row);
        if (!populationsDiffer)
            parameter.rows.erase(parameter.rows.begin(), parameter.rows.end() - 1);
    }
    return plain;
}

class RuleDiff
{
public:
    RuleDiff(Rule const& before, PackSide const& beforeSide, Rule const& after,
             PackSide const& afterSide, std::vector<Change>& changes)
        : before_{withPlainLimits(before, after)}, beforeRules_{beforeSide.rules},
          beforeTree_{treeOf(beforeSide.content, before.id)},
          after_{withPlainLimits(after, before)}, afterRules_{afterSide.rules},
          afterTree_{treeOf(afterSide.content, after.id)}, changes_{changes}
    {
    }

    void run()
    {
        compareStatus();
        compareConditions();
        compareBands();
        compareSteps();
        compareTiers();
        compareRelations();
        compareSignOff();
        if (beforeTree_ != nullptr && afterTree_ != nullptr)
            compareFiles(beforeTree_->root(), afterTree_->root());
    }

private:
    void add(char const* kind, std::string says)
    {
        changes_.push_back({Change::About::Rule, after_.id, kind, std::move(says)});
    }

    void compare(char const* kind, std::string const& what, std::string const& before,
                 std::string const& after)
    {
        if (before != after)
            add(kind, what + ": " + orNone(after) + " instead of " + orNone(before));
    }

    static bool isOff(Rule const& rule) { return rule.overlaid && rule.overlaid->disabled; }

    void compareStatus()
    {
        if (isOff(after_) && !isOff(before_)) {
            auto const& overlaid = *after_.overlaid;
            add("disabled", "switched off by " + overlaid.by + ": " + overlaid.reason);
        } else if (isOff(before_) && !isOff(after_)) {
            add("status", "no longer switched off: " + std::string{toText(after_.status)});
        } else {
            compare("status", "status", std::string{toText(before_.status)},
                    std::string{toText(after_.status)});
        }
        compare("status", "in force from", before_.meta.effectiveFrom, after_.meta.effectiveFrom);
        compare("status", "in force until", before_.meta.effectiveTo, after_.meta.effectiveTo);
    }

    void compareConditions(std::optional<Condition> const& before,
                           std::optional<Condition> const& after, std::string const& lead,
                           std::string const& part, char const* kind)
    {
        if (before && after) {
            Clause const was{&*before, &before_, &beforeRules_};
            Clause const is{&*after, &after_, &afterRules_};
            for (auto& each : diffClauses(was, is, lead, part))
                add(each.isLimit ? "limit" : kind, std::move(each.says));
        } else if (after) {
            add(kind,
                lead + ' ' + describe(*after, &after_, afterRules_, false) + ", in no case before");
        } else if (before) {
            add(kind, "no longer " + lead + ' ' + describe(*before, &before_, beforeRules_, false));
        }
    }

    void compareConditions()
    {
        compareConditions(before_.when, after_.when, "fires for", "when", "condition");
        compareConditions(before_.unless, after_.unless, "stays silent for", "unless", "condition");
    }

    static std::string levelOf(Band const& band, RuleSet const& rules)
    {
        if (band.worstOf.empty()) return std::string{toText(band.indicator)};
        std::string text = "the highest of";
        for (auto const each : band.worstOf) text += ' ' + rules.rule(each).id;
        return text;
    }

    static std::string caseOf(Band const& band, Rule const& rule, RuleSet const& rules)
    {
        return band.when ? " for " + describe(*band.when, &rule, rules, false)
                         : std::string{" in every other case"};
    }

    void compareBands()
    {
        for (auto const& band : before_.bands)
            if (std::ranges::find(after_.bands, band.id, &Band::id) == after_.bands.end())
                add("level", "no longer " + levelOf(band, beforeRules_) +
                                 caseOf(band, before_, beforeRules_));
        for (auto const& band : after_.bands) {
            auto const old = std::ranges::find(before_.bands, band.id, &Band::id);
            if (old == before_.bands.end()) {
                add("level", levelOf(band, afterRules_) + caseOf(band, after_, afterRules_) +
                                 ", a new band");
                continue;
            }
            auto const name = band.id.empty() ? std::string{"level"} : "band " + band.id;
            compare("level", name, levelOf(*old, beforeRules_), levelOf(band, afterRules_));
            if (old->when || band.when)
                compareConditions(old->when, band.when, levelOf(band, afterRules_) + " for", name,
                                  "level");
        }
        auto const order = [](std::vector<Band> const& bands, std::vector<Band> const& others) {
            std::vector<std::string> ids;
            for (auto const& band : bands)
                if (std::ranges::find(others, band.id, &Band::id) != others.end())
                    ids.push_back(band.id);
            return ids;
        };
        if (order(before_.bands, after_.bands) != order(after_.bands, before_.bands))
            add("level", "the bands are tried in another order");
    }

    static std::string stepOf(Adjustment const& entry, RuleSet const& rules)
    {
        switch (entry.kind) {
        case Adjustment::Kind::Raise:
            return "level one step higher";
        case Adjustment::Kind::Lower:
            return "level one step lower (critical stays)";
        case Adjustment::Kind::Cap:
            return "level at most " + std::string{toText(entry.cap)};
        case Adjustment::Kind::Like:
            return "level moved as for " + rules.rule(entry.like).id;
        }
        return {};
    }

    static std::string textOf(Adjustment const& entry, Rule const& rule, RuleSet const& rules)
    {
        return stepOf(entry, rules) + (entry.when
                                           ? " for " + describe(*entry.when, &rule, rules, false)
                                           : std::string{" in every case"});
    }

    static bool areLimitsOfOneClause(Condition const& before, Condition const& after)
    {
        return std::holds_alternative<LabTest>(before.test) &&
               std::holds_alternative<LabTest>(after.test);
    }

    /// Entries that are the same on both sides are left out; of the others those with the same step
    /// are compared. The sentence stays whole: a step without one of its clauses says too much.
    void compareSteps()
    {
        auto now = after_.adjust;
        std::vector<Adjustment> old;
        for (auto const& entry : before_.adjust) {
            auto const text = textOf(entry, before_, beforeRules_);
            auto const same = std::ranges::find_if(now, [&](Adjustment const& other) {
                return textOf(other, after_, afterRules_) == text;
            });
            if (same == now.end())
                old.push_back(entry);
            else
                now.erase(same);
        }
        for (auto const& entry : old) {
            auto const step = stepOf(entry, beforeRules_);
            auto const like = std::ranges::find_if(now, [&](Adjustment const& other) {
                return entry.when && other.when && stepOf(other, afterRules_) == step;
            });
            if (like == now.end()) {
                add("level", "no longer " + textOf(entry, before_, beforeRules_));
                continue;
            }
            add(areLimitsOfOneClause(*entry.when, *like->when) ? "limit" : "level",
                step + " for " +
                    insteadOf(describe(*like->when, &after_, afterRules_, false),
                              describe(*entry.when, &before_, beforeRules_, false)));
            now.erase(like);
        }
        for (auto const& entry : now) add("level", textOf(entry, after_, afterRules_));
    }

    void compareTiers()
    {
        auto const list = [](Rule const& rule, RuleSet const& rules) {
            std::vector<std::string> rows;
            for (auto const& row : rule.tiers)
                rows.push_back(std::string{toText(row.tier)} +
                               (row.when ? " for " + describe(*row.when, &rule, rules, false)
                                         : std::string{}));
            return rows;
        };
        compareLists("tier", list(before_, beforeRules_), list(after_, afterRules_), "tier ",
                     "no longer tier ");
    }

    void compareLists(char const* kind, std::vector<std::string> const& before,
                      std::vector<std::string> const& after, std::string const& added,
                      std::string const& removed)
    {
        for (auto const& item : before)
            if (std::ranges::find(after, item) == after.end()) add(kind, removed + item);
        for (auto const& item : after)
            if (std::ranges::find(before, item) == before.end()) add(kind, added + item);
    }

    static std::string namesOf(std::vector<RuleIndex> const& list, RuleSet const& rules)
    {
        std::string text;
        for (auto const each : list) text += (text.empty() ? "" : ", ") + rules.rule(each).id;
        return text;
    }

    void compareRelations()
    {
        compare("relation", "gate", beforeRules_.gates[before_.gate].name,
                afterRules_.gates[after_.gate].name);
        compare("relation", "group", std::string{toText(before_.group)},
                std::string{toText(after_.group)});
        compare("relation", "joins the card of", beforeRules_.clusters[before_.cluster].title,
                afterRules_.clusters[after_.cluster].title);
        compare("relation", "suppresses", namesOf(before_.suppresses, beforeRules_),
                namesOf(after_.suppresses, afterRules_));
    }

    void compareSignOff()
    {
        auto const& was = before_.meta;
        auto const& is = after_.meta;
        auto const joined = [](std::vector<std::string> const& list) {
            std::string text;
            for (auto const& each : list) text += (text.empty() ? "" : ", ") + each;
            return text;
        };
        compare("sign-off", "author", was.author, is.author);
        compare("sign-off", "reviewers", joined(was.reviewers), joined(is.reviewers));
        compare("sign-off", "approved by", was.approvedBy, is.approvedBy);
        compare("sign-off", "approved on", was.approvedOn, is.approvedOn);
        compare("sign-off", "next review", was.nextReview, is.nextReview);
    }

    void compareFiles(Node before, Node after)
    {
        for (auto const* const key : {"summary", "findings", "why", "options"})
            compareText(key, textAt(before, "card", key), textAt(after, "card", key));
        auto const also = [](Node root) {
            auto const card = root.find("card");
            auto const list = card ? card->find("also") : std::nullopt;
            std::vector<std::string> texts;
            if (!list) return texts;
            for (auto const item : list->items()) {
                auto const say = item.find("say");
                auto const when = item.find("when");
                texts.push_back(quoted(say ? onOneLine(*say) : std::string{}) +
                                (when ? " when " + onOneLine(*when) : std::string{}));
            }
            return texts;
        };
        compareLists("text", also(before), also(after), "text added: ", "text removed: ");
        for (auto const* const key : {"mechanism", "limits", "rationale"})
            compareText(key, textAt(before, "meta", key), textAt(after, "meta", key));
        compareText("title", before_.title, after_.title);
        compareEvidence();
        compareLists("suggestion", itemsAt(before, "suggest"), itemsAt(after, "suggest"),
                     "offers also ", "no longer offers ");
        compareLists("override-reason", reasonsOf(before_, beforeRules_),
                     reasonsOf(after_, afterRules_), "answer added: ", "answer removed: ");
        // What no sentence above speaks of.
        for (auto const* const key : {"hooks", "age", "place", "via", "exposure", "merges",
                                      "treated_by", "show", "parameters"}) {
            auto const was = before.find(key);
            auto const is = after.find(key);
            auto const text = [](std::optional<Node> const& node) {
                return node ? onOneLine(*node) : std::string{};
            };
            if (std::string_view{key} == "parameters" && was && is)
                continue; // their clauses say it
            compare("other", key, text(was), text(is));
        }
    }

    void compareText(std::string const& what, std::string const& before, std::string const& after)
    {
        if (before == after) return;
        if (before.empty()) return add("text", what + " added: " + quoted(after));
        if (after.empty()) return add("text", what + " removed: " + quoted(before));
        add("text", what + ": " + quoted(after) + " instead of " + quoted(before));
    }

    static std::vector<std::string> reasonsOf(Rule const& rule, RuleSet const& rules)
    {
        std::vector<std::string> list;
        for (auto const each : rule.overrideReasons)
            list.push_back(rules.overrideReasons[each].code);
        return list;
    }

    void compareEvidence()
    {
        auto const lines = [](Rule const& rule) {
            std::vector<std::string> list;
            for (auto const& each : rule.meta.evidence)
                list.push_back(each.id + " (" + orNone(each.grade) + ", " + orNone(each.status) +
                               "): " + each.citation + (each.url.empty() ? "" : ", " + each.url));
            return list;
        };
        compareLists("evidence", lines(before_), lines(after_),
                     "evidence added: ", "evidence removed: ");
    }

    Rule before_;
    RuleSet const& beforeRules_;
    Tree const* beforeTree_;
    Rule after_;
    RuleSet const& afterRules_;
    Tree const* afterTree_;
    std::vector<Change>& changes_;
};

} // namespace

void diffRule(Rule const& before, PackSide const& beforeSide, Rule const& after,
              PackSide const& afterSide, std::vector<Change>& changes)
{
    RuleDiff{before, beforeSide, after, afterSide, changes}.run();
}

std::vector<Change> diff(PackSide const& before, PackSide const& after)
{
    std::vector<Change> changes;
    auto const whole = [](Rule const& rule, char const* kind, RuleSet const& rules) {
        return Change{Change::About::Rule, rule.id, kind,
                      std::string{kind} + ", " + std::string{toText(rule.status)} + ": " +
                          rule.title + "; fires for " + describe(rule.when, &rule, rules)};
    };
    auto old = before.rules.rules.begin();
    auto now = after.rules.rules.begin();
    auto const oldEnd = before.rules.rules.end();
    auto const nowEnd = after.rules.rules.end();
    while (old != oldEnd || now != nowEnd) { // both by id
        if (now == nowEnd || (old != oldEnd && old->id < now->id)) {
            changes.push_back(whole(*old++, "removed", before.rules));
        } else if (old == oldEnd || now->id < old->id) {
            changes.push_back(whole(*now++, "added", after.rules));
        } else {
            diffRule(*old++, before, *now++, after, changes);
        }
    }
    diffShared(before, after, changes);
    return changes;
}

} // namespace tcds::rules
