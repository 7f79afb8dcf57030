#include "fhir/read/observation_notes.hpp"

#include "fhir/read/observation_value.hpp"
#include "fhir/read/symptom.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace tcds::fhir {

namespace {

template <std::size_t N>
bool isOneOf(std::string_view word, std::array<std::string_view, N> const& words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool isWordChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::vector<std::string_view> wordsOf(std::string_view text)
{
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        while (at < text.size() && !isWordChar(text[at])) ++at;
        auto const from = at;
        while (at < text.size() && isWordChar(text[at])) ++at;
        if (at > from) words.push_back(text.substr(from, at - from));
    }
    return words;
}

constexpr std::array<std::string_view, 8> kDenying{"no",  "not",      "non",    "without",
                                                   "nil", "negative", "absent", "free"};

/// One part of a sentence, lower case.
bool partSaysHaemolysed(std::string_view part)
{
    auto const words = wordsOf(part);
    for (std::size_t at = 0; at < words.size(); ++at) {
        auto const stem = words[at].find("emoly");
        if (stem == std::string_view::npos || stem == 0) continue;
        auto const prefix = words[at].substr(0, stem);
        if (prefix != "h" && prefix != "ha") continue; // nonhaemolysed, unhemolyzed
        if (at + 1 < words.size() &&
            (words[at + 1].starts_with("an") && words[at].ends_with("lytic")))
            continue;                     // haemolytic anaemia
        constexpr std::size_t kReach = 3; // "no evidence of haemolysis"
        bool denied = false;
        for (auto before = at - std::min(at, kReach); before < at; ++before)
            denied = denied || isOneOf(words[before], kDenying);
        auto next = at + 1;
        constexpr std::array<std::string_view, 6> kFiller{"index", "is",    "was",
                                                          "level", "grade", "h"};
        while (next < words.size() && isOneOf(words[next], kFiller)) ++next;
        constexpr std::array<std::string_view, 8> kNone{"none",   "no",  "negative", "neg",
                                                        "absent", "nil", "not",      "0"};
        if (next < words.size() && isOneOf(words[next], kNone)) denied = true;
        if (!denied) return true;
    }
    return false;
}

/// Type of a Specimen, or what the reference displays.
bool isForeignFluid(std::string_view text)
{
    constexpr std::array<std::string_view, 12> kFluids{
        "urine", "cerebrospinal", "stool",      "faec",  "feces",  "dialysate",
        "ascit", "pleural",       "peritoneal", "sweat", "saliva", "effluent"};
    return std::any_of(kFluids.begin(), kFluids.end(),
                       [text](std::string_view fluid) { return containsAnyCase(text, fluid); });
}

bool isForeignType(Value const* type)
{
    // HL7 v2 table 0487 (UR, URC, CSF, STL) and SNOMED CT 122575003 Urine specimen.
    constexpr std::array<std::string_view, 5> kCodes{"UR", "URC", "CSF", "STL", "122575003"};
    bool foreign = isForeignFluid(conceptText(type));
    forEachCoding(type, [&](CodingView const& view) {
        foreign = foreign || isOneOf(view.code, kCodes) || isForeignFluid(view.display);
    });
    return foreign;
}

void noteText(std::string_view text, NoteSet& notes)
{
    constexpr std::size_t kShortest = 8; // "hemolysed"; codes such as H and LL are shorter
    if (text.size() < kShortest) return;
    if (saysHaemolysed(text)) notes.add(Note::Haemolysed);
    if (saysDelayedSeparation(text)) notes.add(Note::DelayedSeparation);
}

void noteConcept(Value const* concept_, NoteSet& notes)
{
    noteText(conceptText(concept_), notes);
    forEachCoding(concept_, [&notes](CodingView const& view) {
        if (view.code == "HEM") notes.add(Note::Haemolysed); // HL7 v2 table 0493
        noteText(view.display, notes);
    });
}

} // namespace

bool saysHaemolysed(std::string_view text)
{
    if (!containsAnyCase(text, "emoly")) return false;
    auto const small = lower(text);
    std::string_view rest{small};
    while (!rest.empty()) {
        auto const end = std::min(rest.find_first_of(".;,\n"), rest.size());
        if (partSaysHaemolysed(rest.substr(0, end))) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

bool saysDelayedSeparation(std::string_view text)
{
    constexpr std::array<std::string_view, 9> kPhrases{
        "delayed separation", "separation delayed", "delay in separation",
        "separation delay",   "delayed processing", "prolonged contact with cells",
        "old sample",         "aged sample",        "sample too old"};
    return std::any_of(kPhrases.begin(), kPhrases.end(),
                       [text](std::string_view phrase) { return containsAnyCase(text, phrase); });
}

NoteSet sampleNotes(Reading& reading, Place const& place)
{
    NoteSet notes;
    auto const& resource = place.members;
    forEachNote(resource, [&notes](std::string_view text) { noteText(text, notes); });
    if (auto const* interpretation = resource.child("interpretation"))
        noteConcept(interpretation, notes);
    auto const* reference = resource.child("specimen");
    if (reference == nullptr) return notes;
    noteText(json::textOf(*reference, "display"), notes);
    auto const found = reading.resolve(reference, place);
    if (found.resource == nullptr) return notes;
    Members const specimen{*found.resource};
    for (auto const& condition : specimen.items("condition")) noteConcept(&condition, notes);
    forEachNote(specimen, [&notes](std::string_view text) { noteText(text, notes); });
    return notes;
}

bool isForeignSpecimen(Reading& reading, Place const& place)
{
    auto const* reference = place.members.child("specimen");
    if (reference == nullptr) return false;
    if (isForeignFluid(json::textOf(*reference, "display"))) return true;
    auto const found = reading.resolve(reference, place);
    return found.resource != nullptr && isForeignType(json::child(*found.resource, "type"));
}

namespace {

bool isIndexName(Value const* code)
{
    bool named = containsAnyCase(conceptText(code), "emoly");
    forEachCoding(code, [&named](CodingView const& view) {
        named = named || containsAnyCase(view.display, "emoly");
    });
    return named;
}

bool isPositiveIndex(Members const& resource)
{
    auto const flags = flagsOf(resource.child("interpretation"));
    constexpr std::array<std::string_view, 5> kHigh{"H", "HH", "A", "AA", "POS"};
    if (std::any_of(flags.begin(), flags.end(),
                    [&](std::string const& flag) { return isOneOf(flag, kHigh); }))
        return true;
    if (auto const number = json::decimal(json::child(resource.child("valueQuantity"), "value"))) {
        for (auto const& range : resource.items("referenceRange"))
            if (auto const high = json::decimal(json::path(range, {"high", "value"})))
                return *number > *high;
        return false; // scales differ from laboratory to laboratory: no limit, no reading
    }
    if (auto const said = json::flag(resource.child("valueBoolean"))) return *said;
    auto const* concept_ = resource.child("valueCodeableConcept");
    auto const polarity =
        concept_ != nullptr ? polarityOf(concept_) : polarityOf(resource.text("valueString"));
    if (polarity == Polarity::Present) return true;
    if (polarity != Polarity::Other) return false;
    auto const text =
        lower(concept_ != nullptr ? conceptText(concept_) : resource.text("valueString"));
    auto const words = wordsOf(text);
    return !words.empty() && words.front() != "0" && !isOneOf(words.front(), kDenying) &&
           words.front() != "none";
}

} // namespace

bool readHaemolysisIndex(Reading& reading, Place const& place, std::optional<TimeSpan> const& taken)
{
    auto const& resource = place.members;
    if (!isIndexName(resource.child("code"))) return false;
    if (isPositiveIndex(resource)) {
        SampleRemark remark;
        remark.specimen = referenceText(resource.child("specimen"));
        if (taken) remark.taken = taken->first();
        reading.remarks.push_back(std::move(remark));
    }
    return true;
}

namespace {

void settleRemark(Reading& reading, SampleRemark const& remark)
{
    auto& labs = reading.out.labs;
    for (std::size_t place = 0; place < labs.size(); ++place) {
        auto const& specimen = reading.samples[place].specimen;
        bool const same =
            !specimen.empty() && !remark.specimen.empty()
                ? specimen == remark.specimen
                : remark.taken && labs[place].taken && labs[place].taken->first() == *remark.taken;
        if (same) labs[place].notes.add(Note::Haemolysed);
    }
}

} // namespace

void settleResults(Reading& reading)
{
    for (auto const& remark : reading.remarks) settleRemark(reading, remark);
    // Clinical specification C.0.2: potassium rebounds for 6 h after a dialysis session.
    constexpr auto kRebound = std::chrono::hours{6};
    for (auto const& procedure : reading.out.procedures) {
        if (!procedure.sets.has(reading.sets.dialysis) || !procedure.end) continue;
        auto const& end = *procedure.end;
        bool const timed =
            end.precision == Precision::Second || end.precision == Precision::Millisecond;
        auto const ended = timed ? end.first() : end.last();
        for (auto& lab : reading.out.labs)
            if (lab.taken && lab.taken->first() >= ended && lab.taken->first() <= ended + kRebound)
                lab.notes.add(Note::PostDialysis);
    }
}

} // namespace tcds::fhir
