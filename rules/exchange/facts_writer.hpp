#pragma once

#include "fhir/base/json_writer.hpp"
#include "rules/eval/chart.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

/// Writes facts as FHIR R4 resources, one by one. What a code says is left to the code; what only
/// our reader knows (a text, a name, a site's own map) is said by a code in a system of our own.
class FactsWriter
{
public:
    explicit FactsWriter(Chart const& chart) : chart_{chart} {}

    void patient();
    /// One ingredient of a use, as MedicationRequest, -Statement, -Dispense or -Administration.
    void medication(MedMatch const& match);
    void result(LabResult const& lab);
    /// A result that was computed, not read.
    void derived(Result const& result);
    [[nodiscard]] bool isDerived(Result const& result) const;
    void problem(Problem const& problem);
    void complaint(Complaint const& complaint);
    void sign(Finding const& finding);
    void procedure(ProcedureFact const& procedure);
    void order(OrderFact const& order);
    void visit(EncounterFact const& visit);

    /// The Bundle of all that was written.
    [[nodiscard]] std::string bundle() const;

private:
    using Body = std::function<void()>;
    void resource(std::string_view type, Body const& body);
    void subject();
    void date(std::string_view name, std::optional<TimeSpan> const& span);
    void moment(std::string_view name, std::optional<Instant> const& at);
    void mark(std::string_view name);
    /// The codes of a fact, less those whose meaning the fact does not have, and a code of our own
    /// for each set that no code says.
    void codes(std::vector<Coding> const& codings, SetBits const& sets);
    void product(MedMatch const& match);
    void record(std::string_view kind, std::vector<Coding> const& codings, SetBits const& sets,
                Body const& rest);
    void ranges(LabResult const& lab);
    void notes(NoteSet notes);

    Chart const& chart_;
    std::vector<std::string> resources_;
    JsonFile* json_ = nullptr;
};

} // namespace tcds::rules::exchange
