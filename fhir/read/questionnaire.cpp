#include "fhir/read/reading.hpp"
#include "fhir/read/symptom.hpp"

#include <string>

namespace tcds::fhir {

namespace {

constexpr int kNested = 16; // items within items and answers

class AnswerReader
{
public:
    AnswerReader(Reading& reading, Place const& place, Recorded const& recorded)
        : reading_{reading}, place_{place}, recorded_{recorded}
    {
    }

    void items(Value const& parent, int depth)
    {
        if (depth > kNested) return;
        for (auto const& item : json::items(parent, "item")) {
            if (!item.IsObject()) continue;
            auto const question = json::textOf(item, "text");
            for (auto const& answer : json::items(item, "answer")) {
                read(question, answer);
                items(answer, depth + 1);
            }
            items(item, depth + 1);
        }
    }

private:
    void read(std::string_view question, Value const& answer)
    {
        Understood understood;
        auto const& among = reading_.sets.symptoms;
        if (auto const flag = json::flag(json::child(answer, "valueBoolean"))) {
            if (*flag) understandText(reading_, question, among, understood);
        } else if (auto const* coding = json::child(answer, "valueCoding")) {
            readChoice(question, coding, understood);
        } else if (auto const text = json::text(json::child(answer, "valueString"))) {
            readText(question, *text, understood);
        }
        if (understood.isDenied())
            reading_.gap("complaint", Reason::Negated, place_, understood.codes);
        else
            addSymptoms(reading_, place_, understood, recorded_);
    }

    void readChoice(std::string_view question, Value const* coding, Understood& understood)
    {
        switch (polarityOf(coding)) {
        case Polarity::Absent:
            return;
        case Polarity::Present:
            understandText(reading_, question, reading_.sets.symptoms, understood);
            return;
        case Polarity::None:
        case Polarity::Other:
            understandConcept(reading_, coding, reading_.sets.symptoms, understood);
            denyByQuestion(question, json::textOf(*coding, "display"), understood);
        }
    }

    void readText(std::string_view question, std::string_view answer, Understood& understood)
    {
        switch (polarityOf(answer)) {
        case Polarity::None:
        case Polarity::Absent:
            return;
        case Polarity::Present:
            understandText(reading_, question, reading_.sets.symptoms, understood);
            return;
        case Polarity::Other:
            understandText(reading_, answer, reading_.sets.symptoms, understood);
            denyByQuestion(question, answer, understood);
        }
    }

    /// "Family history" asked, "twitching" answered: read in one sentence the answer speaks of
    /// others.
    void denyByQuestion(std::string_view question, std::string_view answer, Understood& understood)
    {
        if (question.empty() || understood.sets().none()) return;
        std::string joined{question};
        joined.append(": ").append(answer);
        auto const meaning = reading_.terms.understandText(joined, reading_.sets.symptoms);
        understood.denied.addAll(meaning.denied);
    }

    Reading& reading_;
    Place const& place_;
    Recorded const& recorded_;
};

} // namespace

void readQuestionnaireResponse(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    if (!reading.isOurs(place)) return reading.gap("finding", Reason::OtherPatient, place);
    auto const status = resource.text("status");
    if (status == "entered-in-error") return reading.gap("finding", Reason::EnteredInError, place);
    if (status != "completed" && status != "amended" && status != "in-progress")
        return reading.gap("finding", Reason::BadStatus, place);

    Recorded recorded;
    recorded.at = reading.time(resource.child("authored"));
    if (reading.isFuture(recorded.at)) return reading.gap("finding", Reason::Future, place);
    recorded.thisEncounter = reading.isCurrentEncounter(resource.anyOf({"encounter", "context"}));
    recorded.eligible =
        recorded.thisEncounter || inComplaintWindow(reading, std::nullopt, recorded.at);
    AnswerReader{reading, place, recorded}.items(*place.resource, 0);
}

} // namespace tcds::fhir
