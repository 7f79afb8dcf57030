#include "server/cases/coverage_dates.hpp"

#include "rules/eval/medications.hpp"
#include "rules/load/walk.hpp"

#include <algorithm>
#include <chrono>

namespace tcds::cases {

namespace {

using Of = Length::Of;
using rules::Condition;

using Instants = std::vector<Instant>;

void add(Instants& dates, std::optional<TimeSpan> const& date)
{
    if (date) dates.push_back(date->first());
}
void add(Instants& dates, std::optional<Instant> const& date)
{
    if (date) dates.push_back(*date);
}

bool meets(SetBits const& sets, std::vector<SetId> const& asked)
{
    return std::ranges::any_of(asked, [&](SetId id) { return sets.has(id); });
}

bool isAsked(rules::MedPart const& part, rules::MedTest const& test)
{
    auto const inClass = part.classes != nullptr && meets(*part.classes, test.classes);
    return inClass ||
           std::ranges::find(test.ingredients, part.match.ingredient) != test.ingredients.end();
}

Instants datesOf(rules::Chart const& chart, rules::MedTest const* test)
{
    Instants dates;
    for (auto const& part : chart.medications()) {
        if (test != nullptr && !isAsked(part, *test)) continue;
        auto const times = rules::timesOf(part.match);
        for (auto const& at : {times.start, times.rise, times.change, times.stop, times.given})
            add(dates, at);
        add(dates, part.match.use->start);
        if (part.match.use->stop) dates.push_back(part.match.use->stop->last());
    }
    return dates;
}

void addAnalytes(Condition const& clause, std::vector<AnalyteId>& analytes)
{
    rules::forEachClause(clause, [&](Condition const& each) {
        if (auto const* lab = std::get_if<rules::LabTest>(&each.test))
            analytes.push_back(lab->scope.analyte);
        if (auto const* missing = std::get_if<rules::MissingTest>(&each.test))
            analytes.push_back(missing->scope.analyte);
        if (auto const* trend = std::get_if<rules::TrendTest>(&each.test))
            analytes.push_back(trend->analyte);
        if (auto const* normal = std::get_if<rules::NormalTest>(&each.test))
            analytes.insert(analytes.end(), normal->labs.begin(), normal->labs.end());
    });
}

Instants datesOfResults(rules::Chart const& chart, std::vector<AnalyteId> const& analytes)
{
    Instants dates;
    for (auto const analyte : analytes)
        for (auto const& result : chart.results(analyte)) dates.push_back(result.at);
    return dates;
}

template <class Test>
std::vector<SetId> setsOf(Condition const& clause)
{
    auto const* test = std::get_if<Test>(&clause.test);
    return test == nullptr ? std::vector<SetId>{} : test->sets;
}

std::chrono::milliseconds slackOf(Instant later, Instant limit)
{
    constexpr std::chrono::hours kDay{24};
    auto const whole = std::chrono::duration_cast<std::chrono::milliseconds>(later - limit);
    return std::min<std::chrono::milliseconds>(kDay, whole >= 2 * kDay ? kDay : whole / 2);
}

/// Which side of `length` before `later` the date `earlier` lies on, if it is near.
std::optional<Aspect> sideOf(Duration const& length, Instant earlier, Instant later)
{
    Duration const ahead{std::abs(length.count), length.unit}; // `by` may look back
    auto const limit = later - ahead;
    if (earlier == limit) return Aspect::On;
    auto const slack = slackOf(later, limit);
    if (earlier > limit && earlier <= limit + slack) return Aspect::Inside;
    if (earlier < limit && earlier >= limit - slack) return Aspect::Outside;
    return std::nullopt;
}

/// Ages are counted in days: the hour of the call is none of a birthday's.
Instant startOfDay(Instant at) { return std::chrono::floor<std::chrono::days>(at); }

} // namespace

Dates::Dates(rules::Chart const& chart) : chart_{chart}
{
    auto const& context = chart.context();
    all_ = datesOf(chart, nullptr);
    for (auto const& lab : context.labs) add(all_, lab.taken);
    for (auto const& problem : context.problems) {
        add(all_, problem.onset);
        add(all_, problem.recorded);
    }
    for (auto const& complaint : context.complaints) add(all_, complaint.onset);
    for (auto const& procedure : context.procedures) add(all_, procedure.end);
    all_.push_back(chart.now());
}

Instants Dates::askedBy(Length const& length, Condition const& clause) const
{
    auto const& context = chart_.context();
    Instants dates;
    switch (length.of) {
    case Of::Results: {
        std::vector<AnalyteId> analytes;
        addAnalytes(clause, analytes);
        return datesOfResults(chart_, analytes);
    }
    case Of::Medications:
        return datesOf(chart_, std::get_if<rules::MedTest>(&clause.test));
    case Of::Problems:
        for (auto const& problem : context.problems) {
            if (!meets(problem.sets, setsOf<rules::ProblemTest>(clause))) continue;
            add(dates, problem.onset);
            add(dates, problem.recorded);
        }
        return dates;
    case Of::Complaints:
        for (auto const& complaint : context.complaints) add(dates, complaint.onset);
        return dates;
    case Of::Findings:
        for (auto const& finding : context.findings) {
            if (!meets(finding.sets, setsOf<rules::FindingTest>(clause))) continue;
            add(dates, finding.at);
            add(dates, finding.onset);
        }
        return dates;
    case Of::Procedures:
        for (auto const& procedure : context.procedures) {
            if (!meets(procedure.sets, setsOf<rules::ProcedureTest>(clause))) continue;
            add(dates, procedure.start);
            add(dates, procedure.end);
        }
        return dates;
    case Of::Orders:
        for (auto const& order : context.orders)
            if (meets(order.sets, setsOf<rules::OrderTest>(clause))) add(dates, order.authored);
        return dates;
    case Of::Visits:
        for (auto const& visit : context.encounters) {
            if (!meets(visit.sets, setsOf<rules::VisitTest>(clause))) continue;
            add(dates, visit.start);
            add(dates, visit.end);
        }
        return dates;
    case Of::Birth:
        if (context.patient.birth) dates.push_back(startOfDay(context.patient.birth->first()));
        return dates;
    }
    return dates;
}

std::vector<Aspect> Dates::aspectsOf(Length const& length, Condition const& clause) const
{
    std::vector<Aspect> aspects;
    auto const now = length.of == Of::Birth ? startOfDay(chart_.now()) : chart_.now();
    auto const others = length.fromNow ? Instants{now} : all_;
    for (auto const date : askedBy(length, clause))
        for (auto const other : others)
            if (auto const side =
                    sideOf(*length.length, std::min(date, other), std::max(date, other)))
                aspects.push_back(*side);
    return aspects;
}

} // namespace tcds::cases
