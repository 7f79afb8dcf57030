#include "rules/eval/evaluator.hpp"

#include <algorithm>
#include <exception>

namespace tcds::rules {

namespace {

constexpr Duration kPredatesTier{24, Duration::Unit::Hour}; // clinical specification C.0.3: 1 d
constexpr Duration kPredatesRule{30, Duration::Unit::Day};  // ... more than 30 d: does not fire
constexpr Duration kRecentDose{7, Duration::Unit::Day};     // C.0.1, PRN
constexpr Duration kAdult{18, Duration::Unit::Year};

constexpr std::size_t kUsualFacts = 16; // used by a rule; more only cost an allocation

Tier oneDown(Tier tier)
{
    switch (tier) {
    case Tier::Definite:
        return Tier::Probable;
    case Tier::Probable:
        return Tier::Possible;
    case Tier::None:
    case Tier::Possible:
    case Tier::Safety:
        break;
    }
    return tier;
}

void sortUnique(std::pmr::vector<FactId>& facts)
{
    std::ranges::sort(facts);
    facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
}

TraceNode* partNode(RuleTrace* trace, std::string_view part)
{
    if (trace == nullptr) return nullptr;
    auto& node = trace->parts.emplace_back();
    node.part = part;
    return &node;
}

} // namespace

Answer Evaluator::askPart(std::string_view part, Condition const& condition, Scope const& scope,
                          RuleTrace* trace)
{
    return ask(condition, scope, partNode(trace, part));
}

Judgement const& Evaluator::judge(RuleIndex index)
{
    auto*& slot = evaluation_.byRule[index.index()];
    if (slot != nullptr) return *slot;
    auto const& rule = rules_.rule(index);
    auto& judgement = evaluation_.judged.emplace_back(&evaluation_.arena);
    slot = &judgement;
    judgement.rule = index;
    judgement.bound.reserve(rule.names.size());
    for (std::size_t i = 0; i < rule.names.size(); ++i)
        judgement.bound.emplace_back(&evaluation_.arena);

    auto const start = options_.timing ? begun() : Steady::time_point{};
    try {
        judgeRule(rule, judgement);
    } catch (std::exception const&) { // a broken invariant stays inside its rule
        judgement.outcome = Outcome::Error;
        judgement.why = "internal";
        judgement.firedAlone = false;
    }
    if (options_.timing) judgement.microseconds = ended(start);
    return judgement;
}

/// When a rule begins: when the one before it ended, for a look at the clock costs as much as a
/// small rule; inside another one, now.
Evaluator::Steady::time_point Evaluator::begun()
{
    return depth_++ == 0 && lastEnd_ != Steady::time_point{} ? lastEnd_ : Steady::now();
}

/// @return the microseconds since `start`
std::uint32_t Evaluator::ended(Steady::time_point start)
{
    --depth_;
    lastEnd_ = Steady::now();
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(lastEnd_ - start).count());
}

/// Earliest known onset of the complaints that open the gate: an old tremor dates no twitching.
std::optional<Instant> Evaluator::earliestOnset(Rule const& rule) const
{
    std::optional<Instant> earliest;
    for (auto const& complaint : chart_.context().complaints) {
        if (!complaint.onset || !complaint.kinds.meets(rules_.gates[rule.gate].kinds)) continue;
        auto const onset = complaint.onset->first();
        if (!earliest || onset < *earliest) earliest = onset;
    }
    return earliest;
}

void Evaluator::judgeRule(Rule const& rule, Judgement& judgement)
{
    auto const fail = [&](std::string_view why, std::string_view part) {
        judgement.outcome = Outcome::NotMet;
        judgement.why = why;
        judgement.what = part;
        sortUnique(judgement.used);
    };
    auto const leaveUnknown = [&](Answer const& answer) {
        judgement.outcome = Outcome::Unknown;
        judgement.reason = answer.reason;
        judgement.why = toText(answer.reason);
        judgement.what = answer.what;
        if (!answer.what.empty()) judgement.missing.push_back(answer.what);
        sortUnique(judgement.used);
    };

    if (!rule.runsOn(hookBit(chart_.context().hook))) return fail("hook", "hook");
    // The gate (rule language section 7): some eligible complaint of one of its kinds.
    auto const& opening = opening_[rule.gate];
    if (opening.empty()) return fail("complaint", "gate");

    RuleTrace* trace = nullptr;
    if (options_.trace) {
        trace = &evaluation_.traces.emplace_back();
        trace->rule = rule.index;
    }
    auto const traceAt = evaluation_.traces.size();
    // Judging a referenced rule appends to the traces and may move this one.
    auto const mine = [&]() -> RuleTrace* {
        return trace == nullptr ? nullptr : &evaluation_.traces[traceAt - 1];
    };

    auto age = Answer::yes();
    if (rule.age == AgeScope::Adult) age = on(AgeTest{kAdult, std::nullopt});
    if (age.verdict == Verdict::No) {
        judgement.used.assign(opening.begin(), opening.end());
        return fail("age", "age");
    }

    // A rule that fires also lists the complaints that opened its gate, others their clauses only.
    judgement.used.reserve(kUsualFacts);
    Scope const scope{&rule, &judgement, &judgement.used};

    RuleTrace own;
    auto* const parts = options_.trace ? &own : nullptr;
    auto const when = askPart("when", rule.when, scope, parts);
    judgement.whenTrue = when.verdict == Verdict::Yes;
    auto const keepTrace = [&]() {
        if (auto* target = mine()) target->parts = std::move(own.parts);
    };
    if (when.verdict == Verdict::No) {
        keepTrace();
        return fail(constructName(when.decider->test), "when");
    }
    auto const firstUnknown = age.verdict == Verdict::Unknown ? age : when;
    if (firstUnknown.verdict == Verdict::Unknown) {
        keepTrace();
        return leaveUnknown(firstUnknown);
    }

    Answer deciding;
    if (!chooseLevel(rule, judgement, scope, parts, deciding)) {
        keepTrace();
        if (deciding.verdict == Verdict::Unknown) return leaveUnknown(deciding);
        return fail(deciding.decider == nullptr ? "bands" : constructName(deciding.decider->test),
                    "bands");
    }
    if (rule.exposure.known() && !applyExposure(rule, judgement)) {
        judgement.outcome = Outcome::Suppressed;
        judgement.why = "complaint-predates-drug";
    }
    if (rule.unless) {
        auto const unless = askPart("unless", *rule.unless, scope, parts);
        if (unless.verdict == Verdict::Yes && judgement.outcome != Outcome::Suppressed) {
            judgement.outcome = Outcome::Suppressed;
            judgement.why = constructName(unless.decider->test);
        }
        if (unless.verdict == Verdict::Unknown) lookForMissing(*rule.unless, scope);
    }
    adjust(rule, judgement, scope, parts);
    chooseTier(rule, judgement, scope, parts);
    keepTrace();

    if (judgement.outcome != Outcome::Suppressed) {
        judgement.outcome = rule.status == RuleStatus::Active ? Outcome::Fired : Outcome::Silenced;
        if (judgement.outcome == Outcome::Silenced) judgement.why = silence(rule);
        judgement.firedAlone = judgement.outcome == Outcome::Fired;
    }
    judgement.used.insert(judgement.used.end(), opening.begin(), opening.end());
    sortUnique(judgement.used);
}

Level Evaluator::levelOf(Band const& band)
{
    auto level = band.worstOf.empty() ? band.indicator : Level::Info;
    for (auto const other : band.worstOf) {
        auto const& judgement = judge(other);
        if (judgement.firedAlone || isSwitchedOff(judgement))
            level = std::max(level, judgement.level);
    }
    return level;
}

/// The first band that is certain; unknown in an upper band does not stop a lower one.
bool Evaluator::chooseLevel(Rule const& rule, Judgement& judgement, Scope const& scope,
                            RuleTrace* trace, Answer& deciding)
{
    for (std::size_t i = 0; i < rule.bands.size(); ++i) {
        auto const& band = rule.bands[i];
        if (band.when) {
            auto const answer = askPart(band.id, *band.when, scope, trace);
            if (answer.verdict == Verdict::Unknown) lookForMissing(*band.when, scope);
            auto const firstSaid = deciding.decider == nullptr;
            if (firstSaid ||
                (deciding.verdict == Verdict::No && answer.verdict == Verdict::Unknown))
                deciding = answer;
            if (answer.verdict != Verdict::Yes) continue;
        }
        judgement.band = static_cast<int>(i);
        judgement.level = levelOf(band);
        return true;
    }
    return false;
}

/// C.0.1 and C.0.3 for the medications bound to `exposure`: what started long after the complaint
/// is dropped unless its dose was raised; unknown dates change nothing.
bool Evaluator::applyExposure(Rule const& rule, Judgement& judgement)
{
    auto& meds = judgement.bound[rule.exposure.index()].meds;
    if (meds.empty()) return true;
    auto const startOf = [](MedMatch const& match) {
        auto const times = timesOf(match);
        return times.startCertain ? times.start : std::nullopt;
    };
    if (auto const onset = earliestOnset(rule)) {
        auto const tooLate = [&](MedMatch const& match) {
            auto const start = startOf(match);
            return start && *start > *onset + kPredatesRule && !timesOf(match).rise;
        };
        std::erase_if(meds, tooLate);
        if (meds.empty()) return false;
        judgement.predates = std::ranges::all_of(meds, [&](MedMatch const& match) {
            auto const start = startOf(match);
            return start && *start > *onset + kPredatesTier;
        });
    }
    judgement.asNeededOnly = std::ranges::all_of(meds, [&](MedMatch const& match) {
        if (!match.use->asNeeded) return false;
        // A dose or a supply of the same ingredient in the last week shows that it is used.
        return std::ranges::none_of(chart_.context().medications, [&](MedicationUse const& other) {
            auto const same =
                std::ranges::find(other.ingredients, match.ingredient) != other.ingredients.end();
            auto const shows = other.kind == UseKind::Administration ||
                               other.kind == UseKind::Dispense || other.lastGiven.has_value();
            auto const& at = other.lastGiven ? other.lastGiven : other.start;
            return same && shows && at && at->first() >= chart_.now() - kRecentDose &&
                   at->first() <= chart_.now();
        });
    });
    return true;
}

/// Why a rule that holds is not shown (decision D43).
std::string_view Evaluator::silence(Rule const& rule)
{
    if (rule.overlaid && rule.overlaid->disabled) return kDisabled;
    return rule.outsidePeriod ? "not-effective" : "shadow";
}

/// Raise, then cap, then lower, whatever their order in the file (C.0.4); unknown: not applied.
void Evaluator::adjust(Rule const& rule, Judgement& judgement, Scope const& scope, RuleTrace* trace)
{
    struct Entry {
        Adjustment const* adjustment;
        Scope scope;
    };
    std::vector<Entry> entries;
    for (auto const& adjustment : rule.adjust) {
        if (adjustment.kind != Adjustment::Kind::Like) {
            entries.push_back({&adjustment, scope});
            continue;
        }
        // The other rule's entries with the other rule's bindings.
        judge(adjustment.like);
        auto* other = evaluation_.byRule[adjustment.like.index()];
        for (auto const& taken : rules_.rule(adjustment.like).adjust)
            if (taken.kind != Adjustment::Kind::Like && !taken.own)
                entries.push_back({&taken, {&rules_.rule(adjustment.like), other, scope.used}});
    }
    auto const holds = [&](Entry const& entry) {
        if (!entry.adjustment->when) return true;
        auto const answer = askPart("adjust", *entry.adjustment->when, entry.scope, trace);
        if (answer.verdict == Verdict::Unknown && entry.scope.judgement == &judgement)
            lookForMissing(*entry.adjustment->when, entry.scope);
        return answer.verdict == Verdict::Yes;
    };
    for (auto const& entry : entries)
        if (entry.adjustment->kind == Adjustment::Kind::Raise && holds(entry) &&
            judgement.level != Level::Critical)
            judgement.level = static_cast<Level>(static_cast<int>(judgement.level) + 1);
    for (auto const& entry : entries)
        if (entry.adjustment->kind == Adjustment::Kind::Cap &&
            judgement.level > entry.adjustment->cap && holds(entry))
            judgement.level = entry.adjustment->cap;
    for (auto const& entry : entries) {
        if (entry.adjustment->kind != Adjustment::Kind::Lower ||
            judgement.level == Level::Critical || !holds(entry))
            continue;
        if (judgement.level == Level::Warning) judgement.level = Level::Info;
    }
}

void Evaluator::chooseTier(Rule const& rule, Judgement& judgement, Scope const& scope,
                           RuleTrace* trace)
{
    for (auto const& row : rule.tiers) {
        judgement.tier = row.tier;
        if (!row.when) break;
        auto const answer = askPart("tier", *row.when, scope, trace);
        if (answer.verdict == Verdict::Yes) break;
        if (answer.verdict == Verdict::Unknown) lookForMissing(*row.when, scope);
    }
    if (judgement.predates) judgement.tier = oneDown(judgement.tier);
    if (judgement.asNeededOnly) judgement.tier = oneDown(judgement.tier);
}

/// Collects what left a clause unknown that could have been decided: only children that are
/// themselves unknown, for the others have had their say.
void Evaluator::lookForMissing(Condition const& condition, Scope const& scope)
{
    auto& missing = scope.judgement->missing;
    // Asking again neither binds (names are taken or the clause is unknown) nor notes facts.
    Scope const silent{scope.rule, scope.judgement, nullptr};
    auto const answer = ask(condition, silent, nullptr);
    if (answer.verdict != Verdict::Unknown) return;
    auto const descend = [&](std::vector<Condition> const& children) {
        for (auto const& child : children) lookForMissing(child, scope);
    };
    if (auto const* all = std::get_if<AllOf>(&condition.test)) return descend(all->of);
    if (auto const* any = std::get_if<AnyOf>(&condition.test)) return descend(any->of);
    if (auto const* inverse = std::get_if<NotOf>(&condition.test)) return descend(inverse->of);
    if (auto const* some = std::get_if<AtLeastOf>(&condition.test)) return descend(some->of);
    if (auto const* normals = std::get_if<NormalTest>(&condition.test)) {
        for (auto const analyte : normals->labs) {
            auto one = *normals;
            one.labs = {analyte};
            auto const each = on(one, silent, nullptr);
            if (each.verdict == Verdict::Unknown && !each.what.empty())
                missing.push_back(each.what);
        }
        return;
    }
    if (!answer.what.empty()) missing.push_back(answer.what);
}

} // namespace tcds::rules
