#pragma once

#include "server/cds/services.hpp"

#include <string>
#include <string_view>

// Hook calls about one patient: a woman of 68 years with furosemide, prednisone, potassium
// 2.9 mmol/L, magnesium 1.3 mg/dL and a fasciculation on her problem list, at 2026-01-31T08:00:00Z.

namespace tcds::app::test {

constexpr std::string_view kView = "/cds-services/twitch-patient-view";
constexpr std::string_view kEmptyBundle =
    R"({"resourceType":"Bundle","type":"searchset","total":0})";
constexpr std::string_view kFailed =
    R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]})";

std::string patient(std::string_view id = "pt1");
std::string condition(std::string_view icd, std::string_view id = "c1");
std::string order(std::string_view rxnorm, std::string_view name, std::string_view id);
std::string result(std::string_view loinc, std::string_view value, std::string_view unit,
                   std::string_view id, std::string_view taken = "2026-01-30T07:00:00Z");
/// A searchset of these resources (comma-separated JSON); "" = none.
std::string bundle(std::string_view resources);

/// The call with every prefetch key of patient-view.
std::string call();
/// The same for order-select with a draft (selected) of hydrochlorothiazide.
std::string orderSelect();
/// The same for any service, with every required member of its context and every key it advertises.
std::string callOf(cds::Service const& service);
std::string pathOf(cds::Service const& service);
/// The same for a patient without a complaint.
std::string withoutComplaint();

} // namespace tcds::app::test
