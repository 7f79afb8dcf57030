#pragma once

#include "rules/eval/chart.hpp"
#include "rules/model/rule_set.hpp"

#include <deque>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// Which limit a *_reference clause used, for the card's Basis. Both empty: no reference was asked.
struct LimitUsed {
    terms::Measure const* standard = nullptr; // the default limit, in the unit that was compared
    Quantity const* laboratory = nullptr;     // the laboratory's own range
    std::string_view population;              // of the default limit; "" = everybody else
    std::optional<Decimal> canonical;         // either of them, for {k.times_limit}
    [[nodiscard]] bool used() const { return standard != nullptr || laboratory != nullptr; }
};

/// What a name was bound to. Pointers lead into the Chart or the context.
struct Binding {
    enum class Kind : std::uint8_t { None, Result, Medications, Findings, Missing };
    explicit Binding(std::pmr::memory_resource* arena = std::pmr::get_default_resource())
        : meds{arena}, facts{arena}, analytes{arena}
    {
    }
    void clear()
    {
        if (kind == Kind::None) return;
        kind = Kind::None;
        result = earlier = nullptr;
        limit = {};
        meds.clear();
        facts.clear();
        analytes.clear();
    }

    Kind kind = Kind::None;
    Result const* result = nullptr;
    Result const* earlier = nullptr; // Result bound by a trend: the one it is compared with
    LimitUsed limit;
    std::pmr::vector<MedMatch> meds;      // Medications; Missing: the drugs
    std::pmr::vector<FactId> facts;       // Findings: findings, problems, complaints; ascending
    std::pmr::vector<AnalyteId> analytes; // Missing: the analytes without a result
};

/// A data element that was wanted and not there, in the notation of decision D32: "lab:K",
/// "med:start", "patient:birthDate", "source:medications". The view lives as long as the rule set.
using Subject = std::string_view;

/// What became of one rule (vocabulary of decision D43).
struct Judgement {
    explicit Judgement(std::pmr::memory_resource* arena) : used{arena}, bound{arena}, missing{arena}
    {
    }
    RuleIndex rule;
    bool candidate = false; // decision D40: others are counted, not listed
    Outcome outcome = Outcome::NotMet;
    Reason reason = Reason::None; // Unknown
    std::string_view
        why;       // Unknown: toText(reason); NotMet: the deciding construct; Suppressed: the cause
    Subject what;  // Unknown: data element; NotMet: gate, age, when, bands; Suppressed: rule id
    int band = -1; // place in Rule::bands
    Level level = Level::Info;
    Tier tier = Tier::None;
    bool whenTrue = false;             // its `when` holds (references with `part: when`)
    bool predates = false;             // the complaint predates the drug: tier lowered
    bool asNeededOnly = false;         // all drugs as needed without a recent dose: tier lowered
    std::pmr::vector<FactId> used;     // ascending, unique; with the complaint that opened the gate
    std::pmr::vector<Binding> bound;   // by Slot; `show` names stay empty until cards are made
    std::pmr::vector<Subject> missing; // what could still have changed outcome, level or tier
    std::optional<Instant> newestData; // of the facts used, for ranking
    std::uint64_t saysAlso = 0; // Fired: bit n = condition of CardText::also[n] is true, or absent
    std::uint64_t offers = 0;   // Fired: bit n = condition of Rule::suggest[n] is true, or absent
    std::uint32_t microseconds = 0; // only when timing was asked for
    bool firedAlone =
        false; // fires before suppression by other rules, hook or draft: what references ask
};

/// One clause in an explanation; the tree mirrors the rule.
struct TraceNode {
    std::string_view part; // "when", "unless", "bands.severe", "tier", "adjust"; roots only
    Condition const* clause = nullptr;
    Verdict verdict = Verdict::No;
    Reason reason = Reason::None;
    Subject what;
    std::vector<FactId> used;
    std::vector<std::string> notes; // rejected candidates with the cause, limit and its origin
    std::vector<TraceNode> children;
};

struct RuleTrace {
    RuleIndex rule;
    std::vector<TraceNode> parts;
};

/// Everything that an evaluation found. Owns its arena; refers to context and rule set, which must
/// outlive it.
class Evaluation
{
public:
    Evaluation(PatientContext const& context, RuleSet const& rules);
    Evaluation(Evaluation const&) = delete;
    Evaluation& operator=(Evaluation const&) = delete;

    Chart chart;
    std::pmr::monotonic_buffer_resource arena{64U * 1024U};
    std::pmr::deque<Judgement> judged{&arena}; // in evaluation order; candidates and what they
                                               // refer to
    std::vector<Judgement*> byRule;            // by RuleIndex; nullptr: idle
    bool complaint = false;                    // an eligible complaint is on record
    std::vector<Subject> missing;              // of the record (decision D52), sorted, unique
    std::vector<RuleTrace> traces;             // when asked for, by rule id

    /// nullptr for a rule that was not looked at: idle (decision D40).
    [[nodiscard]] Judgement const* of(RuleIndex rule) const { return byRule[rule.index()]; }
    /// Candidates in the order of rule ids: what a record lists.
    [[nodiscard]] std::vector<Judgement const*> candidates() const;
    /// Rules that are no candidates.
    [[nodiscard]] std::size_t idle() const;
    /// Outcome Fired, by rule id.
    [[nodiscard]] std::vector<Judgement const*> fired() const;
};

struct EvaluateOptions {
    bool trace = false; // build RuleTrace of every rule
    bool everyRule =
        false; // evaluate idle rules too (command line, tests): same outcomes, spelt out
    bool timing = false;
};

/// Judges every rule: candidates with all they used, the rest by their index keys. After this the
/// outcomes are final (suppression by other rules, hook and drafts included); cards are made of it
/// by compose(). Never fails; a broken invariant inside one rule gives Outcome::Error for that
/// rule.
///
/// Pure: the same context and rule set give the same evaluation. The clock is context.asOf.
std::unique_ptr<Evaluation> evaluate(PatientContext const& context, RuleSet const& rules,
                                     EvaluateOptions const& options = {});

} // namespace tcds::rules
