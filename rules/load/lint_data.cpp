#include "rules/load/lint.hpp"
#include "rules/load/walk.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

class DataLinter
{
public:
    DataLinter(Rule const& rule, RuleSet const& set, std::vector<std::string> const& advertised,
               Problems& problems)
        : rule_{rule}, set_{set}, advertised_{advertised}, problems_{problems}
    {
    }

    void look(Condition const& clause)
    {
        clause_ = &clause;
        std::visit([this](auto const& test) { lookAt(test); }, clause.test);
    }

private:
    template <class Test>
    void lookAt(Test const&)
    {
    }

    void lookAt(LabTest const& test) { window(test.scope); }
    void lookAt(MissingTest const& test) { window(test.scope); }
    void lookAt(NormalTest const& test)
    {
        for (auto const analyte : test.labs) window(analyte, test.within);
    }
    void lookAt(TrendTest const& test) { window(test.analyte, test.within); }
    void lookAt(MedTest const& test)
    {
        if (test.asks(MedState::Stopped) || test.asks(MedState::OnHold)) source("stopped");
        if (test.asks(MedState::Given)) source("administrations");
    }
    void lookAt(OrderTest const& test)
    {
        if (test.state != OrderState::Draft) source("serviceRequests");
    }
    void lookAt(ProcedureTest const&) { source("procedures"); }
    void lookAt(VisitTest const&) { source("appointments"); }

    void window(LabScope const& scope)
    {
        if (!scope.near.known()) window(scope.analyte, scope.within);
    }

    /// L32: a result that is too old to be shown with the analyte decides all the same.
    void window(AnalyteId id, std::optional<Duration> const& within)
    {
        auto const& analyte = set_.terms->analyte(id);
        Instant const now{};
        if (!within || now - *within >= now - analyte.window) return;
        problems_.warning("L32", whereOf(*clause_, rule_),
                          "within " + tcds::toText(*within) + " is longer than the window of " +
                              analyte.key + ", " + tcds::toText(analyte.window),
                          "shorten it, or accept it in meta with the reason");
    }

    /// L38: no prefetch template of ours asks for the data.
    void source(std::string_view key)
    {
        if (advertised_.empty() || std::ranges::find(advertised_, key) != advertised_.end()) return;
        problems_.warning("L38", whereOf(*clause_, rule_),
                          "the prefetch does not ask for \"" + std::string{key} +
                              "\": the clause stays unknown",
                          "advertise the key, or ask for other data");
    }

    Rule const& rule_;
    RuleSet const& set_;
    std::vector<std::string> const& advertised_;
    Problems& problems_;
    Condition const* clause_ = nullptr;
};

} // namespace

void lintData(RuleSet const& set, std::vector<std::string> const& advertised, Problems& problems)
{
    for (auto const& rule : set.rules) {
        DataLinter linter{rule, set, advertised, problems};
        forEachRoot(rule, [&](RulePart, Condition const& root) {
            forEachClause(root, [&](Condition const& clause) { linter.look(clause); });
        });
    }
}

} // namespace tcds::rules
