#include "rules/exchange/facts_bundle.hpp"

#include "rules/exchange/canonical.hpp"
#include "rules/exchange/facts_writer.hpp"

#include "fhir/terms/routes.hpp"
#include "rules/eval/chart.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

std::string_view routeCode(Route route)
{
    auto const text = terms::routeText(route);
    return text.empty() ? "unknown" : text;
}

std::string_view encounterClassCode(EncounterClass cls)
{
    switch (cls) {
    case EncounterClass::Ambulatory:
        return "AMB";
    case EncounterClass::Inpatient:
        return "IMP";
    case EncounterClass::Emergency:
        return "EMER";
    case EncounterClass::Home:
        return "HH";
    case EncounterClass::Virtual:
        return "VR";
    case EncounterClass::Unknown:
        break;
    }
    return "";
}

std::string_view genderCode(Sex sex)
{
    switch (sex) {
    case Sex::Female:
        return "female";
    case Sex::Male:
        return "male";
    case Sex::Other:
        return "other";
    case Sex::Unknown:
        break;
    }
    return "unknown";
}

namespace {

bool answered(SourceStatus status)
{
    return status == SourceStatus::Ok || status == SourceStatus::Empty;
}

bool anySignSourceAnswered(PatientContext const& context)
{
    for (auto const key : {"conditions", "encounterDiagnoses", "encounter", "complaints"})
        if (answered(context.source(key))) return true;
    return std::ranges::any_of(context.inputs, [](InputStatus const& input) {
        return input.via == "context" && answered(input.status);
    });
}

std::vector<std::string> notAnswered(PatientContext const& context)
{
    std::vector<std::string> keys;
    for (auto const* key : {"administrations", "appointments", "conditions", "labs", "medications",
                            "procedures", "serviceRequests"})
        if (!answered(context.source(key))) keys.emplace_back(key);
    if (!anySignSourceAnswered(context)) keys.emplace_back(kSignSources);
    for (auto const* key : {"stopped", "vitals"})
        if (!answered(context.source(key))) keys.emplace_back(key);
    return keys;
}

} // namespace

FactsInput factsInput(PatientContext const& context, RuleSet const& rules)
{
    Chart const chart{context, rules};
    FactsWriter writer{chart};
    writer.patient();
    for (auto const& part : chart.medications()) writer.medication(part.match);
    for (auto const& lab : context.labs) writer.result(lab);
    for (auto const& analyte : rules.terms->analytes())
        if (analyte.derived != terms::DerivedKind::None)
            for (auto const& result : chart.results(analyte.id))
                if (writer.isDerived(result)) writer.derived(result);
    for (auto const& problem : context.problems) writer.problem(problem);
    for (auto const& complaint : context.complaints) writer.complaint(complaint);
    for (auto const& finding : context.findings) writer.sign(finding);
    for (auto const& procedure : context.procedures) writer.procedure(procedure);
    for (auto const& order : context.orders) writer.order(order);
    for (auto const& visit : context.encounters) writer.visit(visit);
    return {writer.bundle(), notAnswered(context)};
}

} // namespace tcds::rules::exchange
