#include "fhir/read/symptom.hpp"

#include <algorithm>
#include <array>

namespace tcds::fhir {

void understandText(Reading const& reading, std::string_view text, SetBits const& among,
                    Understood& understood)
{
    if (trimmed(text).empty()) return;
    auto const meaning = reading.terms.understandText(text, among);
    understood.byText.addAll(meaning.stated);
    understood.denied.addAll(meaning.denied);
}

void understandConcept(Reading const& reading, Value const* concept_, SetBits const& among,
                       Understood& understood)
{
    auto const text = conceptText(concept_);
    forEachCoding(concept_, [&](CodingView const& view) {
        auto sets = SetBits{};
        if (!view.code.empty()) {
            sets = reading.terms.meaningOf(view.system, view.code, text).sets;
            sets.keepOnly(among);
            addCoding(view, understood.codes);
        }
        understood.byCode.addAll(sets);
        // The display of a code that is in our sets says nothing that the code does not say.
        if (sets.none() && view.display != text)
            understandText(reading, view.display, among, understood);
    });
    understandText(reading, text, among, understood);
}

bool inComplaintWindow(Reading const& reading, std::optional<TimeSpan> const& onset,
                       std::optional<TimeSpan> const& recorded)
{
    auto const& date = onset ? onset : recorded;
    if (!date) return true;
    auto const edge = reading.options.asOf - reading.options.complaintWindow;
    return date->first() >= edge && date->first() <= reading.options.asOf;
}

namespace {

/// An unspecified movement that the text calls a tremor, tic or dystonia is none (table B.1).
void settleUnspecified(KnownSets const& sets, SetBits& kinds)
{
    if (!kinds.has(sets.unspecified) || !kinds.meets(sets.specific)) return;
    SetBits unspecified;
    unspecified.add(sets.unspecified);
    kinds.removeAll(unspecified);
}

} // namespace

bool addSymptoms(Reading& reading, Place const& place, Understood const& understood,
                 Recorded const& recorded, std::string_view pointer)
{
    auto const all = understood.sets();
    auto const& known = reading.sets;

    auto kinds = all;
    kinds.keepOnly(known.complaints);
    if (!recorded.complaintByText) kinds.keepOnly(understood.byCode);
    settleUnspecified(known, kinds);
    bool const complains = !kinds.none() && recorded.eligible;
    if (complains) {
        Complaint complaint;
        complaint.id = reading.nextId();
        complaint.kinds = kinds;
        complaint.codes = understood.codes;
        complaint.sites = all;
        complaint.sites.keepOnly(known.sites);
        complaint.matchedBy = understood.byCode.meets(kinds) ? MatchedBy::Code : MatchedBy::Phrase;
        complaint.onset = recorded.onset ? recorded.onset : recorded.at;
        complaint.source = reading.source(place, pointer);
        reading.out.complaints.push_back(std::move(complaint));
    }

    auto signs = all;
    signs.keepOnly(known.signs);
    if (!signs.none()) {
        Finding finding;
        finding.id = reading.nextId();
        finding.sets = signs;
        finding.codes = understood.codes;
        finding.matchedBy = understood.byCode.meets(signs) ? MatchedBy::Code : MatchedBy::Phrase;
        finding.at = recorded.at ? recorded.at : recorded.onset;
        finding.onset = recorded.onset;
        finding.inComplaint = complains;
        finding.thisEncounter = recorded.thisEncounter;
        finding.source = reading.source(place, pointer);
        reading.out.findings.push_back(std::move(finding));
    }
    return complains;
}

namespace {

struct PolarityCode {
    std::string_view code;
    Polarity polarity;
};

// SNOMED CT qualifiers (Absent, No, Negative, Not detected, Known absent; Present, Yes, Positive,
// Known present), LOINC answers (LA32-8 No, LA9634-2 Absent, LA33-6 Yes, LA9633-4 Present), HL7 v2
// table 0136 and the interpretation codes NEG and POS.
constexpr std::array kPolarityCodes{
    PolarityCode{"2667000", Polarity::Absent},   PolarityCode{"373067005", Polarity::Absent},
    PolarityCode{"260385009", Polarity::Absent}, PolarityCode{"260415000", Polarity::Absent},
    PolarityCode{"410516002", Polarity::Absent}, PolarityCode{"LA32-8", Polarity::Absent},
    PolarityCode{"LA9634-2", Polarity::Absent},  PolarityCode{"N", Polarity::Absent},
    PolarityCode{"NEG", Polarity::Absent},       PolarityCode{"ND", Polarity::Absent},
    PolarityCode{"no", Polarity::Absent},        PolarityCode{"absent", Polarity::Absent},
    PolarityCode{"52101004", Polarity::Present}, PolarityCode{"373066001", Polarity::Present},
    PolarityCode{"10828004", Polarity::Present}, PolarityCode{"410515003", Polarity::Present},
    PolarityCode{"LA33-6", Polarity::Present},   PolarityCode{"LA9633-4", Polarity::Present},
    PolarityCode{"Y", Polarity::Present},        PolarityCode{"POS", Polarity::Present},
    PolarityCode{"yes", Polarity::Present},      PolarityCode{"present", Polarity::Present},
};

constexpr std::array<std::string_view, 17> kAbsentWords{
    "absent",      "no",     "none",         "negative", "neg",      "nil",
    "not present", "denies", "denied",       "n",        "false",    "-",
    "never",       "0",      "not detected", "normal",   "not noted"};
constexpr std::array<std::string_view, 12> kPresentWords{
    "present", "yes", "positive", "pos",   "y",        "true",
    "+",       "++",  "+++",      "noted", "detected", "abnormal"};

} // namespace

Polarity polarityOf(std::string_view text)
{
    auto word = trimmed(text);
    while (!word.empty() && (word.back() == '.' || word.back() == '!')) word.remove_suffix(1);
    if (word.empty()) return Polarity::None;
    constexpr std::size_t kLongestWord = 16;
    if (word.size() > kLongestWord) return Polarity::Other;
    auto const small = lower(word);
    if (std::find(kAbsentWords.begin(), kAbsentWords.end(), small) != kAbsentWords.end())
        return Polarity::Absent;
    if (std::find(kPresentWords.begin(), kPresentWords.end(), small) != kPresentWords.end())
        return Polarity::Present;
    return Polarity::Other;
}

Polarity polarityOf(Value const* concept_)
{
    auto result = Polarity::None;
    auto const take = [&result](Polarity found) {
        // A "no" beside a "yes" closes: the denial is the safer reading (clinical specification
        // B.3).
        if (found == Polarity::None) return;
        if (result == Polarity::None || result == Polarity::Other || found == Polarity::Absent)
            result = found;
    };
    forEachCoding(concept_, [&](CodingView const& view) {
        for (auto const& [code, polarity] : kPolarityCodes)
            if (code == view.code) return take(polarity);
        take(polarityOf(view.display));
        if (result == Polarity::None) take(Polarity::Other);
    });
    if (auto const said = polarityOf(conceptText(concept_));
        said != Polarity::Other || result == Polarity::None)
        take(said);
    return result;
}

} // namespace tcds::fhir
