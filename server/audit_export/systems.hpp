#pragma once

#include <string_view>

// Systems of codes and identifiers in what is exported. Those of others are as their owners publish
// them: HL7 FHIR R4 4.0.1, DICOM PS3.16, IHE Basic Audit Log Patterns 1.1.4.

namespace tcds::audit_export {

inline constexpr std::string_view kPatientKey = "urn:twitch-cds:patient-key";
inline constexpr std::string_view kEncounterKey = "urn:twitch-cds:encounter-key";
inline constexpr std::string_view kReferenceKey =
    "urn:twitch-cds:reference-key"; // of Type/id/version
inline constexpr std::string_view kUserKey = "urn:twitch-cds:user-key";
inline constexpr std::string_view kUser = "urn:twitch-cds:user"; // Type/id without its server
inline constexpr std::string_view kNode = "urn:twitch-cds:node";
inline constexpr std::string_view kClient = "urn:twitch-cds:client";
inline constexpr std::string_view kAdmin = "urn:twitch-cds:admin";
inline constexpr std::string_view kRecordHash = "urn:twitch-cds:record-hash";
inline constexpr std::string_view kHook = "urn:twitch-cds:hook";
inline constexpr std::string_view kHookInstance = "urn:twitch-cds:hook-instance"; // no UUID
inline constexpr std::string_view kRule = "urn:twitch-cds:rule"; // as `source.topic` of a card
inline constexpr std::string_view kAnalyte = "urn:twitch-cds:analyte";
inline constexpr std::string_view kFeedbackOutcome = "urn:twitch-cds:feedback-outcome";

inline constexpr std::string_view kUri = "urn:ietf:rfc:3986"; // the value is a URI
inline constexpr std::string_view kDicom = "http://dicom.nema.org/resources/ontology/DCM";
inline constexpr std::string_view kAuditEventType =
    "http://terminology.hl7.org/CodeSystem/audit-event-type";
inline constexpr std::string_view kInteraction = "http://hl7.org/fhir/restful-interaction";
inline constexpr std::string_view kEntityType =
    "http://terminology.hl7.org/CodeSystem/audit-entity-type";
inline constexpr std::string_view kObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";
inline constexpr std::string_view kSourceType =
    "http://terminology.hl7.org/CodeSystem/security-source-type";
inline constexpr std::string_view kParticipation =
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
inline constexpr std::string_view kActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
inline constexpr std::string_view kObservationValue =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
inline constexpr std::string_view kResourceType = "http://hl7.org/fhir/resource-types";
inline constexpr std::string_view kBalpEntityType =
    "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";
inline constexpr std::string_view kBalpProfile =
    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";

} // namespace tcds::audit_export
