#include "fhir/read/translation.hpp"

#include "fhir/read/reading.hpp"
#include "fhir/read/value_meaning.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tcds::fhir {

namespace {

using terms::Terminology;

/// Members of a that b has not.
std::vector<IngredientId> without(std::vector<IngredientId> const& a,
                                  std::vector<IngredientId> const& b)
{
    std::vector<IngredientId> rest;
    for (auto const id : a)
        if (!std::ranges::binary_search(b, id)) rest.push_back(id);
    return rest;
}

SetBits without(SetBits sets, SetBits const& others)
{
    sets.removeAll(others);
    return sets;
}

SetBits among(SetBits sets, SetBits const& kind)
{
    sets.keepOnly(kind);
    return sets;
}

SetBits setsOfCodes(Terminology const& terms, std::vector<Coding> const& codes)
{
    SetBits sets;
    for (auto const& coding : codes)
        if (!coding.code.empty()) sets.addAll(terms.meaningOf(coding.system, coding.code).sets);
    return sets;
}

bool known(terms::MedicationMeaning const& meaning)
{
    return !meaning.ingredients.empty() || !meaning.sets.none();
}

/// No number is left for two more facts.
bool isFull(PatientContext const& context) { return context.factCount + 2U >= FactId::kNone; }

template <class Facts>
bool has(Facts const& facts, SourceRef const& source)
{
    return !source.resource.empty() && std::ranges::any_of(facts, [&](auto const& fact) {
        return fact.source.resource == source.resource;
    });
}

} // namespace

struct Translation::Impl {
    Impl(Terminology const& first, Terminology const& second)
        : from{first}, to{second}, before{first}, after{second}
    {
        for (auto const& set : from.sets()) setOf.push_back(to.setNamed(set.name));
        for (auto const& ingredient : from.ingredients())
            ingredientOf.push_back(to.ingredientNamed(ingredient.name));
        for (auto const& analyte : from.analytes())
            analyteOf.push_back(to.analyteNamed(analyte.key));
    }

    SetBits byName(SetBits const& sets) const
    {
        SetBits named;
        sets.forEach([&](SetId id) {
            if (auto const other = setOf[id.index()]; other.known()) named.add(other);
        });
        return named;
    }

    /// @param kind  which sets may hold the fact, before and after
    SetBits sets(std::vector<Coding> const& codes, SetBits const& held, SetBits const& kind,
                 SetBits const& kindNow) const
    {
        auto const coded = among(setsOfCodes(from, codes), kind);
        auto now = among(setsOfCodes(to, codes), kindNow);
        now.removeAll(byName(without(coded, held))); // denied
        now.addAll(byName(without(held, coded)));    // by a phrase
        return now;
    }

    void understand(MedicationUse& use) const
    {
        auto meaning = to.understandMedication(use.codes, {});
        if (use.matchedBy != MatchedBy::Name || !known(meaning)) {
            auto const coded = from.understandMedication(use.codes, {});
            for (auto const id : without(use.ingredients, coded.ingredients))
                if (auto const other = ingredientOf[id.index()]; other.known())
                    meaning.ingredients.push_back(other);
            std::ranges::sort(meaning.ingredients);
            meaning.ingredients.erase(
                std::unique(meaning.ingredients.begin(), meaning.ingredients.end()),
                meaning.ingredients.end());
            meaning.sets.addAll(byName(without(use.sets, coded.sets)));
        }
        if (meaning.by != MatchedBy::None) use.matchedBy = meaning.by;
        use.ingredients = std::move(meaning.ingredients);
        use.sets = meaning.sets;
        use.name.clear();
        if (use.ingredients.empty())
            use.sets.forEach([&](SetId id) {
                if (use.name.empty()) use.name = to.set(id).title;
            });
    }

    void understand(LabResult& lab) const
    {
        auto const coded = analyteOfCodes(to, lab.codes);
        lab.analyte = coded.analyte;
        if (!lab.analyte.known() || !lab.value) return;
        auto const ucum = lab.ucum.empty() ? std::string{} : lab.ucum;
        auto meaning = meaningOfValue(to, lab.analyte, lab.value->value,
                                      lab.value->unit.empty() ? std::string{} : ucum,
                                      lab.value->unit, coded.loinc);
        lab.ucum = std::move(meaning.ucum);
        lab.canonical = meaning.canonical;
        lab.unusable = meaning.unusable;
    }

    /// A code that means a complaint or a sign only now.
    void addSymptoms(Problem const& problem, Duration const& window, PatientContext& context) const
    {
        auto const coded = setsOfCodes(to, problem.codes);
        auto const old = setsOfCodes(from, problem.codes);
        auto const kinds =
            without(among(coded, after.complaints), byName(among(old, before.complaints)));
        auto const signs = without(among(coded, after.signs), byName(among(old, before.signs)));
        auto const& date = problem.onset ? problem.onset : problem.recorded;
        auto const inWindow =
            problem.thisEncounter || !date || (date->first() >= context.asOf - window);
        if (isFull(context)) return;
        if (problem.state == ProblemState::Active && inWindow && !kinds.none() &&
            !has(context.complaints, problem.source)) {
            Complaint complaint;
            complaint.id = FactId{context.factCount++};
            complaint.kinds = kinds;
            complaint.codes = problem.codes;
            complaint.onset = date;
            complaint.source = problem.source;
            context.complaints.push_back(std::move(complaint));
        }
        if (signs.none() || problem.state != ProblemState::Active ||
            has(context.findings, problem.source))
            return;
        Finding finding;
        finding.id = FactId{context.factCount++};
        finding.sets = signs;
        finding.codes = problem.codes;
        finding.at = problem.recorded ? problem.recorded : problem.onset;
        finding.onset = problem.onset;
        finding.thisEncounter = problem.thisEncounter;
        finding.source = problem.source;
        context.findings.push_back(std::move(finding));
    }

    /// A complaint whose code is in a set of conditions only now.
    void addProblem(Complaint const& complaint, PatientContext& context) const
    {
        auto const coded = among(setsOfCodes(to, complaint.codes), after.conditions);
        if (coded.none() || has(context.problems, complaint.source) || isFull(context)) return;
        Problem problem;
        problem.id = FactId{context.factCount++};
        problem.codes = complaint.codes;
        problem.sets = coded;
        problem.onset = complaint.onset;
        problem.source = complaint.source;
        context.problems.push_back(std::move(problem));
    }

    Terminology const& from;
    Terminology const& to;
    KnownSets const before, after;
    std::vector<SetId> setOf;
    std::vector<IngredientId> ingredientOf;
    std::vector<AnalyteId> analyteOf;
};

Translation::Translation(Terminology const& from, Terminology const& to)
    : impl_{std::make_unique<Impl>(from, to)}
{
}
Translation::~Translation() = default;
Translation::Translation(Translation&&) noexcept = default;
Translation& Translation::operator=(Translation&&) noexcept = default;

PatientContext Translation::translate(PatientContext context, Duration const& complaintWindow) const
{
    auto const& it = *impl_;
    for (auto& use : context.medications) it.understand(use);
    std::erase_if(context.medications, [](MedicationUse const& use) {
        return use.ingredients.empty() && use.sets.none();
    });
    for (auto& lab : context.labs) it.understand(lab);
    std::erase_if(context.labs, [](LabResult const& lab) { return !lab.analyte.known(); });
    for (auto& gap : context.gaps)
        if (gap.analyte.known()) gap.analyte = it.analyteOf[gap.analyte.index()];
    for (auto& procedure : context.procedures)
        procedure.sets = it.sets(procedure.codes, procedure.sets, it.before.acts, it.after.acts);
    for (auto& order : context.orders)
        order.sets = it.sets(order.codes, order.sets, it.before.services, it.after.services);
    for (auto& encounter : context.encounters) encounter.sets = it.byName(encounter.sets);
    for (auto& finding : context.findings)
        finding.sets = it.sets(finding.codes, finding.sets, it.before.signs, it.after.signs);
    std::erase_if(context.findings, [](Finding const& finding) { return finding.sets.none(); });
    for (auto& complaint : context.complaints) {
        complaint.kinds =
            it.sets(complaint.codes, complaint.kinds, it.before.complaints, it.after.complaints);
        complaint.sites =
            it.sets(complaint.codes, complaint.sites, it.before.sites, it.after.sites);
    }
    std::erase_if(context.complaints,
                  [](Complaint const& complaint) { return complaint.kinds.none(); });
    auto const sent = context.complaints;
    for (auto& problem : context.problems)
        problem.sets =
            it.sets(problem.codes, problem.sets, it.before.conditions, it.after.conditions);
    for (auto const& complaint : sent) it.addProblem(complaint, context);
    for (std::size_t i = 0; i < context.problems.size(); ++i)
        it.addSymptoms(context.problems[i], complaintWindow, context);
    return context;
}

std::size_t Translation::unreadIn(PatientContext const& context) const
{
    auto const isRead = [this](Gap const& gap) {
        if (gap.reason != Reason::Uncoded) return true;
        if (gap.kind == "medication") return !known(impl_->to.understandMedication(gap.codes, {}));
        return gap.kind != "lab" || !analyteOfCodes(impl_->to, gap.codes).analyte.known();
    };
    return static_cast<std::size_t>(
        std::ranges::count_if(context.gaps, [&](Gap const& gap) { return !isRead(gap); }));
}

} // namespace tcds::fhir
