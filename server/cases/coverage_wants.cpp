#include "server/cases/coverage_wants.hpp"

#include "rules/load/read_template.hpp"
#include "rules/load/walk.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tcds::cases {

namespace {

using rules::Condition;
using rules::RulePart;

constexpr std::array kEdges{std::pair{Aspect::Below, "no result just below"},
                            std::pair{Aspect::At, "no result at it"},
                            std::pair{Aspect::Above, "no result just above"}};
constexpr std::array kDays{std::pair{Aspect::Inside, "no date inside by at most a day"},
                           std::pair{Aspect::On, "no date on the day"},
                           std::pair{Aspect::Outside, "no date outside by at most a day"}};

template <class Test>
bool is(Condition const& clause)
{
    return std::holds_alternative<Test>(clause.test);
}

/// The analytes that a clause compares.
std::vector<AnalyteId> analytesOf(Condition const& clause)
{
    if (auto const* lab = std::get_if<rules::LabTest>(&clause.test)) return {lab->scope.analyte};
    if (auto const* trend = std::get_if<rules::TrendTest>(&clause.test)) return {trend->analyte};
    if (auto const* noted = std::get_if<rules::NotedTest>(&clause.test)) return {noted->analyte};
    if (auto const* normal = std::get_if<rules::NormalTest>(&clause.test)) return normal->labs;
    return {};
}

/// Can want of a date leave the clause unknown?
bool asksForDate(Condition const& clause)
{
    if (auto const* med = std::get_if<rules::MedTest>(&clause.test))
        return med->startedWithin || med->changedWithin || med->raisedWithin || med->takenFor ||
               med->stoppedWithin;
    if (auto const* complaint = std::get_if<rules::ComplaintTest>(&clause.test))
        return complaint->onsetBefore || complaint->onsetWithin;
    if (auto const* problem = std::get_if<rules::ProblemTest>(&clause.test))
        return problem->within || problem->onsetWithin;
    if (auto const* finding = std::get_if<rules::FindingTest>(&clause.test))
        return finding->onsetBefore || finding->onsetWithin;
    return false;
}

/// Can the source fail that answers for the absence of what the clause asks for? A finding is
/// answered by any source of complaints, and one of these brought the complaint.
bool canBeAbsent(Condition const& clause)
{
    return is<rules::MedTest>(clause) || is<rules::ProblemTest>(clause) ||
           is<rules::OrderTest>(clause);
}

/// Is every medication that a clause takes among those that are shown?
bool takesOnly(rules::Show const& show, rules::MedTest const& test)
{
    auto const active = static_cast<std::uint8_t>(rules::MedState::Active);
    if (show.kind != rules::Show::Kind::Med || test.states != active) return false;
    if (test.classes.empty() || !test.ingredients.empty()) return false;
    return std::ranges::all_of(test.classes, [&](SetId taken) {
        return std::ranges::any_of(show.meds, [&](rules::MedTest const& shown) {
            return std::ranges::find(shown.classes, taken) != shown.classes.end();
        });
    });
}

/// Some data that is shown is there whenever the condition holds.
bool surelyShown(rules::Show const& show, Condition const& when, rules::RuleSet const& rules)
{
    auto const isSure = [&](Condition const& part) { return surelyShown(show, part, rules); };
    if (show.before.known()) return false;
    if (auto const* lab = std::get_if<rules::LabTest>(&when.test))
        return show.kind == rules::Show::Kind::Lab && lab->scope.analyte == show.analyte;
    if (auto const* med = std::get_if<rules::MedTest>(&when.test)) return takesOnly(show, *med);
    if (auto const* asked = std::get_if<rules::RuleTest>(&when.test))
        return surelyShown(show, rules.rule(asked->rule).when, rules);
    if (auto const* all = std::get_if<rules::AllOf>(&when.test))
        return std::ranges::any_of(all->of, isSure);
    if (auto const* any = std::get_if<rules::AnyOf>(&when.test))
        return std::ranges::all_of(any->of, isSure);
    if (auto const* some = std::get_if<rules::AtLeastOf>(&when.test))
        return static_cast<std::size_t>(std::ranges::count_if(some->of, isSure)) + some->n >
               some->of.size();
    return false;
}

class Wants
{
public:
    explicit Wants(rules::RuleSet const& rules) : rules_{rules} {}

    void rule(rules::Rule const& rule)
    {
        rule_ = &rule;
        subject_ = rule.id;
        file_ = rule.file;
        inWhen_.clear();
        clauses(RulePart::When, "when", rule.when);
        if (rule.unless) clauses(RulePart::Unless, "unless", *rule.unless);
        for (auto const& band : rule.bands) this->band(band);
        for (auto const& adjustment : rule.adjust)
            if (adjustment.when) clauses(RulePart::Adjust, "adjust", *adjustment.when);
        for (auto const& row : rule.tiers)
            if (row.when) clauses(RulePart::Tier, "tier", *row.when);
        texts(rule);
        auto absences = false;
        rules::forEachClause(rule.when,
                             [&](Condition const& clause) { absences |= canBeAbsent(clause); });
        if (absences)
            want({}, "when: no case in which a source could not be read",
                 {&rule, Aspect::SourceFailed});
    }

    /// The named conditions that active rules ask for.
    void conditions(std::vector<rules::Rule const*> const& asking)
    {
        std::vector<bool> asked(rules_.conditions.size());
        for (auto const* rule : asking)
            rules::forEachRoot(*rule, [&](RulePart, Condition const& root) { ask(root, asked); });
        rule_ = nullptr;
        file_ = "ruleset.yaml";
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (!asked[i]) continue;
            subject_ = "ruleset.yaml " + rules_.conditions[i].name;
            clauses(RulePart::Tier, "condition", rules_.conditions[i].condition);
        }
    }

    /// The limits of the analytes that some clause compares with the reference.
    void analytes(std::vector<rules::Rule const*> const& asking)
    {
        std::vector<bool> low(rules_.terms->analytes().size()), high(low);
        for (auto const* rule : asking)
            rules::forEachRoot(*rule, [&](RulePart, Condition const& root) {
                rules::forEachClause(root, [&](Condition const& clause) {
                    auto const* lab = std::get_if<rules::LabTest>(&clause.test);
                    if (lab == nullptr) return;
                    auto const at = lab->scope.analyte.index();
                    low[at] = low[at] || lab->belowReference;
                    high[at] = high[at] || lab->aboveReference;
                });
            });
        file_ = "analytes.yaml";
        for (auto const& analyte : rules_.terms->analytes()) {
            subject_ = "analytes.yaml " + analyte.key;
            for (auto const& row : analyte.limits) {
                auto const whose = row.population.empty() ? "" : " for " + row.population;
                if (low[analyte.id.index()] && row.low) limit("low limit" + whose, *row.low);
                if (high[analyte.id.index()] && row.high) limit("high limit" + whose, *row.high);
            }
        }
    }

    /// The drug classes that clauses name.
    void classes(std::vector<rules::Rule const*> const& asking)
    {
        SetBits named;
        for (auto const* rule : asking)
            rules::forEachRoot(*rule, [&](RulePart, Condition const& root) {
                rules::forEachClause(root, [&](Condition const& clause) {
                    if (auto const* med = std::get_if<rules::MedTest>(&clause.test))
                        for (auto const set : med->classes) named.add(set);
                });
            });
        auto const codes = rules_.terms->codesOfClasses();
        named.forEach([&](SetId id) {
            auto const& set = rules_.terms->set(id);
            auto const& has = codes[id.index()];
            subject_ = "valuesets " + set.name;
            file_ = "valuesets/" + set.name + ".yaml";
            if (has.product) want({}, "no case by product code", {&set, Aspect::ByProduct});
            if (has.ingredient)
                want({}, "no case by ingredient code", {&set, Aspect::ByIngredient});
            if (has.atc) want({}, "no case by ATC code", {&set, Aspect::ByAtc});
            want({}, "no case by name", {&set, Aspect::ByName});
        });
    }

    std::vector<MarkedWant> found;

private:
    void want(std::string const& where, std::string what, Mark mark)
    {
        found.push_back({{subject_, where.empty() ? file_ : where, std::move(what)}, mark});
    }

    void ask(Condition const& root, std::vector<bool>& asked)
    {
        rules::forEachClause(root, [&](Condition const& clause) {
            auto const* named = std::get_if<rules::NamedTest>(&clause.test);
            if (named == nullptr || asked[named->named.index()]) return;
            asked[named->named.index()] = true;
            ask(rules_.conditions[named->named.index()].condition, asked);
        });
    }

    void band(rules::Band const& band)
    {
        if (!band.id.empty())
            want(band.where, "band " + band.id + ": never chosen", {&band, Aspect::Chosen});
        for (auto const& other : band.worstOf) {
            auto const& id = rules_.rule(other).id;
            want(band.where, "worst_of " + id + ": it never fires here", {&other, Aspect::True});
            want(band.where, "worst_of " + id + ": it always fires here", {&other, Aspect::False});
        }
        if (band.when) clauses(RulePart::Band, "band " + band.id, *band.when);
    }

    void clauses(RulePart part, std::string const& name, Condition const& root)
    {
        rules::forEachClause(root, [&](Condition const& clause) {
            if (is<rules::NotOf>(clause)) return; // the mirror of what stands in it
            auto const text = name + ": " + rules::describe(clause, rule_, rules_);
            want(clause.where, text + ": never true", {&clause, Aspect::True});
            want(clause.where, text + ": never false", {&clause, Aspect::False});
            if (unknownIsWanted(part, clause))
                want(clause.where, text + ": never unknown", {&clause, Aspect::Unknown});
            limits(text, clause);
            for (auto const& length : lengthsOf(clause))
                for (auto const& [aspect, lacking] : kDays)
                    want(clause.where,
                         text + ": " + length.name + " " + tcds::toText(*length.length) + ": " +
                             lacking,
                         {length.length, aspect});
        });
    }

    /// A band that looks once more at a result on which `when` has decided is never unknown.
    bool unknownIsWanted(RulePart part, Condition const& clause)
    {
        if (part != RulePart::When && part != RulePart::Unless) return false;
        auto const analytes = analytesOf(clause);
        auto const isNew = std::ranges::any_of(
            analytes, [&](AnalyteId id) { return !std::ranges::count(inWhen_, id); });
        inWhen_.insert(inWhen_.end(), analytes.begin(), analytes.end());
        return isNew || asksForDate(clause);
    }

    void limit(std::string const& what, terms::Limit const& limit)
    {
        for (auto const& measure : limit) edges({}, what + " " + measure.text, &measure);
    }

    void edges(std::string const& where, std::string const& what, void const* part)
    {
        for (auto const& [aspect, lacking] : kEdges)
            want(where, what + ": " + lacking, {part, aspect});
    }

    void limits(std::string const& text, Condition const& clause)
    {
        if (auto const* renal = std::get_if<rules::RenalTest>(&clause.test))
            return edges(clause.where, text, &renal->below);
        auto const* lab = std::get_if<rules::LabTest>(&clause.test);
        if (lab == nullptr) return;
        for (auto const& comparison : lab->all) threshold(text, clause, comparison.threshold);
        if (!lab->outside) return;
        threshold(text, clause, lab->outside->first);
        threshold(text, clause, lab->outside->second);
    }

    void threshold(std::string const& text, Condition const& clause,
                   rules::Threshold const& threshold)
    {
        for (auto const& measure : threshold.limit)
            edges(clause.where, text + ": " + measure.text, &measure);
        if (threshold.multiple)
            edges(clause.where, text + ": " + threshold.text, &*threshold.multiple);
        if (threshold.parameter < 0 || rule_ == nullptr) return;
        auto const& parameter = rule_->parameters[static_cast<std::size_t>(threshold.parameter)];
        for (auto const& row : parameter.rows) {
            auto const whose = row.population.known()
                                   ? " for " + rules_.conditions[row.population.index()].name
                                   : std::string{};
            for (auto const& measure : row.limit)
                edges(clause.where, text + ": $" + parameter.name + whose + " " + measure.text,
                      &measure);
        }
    }

    void texts(rules::Rule const& rule)
    {
        fields("summary", rule.card.summary);
        fields("findings", rule.card.findings);
        fields("why", rule.card.why);
        fields("options", rule.card.options);
        for (auto const& also : rule.card.also) {
            if (also.when) clauses(RulePart::Text, "also", *also.when);
            fields("also", also.say);
        }
        for (auto const& suggest : rule.suggest) {
            if (suggest.when) clauses(RulePart::Text, "suggest", *suggest.when);
            fields("suggest", suggest.label);
        }
    }

    void fields(std::string const& text, rules::Template const& pieces)
    {
        for (auto const& piece : pieces) {
            if (!piece.name.known() && piece.field != rules::Field::Onset) continue;
            auto const name = piece.name.known() ? rule_->names[piece.name.index()] : "complaint";
            auto const field =
                text + ": {" + name + "." + std::string{rules::fieldName(piece.field)} + "}";
            want({}, field + ": never filled", {&piece, Aspect::Filled});
            if (canBeEmpty(piece)) want({}, field + ": never empty", {&piece, Aspect::Empty});
        }
    }

    /// A name of a clause is without data only where the author gave a default (lint L10); what is
    /// shown besides is, unless the rule cannot fire without it.
    [[nodiscard]] bool canBeEmpty(rules::TemplatePiece const& piece) const
    {
        auto const shown = std::ranges::find(rule_->show, piece.name, &rules::Show::name);
        if (shown == rule_->show.end()) return piece.fallback.has_value();
        auto const isThere =
            piece.field == rules::Field::Value || piece.field == rules::Field::Dated ||
            piece.field == rules::Field::Date || piece.field == rules::Field::Display ||
            piece.field == rules::Field::List;
        return !isThere || !surelyShown(*shown, rule_->when, rules_);
    }

    rules::RuleSet const& rules_;
    rules::Rule const* rule_ = nullptr;
    std::string subject_, file_;
    std::vector<AnalyteId> inWhen_;
};

} // namespace

std::vector<MarkedWant> wantsOf(rules::RuleSet const& rules, std::string_view only)
{
    std::vector<rules::Rule const*> wanted;
    for (auto const& rule : rules.rules)
        if (rule.status == rules::RuleStatus::Active && (only.empty() || rule.id == only))
            wanted.push_back(&rule);
    Wants wants{rules};
    for (auto const* rule : wanted) wants.rule(*rule);
    wants.conditions(wanted);
    wants.analytes(wanted);
    wants.classes(wanted);
    return std::move(wants.found);
}

} // namespace tcds::cases
