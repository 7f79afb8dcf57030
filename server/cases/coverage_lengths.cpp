#include "server/cases/coverage_mark.hpp"

namespace tcds::cases {

namespace {

using Of = Length::Of;

class Lengths
{
public:
    void add(std::string name, std::optional<Duration> const& length, Of of, bool fromNow = true)
    {
        if (length) found.push_back({&*length, of, fromNow, std::move(name)});
    }

    void of(rules::ComplaintTest const& test)
    {
        add("onset_before", test.onsetBefore, Of::Complaints);
        add("onset_within", test.onsetWithin, Of::Complaints);
    }
    void of(rules::MedTest const& test)
    {
        add("started_within", test.startedWithin, Of::Medications);
        add("raised_within", test.raisedWithin, Of::Medications);
        add("changed_within", test.changedWithin, Of::Medications);
        add("taken_for", test.takenFor, Of::Medications, false); // up to now or to its end
        add("stopped_within", test.stoppedWithin, Of::Medications);
        add("given_within", test.givenWithin, Of::Medications);
    }
    void of(rules::LabScope const& scope)
    {
        add("within", scope.within, Of::Results, !scope.near.known());
        of(scope.after);
    }
    void of(std::optional<rules::After> const& after)
    {
        if (after) add("after, by", after->by, Of::Results, false);
    }
    void of(rules::LabTest const& test) { of(test.scope); }
    void of(rules::MissingTest const& test) { of(test.scope); }
    void of(rules::TrendTest const& test)
    {
        add("over", test.over, Of::Results, false);
        add("within", test.within, Of::Results);
    }
    void of(rules::NormalTest const& test)
    {
        add("within", test.within, Of::Results);
        of(test.after);
    }
    void of(rules::ProblemTest const& test)
    {
        add("within", test.within, Of::Problems);
        add("onset_within", test.onsetWithin, Of::Problems);
    }
    void of(rules::FindingTest const& test)
    {
        add("within", test.within, Of::Findings);
        add("onset_within", test.onsetWithin, Of::Findings);
        add("onset_before", test.onsetBefore, Of::Findings);
    }
    void of(rules::ProcedureTest const& test) { add("within", test.within, Of::Procedures); }
    void of(rules::OrderTest const& test) { add("within", test.within, Of::Orders); }
    void of(rules::VisitTest const& test) { add("within", test.within, Of::Visits); }
    void of(rules::AgeTest const& test)
    {
        add("at_least", test.atLeast, Of::Birth);
        add("below", test.below, Of::Birth);
    }
    void of(rules::AtLeastOf const& test) { add("together", test.together, Of::Results, false); }
    /// The others date nothing. Weeks of pregnancy are counted by the reader of the chart.
    template <class Other>
    void of(Other const&)
    {
    }

    std::vector<Length> found;
};

} // namespace

std::vector<Length> lengthsOf(rules::Condition const& clause)
{
    Lengths lengths;
    std::visit([&](auto const& test) { lengths.of(test); }, clause.test);
    return std::move(lengths.found);
}

} // namespace tcds::cases
