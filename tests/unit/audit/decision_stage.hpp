#pragma once

#include "fhir/facts/patient_context.hpp"
#include "rules/cards/card.hpp"
#include "rules/eval/evaluation.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/pseudonyms.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tcds::audit::test {

/// One decision about an invented patient of 67 with twitching, potassium 2.9 and furosemide:
/// EL-K-LOW fired, MED-LOOP is suppressed, EL-CA-LOW unknown, RF-ALS not met, another rule idle.
/// Every kind of fact is there once.
class DecisionStage
{
public:
    DecisionStage();

    /// The members that go into the log.
    [[nodiscard]] std::string members() const
    {
        auto pseudonyms = pseudonyms_->on(record.fhirServer);
        return writeDecision(record, pseudonyms);
    }
    /// A whole line, with head and tail of a real log.
    [[nodiscard]] std::string line() const;

    PatientContext context;
    rules::RuleSet rules;
    std::unique_ptr<rules::Evaluation> evaluation;
    std::vector<rules::Card> cards;
    std::vector<CardSent> sent;
    DecisionRecord record;

    static constexpr std::string_view kMasked =
        R"({"uuid":"5ac73063-6082-5a75-8033-837f4aef1a65","summary":"Low potassium 2.9 mmol/L"})";

private:
    void addFacts();
    void addRules();
    void judge();

    TemporaryDirectory folder_;
    std::unique_ptr<Pseudonyms> pseudonyms_;
    std::string patientKey_, encounterKey_;
};

} // namespace tcds::audit::test
