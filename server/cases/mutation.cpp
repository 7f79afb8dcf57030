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

/// Rules that a rule refers to, by clause, adjustment, band or suppression.
std::set<std::size_t> referredTo(rules::Rule const& rule)
{
    std::set<std::size_t> others;
    rules::forEachRoot(rule, [&](rules::RulePart, rules::Condition const& root) {
        rules::forEachClause(root, [&](rules::Condition const& clause) {
            if (auto const* test = std::get_if<rules::RuleTest>(&clause.test))
                others.insert(test->rule.index());
        });
    });
    for (auto const& band : rule.bands)
        for (auto const other : band.worstOf) others.insert(other.index());
    for (auto const& adjustment : rule.adjust)
        if (adjustment.like.known()) others.insert(adjustment.like.index());
    for (auto const other : rule.suppresses) others.insert(other.index());
    return others;
}

std::set<std::string> namedBy(Expectation const& expect)
{
    std::set<std::string> rules;
    for (auto const& fired : expect.fired) rules.insert(fired.rule);
    rules.insert(expect.notMet.begin(), expect.notMet.end());
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
        MutationReport report;
        std::vector<bool> used(explained.size(), false);
        for (std::size_t i = 0; i < rules_.rules.size(); ++i) {
            auto const original = rules_.rules[i];
            if (!only.empty() && original.id != only) continue;
            auto const watching = casesOf(i);
            for (std::size_t number = 0;; ++number) {
                auto const mutant = mutate(rules_.rules[i], rules_, number);
                if (!mutant) break;
                ++report.mutants;
                if (isNoticed(watching))
                    ++report.killed;
                else
                    report.survivors.push_back(survivor(original.id, *mutant, explained, used));
                rules_.rules[i] = original;
            }
        }
        for (std::size_t i = 0; i < explained.size(); ++i)
            if (!used[i] && (only.empty() || explained[i].rule == only))
                report.outdated.push_back(explained[i]);
        return report;
    }

private:
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
        for (auto const& other : rules_.rules)
            if (referredTo(other).contains(rule)) referring.insert(other.id);
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

    static Survivor survivor(std::string const& rule, Mutant const& mutant,
                             std::span<Explained const> explained, std::vector<bool>& used)
    {
        Survivor survivor{rule, mutant, {}};
        for (std::size_t i = 0; i < explained.size(); ++i) {
            if (explained[i].rule != rule || explained[i].mutation != mutant.text) continue;
            used[i] = true;
            survivor.reason = explained[i].reason;
        }
        return survivor;
    }

    rules::RuleSet rules_; // one rule at a time is changed in here
    std::vector<Prepared> cases_;
    std::vector<std::string const*> ruleOf_;
};

} // namespace

std::size_t MutationReport::unexplained() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        survivors, [](Survivor const& survivor) { return survivor.reason.empty(); }));
}

std::vector<Explained> readExplained(Tree const& tree, Problems& problems)
{
    rules::Fields fields{tree.root(), "list of mutants", problems};
    std::vector<Explained> explained;
    if (auto const list = fields.need("mutants"))
        for (auto const item : list->items()) {
            rules::Fields entry{item, "explained mutant", problems};
            Explained one;
            one.rule = entry.neededText("rule");
            one.mutation = entry.neededText("mutation");
            one.reason = entry.neededText("reason");
            one.where = item.where();
            entry.finish();
            explained.push_back(std::move(one));
        }
    fields.finish();
    return explained;
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
        out << entry.where << ": " << entry.rule << ": \"" << entry.mutation
            << "\" is explained, but does not survive\n";
    out << report.mutants << " mutants: " << report.killed << " killed, " << report.unexplained()
        << " survived, " << report.survivors.size() - report.unexplained() << " explained ("
        << report.took.count() << " ms)\n";
}

} // namespace tcds::cases
