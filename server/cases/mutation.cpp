#include "server/cases/mutation.hpp"

#include "rules/eval/evaluation.hpp"
#include "rules/load/fields.hpp"
#include "rules/load/walk.hpp"
#include "server/cases/answer.hpp"
#include "server/cases/check.hpp"
#include "server/cases/request.hpp"

#include <algorithm>
#include <ostream>
#include <set>

namespace tcds::cases {

namespace {

/// A case whose facts have been read: reading does not depend on the rules that are changed.
struct Prepared {
    Case const* test;
    std::unique_ptr<PatientContext> context;
};

/// What a rule asks about: other rules, groups of rules, named conditions.
struct Asked {
    std::set<std::size_t> rules, conditions;
    std::set<rules::Group> groups;
};

void addAsked(rules::Condition const& root, rules::RuleSet const& set, Asked& asked)
{
    rules::forEachClause(root, [&](rules::Condition const& clause) {
        if (auto const* rule = std::get_if<rules::RuleTest>(&clause.test))
            asked.rules.insert(rule->rule.index());
        if (auto const* fired = std::get_if<rules::FiredInTest>(&clause.test))
            asked.groups.insert(fired->groups.begin(), fired->groups.end());
        if (auto const* missing = std::get_if<rules::ViaMissingTest>(&clause.test))
            asked.groups.insert(missing->groups.begin(), missing->groups.end());
        if (auto const* named = std::get_if<rules::NamedTest>(&clause.test))
            if (asked.conditions.insert(named->named.index()).second)
                addAsked(set.conditions[named->named.index()].condition, set, asked);
    });
}

Asked askedBy(rules::Rule const& rule, rules::RuleSet const& set)
{
    Asked asked;
    rules::forEachRoot(
        rule, [&](rules::RulePart, rules::Condition const& root) { addAsked(root, set, asked); });
    for (auto const& band : rule.bands)
        for (auto const other : band.worstOf) asked.rules.insert(other.index());
    for (auto const& adjustment : rule.adjust)
        if (adjustment.like.known()) asked.rules.insert(adjustment.like.index());
    for (auto const other : rule.suppresses) asked.rules.insert(other.index());
    return asked;
}

std::set<std::string> namedBy(Expectation const& expect)
{
    std::set<std::string> rules;
    for (auto const& fired : expect.fired) rules.insert(fired.rule);
    rules.insert(expect.notMet.begin(), expect.notMet.end());
    for (auto const& silenced : expect.silenced) rules.insert(silenced.rule);
    for (auto const& [rule, why] : expect.unknown) rules.insert(rule);
    for (auto const& [rule, why] : expect.suppressed) rules.insert(rule);
    return rules;
}

class Mutation
{
public:
    Mutation(rules::RuleSet const& rules, std::span<CaseFile const> files) : rules_{rules}
    {
        for (auto const& file : files)
            for (auto const& test : file.cases) prepare(file, test);
    }

    MutationReport run(std::span<Explained const> explained, std::string_view only)
    {
        explained_ = explained;
        used_.assign(explained.size(), false);
        for (std::size_t i = 0; i < rules_.rules.size(); ++i)
            if (only.empty() || rules_.rules[i].id == only)
                mutateEach(rules_.rules[i], rules_.rules[i].id, casesOf(i));
        if (only.empty()) mutateConditions();
        for (std::size_t i = 0; i < explained.size(); ++i)
            if (!used_[i] && (only.empty() || explained[i].rule == only))
                report_.outdated.push_back(explained[i]);
        return std::move(report_);
    }

private:
    /// Every change of a rule or condition, one at a time; afterwards it is as before.
    template <class Part>
    void mutateEach(Part& part, std::string const& name, std::vector<std::size_t> const& watching)
    {
        auto const original = part;
        for (std::size_t number = 0;; ++number) {
            auto const mutant = mutate(part, rules_, number);
            if (!mutant) return;
            ++report_.mutants;
            if (isNoticed(watching))
                ++report_.killed;
            else
                report_.survivors.push_back(survivor(name, *mutant));
            part = original;
        }
    }

    /// Named conditions that some rule asks for, watched by the cases of these rules.
    void mutateConditions()
    {
        for (std::size_t i = 0; i < rules_.conditions.size(); ++i) {
            std::set<std::string> asking;
            for (auto const& rule : rules_.rules)
                if (askedBy(rule, rules_).conditions.contains(i)) asking.insert(rule.id);
            std::vector<std::size_t> watching;
            for (std::size_t at = 0; at < cases_.size(); ++at)
                if (asking.contains(*ruleOf_[at])) watching.push_back(at);
            if (!asking.empty())
                mutateEach(rules_.conditions[i], rules_.conditions[i].name, watching);
        }
    }

    void prepare(CaseFile const& file, Case const& test)
    {
        Problems problems;
        auto const request = writeRequest(test, rules_, problems);
        if (problems.hasErrors()) return;
        auto decision = answerTo(test, request, rules_, false);
        if (!decision) return;
        decision->evaluation.reset(); // it refers to the context
        cases_.push_back({&test, std::move(decision->context)});
        ruleOf_.push_back(&file.rule);
    }

    /// Its own cases first: they kill most.
    [[nodiscard]] std::vector<std::size_t> casesOf(std::size_t rule) const
    {
        auto const& id = rules_.rules[rule].id;
        std::set<std::string> referring;
        for (auto const& other : rules_.rules) {
            auto const asked = askedBy(other, rules_);
            if (asked.rules.contains(rule) || asked.groups.contains(rules_.rules[rule].group))
                referring.insert(other.id);
        }
        std::vector<std::size_t> own, others;
        for (std::size_t i = 0; i < cases_.size(); ++i) {
            if (*ruleOf_[i] == id)
                own.push_back(i);
            else if (referring.contains(*ruleOf_[i]) ||
                     namedBy(cases_[i].test->expect).contains(id))
                others.push_back(i);
        }
        own.insert(own.end(), others.begin(), others.end());
        return own;
    }

    [[nodiscard]] bool isNoticed(std::vector<std::size_t> const& watching) const
    {
        return std::ranges::any_of(watching, [this](std::size_t at) {
            auto const& prepared = cases_[at];
            rules::EvaluateOptions options;
            options.everyRule = true;
            auto const evaluation = rules::evaluate(*prepared.context, rules_, options);
            auto const cards = rules::compose(*evaluation, {});
            return !check(prepared.test->expect, *evaluation, cards, rules_).empty();
        });
    }

    Survivor survivor(std::string const& rule, Mutant const& mutant)
    {
        Survivor survivor{rule, mutant, {}};
        for (std::size_t i = 0; i < explained_.size(); ++i) {
            if (explained_[i].rule != rule || explained_[i].what != mutant.text) continue;
            used_[i] = true;
            survivor.reason = explained_[i].reason;
        }
        return survivor;
    }

    rules::RuleSet rules_; // one rule at a time is changed in here
    std::vector<Prepared> cases_;
    std::vector<std::string const*> ruleOf_;
    std::span<Explained const> explained_;
    std::vector<bool> used_;
    MutationReport report_;
};

} // namespace

std::size_t MutationReport::unexplained() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        survivors, [](Survivor const& survivor) { return survivor.reason.empty(); }));
}

MutationReport mutateAll(rules::RuleSet const& rules, std::span<CaseFile const> files,
                         std::span<Explained const> explained, std::string_view only)
{
    auto const start = std::chrono::steady_clock::now();
    auto report = Mutation{rules, files}.run(explained, only);
    report.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return report;
}

void print(MutationReport const& report, std::ostream& out)
{
    for (auto const& survivor : report.survivors)
        if (survivor.reason.empty())
            out << survivor.mutant.where << ": " << survivor.rule << ": " << survivor.mutant.text
                << '\n';
    for (auto const& entry : report.outdated)
        out << entry.where << ": " << entry.rule << ": \"" << entry.what
            << "\" is explained, but does not survive\n";
    out << report.mutants << " mutants: " << report.killed << " killed, " << report.unexplained()
        << " survived, " << report.survivors.size() - report.unexplained() << " explained ("
        << report.took.count() << " ms)\n";
}

} // namespace tcds::cases
