#include "fhir/terms/code_systems.hpp"

#include <array>

namespace tcds::terms {
namespace {

constexpr std::string_view kIcd10Gm = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";

struct System {
    std::string_view uri;
    std::string_view oid;
    std::string_view title;
};

// hl7.org/fhir/R4/terminologies-systems.html lists URI and OID side by side.
constexpr std::array kSystems{
    System{kIcd10Cm, "2.16.840.1.113883.6.90", "ICD-10-CM"},
    System{kIcd10, "2.16.840.1.113883.6.3", "ICD-10"},
    System{kSnomed, "2.16.840.1.113883.6.96", "SNOMED CT"},
    System{kLoinc, "2.16.840.1.113883.6.1", "LOINC"},
    System{kRxNorm, "2.16.840.1.113883.6.88", "RxNorm"},
    System{kAtc, "2.16.840.1.113883.6.73", "ATC"},
    System{kNdc, "2.16.840.1.113883.6.69", "NDC"},
    System{"http://unitsofmeasure.org", "2.16.840.1.113883.6.8", "UCUM"},
    System{"http://hl7.org/fhir/sid/cvx", "2.16.840.1.113883.12.292", "CVX"},
    System{"http://hl7.org/fhir/sid/icd-9-cm", "2.16.840.1.113883.6.103", "ICD-9-CM"},
    System{"http://www.ama-assn.org/go/cpt", "2.16.840.1.113883.6.12", "CPT"},
};

bool startsWithNoCase(std::string_view text, std::string_view lower)
{
    if (text.size() < lower.size()) return false;
    for (std::size_t i = 0; i < lower.size(); ++i) {
        char const c =
            text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

/// Without scheme and without a slash at the end.
std::string_view address(std::string_view uri)
{
    for (std::string_view const scheme : {"http://", "https://"})
        if (startsWithNoCase(uri, scheme)) {
            uri.remove_prefix(scheme.size());
            break;
        }
    while (!uri.empty() && uri.back() == '/') uri.remove_suffix(1);
    return uri;
}

} // namespace

std::string_view canonicalSystem(std::string_view system)
{
    for (auto const& known : kSystems) // nearly every sender spells it like this
        if (system == known.uri) return known.uri;
    constexpr std::string_view kUrnOid = "urn:oid:";
    auto const oid = startsWithNoCase(system, kUrnOid) ? system.substr(kUrnOid.size()) : system;
    auto const place = address(system);
    for (auto const& known : kSystems)
        if (oid == known.oid || place == address(known.uri)) return known.uri;
    // http://snomed.info/sct/731000124108[/version/...] is SNOMED CT in one edition.
    if (place.starts_with("snomed.info/sct/")) return kSnomed;
    return system;
}

bool isIcd(std::string_view system)
{
    return system == kIcd10Cm || system == kIcd10 || system == kIcd10Gm;
}

bool allowsPrefix(std::string_view system) { return isIcd(system) || system == kAtc; }

std::string_view systemTitle(std::string_view system)
{
    for (auto const& known : kSystems)
        if (system == known.uri) return known.title;
    if (system == kIcd10Gm) return "ICD-10-GM";
    return system;
}

std::string_view normalisedCode(std::string_view system, std::string_view code, char* into)
{
    bool const withoutDots = isIcd(system);
    std::size_t length = 0;
    for (char const c : code) {
        if (c == ' ' || c == '\t' || (withoutDots && c == '.')) continue;
        into[length++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return {into, length};
}

} // namespace tcds::terms
