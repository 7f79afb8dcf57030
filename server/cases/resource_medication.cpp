#include "server/cases/resource.hpp"

#include <array>

namespace tcds::cases {

namespace {

struct System {
    std::string_view key, uri;
};
constexpr std::array kSystems{
    System{"rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"},
    System{"atc", "http://www.whocc.no/atc"},
    System{"snomed", "http://snomed.info/sct"},
    System{"ndc", "http://hl7.org/fhir/sid/ndc"},
};

bool isNamed(Fact const& fact)
{
    if (fact.has("name")) return true;
    for (auto const& system : kSystems)
        if (fact.has(system.key)) return true;
    return false;
}

} // namespace

void ResourceWriter::productCode(JsonText& json, Fact const& fact)
{
    json.object([&] {
        json.array("coding", [&] {
            for (auto const& [key, uri] : kSystems) {
                if (!fact.has(key)) continue;
                json.object([&, system = uri, code = fact.text(key)] {
                    json.member("system", system);
                    json.member("code", code);
                });
            }
        });
        json.given("text", fact.text("name"));
    });
}

/// A product with a dose form needs a Medication of its own.
void ResourceWriter::product(JsonText& json, Fact const& fact)
{
    if (!isNamed(fact))
        fault(fact, "the medicine has neither code nor name",
              "add rxnorm, atc, snomed, ndc or name");
    if (!fact.has("form")) {
        productCode(json.key("medicationCodeableConcept"), fact);
        return;
    }
    json.listOfOne("contained", [&] {
        begin(json, "Medication", "product");
        productCode(json.key("code"), fact);
        json.object("form", [&] { json.member("text", fact.text("form")); });
    });
    reference(json, "medicationReference", "#product");
}

/// `2/d`, `1/wk`: so many times in one such period.
void ResourceWriter::timing(JsonText& json, Fact const& fact)
{
    auto const frequency = fact.text("frequency");
    auto const bounds = fact.kind == FactKind::Med && fact.text("as", "order") == "order" &&
                        (fact.has("start") || fact.has("stop"));
    if (frequency.empty() && !bounds) return;
    auto const slash = std::min(frequency.find('/'), frequency.size());
    if (!frequency.empty() &&
        (slash == frequency.size() || !Decimal::parse(frequency.substr(0, slash))))
        fault(fact, "frequency \"" + std::string{frequency} + "\" is not understood",
              "write times and period: 2/d");
    json.object("timing", [&] {
        json.object("repeat", [&] {
            if (bounds) period(json, "boundsPeriod", fact, "start", "stop");
            if (frequency.empty() || slash == frequency.size()) return;
            json.key("frequency").number(frequency.substr(0, slash));
            json.key("period").number("1");
            json.member("periodUnit", frequency.substr(slash + 1));
        });
    });
}

void ResourceWriter::dosage(JsonText& json, std::string_view name, Fact const& fact)
{
    json.listOfOne(name, [&] {
        timing(json, fact);
        if (fact.has("prn")) json.key("asNeededBoolean").flag(fact.text("prn") == "yes");
        if (fact.has("route"))
            json.object("route", [&] { json.member("text", fact.text("route")); });
        if (fact.has("dose"))
            json.listOfOne("doseAndRate",
                           [&] { quantity(json, "doseQuantity", fact, fact.text("dose")); });
    });
}

void ResourceWriter::supply(JsonText& json, std::string_view name, Fact const& fact)
{
    if (!fact.has("supply")) return;
    auto const length = parseDuration(fact.text("supply"));
    if (!length || length->unit != Duration::Unit::Day) {
        fault(fact, "supply \"" + std::string{fact.text("supply")} + "\" is no number of days",
              "write 30 d");
        return;
    }
    quantity(json, name, fact, fact.text("supply"));
}

void ResourceWriter::prescription(JsonText& json, Fact const& fact, std::string_view status)
{
    json.member("status", fact.text("status", status));
    json.member("intent", fact.text("intent", "order"));
    product(json, fact);
    subject(json);
    time(json, "authoredOn", fact, "authored");
    if (fact.has("reason"))
        json.listOfOne("reasonCode", [&] { json.member("text", fact.text("reason")); });
    dosage(json, "dosageInstruction", fact);
    if (fact.has("supply"))
        json.object("dispenseRequest", [&] { supply(json, "expectedSupplyDuration", fact); });
}

/// Members that statements, dispenses and administrations share.
void ResourceWriter::taken(JsonText& json, Fact const& fact)
{
    product(json, fact);
    subject(json);
    if (fact.has("given"))
        time(json, "effectiveDateTime", fact, "given");
    else
        period(json, "effectivePeriod", fact, "start", "stop");
}

Resource ResourceWriter::draftMedication(Fact const& fact, std::string_view id)
{
    JsonText json;
    json.object([&] {
        begin(json, "MedicationRequest", id);
        prescription(json, fact, "draft");
    });
    return {"context.draftOrders", json.text()};
}

Resource ResourceWriter::medication(Fact const& fact, std::string_view id)
{
    auto const as = fact.text("as", "order");
    JsonText json;
    std::string key;
    json.object([&] {
        if (as == "order") {
            begin(json, "MedicationRequest", id);
            prescription(json, fact, "active");
            auto const status = fact.text("status");
            auto const ended = status == "stopped" || status == "completed" || status == "on-hold";
            key = ended ? "stopped" : "medications";
        } else if (as == "statement") {
            begin(json, "MedicationStatement", id);
            json.member("status", fact.text("status", "active"));
            taken(json, fact);
            time(json, "dateAsserted", fact, "authored");
            dosage(json, "dosage", fact);
            key = "statements";
        } else if (as == "dispense") {
            begin(json, "MedicationDispense", id);
            json.member("status", fact.text("status", "completed"));
            product(json, fact);
            subject(json);
            time(json, "whenHandedOver", fact, "given");
            supply(json, "daysSupply", fact);
            dosage(json, "dosageInstruction", fact);
            key = "dispenses";
        } else if (as == "administration") {
            begin(json, "MedicationAdministration", id);
            json.member("status", fact.text("status", "completed"));
            taken(json, fact);
            if (fact.has("route"))
                json.object("dosage", [&] {
                    json.object("route", [&] { json.member("text", fact.text("route")); });
                });
            key = "administrations";
        } else {
            fault(fact, "a medicine cannot be given as \"" + std::string{as} + "\"",
                  "write order, statement, dispense or administration");
        }
    });
    return {key, json.text()};
}

} // namespace tcds::cases
