#pragma once

#include "fhir/base/json_writer.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cases/case_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::cases {

/// A FHIR resource and the prefetch key whose query returns it.
struct Resource {
    std::string key;
    std::string json;
};

/// Writes the facts of one case as FHIR R4 resources: relative times become instants, codes get
/// their systems. What cannot be written is reported with the place of the fact (L01).
class ResourceWriter
{
public:
    /// Ids of the patient and of the encounter of the call.
    static constexpr std::string_view kPatient = "p1";
    static constexpr std::string_view kEncounter = "e1";

    ResourceWriter(rules::RuleSet const& rules, Instant now, Problems& problems)
        : rules_{rules}, now_{now}, problems_{problems}
    {
    }

    [[nodiscard]] static Resource patient(PatientSpec const& spec);
    /// MedicationRequest, -Statement, -Dispense or -Administration, as the fact says.
    [[nodiscard]] Resource medication(Fact const& fact, std::string_view id);
    /// A draft MedicationRequest.
    [[nodiscard]] Resource draftMedication(Fact const& fact, std::string_view id);
    /// An order or a draft of a test or referral.
    [[nodiscard]] Resource serviceRequest(Fact const& fact, std::string_view id, bool draft);
    /// A measured value: Observation, with it as a component, or a DiagnosticReport around it.
    [[nodiscard]] Resource result(Fact const& fact, std::string_view id);
    /// A complaint, condition or finding.
    [[nodiscard]] Resource condition(Fact const& fact, std::string_view id);
    [[nodiscard]] Resource observation(Fact const& fact, std::string_view id);
    [[nodiscard]] Resource answer(Fact const& fact, std::string_view id);
    [[nodiscard]] Resource visit(Fact const& fact, std::string_view id);
    [[nodiscard]] Resource procedure(Fact const& fact, std::string_view id);
    /// The encounter of the call.
    /// @param fact     nullptr when the case describes none
    /// @param reasons  complaints and findings that are reasons of it
    [[nodiscard]] Resource encounter(Fact const* fact, std::vector<Fact const*> const& reasons);

private:
    static void begin(JsonText& json, std::string_view type, std::string_view id);
    static void reference(JsonText& json, std::string_view name, std::string_view target);
    static void subject(JsonText& json);
    /// `-7 d` as an instant, a date as written; "" when the fact has no such key.
    std::string time(Fact const& fact, std::string_view key);
    void time(JsonText& json, std::string_view name, Fact const& fact, std::string_view key);
    void period(JsonText& json, std::string_view name, Fact const& fact, std::string_view start,
                std::string_view end);
    void quantity(JsonText& json, std::string_view name, Fact const& fact, std::string_view text,
                  std::string_view comparator = {});
    void supply(JsonText& json, std::string_view name, Fact const& fact);
    void codeOf(JsonText& json, Fact const& fact, std::string_view system);
    void product(JsonText& json, Fact const& fact);
    static void productCode(JsonText& json, Fact const& fact);
    void dosage(JsonText& json, std::string_view name, Fact const& fact);
    void timing(JsonText& json, Fact const& fact);
    void prescription(JsonText& json, Fact const& fact, std::string_view status);
    void taken(JsonText& json, Fact const& fact);
    void measurement(JsonText& json, Fact const& fact);
    void measured(JsonText& json, Fact const& fact, std::string_view id, bool asComponent);
    void fault(Fact const& fact, std::string what, std::string fix);

    rules::RuleSet const& rules_;
    Instant now_;
    Problems& problems_;
};

} // namespace tcds::cases
