#pragma once

#include <string>
#include <string_view>

namespace tcds::rules::exchange {

/// Systems of what only this product can say, in facts, value sets and CQL alike.
inline constexpr std::string_view kValueSetSystem = "urn:twitch-cds:value-set"; // matched by text
inline constexpr std::string_view kAnalyteSystem = "urn:twitch-cds:analyte";    // derived results
inline constexpr std::string_view kIngredientSystem = "urn:twitch-cds:ingredient"; // without RxNorm
inline constexpr std::string_view kRouteSystem = "urn:twitch-cds:route";
inline constexpr std::string_view kNoteSystem = "urn:twitch-cds:note";
inline constexpr std::string_view kFactSystem = "urn:twitch-cds:fact";
inline constexpr std::string_view kExtension = "urn:twitch-cds:extension:";
inline constexpr std::string_view kRxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr std::string_view kLoinc = "http://loinc.org";

/// A FHIR id: letters, digits, hyphens and dots, at most 64.
std::string fhirId(std::string_view name);
/// BASE/TYPE/ID
std::string canonicalUrl(std::string_view base, std::string_view type, std::string_view id);

} // namespace tcds::rules::exchange
