#include "server/cases/resource.hpp"

namespace tcds::cases {

namespace {

std::string_view firstCode(rules::RuleSet const& rules, std::string_view analyte)
{
    auto const id = rules.terms->analyteNamed(analyte);
    if (!id.known() || rules.terms->analyte(id).codes.empty()) return {};
    return rules.terms->analyte(id).codes.front().code;
}

bool isVital(rules::RuleSet const& rules, std::string_view analyte)
{
    auto const id = rules.terms->analyteNamed(analyte);
    return id.known() && rules.terms->analyte(id).vital;
}

} // namespace

/// Value, range and remarks of one result.
void ResourceWriter::measurement(JsonText& json, Fact const& fact)
{
    auto const loinc = fact.text("loinc", firstCode(rules_, fact.analyte));
    if (loinc.empty())
        fault(fact, "\"" + fact.analyte + "\" is no analyte with a code",
              "name an analyte of analytes.yaml, or add loinc");
    json.object("code", [&] {
        json.listOfOne("coding", [&] {
            json.member("system", "http://loinc.org");
            json.member("code", loinc);
        });
    });
    if (fact.text("absent") == "yes")
        json.object("dataAbsentReason", [&] { json.member("text", "not measured"); });
    else if (fact.has("value_text"))
        json.member("valueString", fact.text("value_text"));
    else
        quantity(json, "valueQuantity", fact, fact.text("value"), fact.text("comparator"));
    if (fact.has("flag"))
        json.listOfOne("interpretation", [&] {
            json.listOfOne("coding", [&] { json.member("code", fact.text("flag")); });
        });
    if (fact.range.size() == 2)
        json.listOfOne("referenceRange", [&] {
            quantity(json, "low", fact, fact.range[0]);
            quantity(json, "high", fact, fact.range[1]);
        });
}

void ResourceWriter::measured(JsonText& json, Fact const& fact, std::string_view id,
                              bool asComponent)
{
    begin(json, "Observation", id);
    json.member("status", fact.text("status", "final"));
    json.listOfOne("category", [&] {
        json.listOfOne("coding", [&] {
            json.member("system", "http://terminology.hl7.org/CodeSystem/observation-category");
            json.member("code", isVital(rules_, fact.analyte) ? "vital-signs" : "laboratory");
        });
    });
    subject(json);
    time(json, "effectiveDateTime", fact, "at");
    time(json, "issued", fact, "issued");
    if (asComponent) {
        json.object("code", [&] { json.member("text", "Panel"); });
        json.listOfOne("component", [&] { measurement(json, fact); });
    } else {
        measurement(json, fact);
    }
    if (fact.has("note")) json.listOfOne("note", [&] { json.member("text", fact.text("note")); });
}

Resource ResourceWriter::result(Fact const& fact, std::string_view id)
{
    auto const in = fact.text("in", "observation");
    auto const key = isVital(rules_, fact.analyte) ? "vitals" : "labs";
    if (in != "observation" && in != "component" && in != "report")
        fault(fact, "a result does not stand in \"" + std::string{in} + "\"",
              "write observation, component or report");
    JsonText json;
    json.object([&] {
        if (in != "report") {
            measured(json, fact, id, in == "component");
            return;
        }
        begin(json, "DiagnosticReport", id);
        json.member("status", fact.text("status", "final"));
        json.listOfOne("contained", [&] { measured(json, fact, "result", false); });
        json.object("code", [&] { json.member("text", "Laboratory report"); });
        subject(json);
        time(json, "effectiveDateTime", fact, "at");
        json.listOfOne("result", [&] { json.member("reference", "#result"); });
    });
    return {key, json.text()};
}

} // namespace tcds::cases
