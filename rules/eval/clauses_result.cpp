#include "rules/eval/compare.hpp"
#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr Duration kRenalWindow{90, Duration::Unit::Day}; // clinical specification C.0.4, `renal`

std::string rejected(Result const& result, std::string_view why)
{
    return "rejected " + std::string{result.resource} + " (" + toDay(result.at) +
           "): " + std::string{why};
}

/// Whose limit was compared with.
std::string originOf(LimitUsed const& used)
{
    if (used.laboratory != nullptr) return " (laboratory range)";
    if (used.population.empty()) return " (default)";
    return " (default for " + std::string{used.population} + ")";
}

} // namespace

/// No usable result at all: why, and for want of what.
Answer Evaluator::noResult(AnalyteId analyte) const
{
    auto const lab = rules_.labSubject(analyte);
    auto const& results = chart_.results(analyte);
    if (!results.empty()) return Answer::unknown(results.front().unusable, lab);
    auto const source =
        absenceBySource(chart_, chart_.terms().analyte(analyte).vital ? "vitals" : "labs");
    if (source.verdict == Verdict::Unknown) return source;
    return Answer::unknown(Reason::NoResult, lab);
}

/// The newest of the bound medications' events, or the time of a bound result.
Evaluator::Moment Evaluator::momentOf(After const& after, Scope const& scope)
{
    Moment moment;
    auto const take = [&moment](Instant at) {
        if (!moment.at || at > *moment.at) moment.at = at;
    };
    for (auto const slot : after.of) {
        auto const* binding = bound(scope, slot);
        if (binding == nullptr) return {std::nullopt, Answer::unknown(Reason::Unbound, {})};
        if (binding->kind == Binding::Kind::Result) {
            take(binding->result->at);
            continue;
        }
        for (auto const& match : binding->meds) {
            auto const times = timesOf(match);
            if (after.event == Event::Given) {
                if (!times.given)
                    return {std::nullopt, Answer::unknown(Reason::NoDate, subject::kMedStart)};
                take(*times.given);
                continue;
            }
            if (after.event == Event::Stop) {
                if (!times.stop)
                    return {std::nullopt, Answer::unknown(Reason::NoStop, subject::kMedStop)};
                take(*times.stop);
                continue;
            }
            if (!times.start || !times.startCertain) // the last start cannot be placed
                return {std::nullopt, Answer::unknown(Reason::NoStart, subject::kMedStart)};
            take(*times.start);
            if (after.event == Event::StartOrRise && times.rise) take(*times.rise);
            if (after.event == Event::Change && times.change) take(*times.change);
        }
    }
    if (!moment.at) return {std::nullopt, Answer::unknown(Reason::Unbound, {})};
    if (after.by) moment.at = *moment.at + *after.by;
    return moment;
}

/// The latest usable result that a scope looks at. Selection first, comparison second: a newest
/// result outside the window makes the clause unknown, an older one is never compared instead.
Evaluator::Picked Evaluator::pick(LabScope const& lab, Scope const& scope, TraceNode* trace)
{
    auto const subject = rules_.labSubject(lab.analyte);
    if (trace != nullptr)
        for (auto const& result : chart_.results(lab.analyte))
            if (!result.usable) note(trace, rejected(result, toText(result.unusable)));

    if (lab.near.known()) {
        auto const* centre = bound(scope, lab.near);
        if (centre == nullptr || centre->result == nullptr)
            return {nullptr, Answer::unknown(Reason::Unbound, {})};
        auto const span = lab.within.value_or(Duration{24, Duration::Unit::Hour});
        for (auto const& result : chart_.results(lab.analyte))
            if (result.usable && result.at >= centre->result->at - span &&
                result.at <= centre->result->at + span)
                return {&result, {}};
        auto absent = noResult(lab.analyte);
        return {nullptr, chart_.newest(lab.analyte) == nullptr
                             ? absent
                             : Answer::unknown(Reason::Stale, subject)};
    }

    auto const* newest = chart_.newest(lab.analyte);
    if (newest == nullptr) return {nullptr, noResult(lab.analyte)};
    if (newest->at < chart_.now() - chart_.window(lab.analyte, lab.within)) {
        if (trace != nullptr) note(trace, rejected(*newest, toText(Reason::Stale)));
        return {nullptr, Answer::unknown(Reason::Stale, subject)};
    }
    if (lab.after) {
        auto const moment = momentOf(*lab.after, scope);
        if (!moment.at) return {nullptr, moment.unknown};
        if (newest->at < *moment.at) return {nullptr, Answer::unknown(Reason::Stale, subject)};
    }
    return {newest, {}};
}

terms::Limit const* Evaluator::limitOf(Threshold const& threshold, Scope const& scope)
{
    if (!threshold.limit.empty()) return &threshold.limit;
    if (threshold.parameter < 0 || scope.rule == nullptr) return nullptr;
    auto const& parameter = scope.rule->parameters[static_cast<std::size_t>(threshold.parameter)];
    for (auto const& row : parameter.rows) {
        if (!row.population.known() || population(row.population) == Verdict::Yes)
            return &row.limit;
    }
    return nullptr;
}

Answer Evaluator::meets(Comparison const& comparison, Result const& result, Scope const& scope,
                        TraceNode* trace)
{
    auto const& threshold = comparison.threshold;
    auto const subject = rules_.labSubject(result.analyte);
    auto verdict = Verdict::Unknown;
    if (threshold.multiple) {
        auto limit = referenceLimit(chart_, result, threshold.ofUpper ? Side::High : Side::Low,
                                    isPopulation_);
        if (!limit.known) return Answer::unknown(Reason::NoLimit, subject);
        auto const& value = limit.asReported ? result.reported : result.canonical;
        verdict =
            compare(comparison.how, value, result.comparator, limit.value * *threshold.multiple);
    } else {
        auto const* limit = limitOf(threshold, scope);
        if (limit == nullptr) return Answer::unknown(Reason::NoLimit, subject);
        verdict = compare(comparison.how, result, *limit);
        if (trace != nullptr)
            note(trace, result.shown() + " against " + alternativeFor(*limit, result).text);
    }
    if (verdict == Verdict::Unknown) return Answer::unknown(Reason::Straddles, subject);
    return Answer::of(verdict == Verdict::Yes);
}

Answer Evaluator::on(LabTest const& test, Slot as, Scope const& scope, TraceNode* trace)
{
    auto const picked = pick(test.scope, scope, trace);
    if (picked.result == nullptr) return picked.absent;
    auto const& result = *picked.result;
    auto const subject = rules_.labSubject(result.analyte);
    use(scope, result);

    auto answer = Answer::yes();
    LimitUsed used;
    auto const askReference = [&](Side side) {
        auto const limit = referenceLimit(chart_, result, side, isPopulation_);
        if (!limit.known) {
            answer = both(answer, Answer::unknown(Reason::NoLimit, subject));
            return;
        }
        used = limit.used;
        if (trace != nullptr)
            note(trace,
                 result.shown() + " against " + limit.value.text() + " " + std::string{limit.ucum} +
                     originOf(limit.used));
        auto const verdict = beyond(result, limit, side);
        answer =
            both(answer, verdict == Verdict::Unknown ? Answer::unknown(Reason::Straddles, subject)
                                                     : Answer::of(verdict == Verdict::Yes));
    };
    if (test.belowReference) askReference(Side::Low);
    if (test.aboveReference) askReference(Side::High);
    for (auto const& comparison : test.all)
        answer = both(answer, meets(comparison, result, scope, trace));
    if (test.outside) {
        auto const below = meets({Compare::Below, test.outside->first}, result, scope, trace);
        auto const above = meets({Compare::Above, test.outside->second}, result, scope, trace);
        answer = both(answer, below.verdict >= above.verdict ? below : above);
    }
    if (answer.verdict != Verdict::Yes) return answer;

    if (!used.used() && !test.all.empty()) { // a fixed limit is shown as well
        if (auto const* limit = limitOf(test.all.front().threshold, scope)) {
            used.standard = &alternativeFor(*limit, result);
            used.canonical = limit->front().value;
        }
    }
    if (auto* binding = bind(scope, as)) {
        binding->kind = Binding::Kind::Result;
        binding->result = &result;
        binding->limit = used;
    }
    return answer;
}

Answer Evaluator::on(TrendTest const& test, Slot as, Scope const& scope, TraceNode* trace)
{
    auto const picked = pick(LabScope{test.analyte, test.within, {}, std::nullopt}, scope, trace);
    if (picked.result == nullptr) return picked.absent;
    auto const& latest = *picked.result;
    auto const subject = rules_.labSubject(test.analyte);
    if (latest.comparator != Comparator::None) return Answer::unknown(Reason::Straddles, subject);

    std::optional<Instant> before;
    if (test.since.known()) {
        auto const moment = momentOf(After{{test.since}, Event::Start, std::nullopt}, scope);
        if (!moment.at) return moment.unknown;
        before = moment.at;
    }
    auto const oldest = before ? *before - Duration{365, Duration::Unit::Day}
                               : latest.at - test.over.value_or(Duration{48, Duration::Unit::Hour});
    auto const differs = [&](Result const& earlier) {
        auto const fell = test.direction != Direction::Rise;
        auto const rose = test.direction != Direction::Fall;
        if (test.factor)
            return (rose && latest.canonical >= earlier.canonical * *test.factor) ||
                   (fell && latest.canonical * *test.factor <= earlier.canonical);
        auto const& by = alternativeFor(test.by, latest);
        auto const asReported = by.ucum == latest.ucum && by.ucum == earlier.ucum &&
                                !latest.codeFactors && !earlier.codeFactors;
        auto const difference =
            asReported ? latest.reported - earlier.reported : latest.canonical - earlier.canonical;
        auto const& least = asReported ? by.value : test.by.front().value;
        return (rose && difference >= least) || (fell && Decimal{} - difference >= least);
    };
    auto compared = false;
    for (auto const& earlier : chart_.results(test.analyte)) {
        auto const inSpan =
            earlier.at < latest.at && earlier.at >= oldest && (!before || earlier.at < *before);
        if (!earlier.usable || earlier.comparator != Comparator::None || !inSpan) continue;
        compared = true;
        if (differs(earlier)) {
            use(scope, latest);
            use(scope, earlier);
            if (auto* binding = bind(scope, as)) {
                binding->kind = Binding::Kind::Result;
                binding->result = &latest;
                binding->earlier = &earlier;
            }
            return Answer::yes();
        }
        if (before) break; // only the newest result before the start counts
    }
    return compared ? Answer::no() : Answer::unknown(Reason::NoResult, subject);
}

Answer Evaluator::on(NormalTest const& test, Scope const& scope, TraceNode* trace)
{
    std::optional<Instant> after;
    auto afterUnknown = false;
    if (test.after) {
        auto const moment = momentOf(*test.after, scope);
        after = moment.at;
        afterUnknown = !moment.at;
    }
    auto answer = Answer::yes();
    for (auto const analyte : test.labs)
        answer = both(answer, normal(analyte, test, after, afterUnknown, scope, trace));
    return answer;
}

/// Reassurance needs certainty: an unreadable newest result ends it (decision D13).
Answer Evaluator::normal(AnalyteId analyte, NormalTest const& test,
                         std::optional<Instant> const& after, bool afterUnknown, Scope const& scope,
                         TraceNode* trace)
{
    auto const subject = rules_.labSubject(analyte);
    auto const results = chart_.results(analyte);
    if (results.empty()) return noResult(analyte);
    auto const& latest = results.front();
    if (!latest.usable) {
        if (trace != nullptr) note(trace, rejected(latest, toText(latest.unusable)));
        return Answer::unknown(latest.unusable, subject);
    }
    if (latest.at < chart_.now() - chart_.window(analyte, test.within)) return Answer::no();
    if (after && latest.at < *after) return Answer::no();
    use(scope, latest);

    auto answer = Answer::yes();
    auto judged = false;
    for (auto const side : {Side::Low, Side::High}) {
        auto const limit = referenceLimit(chart_, latest, side, isPopulation_);
        if (!limit.known) continue; // no limit on this side of the analyte
        judged = true;
        auto const verdict = beyond(latest, limit, side);
        answer =
            both(answer, verdict == Verdict::Unknown ? Answer::unknown(Reason::Straddles, subject)
                                                     : Answer::of(verdict == Verdict::No));
    }
    if (!judged) return Answer::unknown(Reason::NoLimit, subject);
    if (answer.verdict != Verdict::Yes) return answer;
    if (afterUnknown) return Answer::unknown(Reason::NoStart, subject::kMedStart);
    auto const& known = chart_.terms().analyte(analyte);
    if (known.haemolysisSensitive && latest.notes.has(Note::Haemolysed))
        return Answer::unknown(Reason::NoValue, subject);
    if (latest.notes.has(Note::NoAlbumin)) return Answer::unknown(Reason::NoValue, subject);
    return answer;
}

Answer Evaluator::on(MissingTest const& test, Scope const& scope, TraceNode* trace)
{
    auto const picked = pick(test.scope, scope, trace);
    if (picked.result != nullptr) {
        use(scope, *picked.result);
        return Answer::no();
    }
    auto const failed =
        picked.absent.reason == Reason::SourceFailed || picked.absent.reason == Reason::NotAsked ||
        picked.absent.reason == Reason::Unbound || picked.absent.reason == Reason::NoStart;
    return failed ? picked.absent : Answer::yes();
}

Answer Evaluator::on(NotedTest const& test, Scope const& scope, TraceNode* trace)
{
    auto const picked = pick(LabScope{test.analyte, std::nullopt, {}, std::nullopt}, scope, trace);
    if (picked.result == nullptr) return picked.absent;
    use(scope, *picked.result);
    return Answer::of(std::ranges::any_of(
        test.any, [&](Note wanted) { return picked.result->notes.has(wanted); }));
}

Answer Evaluator::on(RenalTest const& test, Scope const& scope, TraceNode* trace)
{
    auto dialysis = Answer::no();
    if (rules_.known.dialysis.known())
        dialysis = on(NamedTest{rules_.known.dialysis}, scope, trace);
    if (dialysis.verdict == Verdict::Yes) return dialysis;

    auto const egfr = rules_.known.egfr;
    auto const picked = pick(LabScope{egfr, kRenalWindow, {}, std::nullopt}, scope, trace);
    if (picked.result != nullptr) {
        use(scope, *picked.result);
        auto const verdict = compare(Compare::Below, picked.result->canonical,
                                     picked.result->comparator, test.below);
        if (verdict == Verdict::Unknown)
            return Answer::unknown(Reason::Straddles, rules_.labSubject(egfr));
        return Answer::of(verdict == Verdict::Yes);
    }
    // The coded stage stands in for the number: G3 below 60, G4 below 30, G5 below 15.
    struct Stage {
        SetId set;
        Decimal below;
    };
    for (auto const& stage :
         {Stage{rules_.known.ckd5, Decimal{15, 0}}, Stage{rules_.known.ckd4, Decimal{30, 0}},
          Stage{rules_.known.ckd3, Decimal{60, 0}}}) {
        if (!stage.set.known()) continue;
        for (auto const& problem : chart_.context().problems) {
            if (problem.state != ProblemState::Active || !problem.sets.has(stage.set)) continue;
            use(scope, problem.id);
            return Answer::of(stage.below <= test.below);
        }
    }
    return picked.absent;
}

} // namespace tcds::rules
