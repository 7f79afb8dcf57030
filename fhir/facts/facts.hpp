#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/base/decimal.hpp"
#include "fhir/facts/identifiers.hpp"
#include "fhir/facts/reason.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The facts of one patient at one instant, as far as they were understood. Facts own their strings;
// they hold codes, numbers, dates and what a text was understood as, never the text itself.

namespace tcds
{

struct Coding {
    std::string system; // canonical URI (urn:oid: aliases are translated when read)
    std::string code;
    std::string display; // as sent; for explanations only, never for the record
    bool operator==(Coding const&) const = default;
};

/// Where a fact was read.
struct SourceRef {
    std::string resource; // "Observation/o7"; "" when the resource had no id
    std::string version;  // meta.versionId
    InputId input;        // prefetch key or context it came with
    std::string pointer;  // JSON Pointer inside the resource, "" = the whole
    bool operator==(SourceRef const&) const = default;
};

/// How a meaning was found; names come last and are said on the card (decision D16).
enum class MatchedBy : std::uint8_t { None, RxNorm, Atc, Snomed, Map, Name, Code, Phrase };

// --- Medications -------------------------------------------------------------------------------

enum class UseKind : std::uint8_t { Order, Statement, Dispense, Administration, Draft };

/// What the resource says at the time of the call (clinical specification C.0.1).
enum class UseState : std::uint8_t {
    Active,
    Stopped, // stopped, completed, or an active order whose bounds or validity are over
    OnHold,
    Draft,    // an unsigned order of an order hook
    Given,    // an administration (single dose), see lastGiven
    Planned,  // intent proposal, plan or option; statement intended
    NotTaken, // statement not-taken; order with doNotPerform
    Cancelled,
    Future, // authored or starting after the call
    Unknown // status unknown or absent
};

enum class Route : std::uint8_t {
    Unknown, // counts as systemic, and the card says so
    Oral,
    Injected, // by needle, the vein not named
    Inhaled,
    Nebulised,
    Nasal,
    Topical,
    Ophthalmic,
    Otic,
    Rectal,
    Vaginal,
    IntraArticular,
    Transdermal,
    Intrathecal,
    Intravenous // rules that say "injected" mean it too
};
enum class RouteOrigin : std::uint8_t { None, Dosage, Form, Product, Name };

/// Oral, injected, intravenous, transdermal, intrathecal and unknown act in the whole body.
bool isSystemic(Route route);

struct StateChange {
    std::string status;         // as sent
    std::optional<TimeSpan> at; // as far as the data dates it
    bool operator==(StateChange const&) const = default;
};

/// A number with the unit as sent.
struct Quantity {
    Decimal value;
    std::string unit;
    bool operator==(Quantity const&) const = default;
};

struct MedicationUse {
    FactId id;
    UseKind kind = UseKind::Order;
    std::vector<Coding> codes;
    std::vector<IngredientId>
        ingredients; // of the product, combination products all; sorted, unique
    SetBits sets;    // drug classes by a code that names a class but no ingredient (an ATC prefix)
    MatchedBy matchedBy = MatchedBy::None;
    std::string name; // printable name of our own tables when no ingredient row exists, else ""
    UseState state = UseState::Unknown;
    std::string status; // as sent
    std::vector<StateChange> history;
    std::optional<TimeSpan> start;     // authoredOn, effective start, hand-over, administration
    std::optional<TimeSpan> stop;      // end of bounds or period, else date of the status change
    std::optional<TimeSpan> lastGiven; // newest administration or hand-over
    std::optional<TimeSpan> supplyEnd; // shown, never an end (decision D29)
    std::optional<Quantity> dailyDose;
    Route route = Route::Unknown;
    RouteOrigin routeFrom = RouteOrigin::None;
    bool asNeeded = false;
    bool selected = true; // drafts of order-select: named in `selections`
    SourceRef source;
};

/// The continuous use of one ingredient: uses with gaps of at most 30 days join. Made from the uses
/// when the engine starts (fhir/facts/course.hpp), never stored.
struct Course {
    IngredientId ingredient;
    std::optional<TimeSpan> start;
    std::optional<TimeSpan> lastRise;   // a new order with a higher daily dose
    std::optional<TimeSpan> lastChange; // a new order with another daily dose
    std::optional<TimeSpan> stop;       // absent while it runs
    bool startUnknown = false;          // some use of it has no date
    std::vector<FactId> uses;           // ascending
};

// --- Results -----------------------------------------------------------------------------------

enum class Comparator : std::uint8_t { None, Less, LessOrEqual, GreaterOrEqual, Greater };
enum class ResultStatus : std::uint8_t { Preliminary, Final, Amended, Corrected, Unknown };

enum class Note : std::uint16_t {
    Haemolysed = 1U << 0U,
    Preliminary = 1U << 1U,
    NoAlbumin = 1U << 2U,    // derived calcium: measured value, albumin not known
    LowAlbumin = 1U << 3U,   // albumin below 20 g/L
    ParsedText = 1U << 4U,   // number and unit were read from valueString
    UnitProperty = 1U << 5U, // unit and LOINC property disagree (decision D27)
    DelayedSeparation = 1U << 6U,
    PostDialysis = 1U << 7U, // drawn within 6 h after a dialysis session
    LabCritical = 1U << 8U,  // flagged HH or LL by the laboratory
    StatusUnknown = 1U << 9U // accepted by setting (decision D14)
};
class NoteSet
{
public:
    void add(Note note)
    {
        bits_ = static_cast<std::uint16_t>(bits_ | static_cast<std::uint16_t>(note));
    }
    [[nodiscard]] bool has(Note note) const
    {
        return (bits_ & static_cast<std::uint16_t>(note)) != 0;
    }
    [[nodiscard]] bool none() const { return bits_ == 0; }
    void addAll(NoteSet other) { bits_ = static_cast<std::uint16_t>(bits_ | other.bits_); }
    bool operator==(NoteSet const&) const = default;

private:
    std::uint16_t bits_ = 0;
};
/// "haemolysed", "preliminary", ...
std::string_view toText(Note note);
std::optional<Note> parseNote(std::string_view text);

enum class Sex : std::uint8_t { Unknown, Female, Male, Other };

/// A row of Observation.referenceRange, in the unit of the row.
struct ReferenceRange {
    std::string type; // "normal" or "" count; others (therapeutic, treatment, ...) do not
    std::optional<Quantity> low, high;
    std::optional<int> ageFromDays, ageToDays; // [from, to]; absent = open
    Sex sex = Sex::Unknown;                    // Unknown = for both
    bool pregnancy = false;                    // appliesTo or text says pregnancy
};

struct LabResult {
    FactId id;
    std::vector<Coding> codes;
    AnalyteId analyte;
    std::optional<Quantity> value; // as sent; absent with `unusable` set
    Comparator comparator = Comparator::None;
    Reason unusable = Reason::None;   // NoValue, NoUnit, BadUnit, Implausible: seen, never guessed
    std::optional<Decimal> canonical; // value in the analyte's canonical unit
    std::string ucum;                 // the unit as sent, as UCUM; "" when not understood
    ResultStatus status = ResultStatus::Final;
    std::vector<ReferenceRange> ranges;
    std::vector<std::string> flags; // interpretation codes: H, L, HH, LL, ...
    NoteSet notes;
    std::optional<TimeSpan> taken; // effective, else issued
    std::optional<TimeSpan> issued;
    SourceRef source;
};

// --- Problems, complaints, findings ------------------------------------------------------------

enum class ProblemState : std::uint8_t {
    Active,
    Inactive
}; // resolved, remission, inactive: Inactive

/// A Condition that is not refuted or entered in error.
struct Problem {
    FactId id;
    std::vector<Coding> codes;
    SetBits sets; // condition sets, by code or phrase
    MatchedBy matchedBy = MatchedBy::Code;
    ProblemState state = ProblemState::Active;
    std::string status, verification; // as sent
    std::optional<TimeSpan> onset, recorded, abated;
    std::optional<int>
        weeks; // of pregnancy: ICD-10-CM Z3A or "30 weeks" in its text, on `recorded`
    bool thisEncounter = false; // linked to the encounter of the call
    SourceRef source;
};

/// An eligible complaint (clinical specification B.3, decision D25).
struct Complaint {
    FactId id;
    SetBits kinds; // complaint sets: TWITCH, CRAMP, ...
    std::vector<Coding> codes;
    SetBits sites; // finding sets that name a body site
    MatchedBy matchedBy = MatchedBy::Code;
    std::optional<TimeSpan> onset; // onset, else recorded or effective date
    SourceRef source;
};

/// A recorded, not negated sign.
struct Finding {
    FactId id;
    SetBits sets;
    std::vector<Coding> codes;
    MatchedBy matchedBy = MatchedBy::Code;
    std::optional<TimeSpan> at, onset;
    bool inComplaint = false;   // stands in the complaint's own text
    bool thisEncounter = false; // linked to the encounter of the call: counts undated
    SourceRef source;
};

// --- The rest ----------------------------------------------------------------------------------

struct ProcedureFact {
    FactId id;
    SetBits sets;
    std::vector<Coding> codes;
    std::optional<TimeSpan> start, end;
    SourceRef source;
};

/// A test or referral that is ordered (or drafted).
struct OrderFact {
    FactId id;
    std::vector<Coding> codes;
    SetBits sets;
    bool draft = false;
    std::string status; // as sent: only `active` is still open
    std::optional<TimeSpan> authored;
    SourceRef source;
};

enum class EncounterClass : std::uint8_t {
    Unknown,
    Ambulatory,
    Inpatient,
    Emergency,
    Home,
    Virtual
};

/// An Encounter, or an Appointment read as a visit.
struct EncounterFact {
    FactId id;
    EncounterClass cls = EncounterClass::Unknown;
    bool icu = false;     // class ACUTE or a location of type ICU (clinical specification C.0.2)
    bool current = false; // the one of the call, or one that is open
    SetBits sets;         // visit sets
    std::optional<TimeSpan> start, end;
    SourceRef source;
};

struct PatientFact {
    FactId id;
    std::optional<TimeSpan> birth; // never recorded: the record holds the age
    bool deceased = false;
    bool human = true;
    Sex sex = Sex::Unknown;
    SourceRef source;
};

/// What was shown or answered before for this patient (repeats, feedback); handed in, never read.
struct Recent {
    std::string key;          // keyed repeat key of the card that it speaks of
    std::string what;         // "returned", "accepted", "overridden" or the code of a reason
    Instant until;            // it holds cards back before this instant
    std::string cluster = {}; // whose cards
    std::string rule = {};    // only those that this rule leads; "" = whatever leads
    std::string level = {};   // up to this level; what is more serious is shown
};

/// Seen, but not usable, and why.
struct Gap {
    FactId id;
    std::string kind; // "lab", "medication", "condition", ... as in the record
    Reason reason = Reason::None;
    std::vector<Coding> codes;
    AnalyteId analyte; // for a lab whose analyte is known
    SourceRef source;
};

enum class SourceStatus : std::uint8_t {
    Ok,
    Empty,
    Absent,
    Partial,
    Denied,
    Timeout,
    Invalid,
    Failed
};
std::string_view toText(SourceStatus status); // Failed is written "error", as in the record

/// What became of one input: a prefetch key, or "context".
struct InputStatus {
    std::string key;
    std::string via; // "prefetch", "context", "fhir"
    SourceStatus status = SourceStatus::Absent;
    std::size_t count = 0; // resources read
};

} // namespace tcds
