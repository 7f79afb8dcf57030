#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

Evaluator::Evaluator(Evaluation& evaluation, std::span<RuleIndex const> candidates,
                     EvaluateOptions const& options)
    : evaluation_{evaluation}, candidates_{candidates}, options_{options}, chart_{evaluation.chart},
      rules_{evaluation.chart.rules()}, opening_(rules_.gates.size()),
      named_(rules_.conditions.size()), isPopulation_{[this](NamedIndex condition) {
          return population(condition);
      }}
{
    for (std::size_t gate = 0; gate < opening_.size(); ++gate)
        for (auto const& complaint : chart_.context().complaints)
            if (complaint.kinds.meets(rules_.gates[gate].kinds))
                opening_[gate].push_back(complaint.id);
}

void Evaluator::use(Scope const& scope, FactId fact)
{
    if (scope.used != nullptr && fact.known()) scope.used->push_back(fact);
}

void Evaluator::use(Scope const& scope, Result const& result)
{
    for (auto const fact : result.facts) use(scope, fact);
}

/// The binding to fill, or nothing when the name is taken: the first true clause binds.
Binding* Evaluator::bind(Scope const& scope, Slot as)
{
    if (!as.known() || scope.judgement == nullptr) return nullptr;
    auto& binding = scope.judgement->bound[as.index()];
    return binding.kind == Binding::Kind::None ? &binding : nullptr;
}

Binding const* Evaluator::bound(Scope const& scope, Slot name) const
{
    if (!name.known() || scope.judgement == nullptr) return nullptr;
    auto const& binding = scope.judgement->bound[name.index()];
    return binding.kind == Binding::Kind::None ? nullptr : &binding;
}

void Evaluator::note(TraceNode* trace, std::string text) const
{
    if (trace != nullptr) trace->notes.push_back(std::move(text));
}

Answer Evaluator::ask(Condition const& condition, Scope const& scope, TraceNode* trace)
{
    auto const usedBefore = scope.used != nullptr ? scope.used->size() : 0;
    auto answer = askConstruct(condition, scope, trace);
    if (answer.decider == nullptr) answer.decider = &condition;
    if (trace != nullptr) {
        trace->clause = &condition;
        trace->verdict = answer.verdict;
        trace->reason = answer.reason;
        trace->what = answer.what;
        if (scope.used != nullptr)
            trace->used.assign(scope.used->begin() + static_cast<std::ptrdiff_t>(usedBefore),
                               scope.used->end());
    }
    return answer;
}

Answer Evaluator::askConstruct(Condition const& condition, Scope const& scope, TraceNode* trace)
{
    auto const as = condition.as;
    return std::visit(
        [&](auto const& test) -> Answer {
            using T = std::decay_t<decltype(test)>;
            if constexpr (requires { on(test, as, scope, trace); })
                return on(test, as, scope, trace);
            else if constexpr (requires { on(test, as, scope); })
                return on(test, as, scope);
            else if constexpr (requires { on(test, scope, trace); })
                return on(test, scope, trace);
            else if constexpr (requires { on(test, scope); })
                return on(test, scope);
            else
                return on(static_cast<T const&>(test));
        },
        condition.test);
}

namespace {

TraceNode* childOf(TraceNode* trace)
{
    if (trace == nullptr) return nullptr;
    return &trace->children.emplace_back();
}

} // namespace

Answer Evaluator::on(AllOf const& test, Scope const& scope, TraceNode* trace)
{
    auto result = Answer::yes();
    for (auto const& condition : test.of) {
        auto const answer = ask(condition, scope, childOf(trace));
        if (answer.verdict < result.verdict)
            result = answer;
        else if (result.decider == nullptr)
            result.decider = answer.decider;
    }
    return result;
}

namespace {

/// A branch of `any` that is not true gives the names that it bound back to the next one.
class BranchNames
{
public:
    explicit BranchNames(Judgement* judgement) : judgement_{judgement}
    {
        if (judgement_ == nullptr) return;
        for (std::size_t i = 0; i < judgement_->bound.size() && i < 64; ++i)
            if (judgement_->bound[i].kind == Binding::Kind::None) free_ |= std::uint64_t{1} << i;
    }

    void giveBack() const
    {
        if (judgement_ == nullptr) return;
        for (std::size_t i = 0; i < judgement_->bound.size() && i < 64; ++i)
            if (((free_ >> i) & 1U) != 0) judgement_->bound[i].clear();
    }

private:
    Judgement* judgement_;
    std::uint64_t free_ = 0; // bit n: name n was bound to nothing before the branch
};

} // namespace

Answer Evaluator::on(AnyOf const& test, Scope const& scope, TraceNode* trace)
{
    auto result = Answer::no();
    auto isFirst = true;
    for (auto const& condition : test.of) {
        BranchNames const names{scope.judgement};
        auto const answer = ask(condition, scope, childOf(trace));
        if (answer.verdict != Verdict::Yes) names.giveBack();
        if (isFirst || answer.verdict > result.verdict) result = answer;
        isFirst = false;
    }
    return result;
}

Answer Evaluator::on(NotOf const& test, Scope const& scope, TraceNode* trace)
{
    auto answer = ask(test.of.front(), scope, childOf(trace));
    if (answer.verdict == Verdict::Unknown) return answer;
    answer.verdict = answer.verdict == Verdict::Yes ? Verdict::No : Verdict::Yes;
    return answer;
}

namespace {

/// What counts as one drug: an ingredient, or a use that only its class is known of.
struct Drug {
    IngredientId ingredient;
    FactId use;

    static Drug of(MedMatch const& match)
    {
        return {match.ingredient, match.ingredient.known() ? FactId{} : match.use->id};
    }
    bool operator==(Drug const&) const = default;
};

/// A true clause of at_least and what it may claim: a med clause needs a drug of its own.
struct Claim {
    explicit Claim(std::pmr::memory_resource* arena) : drugs{arena} {}
    bool needsDrug = false;
    std::pmr::vector<Drug> drugs;
    std::optional<Instant> resultAt; // of a lab clause, for `together`
};
using Claims = std::pmr::vector<Claim>;

/// Greatest number of claims that can be met at once by different drugs (augmenting paths;
/// the clauses are few).
class Matching
{
public:
    Matching(Claims const& claims, std::pmr::memory_resource* arena)
        : claims_{claims}, owners_{arena}, tried_{arena}
    {
    }

    std::size_t size()
    {
        std::size_t met = 0;
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            if (!claims_[i].needsDrug) {
                ++met;
                continue;
            }
            tried_.clear();
            if (place(i)) ++met;
        }
        return met;
    }

private:
    bool place(std::size_t claim)
    {
        for (auto const drug : claims_[claim].drugs) {
            if (std::ranges::find(tried_, drug) != tried_.end()) continue;
            tried_.push_back(drug);
            auto const owner = std::ranges::find(owners_, drug, &Owner::drug);
            if (owner == owners_.end()) {
                owners_.push_back({drug, claim});
                return true;
            }
            auto const index = static_cast<std::size_t>(owner - owners_.begin());
            if (place(owners_[index].claim)) {
                owners_[index].claim = claim;
                return true;
            }
        }
        return false;
    }

    struct Owner {
        Drug drug;
        std::size_t claim;
    };
    Claims const& claims_;
    std::pmr::vector<Owner> owners_;
    std::pmr::vector<Drug> tried_;
};

/// The claims whose results lie within `together` of some result, taken as the start of a window.
std::size_t mostTogether(Claims const& claims, Duration const& together)
{
    std::size_t most = 0;
    for (auto const& from : claims) {
        if (!from.resultAt) continue;
        auto const count = std::ranges::count_if(claims, [&](Claim const& claim) {
            return claim.resultAt && *claim.resultAt >= *from.resultAt &&
                   *claim.resultAt <= *from.resultAt + together;
        });
        most = std::max(most, static_cast<std::size_t>(count));
    }
    return most;
}

} // namespace

Answer Evaluator::on(AtLeastOf const& test, Scope const& scope, TraceNode* trace)
{
    auto* const arena = &evaluation_.arena;
    Claims claims{arena};
    std::size_t possible = 0;
    auto firstUnknown = Answer::no();
    for (auto const& condition : test.of) {
        auto const answer = ask(condition, scope, childOf(trace));
        if (answer.verdict == Verdict::No) continue;
        if (answer.verdict == Verdict::Unknown) {
            ++possible;
            if (firstUnknown.verdict == Verdict::No) firstUnknown = answer;
            continue;
        }
        Claim claim{arena};
        if (auto const* med = std::get_if<MedTest>(&condition.test)) {
            claim.needsDrug = true;
            std::pmr::vector<UseAnswer> answers{arena};
            askAll(chart_, *med, startedAfterOf(*med, scope), answers);
            for (auto const& use : answers)
                if (use.answer.verdict == Verdict::Yes) claim.drugs.push_back(Drug::of(use.match));
        } else if (auto const* lab = std::get_if<LabTest>(&condition.test)) {
            if (auto const* result = pick(lab->scope, scope, nullptr).result)
                claim.resultAt = result->at;
        }
        claims.push_back(std::move(claim));
    }
    auto const met =
        test.together ? mostTogether(claims, *test.together) : Matching{claims, arena}.size();
    if (met >= test.n) return Answer::yes();
    if (met + possible < test.n) return Answer::no();
    firstUnknown.verdict = Verdict::Unknown;
    return firstUnknown;
}

} // namespace tcds::rules
