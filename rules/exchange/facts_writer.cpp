#include "rules/exchange/facts_writer.hpp"

#include "rules/exchange/canonical.hpp"
#include "rules/exchange/facts_bundle.hpp"
#include "rules/exchange/membership.hpp"

#include "rules/eval/medications.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules::exchange {

namespace {

constexpr std::string_view kPatient = "Patient/patient";

/// A date as sent when it is less precise than an instant and meant in UTC, else its first instant.
std::string dateText(TimeSpan const& span)
{
    auto const midnight = span.from == std::chrono::floor<std::chrono::days>(span.from);
    auto const coarse = span.precision == Precision::Year || span.precision == Precision::Month ||
                        span.precision == Precision::Day;
    return coarse && midnight ? span.day() : tcds::toText(span.from);
}

std::string_view requestStatus(UseState state)
{
    switch (state) {
    case UseState::Active:
    case UseState::Planned:
    case UseState::NotTaken:
    case UseState::Future:
        return "active";
    case UseState::Stopped:
        return "stopped";
    case UseState::OnHold:
        return "on-hold";
    case UseState::Draft:
        return "draft";
    case UseState::Cancelled:
        return "cancelled";
    case UseState::Given:
        return "completed";
    case UseState::Unknown:
        break;
    }
    return "unknown";
}

std::string_view statementStatus(UseState state)
{
    switch (state) {
    case UseState::Planned:
        return "intended";
    case UseState::NotTaken:
        return "not-taken";
    case UseState::Draft:
        return "unknown";
    case UseState::Cancelled:
        return "entered-in-error";
    default:
        return requestStatus(state);
    }
}

std::string_view dispenseStatus(UseState state)
{
    switch (state) {
    case UseState::Active:
        return "completed";
    case UseState::Stopped:
        return "stopped";
    case UseState::OnHold:
        return "on-hold";
    case UseState::Planned:
    case UseState::Future:
        return "preparation";
    case UseState::NotTaken:
        return "declined";
    case UseState::Cancelled:
        return "cancelled";
    default:
        return "unknown";
    }
}

std::string_view administrationStatus(UseState state)
{
    switch (state) {
    case UseState::Active:
        return "in-progress";
    case UseState::Given:
    case UseState::Future:
        return "completed";
    case UseState::Stopped:
        return "stopped";
    case UseState::OnHold:
        return "on-hold";
    case UseState::NotTaken:
        return "not-done";
    case UseState::Cancelled:
        return "entered-in-error";
    default:
        return "unknown";
    }
}

struct UseShape {
    std::string_view type, status;
};

UseShape shapeOf(MedicationUse const& use)
{
    switch (use.kind) {
    case UseKind::Order:
    case UseKind::Draft:
        return {"MedicationRequest", requestStatus(use.state)};
    case UseKind::Statement:
        return {"MedicationStatement", statementStatus(use.state)};
    case UseKind::Dispense:
        return {"MedicationDispense", dispenseStatus(use.state)};
    case UseKind::Administration:
        return {"MedicationAdministration", administrationStatus(use.state)};
    }
    return {"MedicationRequest", "unknown"};
}

} // namespace

void FactsWriter::resource(std::string_view type, Body const& body)
{
    JsonFile json;
    json_ = &json;
    json.object([&] {
        json.member("resourceType", type);
        json.member("id", type == "Patient" ? std::string{"patient"}
                                            : "r" + std::to_string(resources_.size()));
        body();
    });
    resources_.push_back(json.text());
    json_ = nullptr;
}

void FactsWriter::subject()
{
    json_->object("subject", [&] { json_->member("reference", kPatient); });
}

void FactsWriter::date(std::string_view name, std::optional<TimeSpan> const& span)
{
    if (span) json_->member(name, dateText(*span));
}

void FactsWriter::moment(std::string_view name, std::optional<Instant> const& at)
{
    if (!at) return;
    json_->object([&] {
        json_->member("url", std::string{kExtension} + std::string{name});
        json_->member("valueDateTime", tcds::toText(*at));
    });
}

void FactsWriter::mark(std::string_view name)
{
    json_->object([&] {
        json_->member("url", std::string{kExtension} + std::string{name});
        json_->key("valueBoolean").flag(true);
    });
}

void FactsWriter::codes(std::vector<Coding> const& codings, SetBits const& sets)
{
    auto const& terms = chart_.terms();
    SetBits said;
    std::vector<std::pair<std::string_view, std::string_view>> written;
    for (auto const& coding : codings) {
        auto const meaning = terms.meaningOf(coding.system, coding.code).sets;
        auto foreign = meaning;
        foreign.removeAll(sets);
        if (!foreign.none()) continue; // the text denied what the code says
        said.addAll(meaning);
        if (!coding.system.empty() && !coding.code.empty())
            written.emplace_back(coding.system, coding.code);
    }
    auto unsaid = sets;
    unsaid.removeAll(said);
    unsaid.forEach([&](SetId id) { written.emplace_back(kValueSetSystem, terms.set(id).name); });
    if (written.empty()) return json_->member("text", "no code");
    json_->array("coding", [&] {
        for (auto const& [system, code] : written) json_->coding(system, code);
    });
}

void FactsWriter::patient()
{
    resource("Patient", [&] {
        auto const& patient = chart_.context().patient;
        if (!patient.human)
            json_->listOfOne("extension", [&] {
                json_->member("url", "http://hl7.org/fhir/StructureDefinition/patient-animal");
                json_->listOfOne("extension", [&] {
                    json_->member("url", "species");
                    json_->object("valueCodeableConcept",
                                  [&] { json_->member("text", "not human"); });
                });
            });
        json_->member("gender", genderCode(patient.sex));
        if (patient.birth) json_->member("birthDate", patient.birth->day());
        if (patient.deceased) json_->key("deceasedBoolean").flag(true);
    });
}

void FactsWriter::product(MedMatch const& match)
{
    if (match.ingredient.known()) {
        auto const code = codeOf(chart_.terms().ingredient(match.ingredient));
        json_->codeable("medicationCodeableConcept", code.system, code.code, code.display);
        return;
    }
    json_->object("medicationCodeableConcept", [&] { codes(match.use->codes, match.use->sets); });
}

void FactsWriter::medication(MedMatch const& match)
{
    auto const& use = *match.use;
    auto const shape = shapeOf(use);
    auto const times = timesOf(match);
    auto const route = routeCode(use.route);
    auto const dosage = [&] {
        json_->codeable("route", kRouteSystem, route);
        if (use.asNeeded) json_->key("asNeededBoolean").flag(true);
    };
    resource(shape.type, [&] {
        json_->array("extension", [&] {
            moment("course-start", times.start);
            if (!times.startCertain) mark("course-start-uncertain");
            moment("course-rise", times.rise);
            moment("course-change", times.change);
            moment("course-stop", times.stop);
            moment("ended", use.stop ? std::optional{use.stop->last()} : std::nullopt);
            moment("given", times.given);
            auto const shows = use.kind == UseKind::Administration ||
                               use.kind == UseKind::Dispense || use.lastGiven;
            auto const& supplied = use.lastGiven ? use.lastGiven : use.start;
            if (shows && supplied) moment("supplied", supplied->first());
            if (!use.selected) mark("unselected");
        });
        json_->member("status", shape.status);
        if (shape.type == "MedicationRequest") {
            json_->member("intent", use.state == UseState::Planned ? "plan" : "order");
            if (use.state == UseState::NotTaken) json_->key("doNotPerform").flag(true);
        }
        product(match);
        subject();
        if (shape.type == "MedicationRequest") {
            date("authoredOn", use.start);
            json_->listOfOne("dosageInstruction", dosage);
        } else if (shape.type == "MedicationStatement") {
            if (use.start)
                json_->object("effectivePeriod",
                              [&] { json_->member("start", tcds::toText(use.start->first())); });
            json_->listOfOne("dosage", dosage);
        } else if (shape.type == "MedicationDispense") {
            if (use.start) json_->member("whenHandedOver", tcds::toText(use.start->first()));
            json_->listOfOne("dosageInstruction", dosage);
        } else {
            auto const at = times.given ? times.given : times.start;
            if (at) json_->member("effectiveDateTime", tcds::toText(*at));
            json_->object("dosage", [&] { json_->codeable("route", kRouteSystem, route); });
        }
    });
}

void FactsWriter::record(std::string_view kind, std::vector<Coding> const& codings,
                         SetBits const& sets, Body const& rest)
{
    json_->array("category", [&] {
        json_->object([&] { json_->array("coding", [&] { json_->coding(kFactSystem, kind); }); });
        if (kind == "in-complaint")
            json_->object(
                [&] { json_->array("coding", [&] { json_->coding(kFactSystem, "sign"); }); });
    });
    json_->object("code", [&] { codes(codings, sets); });
    rest();
}

void FactsWriter::problem(Problem const& problem)
{
    resource("Condition", [&] {
        if (problem.weeks)
            json_->listOfOne("extension", [&] {
                json_->member("url", std::string{kExtension} + "weeks-of-pregnancy");
                json_->key("valueInteger").number(std::to_string(*problem.weeks));
            });
        json_->codeable("clinicalStatus",
                        "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        problem.state == ProblemState::Active ? "active" : "inactive");
        record("problem", problem.codes, problem.sets, [&] {
            subject();
            date("onsetDateTime", problem.onset);
            date("recordedDate", problem.recorded);
        });
    });
}

void FactsWriter::complaint(Complaint const& complaint)
{
    resource("Condition", [&] {
        record("complaint", complaint.codes, complaint.kinds, [&] {
            if (!complaint.sites.none())
                json_->listOfOne("bodySite", [&] { codes({}, complaint.sites); });
            subject();
            date("onsetDateTime", complaint.onset);
        });
    });
}

void FactsWriter::sign(Finding const& finding)
{
    resource("Condition", [&] {
        record(finding.inComplaint ? "in-complaint" : "sign", finding.codes, finding.sets, [&] {
            subject();
            if (finding.thisEncounter)
                json_->object("encounter",
                              [&] { json_->member("reference", "Encounter/current"); });
            date("onsetDateTime", finding.onset);
            date("recordedDate", finding.at);
        });
    });
}

void FactsWriter::procedure(ProcedureFact const& procedure)
{
    resource("Procedure", [&] {
        json_->member("status", "completed");
        json_->object("code", [&] { codes(procedure.codes, procedure.sets); });
        subject();
        date("performedDateTime", procedure.end ? procedure.end : procedure.start);
    });
}

void FactsWriter::order(OrderFact const& order)
{
    static constexpr std::array<std::string_view, 7> kStatuses{
        "draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"};
    auto const known = std::ranges::find(kStatuses, order.status) != kStatuses.end();
    resource("ServiceRequest", [&] {
        json_->member("status", order.draft                        ? "draft"
                                : known && order.status != "draft" ? std::string_view{order.status}
                                                                   : "unknown");
        json_->member("intent", "order");
        json_->object("code", [&] { codes(order.codes, order.sets); });
        subject();
        date("authoredOn", order.authored);
    });
}

void FactsWriter::visit(EncounterFact const& visit)
{
    resource("Encounter", [&] {
        if (visit.icu) json_->array("extension", [&] { mark("intensive-care"); });
        json_->member("status", visit.current ? "in-progress" : "finished");
        auto const cls = encounterClassCode(visit.cls);
        json_->object("class", [&] {
            if (cls.empty()) {
                json_->member("display", "not known");
                return;
            }
            json_->member("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
            json_->member("code", cls);
        });
        if (!visit.sets.none()) json_->listOfOne("type", [&] { codes({}, visit.sets); });
        subject();
        if (visit.start) json_->object("period", [&] { date("start", visit.start); });
    });
}

std::string FactsWriter::bundle() const
{
    std::string text = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[";
    for (std::size_t i = 0; i < resources_.size(); ++i)
        text += (i > 0 ? ",\n" : "\n") + std::string{"{\"resource\":"} + resources_[i] + "}";
    return text + "]}";
}

} // namespace tcds::rules::exchange
