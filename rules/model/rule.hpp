#pragma once

#include "rules/model/condition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tcds::rules
{

/// A limit with a name: a site may set it inside `allowed`.
struct Parameter {
    struct Row {
        NamedIndex population; // unknown id: everybody (`value`)
        terms::Limit limit;
    };
    std::string name;
    std::vector<Row> rows; // named populations in file order, `value` last
    std::optional<std::pair<terms::Measure, terms::Measure>> allowed;
};

struct Band {
    std::string id;
    Level indicator = Level::Info;
    std::vector<RuleIndex> worstOf; // instead of `indicator`: highest level of these
    std::optional<Condition> when;  // absent: always
    std::string where; // FILE:LINE:COLUMN, "" in embedded content
};

struct Adjustment {
    enum class Kind : std::uint8_t { Raise, Cap, Lower, Like };
    Kind kind = Kind::Cap;
    Level cap = Level::Info;
    RuleIndex like;  // take over that rule's entries with that rule's bindings
    bool own = false; // not taken over by `like` of another rule
    std::optional<Condition> when;
};

struct TierRow {
    Tier tier = Tier::Possible;
    std::optional<Condition> when; // the last row has none
};

// --- Texts -------------------------------------------------------------------------------------

enum class Field : std::uint8_t {
    // results
    Value,
    Date,
    Dated, // value and date in one: "2.9 mmol/L (2026-01-29)", "not on record"
    Limit,
    Range,
    Note,
    TimesLimit,
    Name, // "potassium": of a text whose result is one of several
    From, // of a trend: the earlier result, dated
    // medications
    Display,
    List,
    Since,
    Changed,
    Stopped,
    Given,
    Dose,
    Route,
    Duration,
    // via_missing
    Analytes,
    Drugs,
    // complaint
    Onset
};

struct TemplatePiece {
    std::string literal; // set when `name` is unknown
    Slot name;           // {name.field}
    Field field = Field::Value;
    std::optional<std::string> fallback; // |default:"..."
};
using Template = std::vector<TemplatePiece>;

struct AlsoText {
    std::optional<Condition> when;
    Template say;
};

struct CardText {
    Template summary;
    Template findings;
    Template why; // empty: meta.mechanism
    Template options;
    std::vector<AlsoText> also;
};

/// A binding for texts and suggestions only; never influences whether a rule fires.
struct Show {
    enum class Kind : std::uint8_t { Lab, Med, Finding, Problem };
    Slot name;
    Kind kind = Kind::Lab;
    AnalyteId analyte;
    Slot before;               // newest usable result earlier than this result or medication start
    std::vector<MedTest> meds; // union
    std::vector<SetId> sets;   // findings or conditions
};

struct Suggest {
    enum class Kind : std::uint8_t { Test, Review, Text };
    Kind kind = Kind::Test;
    std::size_t test = 0; // place in RuleSet::suggestions
    Slot review;
    Template label; // Review: optional own label; Text: the label
    bool recommended = false;
    std::optional<Condition> when;
};

// --- The rule ----------------------------------------------------------------------------------

struct Evidence {
    std::string id, citation, url, grade, status; // status: seen | recalled
};

struct Meta {
    std::string author;
    std::vector<std::string> reviewers;
    std::string mechanism, limits, rationale;
    std::string effectiveFrom, effectiveTo, nextReview;
    std::string approvedBy, approvedOn; // packs with `approval: required` (decision D54)
    std::vector<Evidence> evidence;
};

/// What a hospital's overlay made of a rule of another pack. The rule's version ends in `mark`.
struct Overlaid {
    std::string mark;                 // "local.3f2a9c1d": changes with what the overlay says
    std::string file;                 // overlay.yaml
    std::string by, reason;           // a role; "" = not said
    bool disabled = false;            // evaluated and never shown
    bool firesElse = false;           // for other patients, or at another level
    std::vector<std::string> changes; // in words
    Meta meta;                        // author, reviewers and approval of the overlay
};

struct Rule {
    RuleIndex index;
    std::string id, version, title, topic; // topic: id without hyphens (decision D10)
    std::string pack, file;
    RuleStatus status = RuleStatus::Active;
    bool outsidePeriod = false; // active, and Shadow because the day is not in meta.effective*
    std::optional<Overlaid> overlaid;
    Group group = Group::EL;
    std::size_t cluster = 0; // place in RuleSet::clusters
    std::size_t gate = 0;    // place in RuleSet::gates
    std::uint8_t hooks = 0;  // bit per tcds::Hook
    AgeScope age = AgeScope::All;
    Place place = Place::Own;
    Meta meta;

    std::vector<std::string> names; // bound names; a Slot is a place in here
    std::vector<Parameter> parameters;
    std::vector<AnalyteId> via;
    Slot exposure;

    Condition when;
    std::optional<Condition> unless;
    std::vector<Band> bands; // one band without id for a rule with a plain `indicator`
    std::vector<Adjustment> adjust;
    std::vector<TierRow> tiers; // empty: Tier::None

    std::vector<RuleIndex> suppresses;
    std::vector<SetId> treatedBy;
    bool treatedByAll = false;
    std::vector<std::size_t> merges; // clusters

    std::vector<Show> show;
    CardText card;
    std::vector<Suggest> suggest;
    std::vector<std::size_t> overrideReasons; // places in RuleSet::overrideReasons

    [[nodiscard]] bool runsOn(std::uint8_t hookBit) const { return (hooks & hookBit) != 0; }
};

} // namespace tcds::rules
