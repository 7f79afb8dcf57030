#pragma once

#include "fhir/facts/course.hpp"
#include "fhir/facts/patient_context.hpp"
#include "rules/model/rule_set.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// A result as the engine sees it: one that was read, or one derived from two of them.
struct Result {
    AnalyteId analyte;
    bool usable = false;
    Reason unusable = Reason::None;
    Decimal canonical;          // in the analyte's canonical unit
    Decimal reported;           // in `ucum`
    std::string_view ucum;      // unit as sent, as UCUM
    bool codeFactors = false;   // its code has factors of its own (urea against urea nitrogen):
                                // limits written in `ucum` do not mean this quantity
    Decimal shownValue;         // digits as sent (decision D46)
    std::string_view shownUnit; // unit as sent
    Comparator comparator = Comparator::None;
    NoteSet notes;
    Instant at; // effective, else issued
    TimeSpan const* taken = nullptr;
    std::span<ReferenceRange const> ranges;
    ResultStatus status = ResultStatus::Final;
    std::string_view resource; // last tie-breaker
    std::optional<Instant> issued;
    std::array<FactId, 2> facts; // the result itself, or the two inputs of a derived one

    /// "2.9 mmol/L", "<2.5 mmol/L": digits and unit as sent; more than four decimals, which no
    /// laboratory reports, are rounded to two for the reader.
    [[nodiscard]] std::string shown() const;
    /// "2.9" without the unit.
    [[nodiscard]] std::string shownNumber() const;
};

/// One medication that met a selection, with the ingredient that did and its course.
struct MedMatch {
    MedicationUse const* use = nullptr;
    IngredientId ingredient; // unknown for a class matched by code alone
    Course const* course = nullptr;
};

/// What a med clause is asked of: one ingredient of a medication, or a medication that only its
/// class is known of.
struct MedPart {
    MedMatch match;
    SetBits const* classes = nullptr; // drug classes that it belongs to
};

/// Which medications belong to a drug class, so that a clause need look at no others: a bit for
/// each place in the list of medications, 64 a word.
class ClassIndex
{
public:
    ClassIndex() = default;
    ClassIndex(std::span<MedPart const> medications, std::size_t sets);

    [[nodiscard]] std::size_t words() const { return words_; }
    [[nodiscard]] std::uint64_t word(SetId drugClass, std::size_t at) const
    {
        if (drugClass.index() >= rowOf_.size() || rowOf_[drugClass.index()] == kNoRow) return 0;
        return rows_[rowOf_[drugClass.index()] * words_ + at];
    }

private:
    static constexpr std::uint16_t kNoRow = 0xFFFF;
    std::size_t words_ = 0;
    std::vector<std::uint16_t> rowOf_; // by SetId
    std::vector<std::uint64_t> rows_;  // of the classes that are present
};

/// An indexed view of the facts for one evaluation: results by analyte, newest first (derived ones
/// included), courses by ingredient. Keeps references: context and rule set must outlive it.
class Chart
{
public:
    Chart(PatientContext const& context, RuleSet const& rules);

    [[nodiscard]] PatientContext const& context() const { return context_; }
    [[nodiscard]] RuleSet const& rules() const { return rules_; }
    [[nodiscard]] terms::Terminology const& terms() const { return *rules_.terms; }
    [[nodiscard]] Instant now() const { return context_.asOf; }

    /// Results of an analyte that are not in the future, newest first; ties: corrected > amended >
    /// final > preliminary, then later issued, then greater id. Unusable ones included.
    [[nodiscard]] std::span<Result const> results(AnalyteId analyte) const;
    /// The newest usable one, whatever its age.
    [[nodiscard]] Result const* newest(AnalyteId analyte) const;
    /// The medications in an order of their own: by ingredients, start, resource; combination
    /// products once for each ingredient. What is found and said never hangs on the order in which
    /// a server lists them.
    [[nodiscard]] std::span<MedPart const> medications() const { return medications_; }
    [[nodiscard]] ClassIndex const& byClass() const { return byClass_; }
    /// The course of an ingredient that a use belongs to.
    [[nodiscard]] Course const* courseOf(MedicationUse const& use, IngredientId ingredient) const;
    [[nodiscard]] std::span<Course const> courses() const { return courses_; }

    /// The window in force: the given one or the analyte's own, shortened for inpatients.
    [[nodiscard]] Duration window(AnalyteId analyte, std::optional<Duration> const& within) const;
    [[nodiscard]] bool inpatient() const { return inpatient_; }

    /// Printable name of an ingredient or of a use without one.
    [[nodiscard]] std::string_view nameOf(MedMatch const& match) const;

private:
    void addMedications();
    void addRead();
    void addDerived();

    PatientContext const& context_;
    RuleSet const& rules_;
    std::vector<std::vector<Result>> byAnalyte_;
    std::vector<Course> courses_;
    std::vector<MedPart> medications_;
    ClassIndex byClass_; // of medications_
    bool inpatient_ = false;
};

} // namespace tcds::rules
