#include "rules/eval/evaluator.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool inAny(SetBits const& sets, std::vector<SetId> const& asked)
{
    return std::ranges::any_of(asked, [&](SetId id) { return sets.has(id); });
}

/// A date in [now - window, now]; a date less precise than a day counts when it may lie inside.
bool within(TimeSpan const& span, Instant now, Duration const& window)
{
    return span.first() <= now && span.last() >= now - window;
}

bool before(TimeSpan const& span, Instant now, Duration const& length)
{
    return span.first() <= now - length;
}

bool isIn(OrderState state, OrderFact const& order)
{
    switch (state) {
    case OrderState::Placed:
        return !order.draft;
    case OrderState::Active:
        return !order.draft && order.status == "active";
    case OrderState::Draft:
        return order.draft;
    }
    return false;
}

/// The best of several answers for "is there one that ...": yes > unknown > no.
void takeBest(Answer& best, Answer const& answer)
{
    if (answer.verdict > best.verdict) best = answer;
}

/// Any of the sources that may hold a complaint or a sign (decision D26).
Answer absenceOfFinding(Chart const& chart)
{
    Answer firstUnknown = Answer::no();
    for (auto const key : {"conditions", "encounterDiagnoses", "encounter", "complaints"}) {
        auto const answer = absenceBySource(chart, key);
        if (answer.verdict == Verdict::No) return Answer::no();
        auto const failed = answer.reason == Reason::SourceFailed;
        if (firstUnknown.verdict == Verdict::No ||
            (failed && firstUnknown.reason != Reason::SourceFailed))
            firstUnknown = answer;
    }
    for (auto const& input : chart.context().inputs)
        if (input.via == "context" &&
            (input.status == SourceStatus::Ok || input.status == SourceStatus::Empty))
            return Answer::no();
    return firstUnknown;
}

} // namespace

Answer Evaluator::on(ComplaintTest const& test, Slot as, Scope const& scope, TraceNode*)
{
    std::optional<Instant> earliest;
    auto undated = false;
    std::vector<FactId> matching;
    for (auto const& complaint : chart_.context().complaints) {
        if (!test.anyKind && !complaint.kinds.meets(test.kinds)) continue;
        if (!test.anySite && !complaint.sites.meets(test.sites)) continue;
        matching.push_back(complaint.id);
        if (!complaint.onset)
            undated = true;
        else if (!earliest || complaint.onset->first() < *earliest)
            earliest = complaint.onset->first();
    }
    if (matching.empty()) return Answer::no(); // the gate was open: complaints could be read
    auto answer = Answer::yes();
    if (test.onsetBefore) {
        if (earliest && *earliest <= chart_.now() - *test.onsetBefore)
            answer = Answer::yes();
        else if (undated || !earliest)
            answer = Answer::unknown(Reason::NoDate, subject::kComplaintOnset);
        else
            answer = Answer::no();
    }
    if (test.onsetWithin && answer.verdict != Verdict::No) {
        if (!earliest)
            answer = both(answer, Answer::unknown(Reason::NoDate, subject::kComplaintOnset));
        else if (*earliest < chart_.now() - *test.onsetWithin)
            answer = Answer::no();
        else if (undated)
            answer = both(answer, Answer::unknown(Reason::NoDate, subject::kComplaintOnset));
    }
    for (auto const fact : matching) use(scope, fact);
    if (answer.verdict == Verdict::Yes) {
        if (auto* binding = bind(scope, as)) {
            binding->kind = Binding::Kind::Findings;
            binding->facts.assign(matching.begin(), matching.end());
        }
    }
    return answer;
}

Answer Evaluator::on(ProblemTest const& test, Slot as, Scope const& scope)
{
    auto best = Answer::no();
    std::vector<FactId> matching;
    for (auto const& problem : chart_.context().problems) {
        if (!inAny(problem.sets, test.sets)) continue;
        if (!test.anyState && problem.state != ProblemState::Active) continue;
        auto answer = Answer::yes();
        auto const ask = [&](std::optional<Duration> const& window,
                             std::optional<TimeSpan> const& date) {
            if (!window) return;
            answer = both(answer, date ? Answer::of(within(*date, chart_.now(), *window))
                                       : Answer::unknown(Reason::NoDate, subject::kConditionDate));
        };
        ask(test.within, problem.recorded ? problem.recorded : problem.onset);
        ask(test.onsetWithin, problem.onset);
        if (answer.verdict == Verdict::Yes) matching.push_back(problem.id);
        takeBest(best, answer);
    }
    for (auto const fact : matching) use(scope, fact);
    if (best.verdict == Verdict::Yes) {
        if (auto* binding = bind(scope, as)) {
            binding->kind = Binding::Kind::Findings;
            binding->facts.assign(matching.begin(), matching.end());
        }
    }
    return best.verdict == Verdict::No ? absenceBySource(chart_, "conditions") : best;
}

Answer Evaluator::on(FindingTest const& test, Slot as, Scope const& scope)
{
    auto const now = chart_.now();
    auto best = Answer::no();
    std::vector<FactId> matching;
    for (auto const& finding : chart_.context().findings) {
        if (!inAny(finding.sets, test.sets) || (test.inComplaint && !finding.inComplaint)) continue;
        auto answer = Answer::yes();
        auto window = test.within;
        if (!window)
            for (auto const id : test.sets)
                if (finding.sets.has(id) && chart_.terms().set(id).window)
                    window = chart_.terms().set(id).window;
        if (window && !test.inComplaint) {
            auto const recent = (finding.at && within(*finding.at, now, *window)) ||
                                (finding.onset && within(*finding.onset, now, *window));
            auto const undated = !finding.at && !finding.onset;
            answer = Answer::of(recent || (undated && finding.thisEncounter));
        }
        auto const& begin = finding.onset ? finding.onset : finding.at;
        if (test.onsetWithin)
            answer = both(answer, begin ? Answer::of(within(*begin, now, *test.onsetWithin))
                                        : Answer::unknown(Reason::NoDate, subject::kFindingDate));
        if (test.onsetBefore)
            answer = both(answer, begin ? Answer::of(before(*begin, now, *test.onsetBefore))
                                        : Answer::unknown(Reason::NoDate, subject::kFindingDate));
        if (answer.verdict == Verdict::Yes) matching.push_back(finding.id);
        takeBest(best, answer);
    }
    for (auto const fact : matching) use(scope, fact);
    if (best.verdict == Verdict::Yes) {
        if (auto* binding = bind(scope, as)) {
            binding->kind = Binding::Kind::Findings;
            binding->facts.assign(matching.begin(), matching.end());
        }
    }
    return best.verdict == Verdict::No ? absenceOfFinding(chart_) : best;
}

Answer Evaluator::on(ProcedureTest const& test, Scope const& scope)
{
    auto best = Answer::no();
    for (auto const& procedure : chart_.context().procedures) {
        if (!inAny(procedure.sets, test.sets)) continue;
        auto const& date = procedure.end ? procedure.end : procedure.start;
        auto const answer = !test.within ? Answer::yes()
                            : date       ? Answer::of(within(*date, chart_.now(), *test.within))
                                         : Answer::unknown(Reason::NoDate, subject::kConditionDate);
        if (answer.verdict == Verdict::Yes) use(scope, procedure.id);
        takeBest(best, answer);
    }
    return best.verdict == Verdict::No ? absenceBySource(chart_, "procedures") : best;
}

Answer Evaluator::on(OrderTest const& test, Scope const& scope)
{
    auto best = Answer::no();
    for (auto const& order : chart_.context().orders) {
        if (!inAny(order.sets, test.sets) || !isIn(test.state, order)) continue;
        auto const answer = !test.within ? Answer::yes()
                            : order.authored
                                ? Answer::of(within(*order.authored, chart_.now(), *test.within))
                                : Answer::unknown(Reason::NoDate, subject::kConditionDate);
        if (answer.verdict == Verdict::Yes) use(scope, order.id);
        takeBest(best, answer);
    }
    if (best.verdict != Verdict::No || test.state == OrderState::Draft) return best;
    return absenceBySource(chart_, "serviceRequests");
}

Answer Evaluator::on(VisitTest const& test, Scope const& scope)
{
    auto best = Answer::no();
    for (auto const& visit : chart_.context().encounters) {
        if (!inAny(visit.sets, test.sets)) continue;
        auto const answer = !test.within ? Answer::yes()
                            : visit.start
                                ? Answer::of(within(*visit.start, chart_.now(), *test.within))
                                : Answer::unknown(Reason::NoDate, subject::kConditionDate);
        if (answer.verdict == Verdict::Yes) use(scope, visit.id);
        takeBest(best, answer);
    }
    return best.verdict == Verdict::No ? absenceBySource(chart_, "appointments") : best;
}

Answer Evaluator::on(EncounterTest const& test, Scope const& scope)
{
    for (auto const& encounter : chart_.context().encounters) {
        if (!encounter.current) continue;
        auto const classFits = !test.cls || encounter.cls == *test.cls;
        auto const unitFits = !test.icu || encounter.icu;
        if (!classFits || !unitFits) continue;
        use(scope, encounter.id);
        return Answer::yes();
    }
    return Answer::no();
}

namespace {

std::optional<TimeSpan> const& deliveryDate(Problem const& problem)
{
    return problem.onset ? problem.onset : problem.recorded;
}

std::optional<TimeSpan> const& pregnancyDate(Problem const& problem)
{
    return problem.recorded ? problem.recorded : problem.onset;
}

/// A delivery ends the pregnancies on record before it, and without a date all of them. A
/// pregnancy recorded after it is another one.
bool isOver(Problem const& pregnancy, Problem const* delivery)
{
    if (delivery == nullptr) return false;
    auto const& known = pregnancyDate(pregnancy);
    auto const& delivered = deliveryDate(*delivery);
    return !known || !delivered || known->first() <= delivered->last();
}

/// The newest of two records of a kind; one without a date comes last.
Problem const* newer(Problem const* a, Problem const* b,
                     std::optional<TimeSpan> const& (*dateOf)(Problem const&))
{
    if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
    auto const& first = dateOf(*a);
    auto const& second = dateOf(*b);
    return second && (!first || second->first() > first->first()) ? b : a;
}

/// Completed weeks at the time of the call; nothing without weeks or the day they were true.
std::optional<int> weeksNow(Problem const& pregnancy, Instant now)
{
    auto const& known = pregnancyDate(pregnancy);
    if (!pregnancy.weeks || !known) return std::nullopt;
    constexpr std::chrono::hours kWeek{7 * 24};
    return *pregnancy.weeks + static_cast<int>((now - known->first()) / kWeek);
}

} // namespace

Answer Evaluator::on(PregnancyTest const& test, Scope const& scope)
{
    auto const& known = rules_.known;
    auto const& problems = chart_.context().problems;
    Problem const* delivery = nullptr;
    for (auto const& problem : problems)
        if (problem.sets.has(known.postpartum)) delivery = newer(delivery, &problem, deliveryDate);
    if (delivery != nullptr && test.postpartum) {
        auto const& date = deliveryDate(*delivery);
        if (date && within(*date, chart_.now(), *test.postpartum)) {
            use(scope, delivery->id);
            return Answer::yes();
        }
    }
    Problem const* pregnancy = nullptr;
    Problem const* dated = nullptr; // with weeks
    for (auto const& problem : problems) {
        auto const counts = problem.state == ProblemState::Active &&
                            problem.sets.has(known.pregnancy) &&
                            !problem.sets.has(known.postpartum) && !isOver(problem, delivery);
        if (!counts) continue;
        pregnancy = newer(pregnancy, &problem, pregnancyDate);
        if (problem.weeks) dated = newer(dated, &problem, pregnancyDate);
    }
    if (pregnancy == nullptr) return absenceBySource(chart_, "conditions");
    use(scope, pregnancy->id);
    if (!test.fromWeeks && !test.toWeeks) return Answer::yes();
    auto const weeks = dated == nullptr ? std::nullopt : weeksNow(*dated, chart_.now());
    if (!weeks)
        return test.weeksUnknownCounts ? Answer::yes()
                                       : Answer::unknown(Reason::NoWeeks, subject::kPregnancyWeeks);
    use(scope, dated->id);
    return Answer::of((!test.fromWeeks || *weeks >= *test.fromWeeks) &&
                      (!test.toWeeks || *weeks <= *test.toWeeks));
}

Answer Evaluator::on(AgeTest const& test)
{
    auto const& birth = chart_.context().patient.birth;
    if (!birth) return Answer::unknown(Reason::NoBirthDate, subject::kBirthDate);
    // Completed years, months or days: born at least so long ago, by the calendar.
    auto const born = birth->first();
    if (test.atLeast && born > chart_.now() - *test.atLeast) return Answer::no();
    if (test.below && born <= chart_.now() - *test.below) return Answer::no();
    return Answer::yes();
}

Answer Evaluator::on(SexTest const& test)
{
    auto const sex = chart_.context().patient.sex;
    if (sex == Sex::Unknown && test.sex != Sex::Unknown)
        return Answer::unknown(Reason::NoSex, subject::kSex);
    return Answer::of(sex == test.sex);
}

} // namespace tcds::rules
