#pragma once

#include "fhir/facts/patient_context.hpp"
#include "rules/model/rule_set.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::cds {

/// What an EHR is asked for. Templates are FHIR R4 reads and searches of CDS Hooks 2.0.1:
/// first-level required context tokens only, each parameter once, no operators (PTM rows).
enum class Profile : std::uint8_t {
    Default, // as narrow as the rules need
    UsCore,  // only searches that every US Core server has to support
    Context  // nothing: for EHRs that send the context alone
};
std::string_view toText(Profile profile); // "uscore"
std::optional<Profile> parseProfile(std::string_view text);

/// What one client is asked for.
struct PrefetchChoice {
    Profile profile = Profile::Default;
    std::vector<std::string> extra; // optional keys, in this order after those of the service
    bool codeSystem = false;        // http://loinc.org|CODE instead of CODE
};

/// One prefetch template of ours, advertised or optional.
struct PrefetchTemplate {
    std::string key;
    std::string query; // "Patient/{{context.patientId}}"
};

/// Template of a key for a hook. The LOINC list of `labs` is generated from the rule set: every
/// code of the analytes that its rules name, in the order of analytes.yaml.
/// @param choice  its profile and form of codes; `extra` is not looked at
/// @return nothing for a key without a template, or one that the profile leaves out
std::optional<PrefetchTemplate> prefetchTemplate(PrefetchChoice const& choice, std::string_view key,
                                                 Hook hook, rules::RuleSet const& rules);
/// The same in the profile `default`.
std::optional<PrefetchTemplate> prefetchTemplate(std::string_view key, Hook hook,
                                                 rules::RuleSet const& rules);

/// Whether a call can be answered without a key (decision D26).
enum class Need : std::uint8_t {
    Always,    // without it every call is refused
    Complaint, // one key of this group has to be there
    Finding,   // one key of this group too, once a complaint was found
    Optional
};

/// What a key is good for, in the words of an analyst.
struct KeyUse {
    std::string_view key;
    Need need;
    std::string_view without; // what is lost where it is not sent
};

/// Every key of ours with a template, the optional ones too, in reading order.
std::span<KeyUse const> keyUses();
/// @return nullptr for a key that is not ours
KeyUse const* findKeyUse(std::string_view key);

/// The keys of keyUses() by name alone.
std::span<std::string_view const> allKeys();

} // namespace tcds::cds
