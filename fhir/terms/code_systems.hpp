#pragma once

#include <string>
#include <string_view>

namespace tcds::terms {

inline constexpr std::string_view kIcd10Cm = "http://hl7.org/fhir/sid/icd-10-cm";
inline constexpr std::string_view kIcd10 = "http://hl7.org/fhir/sid/icd-10";
inline constexpr std::string_view kSnomed = "http://snomed.info/sct";
inline constexpr std::string_view kLoinc = "http://loinc.org";
inline constexpr std::string_view kRxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr std::string_view kAtc = "http://www.whocc.no/atc";
inline constexpr std::string_view kNdc = "http://hl7.org/fhir/sid/ndc";

/// Canonical URI of a code system as senders write it: `urn:oid:`, bare OID, https, a slash at the
/// end, SNOMED CT editions. What is not known is returned as given.
std::string_view canonicalSystem(std::string_view system);

/// Codes of these systems may be written as prefixes (`C03C*`), dots do not count in ICD codes.
bool isIcd(std::string_view system);
bool allowsPrefix(std::string_view system);

/// Name for people: "ICD-10-CM"; the URI when it is no system of ours.
std::string_view systemTitle(std::string_view system);

/// A code in the form in which it is compared: upper case, ICD without dots.
/// @param into  at least code.size() characters
std::string_view normalisedCode(std::string_view system, std::string_view code, char* into);

} // namespace tcds::terms
