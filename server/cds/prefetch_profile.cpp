#include "server/cds/prefetch_profile.hpp"

#include <algorithm>
#include <array>

namespace tcds::cds {

namespace {

struct Row {
    std::string_view key;
    std::string_view query;
    std::string_view usCore; // "" = as `query`, "-" = left out, for another key covers it
};

constexpr std::string_view kRuleCodes = "RULE-CODES"; // replaced by the LOINC codes of the rules

// US Core asks servers for fewer searches than the narrow templates use; 3.1.1 and later have to
// support those of the second column (OR lists in `status` and `intent` among them).
constexpr std::array kRows{
    Row{"patient", "Patient/{{context.patientId}}", ""},
    Row{"conditions", "Condition?patient={{context.patientId}}&category=problem-list-item",
        "Condition?patient={{context.patientId}}"},
    Row{"medications",
        "MedicationRequest?patient={{context.patientId}}&intent=order,plan&status=active", ""},
    Row{"labs", "Observation?patient={{context.patientId}}&code=RULE-CODES&_sort=-date&_count=100",
        "Observation?patient={{context.patientId}}&category=laboratory"},
    Row{"encounter", "Encounter/{{context.encounterId}}", ""},
    Row{"encounterDiagnoses",
        "Condition?patient={{context.patientId}}&category=encounter-diagnosis", "-"},
    Row{"complaints", "Observation?patient={{context.patientId}}&code=8661-1,10154-3",
        "Observation?patient={{context.patientId}}&code=10154-3"},
    Row{"statements", "MedicationStatement?patient={{context.patientId}}", ""},
    Row{"questionnaires", "QuestionnaireResponse?patient={{context.patientId}}", ""},
    Row{"stopped",
        "MedicationRequest?patient={{context.patientId}}&intent=order&status="
        "stopped,completed,on-hold",
        ""},
    Row{"administrations", "MedicationAdministration?patient={{context.patientId}}", ""},
    Row{"dispenses", "MedicationDispense?patient={{context.patientId}}", ""},
    Row{"serviceRequests", "ServiceRequest?patient={{context.patientId}}&status=active", ""},
    Row{"vitals", "Observation?patient={{context.patientId}}&category=vital-signs", ""},
    Row{"procedures", "Procedure?patient={{context.patientId}}", ""},
    Row{"appointments", "Appointment?patient={{context.patientId}}", ""},
};

// Decisions D26 (needed) and D53 (which source answers for an absence).
constexpr std::array<KeyUse, kRows.size()> kUses{{
    {"patient", Need::Always, "every call is refused with 412"},
    {"conditions", Need::Complaint,
     "twitching on the problem list is not seen; rules on a condition or its absence stay unknown"},
    {"medications", Need::Finding, "every medicine rule stays unknown"},
    {"labs", Need::Finding,
     "every rule on a result stays unknown, and no normal result can reassure"},
    {"encounter", Need::Complaint,
     "twitching as reason for visit is not seen; rules on the kind of visit stay unknown"},
    {"encounterDiagnoses", Need::Complaint, "twitching among visit diagnoses is not seen"},
    {"complaints", Need::Complaint, "twitching as chief complaint is not seen"},
    {"statements", Need::Optional, "medicines that only the patient reports are not seen"},
    {"questionnaires", Need::Optional, "twitching in intake forms is not seen"},
    {"stopped", Need::Optional, "rules on stopped and paused medicines stay unknown"},
    {"administrations", Need::Optional,
     "medicines recorded only when given are not seen; rules on their absence stay unknown"},
    {"dispenses", Need::Optional, "medicines recorded only when handed out are not seen"},
    {"serviceRequests", Need::Optional, "tests that are ordered already may be offered again"},
    {"vitals", Need::Optional, "rules on vital signs stay unknown"},
    {"procedures", Need::Optional,
     "dialysis recorded as a procedure is not seen; rules on its absence stay unknown"},
    {"appointments", Need::Optional, "rules on visits with a specialist stay unknown"},
}};

constexpr auto kKeys = [] {
    std::array<std::string_view, kUses.size()> keys;
    std::ranges::transform(kUses, keys.begin(), &KeyUse::key);
    return keys;
}();

std::string laboratoryCodes(rules::RuleSet const& rules)
{
    std::string codes;
    for (auto const& analyte : rules.terms->analytes()) {
        if (analyte.vital || !rules.prefetched(analyte.id)) continue;
        for (auto const& code : analyte.codes) {
            if (!codes.empty()) codes += ',';
            codes += code.code;
        }
    }
    return codes;
}

/// Writes the code system before every code of the parameter `code`.
void addCodeSystem(std::string& query)
{
    constexpr std::string_view kLoinc = "http://loinc.org|";
    constexpr std::string_view kParameter = "&code=";
    auto at = query.find(kParameter);
    if (at == std::string::npos) return;
    at += kParameter.size();
    query.insert(at, kLoinc);
    for (at += kLoinc.size(); at < query.size() && query[at] != '&'; ++at)
        if (query[at] == ',') {
            query.insert(at + 1, kLoinc);
            at += kLoinc.size();
        }
}

} // namespace

std::string_view toText(Profile profile)
{
    switch (profile) {
    case Profile::Default:
        return "default";
    case Profile::UsCore:
        return "uscore";
    case Profile::Context:
        return "context";
    }
    return "";
}

std::optional<Profile> parseProfile(std::string_view text)
{
    for (auto const profile : {Profile::Default, Profile::UsCore, Profile::Context})
        if (toText(profile) == text) return profile;
    return std::nullopt;
}

std::optional<PrefetchTemplate> prefetchTemplate(PrefetchChoice const& choice, std::string_view key,
                                                 Hook hook, rules::RuleSet const& rules)
{
    auto const row = std::ranges::find(kRows, key, &Row::key);
    if (row == kRows.end() || choice.profile == Profile::Context) return std::nullopt;
    auto const isUsCore = choice.profile == Profile::UsCore && !row->usCore.empty();
    std::string query{isUsCore ? row->usCore : row->query};
    if (query == "-") return std::nullopt;
    if (auto const at = query.find(kRuleCodes); at != std::string::npos)
        query.replace(at, kRuleCodes.size(), laboratoryCodes(rules));
    // Only there is the encounter a required part of the context.
    if (key == "encounterDiagnoses" && hook == Hook::EncounterStart)
        query += "&encounter={{context.encounterId}}";
    if (choice.codeSystem) addCodeSystem(query);
    return PrefetchTemplate{std::string{key}, std::move(query)};
}

std::optional<PrefetchTemplate> prefetchTemplate(std::string_view key, Hook hook,
                                                 rules::RuleSet const& rules)
{
    return prefetchTemplate(PrefetchChoice{}, key, hook, rules);
}

std::span<KeyUse const> keyUses() { return kUses; }

KeyUse const* findKeyUse(std::string_view key)
{
    auto const at = std::ranges::find(kUses, key, &KeyUse::key);
    return at == kUses.end() ? nullptr : &*at;
}

std::span<std::string_view const> allKeys() { return kKeys; }

} // namespace tcds::cds
