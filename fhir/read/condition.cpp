#include "fhir/read/reading.hpp"
#include "fhir/read/symptom.hpp"

#include <algorithm>
#include <charconv>

namespace tcds::fhir {

namespace {

bool isActive(std::string_view status)
{
    return status.empty() || status == "active" || status == "recurrence" || status == "relapse";
}

/// Birth date plus an Age: as wide as the unit of the age.
std::optional<TimeSpan> dateAtAge(Reading const& reading, Value const* age)
{
    auto const& birth = reading.out.patient.birth;
    auto const lived = durationOf(age);
    if (!birth || !lived) return std::nullopt;
    auto const next = Duration{lived->count + 1, lived->unit};
    TimeSpan span;
    span.from = birth->from + *lived;
    span.to = birth->to + next - std::chrono::hours{24}; // the day before the next birthday
    span.precision = lived->unit == Duration::Unit::Year ? Precision::Year : Precision::Month;
    auto const day = toDay(span.from);
    constexpr std::size_t kYear = 4;
    constexpr std::size_t kMonth = 7;
    span.text = day.substr(0, span.precision == Precision::Year ? kYear : kMonth);
    return span;
}

/// What the text of a date means and nothing more. A date counted from the birth date is narrower
/// than it reads ("2019" from the birthday on), and the birth date is in no record.
std::optional<TimeSpan> asWritten(Reading const& reading, std::optional<TimeSpan> const& date)
{
    if (!date || date->precision > Precision::Month) return date;
    auto written = parseDateTime(date->text, reading.options.zoneMinutes);
    return written ? std::optional{*std::move(written)} : date;
}

std::optional<TimeSpan> onsetOf(Reading const& reading, Members const& resource)
{
    if (auto const at = reading.time(resource.child("onsetDateTime"))) return at;
    if (auto const* period = resource.child("onsetPeriod"))
        return reading.time(json::child(*period, "start"));
    if (auto const* age = resource.child("onsetAge")) return dateAtAge(reading, age);
    if (auto const* range = resource.child("onsetRange"))
        return dateAtAge(reading, json::child(*range, "low"));
    return reading.time(resource.child("onsetString"));
}

struct Abatement {
    bool said = false; // something says that it has ended, or will
    std::optional<TimeSpan> at;
};

Abatement abatementOf(Reading const& reading, Members const& resource)
{
    Abatement abated;
    if (auto const ended = json::flag(resource.child("abatementBoolean"))) {
        abated.said = *ended; // before R4
        return abated;
    }
    for (auto const* name : {"abatementDateTime", "abatementPeriod", "abatementAge",
                             "abatementRange", "abatementString"}) {
        auto const* value = resource.child(name);
        if (value == nullptr) continue;
        abated.said = true;
        if (value->IsObject()) {
            auto const* end = anyOf(*value, {"end", "start"});
            auto const* age = json::child(*value, "low");
            abated.at = end != nullptr ? reading.time(end)
                                       : dateAtAge(reading, age != nullptr ? age : value);
        } else {
            abated.at = reading.time(value);
        }
    }
    return abated;
}

bool isOfThisEncounter(Reading const& reading, Place const& place)
{
    auto const* link = place.members.anyOf({"encounter", "context"}); // STU3: context
    if (link != nullptr && reading.isCurrentEncounter(link)) return true;
    auto const& entry = *place.entry;
    return std::any_of(reading.encounterProblems.begin(), reading.encounterProblems.end(),
                       [&entry](std::string_view reference) {
                           auto const target = targetOf(reference);
                           return (!entry.id.empty() && target.id == entry.id &&
                                   target.type == "Condition") ||
                                  (!entry.fullUrl.empty() && reference == entry.fullUrl);
                       });
}

void understandProblem(Reading const& reading, Members const& resource, Understood& understood)
{
    auto const& among = reading.sets.problems;
    understandConcept(reading, resource.child("code"), among, understood);
    auto complaint = understood.sets();
    complaint.keepOnly(reading.sets.complaints);
    Understood beside;
    for (auto const& site : resource.items("bodySite"))
        understandConcept(reading, &site, reading.sets.sites, beside);
    forEachNote(resource,
                [&](std::string_view note) { understandText(reading, note, among, beside); });
    understood.denied.addAll(beside.denied);
    // A remark states only beside a complaint: notes of other problems tell of many things.
    if (complaint.none()) return;
    auto stated = beside.byText;
    stated.addAll(beside.byCode);
    understood.byText.addAll(stated);
}

/// Weeks of pregnancy that a code (ICD-10-CM Z3A.30) or text ("30 weeks") names.
std::optional<int> weeksOf(Value const* code)
{
    std::optional<int> weeks;
    auto const take = [&weeks](std::string_view digits) {
        int value = 0;
        auto const [end, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        constexpr int kLongest = 44;
        if (failed == std::errc{} && end == digits.data() + digits.size() && value > 0 &&
            value <= kLongest && !weeks)
            weeks = value;
    };
    forEachCoding(code, [&take](CodingView const& view) {
        if (view.code.starts_with("Z3A.")) take(view.code.substr(4));
    });
    auto const text = conceptText(code);
    if (text.find('k') == std::string_view::npos && text.find('/') == std::string_view::npos)
        return weeks; // none of the words below
    for (auto const* word : {" week", " wk", "-week", "/40"}) {
        auto const at = text.find(word);
        if (at == std::string_view::npos || at == 0) continue;
        auto from = at;
        while (from > 0 && text[from - 1] >= '0' && text[from - 1] <= '9') --from;
        take(text.substr(from, at - from));
    }
    return weeks;
}

} // namespace

void readCondition(Reading& reading, Place const& place, bool thisEncounter)
{
    auto const& resource = place.members;
    auto const* code = resource.child("code");
    if (!reading.isOurs(place)) return reading.gap("condition", Reason::OtherPatient, place);
    auto const verification = firstCode(resource.child("verificationStatus"));
    if (verification == "entered-in-error")
        return reading.gap("condition", Reason::EnteredInError, place);
    if (verification == "refuted")
        return reading.gap("condition", Reason::Negated, place, codingsOf(code));
    if (code != nullptr && !code->IsObject() && !code->IsArray() && !json::text(code))
        return reading.gap("condition", Reason::Unreadable, place);

    Understood understood;
    understandProblem(reading, resource, understood);
    if (understood.isDenied())
        return reading.gap("condition", Reason::Negated, place, std::move(understood.codes));

    Recorded recorded;
    recorded.onset = onsetOf(reading, resource);
    recorded.at = reading.time(resource.anyOf({"recordedDate", "assertedDate", "dateRecorded"}));
    if (reading.isFuture(recorded.onset) || reading.isFuture(recorded.at))
        return reading.gap("condition", Reason::Future, place, std::move(understood.codes));
    recorded.thisEncounter = thisEncounter || isOfThisEncounter(reading, place);
    recorded.eligible =
        recorded.thisEncounter || inComplaintWindow(reading, recorded.onset, recorded.at);
    recorded.onset = asWritten(reading, recorded.onset);

    auto const status = firstCode(resource.child("clinicalStatus"));
    auto const abated = abatementOf(reading, resource);
    bool const active = isActive(status) && !(abated.said && !reading.isFuture(abated.at));

    bool const complains = active && addSymptoms(reading, place, understood, recorded);
    auto held = understood.sets();
    auto signsOrConditions = held;
    signsOrConditions.removeAll(reading.sets.complaints);
    signsOrConditions.removeAll(reading.sets.sites);
    if (complains && signsOrConditions.none()) return;
    if (understood.codes.empty() && held.none()) // text alone that nothing is known about
        return reading.gap("condition", Reason::Uncoded, place);

    Problem problem;
    problem.id = reading.nextId();
    problem.sets = held;
    problem.sets.keepOnly(reading.sets.conditions);
    problem.matchedBy = problem.sets.none() || understood.byCode.meets(problem.sets)
                            ? MatchedBy::Code
                            : MatchedBy::Phrase;
    problem.codes = std::move(understood.codes);
    problem.state = active ? ProblemState::Active : ProblemState::Inactive;
    problem.status = status;
    problem.verification = verification;
    problem.onset = recorded.onset;
    problem.recorded = recorded.at;
    problem.abated = asWritten(reading, abated.at);
    problem.weeks = weeksOf(code);
    problem.thisEncounter = recorded.thisEncounter;
    problem.source = reading.source(place);
    reading.out.problems.push_back(std::move(problem));
}

} // namespace tcds::fhir
