#include "rules/load/references.hpp"

#include "rules/load/walk.hpp"

#include <algorithm>
#include <set>

namespace tcds::rules {

namespace {

/// Which rules a condition asks for.
struct References {
    std::set<std::size_t> whole;    // whether they fire
    std::set<std::size_t> whenOnly; // whether their `when` holds
};

class Collector
{
public:
    Collector(RuleSet const& set, std::size_t self) : set_{set}, self_{self} {}

    void collect(Condition const& root, References& into)
    {
        forEachClause(root, [&](Condition const& clause) { collectClause(clause, into); });
    }

private:
    void collectClause(Condition const& clause, References& into)
    {
        if (auto const* rule = std::get_if<RuleTest>(&clause.test)) {
            if (rule->rule.known())
                (rule->partWhen ? into.whenOnly : into.whole).insert(rule->rule.index());
        } else if (auto const* fired = std::get_if<FiredInTest>(&clause.test)) {
            addGroups(fired->groups, into);
        } else if (auto const* missing = std::get_if<ViaMissingTest>(&clause.test)) {
            addGroups(missing->groups, into);
        } else if (auto const* named = std::get_if<NamedTest>(&clause.test)) {
            // Seen ones are left out: a cycle of named conditions is reported on its own.
            if (named->named.known() && seen_.insert(named->named.index()).second)
                collect(set_.conditions[named->named.index()].condition, into);
        }
    }

    void addGroups(std::vector<Group> const& groups, References& into) const
    {
        for (auto const& rule : set_.rules)
            if (rule.index.index() != self_ &&
                std::ranges::find(groups, rule.group) != groups.end())
                into.whole.insert(rule.index.index());
    }

    RuleSet const& set_;
    std::size_t self_;
    std::set<std::size_t> seen_;
};

using Graph = std::vector<std::vector<std::size_t>>;

/// First cycle that can be reached from `start`, as the nodes on it; empty when there is none.
class CycleFinder
{
public:
    explicit CycleFinder(Graph const& graph) : graph_{graph}, state_(graph.size(), State::New) {}

    std::vector<std::vector<std::size_t>> all()
    {
        for (std::size_t node = 0; node < graph_.size(); ++node) visit(node);
        return std::move(cycles_);
    }

private:
    enum class State : std::uint8_t { New, Open, Done };

    void visit(std::size_t node)
    {
        if (state_[node] != State::New) return;
        state_[node] = State::Open;
        path_.push_back(node);
        for (auto const next : graph_[node]) {
            if (state_[next] == State::Open)
                cycles_.emplace_back(std::ranges::find(path_, next), path_.end());
            else
                visit(next);
        }
        path_.pop_back();
        state_[node] = State::Done;
    }

    Graph const& graph_;
    std::vector<State> state_;
    std::vector<std::size_t> path_;
    std::vector<std::vector<std::size_t>> cycles_;
};

/// "EL-A, EL-B, EL-A"
template <class NameOf>
std::string chain(std::vector<std::size_t> const& cycle, NameOf nameOf)
{
    std::string text;
    for (auto const node : cycle) text += nameOf(node) + ", ";
    return text + nameOf(cycle.front());
}

void checkNamedConditions(RuleSet const& set, Problems& problems)
{
    Graph graph(set.conditions.size());
    for (std::size_t i = 0; i < set.conditions.size(); ++i)
        forEachClause(set.conditions[i].condition, [&](Condition const& clause) {
            auto const* named = std::get_if<NamedTest>(&clause.test);
            if (named != nullptr && named->named.known()) graph[i].push_back(named->named.index());
        });
    auto const nameOf = [&](std::size_t i) { return set.conditions[i].name; };
    for (auto const& cycle : CycleFinder{graph}.all())
        problems.error("L09", set.conditions[cycle.front()].condition.where,
                       "named conditions ask for each other: " + chain(cycle, nameOf),
                       "remove one of these references");
}

void checkSuppression(RuleSet const& set, Problems& problems)
{
    Graph graph(set.rules.size());
    for (auto const& rule : set.rules)
        for (auto const other : rule.suppresses) graph[rule.index.index()].push_back(other.index());
    auto const nameOf = [&](std::size_t i) { return set.rules[i].id; };
    for (auto const& cycle : CycleFinder{graph}.all())
        problems.error("L09", set.rules[cycle.front()].file,
                       "rules suppress each other: " + chain(cycle, nameOf),
                       "remove one of these entries of suppresses");
}

class RuleOrder
{
public:
    explicit RuleOrder(RuleSet const& set) : set_{set}, count_{set.rules.size()}, graph_(2 * count_)
    {
        for (auto const& rule : set.rules) addEdges(rule);
    }

    void check(Problems& problems) const
    {
        auto const nameOf = [&](std::size_t node) { return set_.rules[node % count_].id; };
        for (auto cycle : CycleFinder{graph_}.all()) {
            // Both nodes of a rule may stand side by side on the cycle: name the rule once.
            auto const same = [&](std::size_t a, std::size_t b) {
                return a % count_ == b % count_;
            };
            cycle.erase(std::unique(cycle.begin(), cycle.end(), same), cycle.end());
            problems.error("L09", set_.rules[cycle.front() % count_].file,
                           "rules ask for each other: " + chain(cycle, nameOf),
                           "remove one of these references, or ask only for part: when");
        }
    }

    std::vector<RuleIndex> order()
    {
        auto before = precedence();
        std::vector<RuleIndex> order;
        std::vector<bool> done(count_, false);
        for (std::size_t i = 0; i < count_; ++i) place(i, before, done, order);
        return order;
    }

private:
    // Two nodes a rule: its `when` alone, and all of it.
    [[nodiscard]] std::size_t whenOf(std::size_t rule) const { return rule; }
    [[nodiscard]] std::size_t wholeOf(std::size_t rule) const { return count_ + rule; }

    void addEdges(Rule const& rule)
    {
        auto const self = rule.index.index();
        References inWhen, elsewhere;
        forEachRoot(rule, [&](RulePart part, Condition const& condition) {
            // Texts are made when every rule is known.
            if (part == RulePart::Text) return;
            Collector{set_, self}.collect(condition, part == RulePart::When ? inWhen : elsewhere);
        });
        for (auto const& band : rule.bands)
            for (auto const other : band.worstOf)
                if (other.known()) elsewhere.whole.insert(other.index());
        for (auto const& adjustment : rule.adjust)
            if (adjustment.kind == Adjustment::Kind::Like && adjustment.like.known())
                elsewhere.whole.insert(adjustment.like.index());
        addEdges(whenOf(self), inWhen);
        addEdges(wholeOf(self), elsewhere);
        graph_[wholeOf(self)].push_back(whenOf(self));
        for (auto const other : inWhen.whenOnly) whenOnly_.emplace_back(self, other);
        for (auto const other : elsewhere.whenOnly) whenOnly_.emplace_back(self, other);
    }

    void addEdges(std::size_t node, References const& references)
    {
        for (auto const rule : references.whole) graph_[node].push_back(wholeOf(rule));
        for (auto const rule : references.whenOnly) graph_[node].push_back(whenOf(rule));
    }

    [[nodiscard]] bool reaches(std::size_t from, std::size_t rule) const
    {
        std::vector<std::size_t> open{from};
        std::vector<bool> seen(graph_.size(), false);
        while (!open.empty()) {
            auto const node = open.back();
            open.pop_back();
            if (node % count_ == rule) return true;
            if (seen[node]) continue;
            seen[node] = true;
            open.insert(open.end(), graph_[node].begin(), graph_[node].end());
        }
        return false;
    }

    /// Rules that must be judged before each rule.
    [[nodiscard]] Graph precedence() const
    {
        Graph before(count_);
        for (std::size_t node = 0; node < graph_.size(); ++node)
            for (auto const other : graph_[node])
                if (node % count_ != other % count_)
                    before[node % count_].push_back(other % count_);
        // A rule whose `when` is asked for comes before the one that asks; what leads from it to
        // that one is answered inside.
        for (auto const& [asking, asked] : whenOnly_)
            std::erase_if(before[asked], [this, asker = asking](std::size_t other) {
                return reaches(wholeOf(other), asker);
            });
        for (auto& list : before) std::ranges::sort(list);
        return before;
    }

    void place(std::size_t rule, Graph const& before, std::vector<bool>& done,
               std::vector<RuleIndex>& order) const
    {
        if (done[rule]) return;
        done[rule] = true; // before its references: a reported cycle must not recurse for ever
        for (auto const other : before[rule]) place(other, before, done, order);
        order.push_back(RuleIndex{static_cast<std::uint16_t>(rule)});
    }

    RuleSet const& set_;
    std::size_t count_;
    Graph graph_;
    std::vector<std::pair<std::size_t, std::size_t>> whenOnly_; // asking rule, asked rule
};

} // namespace

void orderRules(RuleSet& set, Problems& problems)
{
    checkNamedConditions(set, problems);
    checkSuppression(set, problems);
    if (set.rules.empty()) return;
    RuleOrder rules{set};
    rules.check(problems);
    set.order = rules.order();
}

} // namespace tcds::rules
