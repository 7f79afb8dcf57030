#include "server/rulebook/data_use.hpp"

#include "rules/load/walk.hpp"
#include "server/rulebook/statement.hpp"

#include <algorithm>

namespace tcds::rulebook {

namespace {

using rules::Condition;
using rules::Rule;
using rules::RuleSet;

enum Attribute : std::size_t {
    kRace,
    kEthnicity,
    kLanguage,
    kOrientation,
    kGenderIdentity,
    kSex,
    kBirthDate,
    kSocial,
    kAssessment
};

// Pregnancy, smoking, alcohol use and mental state are health status assessments in USCDI; nothing
// in the rules reads race, ethnicity, language, orientation or gender identity: the language has no
// clause for them, and none for social determinants.
constexpr std::array<std::string_view, 5> kAssessedSets{"ALCOHOL", "ALCOHOL_STOPPED", "ANXIETY",
                                                        "NICOTINE", "PREGNANCY"};
constexpr std::array<std::string_view, 1> kAssessedScores{"GAD7"};

class Collector
{
public:
    explicit Collector(RuleSet const& set) : set_{set}
    {
        static constexpr std::array<std::string_view, 9> kNames{"Race",
                                                                "Ethnicity",
                                                                "Language",
                                                                "Sexual orientation",
                                                                "Gender identity",
                                                                "Sex",
                                                                "Date of birth",
                                                                "Social determinants of health",
                                                                "Health status assessments"};
        for (std::size_t i = 0; i < kNames.size(); ++i) uses_[i].what = kNames[i];
        // Every rule: the service is silent for patients under 28 days.
        note(kBirthDate, "patients under 28 days are left out");
    }

    void add(Rule const& rule)
    {
        if (std::ranges::find(seen_, rule.index) != seen_.end()) return;
        seen_.push_back(rule.index);
        if (rule.age == rules::AgeScope::Adult) note(kBirthDate, "adults only");
        for (auto const& parameter : rule.parameters)
            for (auto const& row : parameter.rows) addPopulation(row.population, "limits");
        rules::forEachRoot(rule,
                           [this](rules::RulePart, Condition const& root) { addClauses(root); });
        for (auto const& band : rule.bands)
            for (auto const other : band.worstOf) add(set_.rule(other));
    }

    std::array<DataUse, 9> take() { return std::move(uses_); }

private:
    void note(Attribute attribute, std::string from)
    {
        auto& list = uses_[attribute].from;
        if (std::ranges::find(list, from) == list.end()) list.push_back(std::move(from));
    }

    void addClauses(Condition const& root)
    {
        rules::forEachClause(root, [this](Condition const& clause) { addClause(clause); });
    }

    void addClause(Condition const& clause)
    {
        auto const& test = clause.test;
        if (std::holds_alternative<rules::AgeTest>(test))
            note(kBirthDate, rules::describe(clause, nullptr, set_));
        if (std::holds_alternative<rules::SexTest>(test))
            note(kSex, rules::describe(clause, nullptr, set_));
        if (std::holds_alternative<rules::PregnancyTest>(test))
            note(kAssessment, rules::describe(clause, nullptr, set_));
        if (auto const* lab = std::get_if<rules::LabTest>(&test))
            addLab(lab->scope.analyte, lab->belowReference || lab->aboveReference);
        if (auto const* normal = std::get_if<rules::NormalTest>(&test))
            for (auto const id : normal->labs) addLab(id, true);
        if (auto const* problem = std::get_if<rules::ProblemTest>(&test)) addSets(problem->sets);
        if (auto const* finding = std::get_if<rules::FindingTest>(&test)) addSets(finding->sets);
        if (auto const* med = std::get_if<rules::MedTest>(&test)) addSets(med->classes);
        if (auto const* named = std::get_if<rules::NamedTest>(&test))
            addClauses(set_.conditions[named->named.index()].condition);
        if (auto const* other = std::get_if<rules::RuleTest>(&test)) add(set_.rule(other->rule));
    }

    void addLab(AnalyteId id, bool byLimits)
    {
        auto const& analyte = set_.terms->analyte(id);
        if (std::ranges::find(kAssessedScores, analyte.key) != kAssessedScores.end())
            note(kAssessment, analyte.title);
        if (!byLimits) return;
        for (auto const whom : set_.populations[id.index()].limits)
            addPopulation(whom, "limits of " + analyte.title);
    }

    void addSets(std::vector<SetId> const& ids)
    {
        for (auto const id : ids) {
            auto const& valueSet = set_.terms->set(id);
            if (std::ranges::find(kAssessedSets, valueSet.name) != kAssessedSets.end())
                note(kAssessment, valueSet.title);
        }
    }

    /// A limit that holds for some patients uses what tells them apart.
    void addPopulation(rules::NamedIndex whom, std::string const& what)
    {
        if (!whom.known()) return;
        rules::forEachClause(set_.conditions[whom.index()].condition, [&](Condition const& clause) {
            if (std::holds_alternative<rules::AgeTest>(clause.test))
                note(kBirthDate, what + " by age");
            if (std::holds_alternative<rules::SexTest>(clause.test)) note(kSex, what + " by sex");
            if (std::holds_alternative<rules::PregnancyTest>(clause.test))
                note(kAssessment, what + " in pregnancy");
        });
    }

    RuleSet const& set_;
    std::array<DataUse, 9> uses_;
    std::vector<rules::RuleIndex> seen_;
};

} // namespace

std::array<DataUse, 9> dataUseOf(Rule const& rule, RuleSet const& set)
{
    Collector collector{set};
    collector.add(rule);
    return collector.take();
}

} // namespace tcds::rulebook
