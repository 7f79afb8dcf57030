#pragma once

#include "fhir/facts/patient_context.hpp"
#include "fhir/terms/terminology.hpp"
#include "rules/model/rule.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules
{

/// Bit of a hook in Rule::hooks.
constexpr std::uint8_t hookBit(Hook hook)
{
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(hook));
}

struct Gate {
    std::string name; // "open-cramp"
    SetBits kinds;    // complaint sets that open it
};

struct Cluster {
    std::string name, title;
    std::vector<AnalyteId> analytes; // decide where a `via` drug joins
    bool oneCardEach = false;        // red flags: one card a rule
    std::size_t first = 0;           // name at most so many rules; 0 = no limit
};

struct NamedCondition {
    std::string name; // "AKI", "under-1"
    Condition condition;
};

struct SuggestionDef {
    std::string id; // "S-BMP"
    std::string label, system, code, display;
    std::vector<std::string> alsoCodes;
    std::vector<AnalyteId> analytes; // a fresh result of every one of these makes it pointless
    Duration freshFor{24, Duration::Unit::Hour};
};

/// Whom the rows of an analyte's tables are for; an unknown id: everybody.
struct RowPopulations {
    std::vector<NamedIndex> limits, guards; // in the order of the rows
};

struct OverrideReason {
    std::string code, display;
};

enum class HookShows : std::uint8_t { AllButOrders, Orders };

struct CardLimits {
    std::size_t maxCards = 3, summaryMax = 139, detailMax = 1200, suggestionsMax = 4,
                contextLinesMax = 2;
};

struct PackInfo {
    std::string id, title, version, approval; // approval: none | required
};

/// Which rules a code, class or analyte makes candidates (D40): a bit for each place in `order`.
using RuleBits = std::vector<std::uint64_t>;

struct RuleIndexKeys {
    std::vector<RuleBits> bySet;        // value sets and complaint kinds, by SetId
    std::vector<RuleBits> byIngredient; // by IngredientId
    std::vector<RuleBits> byAnalyte;    // by AnalyteId
    RuleBits always;                    // rules without keys, and `complaint` without kinds or site
};

/// Needs of the rules of one hook, for `missing` (decision D52).
struct HookNeeds {
    struct Lab {
        AnalyteId analyte;
        Duration longestWindow;
    };
    std::vector<Lab> labs;                 // by the name that `missing` gives them
    std::vector<std::string_view> sources; // prefetch keys that an absence asks for (decision D53)
};

/// A compiled, immutable set of rules; one request sees exactly one of them.
struct RuleSet {
    std::string id, version;
    std::string digest; // SHA-256 of the sources, hex
    std::string signer; // "embedded" or a key name
    std::string day;    // of loading, YYYY-MM-DD: rules outside their period only count; "" = none
    std::vector<PackInfo> packs;
    std::shared_ptr<terms::Terminology const> terms;
    Duration complaintWindow{180, Duration::Unit::Day};

    std::vector<Rule> rules;      // sorted by id
    std::vector<RuleIndex> order; // evaluation order: references first
    std::vector<NamedCondition> conditions;
    std::vector<RowPopulations> populations; // by AnalyteId
    std::vector<Gate> gates;
    std::vector<Cluster> clusters;
    std::vector<Group> groupRank; // ranking of cards, first is highest
    std::vector<Tier> tierRank;
    std::array<HookShows, 5> hookShows{};
    CardLimits limits;
    std::vector<SuggestionDef> suggestions;
    std::vector<OverrideReason> overrideReasons;
    RuleIndexKeys keys;
    std::array<HookNeeds, 5> needs; // by Hook

    /// Value sets that parts of the engine know by name (clinical specification C.0.4); unknown ids
    /// when the content lacks them.
    struct WellKnown {
        SetId pregnancy, postpartum, dialysisStatus, dialysisProcedure, ckd3, ckd4, ckd5;
        AnalyteId calcium, adjustedCalcium, ionisedCalcium, albumin, egfr, magnesium, potassium;
        NamedIndex dialysis, pregnant; // named conditions; `pregnant`: the population
    } known;

    [[nodiscard]] Rule const* find(std::string_view id) const;
    [[nodiscard]] Rule const& rule(RuleIndex at) const { return rules[at.index()]; }
    /// "lab:K", valid as long as the rule set: how `missing` names an analyte.
    [[nodiscard]] std::string_view labSubject(AnalyteId analyte) const;
    /// True when some rule names the analyte, or one that is derived from it: what the prefetch asks for.
    [[nodiscard]] bool prefetched(AnalyteId analyte) const;
    /// "source:medications": the key must be one of ours.
    [[nodiscard]] static std::string_view sourceSubject(std::string_view key);
    std::vector<std::string> labSubjects; // by AnalyteId, filled by the loader
};

/// One clause in plain English ("latest potassium below 3.0 mmol/L").
/// @param rule      whose clause it is, for names and parameters; nullptr for a named condition
/// @param authored  an author's own sentence (`says`) comes before the generated one
std::string describe(Condition const& condition, Rule const* rule, RuleSet const& set,
                     bool authored = true);

} // namespace tcds::rules
