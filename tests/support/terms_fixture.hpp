#pragma once

#include "fhir/terms/terminology.hpp"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// A small terminology with a few sets, analytes and drugs, for tests that need a real one but none
// of the shipped content.

namespace tcds::test {

namespace content {

struct File {
    char const* name;
    char const* text;
};

inline constexpr std::array kSets{
    File{"TWITCH", R"yaml(
id: TWITCH
title: Twitching
kind: complaint
source: test
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: R25.3, display: Fasciculation, source: test}
  - {system: http://snomed.info/sct, code: "82470000", display: Fasciculation, source: test}
phrases: ["twitch*", "fasciculat*"]
)yaml"},
    File{"TWITCH_UNSPEC", R"yaml(
id: TWITCH_UNSPEC
title: Unspecified involuntary movement
kind: complaint
source: test
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: R25.9, display: Unspecified, source: test}
phrases: ["involuntary movement*"]
)yaml"},
    File{"CRAMP", R"yaml(
id: CRAMP
title: Cramp
kind: complaint
source: test
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: R25.2, display: Cramp and spasm, source: test}
phrases: ["cramp*"]
)yaml"},
    File{"TREMOR", R"yaml(
id: TREMOR
title: Tremor
kind: complaint
source: test
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: R25.1, display: Tremor, source: test}
phrases: ["tremor*"]
)yaml"},
    File{"SEIZURE", R"yaml(
id: SEIZURE
title: Seizure
kind: finding
source: test
window: 7 d
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: R56.9, display: Convulsions, source: test}
phrases: ["seizure*", "convuls*"]
)yaml"},
    File{"CONFUSION", R"yaml(
id: CONFUSION
title: Confusion
kind: finding
source: test
window: 72 h
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: R41.0, display: Disorientation, source: test}
phrases: ["confus*"]
)yaml"},
    File{"HYPERREFLEXIA", R"yaml(
id: HYPERREFLEXIA
title: Hyperreflexia
kind: finding
source: test
members:
  - {system: http://snomed.info/sct, code: "86854008", display: Hyperreflexia, source: test}
phrases: ["hyperreflex*"]
)yaml"},
    File{"SITE_LEG", R"yaml(
id: SITE_LEG
title: Leg
kind: finding
source: test
phrases: ["leg", "legs", "calf"]
)yaml"},
    File{"CKD", R"yaml(
id: CKD
title: Chronic kidney disease
kind: condition
source: test
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: "N18*", display: CKD, source: test}
phrases: ["chronic kidney disease"]
)yaml"},
    File{"PREGNANCY", R"yaml(
id: PREGNANCY
title: Pregnancy
kind: condition
source: test
members:
  - {system: http://hl7.org/fhir/sid/icd-10-cm, code: "Z3A*", display: Weeks of gestation, source: test}
phrases: ["pregnan*"]
)yaml"},
    File{"DIALYSIS_PROCEDURE", R"yaml(
id: DIALYSIS_PROCEDURE
title: Dialysis session
kind: condition
source: test
members:
  - {system: http://snomed.info/sct, code: "302497006", display: Hemodialysis, source: test}
phrases: ["hemodialys*"]
)yaml"},
    File{"NEUROLOGY", R"yaml(
id: NEUROLOGY
title: Neurology visit
kind: visit
source: test
phrases: ["neurolog*"]
)yaml"},
    File{"NEUROLOGY_REFERRAL", R"yaml(
id: NEUROLOGY_REFERRAL
title: Neurology referral
kind: order
source: test
phrases: ["neurolog*"]
)yaml"},
    File{"LOOP", R"yaml(
id: LOOP
title: Loop diuretics
kind: drug-class
source: test
members:
  - {ingredient: furosemide, rxnorm: "4603", source: test}
  - {system: http://www.whocc.no/atc, code: "C03C*", display: Loop diuretics, source: test}
)yaml"},
    File{"THIAZIDE", R"yaml(
id: THIAZIDE
title: Thiazides
kind: drug-class
source: test
members:
  - {ingredient: hydrochlorothiazide, rxnorm: "5487", source: test}
)yaml"},
    File{"CUES_EN", R"yaml(
id: CUES_EN
title: English cues
kind: cues
source: test
negation: ["no", "not", "denies", "without", "negative for"]
negation_after: ["no", "absent", "not present"]
experiencer: ["family history", "family history of", "father has"]
past: ["resolved"]
)yaml"},
};

inline constexpr char const* kAnalytes = R"yaml(
K:
  title: Potassium
  unit: mmol/L
  haemolysis_sensitive: yes
  codes:
    - {code: 2823-3, display: "Potassium [Moles/volume] in Serum or Plasma", source: test}
    - {code: 6298-4, display: "Potassium [Moles/volume] in Blood", source: test}
  units: {meq/L: 1}
  limits: [{low: 3.5 mmol/L, high: 5.0 mmol/L}]
  plausible: [0.8 mmol/L, 20 mmol/L]
  window: {default: 30 d, inpatient: 72 h}
CA:
  title: Calcium
  unit: mmol/L
  codes:
    - {code: 17861-6, display: "Calcium [Mass/volume] in Serum or Plasma", source: test}
    - {code: 2000-8, display: "Calcium [Moles/volume] in Serum or Plasma", source: test}
  units: {mg/dL: 0.2495, meq/L: 0.5}
  limits: [{low: 2.12 mmol/L, high: 2.60 mmol/L}]
  plausible: [0.4 mmol/L, 7 mmol/L]
  window: {default: 30 d}
SBP:
  title: Systolic blood pressure
  unit: mm[Hg]
  category: vital-signs
  codes:
    - {code: 8480-6, display: "Systolic blood pressure", source: test}
  limits: [{high: "140 mm[Hg]"}]
  plausible: ["20 mm[Hg]", "350 mm[Hg]"]
  window: {default: 72 h}
GAD7:
  title: GAD-7 score
  unit: "{score}"
  unitless: yes
  category: score
  codes:
    - {code: 70274-6, display: "GAD-7 total score", source: test}
  limits: [{high: "9 {score}"}]
  plausible: ["0 {score}", "21 {score}"]
  window: {default: 90 d}
)yaml";

inline constexpr char const* kIngredients =
    "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\n"
    "furosemide\t4603\t\tC03CA01\t\tword\n"
    "hydrochlorothiazide\t5487\t\tC03AA03\t\tword\n"
    "lisinopril\t29046\t\tC09AA03\t\tword\n"
    "potassium chloride\t8591\t\tA12BA01\t\tword\n";
inline constexpr char const* kNames = "name\tingredients\tmatch\n"
                                      "lasix\tfurosemide\tword\n";
inline constexpr char const* kProducts =
    "rxcui\ttype\tingredients\tothers\troute\tname\n"
    "197885\tSCD\thydrochlorothiazide|lisinopril\t0\toral\tHydrochlorothiazide 12.5 MG / "
    "Lisinopril 10 MG Oral Tablet\n"
    "313988\tSCD\tfurosemide\t0\toral\tFurosemide 40 MG Oral Tablet\n";
inline constexpr char const* kUnits = "unit\tucum\n"
                                      "mmol/L\tmmol/L\n"
                                      "mEq/L\tmeq/L\n"
                                      "mg/dL\tmg/dL\n"
                                      "mmHg\tmm[Hg]\n";
inline constexpr char const* kRoutes = "system\tcode_or_word\troute\n"
                                       "\toral\toral\n"
                                       "\tby mouth\toral\n"
                                       "\tintravenous\tinjected\n"
                                       "http://snomed.info/sct\t26643006\toral\n"
                                       "http://snomed.info/sct\t47625008\tinjected\n";
inline constexpr char const* kForms = "word\troute\n"
                                      "tablet\toral\n"
                                      "cream\ttopical\n"
                                      "eye drops\tophthalmic\n";

} // namespace content

/// The terminology of the content above; loaded once per process.
inline terms::Terminology const& smallTerms()
{
    static auto const terminology = [] {
        Problems problems;
        std::vector<Tree> trees;
        for (auto const& file : content::kSets)
            if (auto tree = Tree::fromYaml(
                    file.text, "valuesets/" + std::string{file.name} + ".yaml", problems))
                trees.push_back(std::move(*tree));
        auto const analytes = Tree::fromYaml(content::kAnalytes, "analytes.yaml", problems);
        terms::TerminologySources sources;
        for (auto const& tree : trees) sources.valueSets.push_back(&tree);
        sources.analytes = analytes ? &*analytes : nullptr;
        sources.ingredients = content::kIngredients;
        sources.names = content::kNames;
        sources.products = content::kProducts;
        sources.units = content::kUnits;
        sources.routes = content::kRoutes;
        sources.doseForms = content::kForms;
        auto made = terms::Terminology::load(sources, problems);
        if (problems.hasErrors()) throw std::runtime_error{toText(problems.asError())};
        return made;
    }();
    return *terminology;
}

} // namespace tcds::test
