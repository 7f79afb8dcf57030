#include "server/cases/resource.hpp"

#include <array>

namespace tcds::cases {

namespace {

constexpr std::string_view kIcd10Cm = "http://hl7.org/fhir/sid/icd-10-cm";
constexpr std::string_view kLoinc = "http://loinc.org";
constexpr std::string_view kTerminology = "http://terminology.hl7.org/CodeSystem/";

void coding(JsonText& json, std::string_view name, std::string_view system, std::string_view code)
{
    json.object(name, [&] {
        json.listOfOne("coding", [&] {
            json.member("system", system);
            json.member("code", code);
        });
    });
}

void category(JsonText& json, std::string_view system, std::string_view code)
{
    json.listOfOne("category", [&] {
        json.listOfOne("coding", [&] {
            json.member("system", system);
            json.member("code", code);
        });
    });
}

void status(JsonText& json, std::string_view name, std::string_view system, std::string_view code)
{
    coding(json, name, std::string{kTerminology} + std::string{system}, code);
}

void textOnly(JsonText& json, std::string_view name, std::string_view text)
{
    if (text.empty()) return;
    json.object(name, [&] { json.member("text", text); });
}

} // namespace

void ResourceWriter::fault(Fact const& fact, std::string what, std::string fix)
{
    problems_.error("L01", fact.where, std::move(what), std::move(fix));
}

void ResourceWriter::begin(JsonText& json, std::string_view type, std::string_view id)
{
    json.member("resourceType", type);
    json.member("id", id);
}

void ResourceWriter::reference(JsonText& json, std::string_view name, std::string_view target)
{
    json.object(name, [&] { json.member("reference", target); });
}

void ResourceWriter::subject(JsonText& json)
{
    reference(json, "subject", "Patient/" + std::string{kPatient});
}

std::string ResourceWriter::time(Fact const& fact, std::string_view key)
{
    auto const text = fact.text(key);
    if (text.empty()) return {};
    if (text.front() == '-' || text.front() == '+') {
        if (auto const distance = parseDuration(text)) return tcds::toText(now_ + *distance);
    } else if (parseDateTime(text)) {
        return std::string{text};
    }
    fault(fact, std::string{key} + " \"" + std::string{text} + "\" is no time",
          "write a distance from now (-7 d, -3 h, +1 d) or a date");
    return {};
}

void ResourceWriter::time(JsonText& json, std::string_view name, Fact const& fact,
                          std::string_view key)
{
    json.given(name, time(fact, key));
}

void ResourceWriter::period(JsonText& json, std::string_view name, Fact const& fact,
                            std::string_view start, std::string_view end)
{
    if (!fact.has(start) && !fact.has(end)) return;
    json.object(name, [&] {
        time(json, "start", fact, start);
        time(json, "end", fact, end);
    });
}

void ResourceWriter::quantity(JsonText& json, std::string_view name, Fact const& fact,
                              std::string_view text, std::string_view comparator)
{
    auto const blank = std::min(text.find(' '), text.size());
    auto const number = text.substr(0, blank);
    auto const unit = blank < text.size() ? text.substr(blank + 1) : std::string_view{};
    if (!Decimal::parse(number)) {
        fault(fact, "\"" + std::string{text} + "\" is no number with a unit", "write 3.1 mmol/L");
        return;
    }
    json.object(name, [&] {
        json.key("value").number(number);
        json.given("comparator", comparator);
        if (unit.empty()) return;
        json.member("unit", unit);
        json.member("system", "http://unitsofmeasure.org");
        json.member("code", unit);
    });
}

void ResourceWriter::codeOf(JsonText& json, Fact const& fact, std::string_view system)
{
    json.object([&] {
        if (fact.has("code"))
            json.listOfOne("coding", [&] {
                json.member("system", fact.text("system", system));
                json.member("code", fact.text("code"));
            });
        json.given("text", fact.text("text"));
    });
}

Resource ResourceWriter::patient(PatientSpec const& spec)
{
    JsonText json;
    json.object([&] {
        begin(json, "Patient", kPatient);
        json.given("birthDate", spec.birth);
        json.given("gender", spec.sex);
        if (spec.deceased == "yes")
            json.key("deceasedBoolean").flag(true);
        else
            json.given("deceasedDateTime", spec.deceased);
    });
    return {"patient", json.text()};
}

Resource ResourceWriter::condition(Fact const& fact, std::string_view id)
{
    if (!fact.has("code") && !fact.has("text"))
        fault(fact, "neither code nor text", "add code: R25.3, or text: muscle twitching");
    auto const kind = fact.text("category", "problem-list-item");
    JsonText json;
    json.object([&] {
        begin(json, "Condition", id);
        status(json, "clinicalStatus", "condition-clinical", fact.text("status", "active"));
        status(json, "verificationStatus", "condition-ver-status",
               fact.text("verification", "confirmed"));
        category(json, std::string{kTerminology} + "condition-category", kind);
        codeOf(json.key("code"), fact, kIcd10Cm);
        if (fact.has("site"))
            json.listOfOne("bodySite", [&] { json.member("text", fact.text("site")); });
        subject(json);
        if (fact.text("encounter") == "current")
            reference(json, "encounter", "Encounter/" + std::string{kEncounter});
        time(json, "onsetDateTime", fact, "onset");
        time(json, "abatementDateTime", fact, "abated");
        time(json, "recordedDate", fact, fact.kind == FactKind::Finding ? "at" : "recorded");
        if (fact.has("note"))
            json.listOfOne("note", [&] { json.member("text", fact.text("note")); });
    });
    return {kind == "encounter-diagnosis" ? "encounterDiagnoses" : "conditions", json.text()};
}

Resource ResourceWriter::observation(Fact const& fact, std::string_view id)
{
    JsonText json;
    json.object([&] {
        begin(json, "Observation", id);
        json.member("status", fact.text("status", "final"));
        auto const value = fact.text("value");
        // A sign is named by the code; a text alone is what somebody said as the complaint.
        if (fact.has("code"))
            codeOf(json.key("code"), fact, kIcd10Cm);
        else
            coding(json, "code", kLoinc, "8661-1");
        subject(json);
        if (fact.text("encounter") == "current")
            reference(json, "encounter", "Encounter/" + std::string{kEncounter});
        auto const when = fact.has("at") ? "at" : fact.has("onset") ? "onset" : "recorded";
        time(json, "effectiveDateTime", fact, when);
        if (!value.empty())
            textOnly(json, "valueCodeableConcept", value);
        else if (!fact.has("code"))
            json.member("valueString", fact.text("text"));
        if (fact.has("note"))
            json.listOfOne("note", [&] { json.member("text", fact.text("note")); });
        textOnly(json, "bodySite", fact.text("site"));
    });
    return {"complaints", json.text()};
}

Resource ResourceWriter::answer(Fact const& fact, std::string_view id)
{
    JsonText json;
    json.object([&] {
        begin(json, "QuestionnaireResponse", id);
        json.member("status", "completed");
        subject(json);
        auto const when = fact.has("at") ? "at" : fact.has("onset") ? "onset" : "recorded";
        time(json, "authored", fact, when);
        json.listOfOne("item", [&] {
            json.member("linkId", "1");
            json.member("text", "What brings you here?");
            json.listOfOne("answer", [&] {
                if (!fact.has("code")) {
                    json.member("valueString", fact.text("text"));
                    return;
                }
                json.object("valueCoding", [&] {
                    json.member("system", fact.text("system", kIcd10Cm));
                    json.member("code", fact.text("code"));
                    json.given("display", fact.text("text"));
                });
            });
        });
    });
    return {"questionnaires", json.text()};
}

Resource ResourceWriter::serviceRequest(Fact const& fact, std::string_view id, bool draft)
{
    JsonText json;
    json.object([&] {
        begin(json, "ServiceRequest", id);
        json.member("status", fact.text("status", draft ? "draft" : "active"));
        json.member("intent", fact.text("intent", "order"));
        if (fact.has("loinc"))
            coding(json, "code", kLoinc, fact.text("loinc"));
        else
            codeOf(json.key("code"), fact, kLoinc);
        subject(json);
        time(json, "authoredOn", fact, "authored");
        if (fact.has("reason"))
            json.listOfOne("reasonCode", [&] { json.member("text", fact.text("reason")); });
    });
    return {"serviceRequests", json.text()};
}

Resource ResourceWriter::visit(Fact const& fact, std::string_view id)
{
    auto const appointment = fact.text("as", "encounter") == "appointment";
    JsonText json;
    json.object([&] {
        begin(json, appointment ? "Appointment" : "Encounter", id);
        json.member("status", fact.text("status", appointment ? "booked" : "finished"));
        auto const kind = [&] { json.member("text", fact.text("text")); };
        if (appointment) {
            json.listOfOne("serviceType", kind);
            time(json, "start", fact, "at");
            json.listOfOne("participant", [&] {
                reference(json, "actor", "Patient/" + std::string{kPatient});
                json.member("status", "accepted");
            });
            return;
        }
        json.object("class", [&] { json.member("code", "AMB"); });
        json.listOfOne("type", kind);
        subject(json);
        period(json, "period", fact, "at", "at");
    });
    return {appointment ? "appointments" : "encounters", json.text()};
}

Resource ResourceWriter::procedure(Fact const& fact, std::string_view id)
{
    JsonText json;
    json.object([&] {
        begin(json, "Procedure", id);
        json.member("status", fact.text("status", "completed"));
        codeOf(json.key("code"), fact, "http://snomed.info/sct");
        subject(json);
        period(json, "performedPeriod", fact, "start", "end");
    });
    return {"procedures", json.text()};
}

Resource ResourceWriter::encounter(Fact const* fact, std::vector<Fact const*> const& reasons)
{
    static Fact const kPlain;
    auto const& spec = fact != nullptr ? *fact : kPlain;
    JsonText json;
    json.object([&] {
        begin(json, "Encounter", kEncounter);
        json.member("status", spec.text("status", "in-progress"));
        json.object("class", [&] {
            json.member("system", std::string{kTerminology} + "v3-ActCode");
            json.member("code", spec.text("class", "AMB"));
        });
        subject(json);
        period(json, "period", spec, "start", "end");
        if (spec.has("unit"))
            json.listOfOne("location", [&] {
                json.object("location", [&] { json.member("display", spec.text("unit")); });
            });
        auto const own = spec.has("reason") || spec.has("code");
        if (!own && reasons.empty()) return;
        json.array("reasonCode", [&] {
            if (spec.has("code")) codeOf(json, spec, kIcd10Cm);
            if (spec.has("reason")) json.object([&] { json.member("text", spec.text("reason")); });
            for (auto const* reason : reasons) codeOf(json, *reason, kIcd10Cm);
        });
    });
    return {"encounter", json.text()};
}

} // namespace tcds::cases
