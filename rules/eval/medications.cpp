#include "rules/eval/medications.hpp"

#include <algorithm>
#include <bit>

namespace tcds::rules {

namespace {

constexpr Duration kAfterAdministration{24, Duration::Unit::Hour}; // decision D28

/// The scope under which a use belongs to what is asked for: which routes count and how long a
/// single dose does. Nothing: it does not belong.
struct Membership {
    terms::RouteMask routes;
    std::optional<Duration> lookBack;
};

bool contains(std::vector<IngredientId> const& ids, IngredientId id)
{
    return id.known() && std::ranges::find(ids, id) != ids.end();
}

terms::ClassMember const* memberOf(terms::ValueSet const& set, IngredientId ingredient)
{
    auto const at =
        std::ranges::lower_bound(set.ingredients, ingredient, {}, &terms::ClassMember::ingredient);
    return at != set.ingredients.end() && at->ingredient == ingredient ? &*at : nullptr;
}

bool inAnyClass(MedPart const& part, std::vector<SetId> const& classes)
{
    return std::ranges::any_of(classes, [&](SetId id) { return part.classes->has(id); });
}

/// The first class asked for that holds it sets the scope.
std::optional<Membership> membership(Chart const& chart, MedTest const& test, MedPart const& part)
{
    auto const ingredient = part.match.ingredient;
    if (contains(test.exceptIngredients, ingredient) || inAnyClass(part, test.exceptClasses))
        return std::nullopt;
    for (auto const id : test.classes) {
        if (!part.classes->has(id)) continue;
        auto const& set = chart.terms().set(id);
        if (!ingredient.known()) return Membership{set.routes, set.lookBack};
        if (auto const* member = memberOf(set, ingredient))
            return Membership{member->routes, member->lookBack};
    }
    return Membership{terms::RouteMask::systemic(), std::nullopt}; // named as an ingredient
}

std::optional<Instant> first(std::optional<TimeSpan> const& span)
{
    return span ? std::optional{span->first()} : std::nullopt;
}

std::optional<Instant> last(std::optional<TimeSpan> const& span)
{
    return span ? std::optional{span->last()} : std::nullopt;
}

bool inWindow(Instant at, Instant now, Duration const& window)
{
    return at >= now - window && at <= now;
}

/// Was a single dose given in the window?
Answer givenWithin(Chart const& chart, MedMatch const& match, Duration const& window)
{
    auto const given = timesOf(match).given;
    if (!given) return Answer::unknown(Reason::NoDate, subject::kMedStart);
    return Answer::of(inWindow(*given, chart.now(), window));
}

/// Active in the sense of C.0.1: an order, statement or supply in force, or a single dose inside
/// the look-back of its class, else inside a day (decision D28).
Answer isActive(Chart const& chart, MedMatch const& match, Membership const& in)
{
    if (match.use->kind == UseKind::Draft) return Answer::no();
    if (match.use->state == UseState::Active) return Answer::yes();
    if (match.use->state != UseState::Given) return Answer::no();
    return givenWithin(chart, match, in.lookBack.value_or(kAfterAdministration));
}

/// Stopped means that the course has ended: an order replaced by a running one is none.
Answer isStopped(MedMatch const& match)
{
    if (match.use->state != UseState::Stopped || match.use->kind == UseKind::Draft)
        return Answer::no();
    auto const running =
        match.course != nullptr && !match.course->stop.has_value() && match.use->stop.has_value();
    return Answer::of(!running);
}

Answer isGiven(Chart const& chart, MedTest const& test, MedMatch const& match, Membership const& in)
{
    auto const taken = match.use->state == UseState::Given || match.use->state == UseState::Active;
    if (match.use->kind != UseKind::Administration || !taken) return Answer::no(); // not done, ...
    auto const window = test.givenWithin ? test.givenWithin : in.lookBack;
    return givenWithin(chart, match, window.value_or(kAfterAdministration));
}

Answer inState(Chart const& chart, MedTest const& test, MedMatch const& match, Membership const& in)
{
    auto best = Answer::no();
    auto const take = [&best](Answer const& answer) {
        if (answer.verdict > best.verdict) best = answer;
    };
    if (test.asks(MedState::Active)) take(isActive(chart, match, in));
    if (test.asks(MedState::Stopped)) take(isStopped(match));
    if (test.asks(MedState::OnHold)) take(Answer::of(match.use->state == UseState::OnHold));
    if (test.asks(MedState::Given)) take(isGiven(chart, test, match, in));
    if (test.asks(MedState::Draft))
        take(Answer::of(isDraft(*match.use) && (match.use->selected || test.allDrafts)));
    return best;
}

Answer routeCounts(MedTest const& test, MedicationUse const& use, Membership const& in)
{
    return Answer::of((test.routes ? *test.routes : in.routes).has(use.route));
}

Answer startedWithin(CourseTimes const& times, Instant now, Duration const& window)
{
    if (!times.start) return Answer::unknown(Reason::NoStart, subject::kMedStart);
    if (*times.start < now - window) return Answer::no(); // the true start is not later
    if (!times.startCertain) return Answer::unknown(Reason::NoStart, subject::kMedStart);
    return Answer::of(*times.start <= now);
}

Answer raisedWithin(CourseTimes const& times, Instant now, Duration const& window)
{
    return Answer::of(times.rise && inWindow(*times.rise, now, window));
}

Answer changedWithin(CourseTimes const& times, Instant now, Duration const& window)
{
    if (raisedWithin(times, now, window).verdict == Verdict::Yes) return Answer::yes();
    return startedWithin(times, now, window);
}

Answer takenFor(CourseTimes const& times, Instant now, Duration const& length)
{
    auto const end = times.stop.value_or(now);
    if (times.start && *times.start <= end - length) return Answer::yes();
    if (times.startCertain) return Answer::no();
    return Answer::unknown(Reason::NoStart, subject::kMedStart);
}

Answer stoppedWithin(CourseTimes const& times, Instant now, Duration const& window)
{
    if (!times.stop) return Answer::unknown(Reason::NoStop, subject::kMedStop);
    return Answer::of(inWindow(*times.stop, now, window));
}

Answer startedAfter(CourseTimes const& times, Instant result)
{
    if (times.rise && *times.rise >= result) return Answer::yes();
    if (!times.start) return Answer::unknown(Reason::NoStart, subject::kMedStart);
    if (*times.start < result) return Answer::no();
    if (!times.startCertain) return Answer::unknown(Reason::NoStart, subject::kMedStart);
    return Answer::yes();
}

bool asksTiming(MedTest const& test, std::optional<Instant> const& after)
{
    return test.startedWithin || test.raisedWithin || test.changedWithin || test.takenFor ||
           test.stoppedWithin || after;
}

Answer timing(Chart const& chart, MedTest const& test, MedMatch const& match,
              std::optional<Instant> const& after)
{
    if (!asksTiming(test, after)) return Answer::yes();
    auto const now = chart.now();
    auto const times = timesOf(match);
    auto answer = Answer::yes();
    if (test.startedWithin) answer = both(answer, startedWithin(times, now, *test.startedWithin));
    if (test.raisedWithin) answer = both(answer, raisedWithin(times, now, *test.raisedWithin));
    if (test.changedWithin) answer = both(answer, changedWithin(times, now, *test.changedWithin));
    if (test.takenFor) answer = both(answer, takenFor(times, now, *test.takenFor));
    if (test.stoppedWithin && match.use->state == UseState::Stopped)
        answer = both(answer, stoppedWithin(times, now, *test.stoppedWithin));
    if (after) answer = both(answer, startedAfter(times, *after));
    return answer;
}

Answer askPart(Chart const& chart, MedTest const& test, MedPart const& part,
               std::optional<Instant> const& after)
{
    auto const in = membership(chart, test, part);
    if (!in) return Answer::no();
    auto const& match = part.match;
    auto answer = both(inState(chart, test, match, *in), routeCounts(test, *match.use, *in));
    if (test.asNeeded) answer = both(answer, Answer::of(match.use->asNeeded == *test.asNeeded));
    return answer.verdict == Verdict::No ? answer : both(answer, timing(chart, test, match, after));
}

/// The medications of a word of the class index that belong to what is asked for.
std::uint64_t askedIn(std::size_t word, Chart const& chart, MedTest const& test)
{
    std::uint64_t asked = 0;
    for (auto const id : test.classes) asked |= chart.byClass().word(id, word);
    if (test.ingredients.empty()) return asked;
    auto const first = word * 64;
    auto const medications = chart.medications();
    for (auto place = first; place < std::min(first + 64, medications.size()); ++place)
        if (contains(test.ingredients, medications[place].match.ingredient))
            asked |= std::uint64_t{1} << (place - first);
    return asked;
}

} // namespace

bool isDraft(MedicationUse const& use)
{
    return use.kind == UseKind::Draft && use.state == UseState::Draft;
}

CourseTimes timesOf(MedMatch const& match)
{
    CourseTimes times;
    if (match.course != nullptr) {
        times.start = first(match.course->start);
        times.startCertain = times.start.has_value() && !match.course->startUnknown;
        times.rise = first(match.course->lastRise);
        times.change = first(match.course->lastChange);
        times.stop = last(match.course->stop);
    } else {
        times.start = first(match.use->start);
        times.startCertain = times.start.has_value();
        times.stop = last(match.use->stop);
    }
    times.given = first(match.use->lastGiven);
    if (!times.given && match.use->kind == UseKind::Administration)
        times.given = first(match.use->start);
    return times;
}

void askAll(Chart const& chart, MedTest const& test, std::optional<Instant> const& after,
            std::pmr::vector<UseAnswer>& answers)
{
    for (std::size_t word = 0; word < chart.byClass().words(); ++word)
        for (auto asked = askedIn(word, chart, test); asked != 0; asked &= asked - 1) {
            auto const place = word * 64 + static_cast<std::size_t>(std::countr_zero(asked));
            auto const& part = chart.medications()[place];
            auto const answer = askPart(chart, test, part, after);
            if (answer.verdict != Verdict::No) answers.push_back({answer, part.match});
        }
}

void askRejected(Chart const& chart, MedTest const& test, std::optional<Instant> const& after,
                 std::pmr::vector<UseAnswer>& answers)
{
    for (std::size_t word = 0; word < chart.byClass().words(); ++word)
        for (auto asked = askedIn(word, chart, test); asked != 0; asked &= asked - 1) {
            auto const place = word * 64 + static_cast<std::size_t>(std::countr_zero(asked));
            auto const& part = chart.medications()[place];
            auto const answer = askPart(chart, test, part, after);
            if (answer.verdict == Verdict::No) answers.push_back({answer, part.match});
        }
}

Answer absenceBySource(Chart const& chart, std::string_view key)
{
    switch (chart.context().source(key)) {
    case SourceStatus::Ok:
    case SourceStatus::Empty:
        return Answer::no();
    case SourceStatus::Absent:
        return Answer::unknown(Reason::NotAsked, RuleSet::sourceSubject(key));
    case SourceStatus::Partial: // a list cut short cannot say "none"
    case SourceStatus::Denied:
    case SourceStatus::Timeout:
    case SourceStatus::Invalid:
    case SourceStatus::Failed:
        break;
    }
    return Answer::unknown(Reason::SourceFailed, RuleSet::sourceSubject(key));
}

Answer absence(Chart const& chart, MedTest const& test)
{
    auto answer = Answer::no();
    auto const ask = [&](std::string_view key) {
        if (answer.verdict == Verdict::No) answer = absenceBySource(chart, key);
    };
    if (test.asks(MedState::Active)) ask("medications");
    if (test.asks(MedState::Stopped) || test.asks(MedState::OnHold)) ask("stopped");
    if (test.asks(MedState::Given)) ask("administrations");
    return answer; // drafts: the call itself answers
}

} // namespace tcds::rules
