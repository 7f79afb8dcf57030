#pragma once

#include "fhir/facts/patient_context.hpp"
#include "rules/model/vocabulary.hpp"
#include "server/cases/fact.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tcds::cases {

struct PatientSpec {
    std::string birth, sex, deceased; // "" = not on record
};

struct ExpectedFiring {
    std::string rule;
    std::optional<rules::Level> level;
    std::optional<rules::Tier> tier;
    std::string band; // "" = any
};

/// What must hold of an answer; what is not named may be anything.
struct Expectation {
    std::vector<ExpectedFiring> fired;
    std::vector<ExpectedFiring> silenced; // fires, and is not shown
    std::vector<std::string> notMet;
    std::vector<std::pair<std::string, std::string>> unknown;    // rule, reason
    std::vector<std::pair<std::string, std::string>> suppressed; // rule, why
    std::optional<std::size_t> cards;
    std::vector<std::string> summaryContains, detailContains; // each on some card
    std::vector<std::string> missing;                         // of the record (decision D52)
    bool only = false;                                        // nothing else fires
    bool none = false;                                        // no card
};

struct Case {
    std::string name;
    std::string where; // FILE:LINE:COLUMN
    Hook hook = Hook::PatientView;
    Instant now;
    PatientSpec patient;
    std::vector<Fact> facts;                 // those of the file that the case keeps, then its own
    std::vector<std::string> failed, absent; // prefetch keys
    Expectation expect;
};

/// The cases of one rule.
struct CaseFile {
    std::string rule;
    std::string file;
    std::vector<Case> cases;
};

/// Reads a file of test cases (rule language, section 11). Every fault is reported (L01).
CaseFile readCaseFile(Tree const& tree, Problems& problems);

} // namespace tcds::cases
