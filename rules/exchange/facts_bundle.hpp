#pragma once

#include "rules/model/rule_set.hpp"

#include <array>
#include <string>
#include <string_view>

namespace tcds::rules::exchange {

/// The pseudo-source of an absent sign or complaint: not answered when none of the sources that may
/// hold one did.
inline constexpr std::string_view kSignSources = "signs";

inline constexpr std::array kRoutes{Route::Unknown,     Route::Oral,        Route::Injected,
                                    Route::Inhaled,     Route::Nebulised,   Route::Nasal,
                                    Route::Topical,     Route::Ophthalmic,  Route::Otic,
                                    Route::Rectal,      Route::Vaginal,     Route::IntraArticular,
                                    Route::Transdermal, Route::Intrathecal, Route::Intravenous};
/// "unknown", "oral", ...
std::string_view routeCode(Route route);
/// Code of HL7 v3 ActCode: IMP, AMB, EMER, HH, VR; "" when unknown.
std::string_view encounterClassCode(EncounterClass cls);
/// Code of FHIR administrative-gender.
std::string_view genderCode(Sex sex);

/// The facts of a patient as FHIR R4 resources, which is what the exported CQL reads. Says what
/// our reader made of the chart where codes alone do not: ingredients in place of products,
/// courses, routes, what a text was understood as.
struct FactsInput {
    std::string bundle;                   // JSON, a Bundle of type collection
    std::vector<std::string> notAnswered; // value of the parameter "Not Answered", sorted
};
FactsInput factsInput(PatientContext const& context, RuleSet const& rules);

} // namespace tcds::rules::exchange
