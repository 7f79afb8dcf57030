#include "fhir/read/observation_sign.hpp"

#include "fhir/read/observation_value.hpp"

#include <algorithm>
#include <array>

namespace tcds::fhir {

namespace {

constexpr std::array<std::string_view, 2> kChiefComplaint{"8661-1", "10154-3"};

/// May a text value of this observation open the gate? Chief complaints, symptoms, and what came
/// with the key `complaints`; reports of other kinds mention twitching for other reasons.
bool speaksOfComplaint(Reading const& reading, Place const& place, Value const* code)
{
    if (place.entry->input == reading.complaints) return true;
    for (auto const known : kChiefComplaint)
        if (hasCode(code, known)) return true;
    auto const names = [](std::string_view text) {
        return containsAnyCase(text, "complaint") || containsAnyCase(text, "symptom") ||
               containsAnyCase(text, "reason for visit");
    };
    bool said = names(conceptText(code));
    forEachCoding(code, [&](CodingView const& view) { said = said || names(view.display); });
    return said;
}

/// What a value says about the sign that the code names; texts and concepts are understood on top.
Polarity understandValue(Reading const& reading, Members const& holder, Understood& understood)
{
    auto const& among = reading.sets.symptoms;
    if (auto const flag = json::flag(holder.child("valueBoolean")))
        return *flag ? Polarity::Present : Polarity::Absent;
    if (auto const* concept_ = holder.child("valueCodeableConcept")) {
        auto const polarity = polarityOf(concept_);
        if (polarity == Polarity::Other) understandConcept(reading, concept_, among, understood);
        return polarity;
    }
    if (auto const text = json::text(holder.child("valueString"))) {
        auto const polarity = polarityOf(*text);
        if (polarity == Polarity::Other) understandText(reading, *text, among, understood);
        return polarity;
    }
    if (auto const* number = holder.anyOf({"valueQuantity", "valueInteger"})) {
        auto const count = number->IsObject() ? measuredOf(*number).number : json::decimal(number);
        if (!count) return Polarity::None;
        return count->isZero() ? Polarity::Absent : Polarity::Present;
    }
    return Polarity::None;
}

/// The value as a text, to be read in one sentence with the code ("fasciculations: no longer").
std::string_view valueText(Members const& holder)
{
    if (auto const* concept_ = holder.child("valueCodeableConcept")) {
        auto text = conceptText(concept_);
        forEachCoding(concept_, [&text](CodingView const& view) {
            if (text.empty()) text = view.display;
        });
        return text;
    }
    return holder.text("valueString");
}

void denyTogether(Reading const& reading, Value const* code, Members const& holder,
                  Understood& understood)
{
    auto const question = conceptText(code);
    auto const answer = valueText(holder);
    if (question.empty() || answer.empty() || understood.sets().none()) return;
    std::string joined{question};
    joined.append(": ").append(answer);
    understood.denied.addAll(reading.terms.understandText(joined, reading.sets.symptoms).denied);
}

/// What the code says by itself.
Understood understandCode(Reading const& reading, Members const& holder)
{
    auto const* code = holder.child("code");
    Understood byCode;
    if (holder.child("valueQuantity") == nullptr) {
        understandConcept(reading, code, reading.sets.symptoms, byCode);
        return byCode;
    }
    // Texts of measurements name no signs, and most observations are measurements.
    forEachCoding(code, [&](CodingView const& view) {
        auto sets = reading.terms.meaningOf(view.system, view.code).sets;
        sets.keepOnly(reading.sets.symptoms);
        byCode.byCode.addAll(sets);
    });
    if (!byCode.byCode.none()) byCode.codes = codingsOf(code);
    return byCode;
}

bool isNegative(Polarity polarity, Members const& holder)
{
    if (polarity == Polarity::Absent) return true;
    if (polarity == Polarity::Present) return false;
    auto const flags = flagsOf(holder.child("interpretation"));
    return std::any_of(flags.begin(), flags.end(),
                       [](std::string const& flag) { return flag == "NEG" || flag == "ND"; });
}

/// No value, and a reason for it, or one that components or members hold.
bool isWithoutValue(Polarity polarity, Members const& holder)
{
    return polarity == Polarity::None &&
           holder.anyOf({"dataAbsentReason", "component", "hasMember"}) != nullptr;
}

/// Code and value together: what either states, and what one sentence of both or a note denies.
Understood join(Reading const& reading, Members const& holder, Understood byCode,
                Understood byValue)
{
    // Where the value names the sign ("chief complaint: fasciculation"), its codes are the fact's.
    bool const valueNames =
        !byValue.codes.empty() && !byValue.sets().none() && byCode.byCode.none();
    auto joined = std::move(byValue);
    joined.byCode.addAll(byCode.byCode);
    joined.byText.addAll(byCode.byText);
    joined.denied.addAll(byCode.denied);
    if (!valueNames)
        joined.codes.insert(joined.codes.begin(), byCode.codes.begin(), byCode.codes.end());
    denyTogether(reading, holder.child("code"), holder, joined);
    forEachNote(holder, [&](std::string_view note) {
        joined.denied.addAll(reading.terms.understandText(note, reading.sets.symptoms).denied);
    });
    return joined;
}

} // namespace

bool addSign(Reading& reading, Place const& place, Members const& holder, Recorded recorded,
             std::string_view pointer)
{
    auto byCode = understandCode(reading, holder);
    bool const asked = !byCode.byCode.none() || !byCode.byText.none();
    Understood byValue;
    auto const polarity = understandValue(reading, holder, byValue);
    if (isWithoutValue(polarity, holder)) return asked;
    if (isNegative(polarity, holder)) {
        if (byCode.sets().meets(reading.sets.complaints))
            reading.gap("complaint", Reason::Negated, place, std::move(byCode.codes));
        return asked;
    }

    bool const namedByText = !byCode.byText.none();
    auto understood = join(reading, holder, std::move(byCode), std::move(byValue));
    if (understood.isSilent()) return false; // most results that no rule asks for
    recorded.complaintByText =
        namedByText || speaksOfComplaint(reading, place, holder.child("code"));
    if (understood.isDenied()) {
        // A denial in a report that could not have opened the gate is not worth a word.
        if (asked || !understood.byCode.none() || recorded.complaintByText)
            reading.gap("complaint", Reason::Negated, place, std::move(understood.codes));
        return true;
    }
    if (understood.sets().none()) return false;
    addSymptoms(reading, place, understood, recorded, pointer);
    return true;
}

bool namesSign(Reading const& reading, Value const* code)
{
    bool named = false;
    forEachCoding(code, [&](CodingView const& view) {
        named = named ||
                reading.terms.meaningOf(view.system, view.code).sets.meets(reading.sets.symptoms);
    });
    return named;
}

} // namespace tcds::fhir
