#include "server/audit_export/data_requirement.hpp"

#include "server/audit_export/systems.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tcds::audit_export {

namespace {

constexpr std::string_view kResult = "lab:";

struct Element {
    std::string_view name;        // as in `missing`
    std::string_view type;        // what would deliver it
    std::string_view mustSupport; // "" = the resource as such
};
constexpr std::array kElements{Element{"med:start", "MedicationRequest", "authoredOn"},
                               Element{"med:dose", "MedicationRequest", "dosageInstruction"},
                               Element{"patient:birthDate", "Patient", "birthDate"},
                               Element{"med:stop", "MedicationRequest", ""},
                               Element{"patient:sex", "Patient", "gender"},
                               Element{"complaint:onset", "Condition", "onset"},
                               Element{"condition:date", "Condition", "onset"},
                               Element{"source:patient", "Patient", ""},
                               Element{"source:medications", "MedicationRequest", ""},
                               Element{"source:stopped", "MedicationRequest", ""},
                               Element{"source:statements", "MedicationStatement", ""},
                               Element{"source:dispenses", "MedicationDispense", ""},
                               Element{"source:administrations", "MedicationAdministration", ""},
                               Element{"source:labs", "Observation", ""},
                               Element{"source:vitals", "Observation", ""},
                               Element{"source:complaints", "Observation", ""},
                               Element{"source:conditions", "Condition", ""},
                               Element{"source:encounterDiagnoses", "Condition", ""},
                               Element{"source:encounter", "Encounter", ""},
                               Element{"source:procedures", "Procedure", ""},
                               Element{"source:serviceRequests", "ServiceRequest", ""},
                               Element{"source:appointments", "Appointment", ""},
                               Element{"source:questionnaires", "QuestionnaireResponse", ""}};

Element const* elementOf(std::string_view missing)
{
    auto const* const found = std::ranges::find(kElements, missing, &Element::name);
    return found == kElements.end() ? nullptr : found;
}

bool isResult(std::string_view missing)
{
    return missing.starts_with(kResult) && isCode(missing.substr(kResult.size()));
}

void requirement(audit::Members& json, std::string_view missing)
{
    json.openObject();
    if (isResult(missing)) {
        json.member("type", "Observation");
        json.openArray("codeFilter");
        json.openObject();
        json.member("path", "code");
        codings(json, "code", {kAnalyte, missing.substr(kResult.size())});
        json.close();
        json.close();
    } else if (auto const* const element = elementOf(missing)) {
        json.member("type", element->type);
        if (!element->mustSupport.empty()) {
            json.openArray("mustSupport");
            json.text(element->mustSupport);
            json.close();
        }
    }
    json.close();
}

} // namespace

void dataRequirements(audit::Members& json, Decision const& decision)
{
    std::vector<std::string_view> known;
    for (auto const& missing : json::items(decision.root(), "missing"))
        if (auto const name = json::text(&missing).value_or("");
            isResult(name) || elementOf(name) != nullptr)
            known.push_back(name);
    if (known.empty()) return;
    json.openArray("dataRequirement");
    for (auto const name : known) requirement(json, name);
    json.close();
}

} // namespace tcds::audit_export
