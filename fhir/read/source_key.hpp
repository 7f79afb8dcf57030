#pragma once

#include "fhir/read/entries.hpp"
#include "fhir/read/reading.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace tcds::fhir {

/// The prefetch keys of our services, in the order of `PatientContext::inputs`.
inline constexpr std::array<std::string_view, 16> kSourceKeys{
    "patient",         "conditions",
    "medications",     "labs",
    "encounter",       "encounterDiagnoses",
    "complaints",      "statements",
    "questionnaires",  "stopped",
    "administrations", "dispenses",
    "serviceRequests", "vitals",
    "procedures",      "appointments"};

/// Place of a key among ours.
std::optional<std::size_t> sourceKey(std::string_view key);

/// True when resources of this type answer the key.
bool answers(std::size_t key, std::string_view type);

/// The key whose query would have returned this resource: by type, category, status and code.
/// Nothing for types that no key of ours asks for.
std::optional<std::size_t> keyOf(terms::Terminology const& terms, Entry const& entry);

} // namespace tcds::fhir
