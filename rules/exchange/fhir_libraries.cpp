#include "rules/exchange/fhir_libraries.hpp"

#include "fhir/base/base64.hpp"
#include "fhir/base/json_writer.hpp"
#include "rules/exchange/canonical.hpp"
#include "rules/exchange/libraries.hpp"

#include <array>

namespace tcds::rules::exchange {

namespace {

void head(JsonFile& json, RuleSet const& rules, std::string_view base, std::string_view name,
          std::string_view title, std::string_view type)
{
    json.member("resourceType", "Library");
    json.member("id", fhirId(name));
    json.member("url", canonicalUrl(base, "Library", name));
    json.member("version", rules.version);
    json.member("name", name);
    json.member("title", title);
    json.member("status", "active");
    json.key("experimental").flag(false);
    json.codeable("type", "http://terminology.hl7.org/CodeSystem/library-type", type);
}

void dependsOn(JsonFile& json, std::string const& canonical)
{
    json.object([&] {
        json.member("type", "depends-on");
        json.member("resource", canonical);
    });
}

/// The resource types that the facts library retrieves.
constexpr std::array<std::string_view, 9> kRetrieved{
    "Condition",          "Encounter",         "MedicationAdministration",
    "MedicationDispense", "MedicationRequest", "MedicationStatement",
    "Observation",        "Procedure",         "ServiceRequest"};

void parameters(JsonFile& json)
{
    struct Known {
        std::string_view name, type, max;
    };
    static constexpr std::array kParameters{Known{"Now", "dateTime", "1"},
                                            Known{"Hook", "string", "1"},
                                            Known{"Not Answered", "string", "*"}};
    json.array("parameter", [&] {
        for (auto const& parameter : kParameters)
            json.object([&] {
                json.member("name", parameter.name);
                json.member("use", "in");
                json.key("min").number("0");
                json.member("max", parameter.max);
                json.member("type", parameter.type);
            });
    });
}

} // namespace

ExportedFile logicLibrary(RuleSet const& rules, std::string_view base, std::string_view name,
                          std::string const& cql, std::vector<std::string> const& valueSets)
{
    auto const isRules = name == kRulesLibrary;
    JsonFile json;
    json.object([&] {
        head(json, rules, base, name,
             isRules ? "Logic of the rules" : "Facts of a patient and how they are compared",
             "logic-library");
        json.array("relatedArtifact", [&] {
            dependsOn(json, "http://hl7.org/fhir/FHIR-ModelInfo|4.0.1");
            if (isRules)
                dependsOn(json, canonicalUrl(base, "Library", kFactsLibrary) + '|' + rules.version);
            for (auto const& set : valueSets)
                dependsOn(json, canonicalUrl(base, "ValueSet", set) + '|' + rules.version);
        });
        parameters(json);
        json.array("dataRequirement", [&] {
            for (auto const type : kRetrieved) json.object([&] { json.member("type", type); });
        });
        json.listOfOne("content", [&] {
            json.member("contentType", "text/cql");
            json.member("data", toBase64(cql));
        });
    });
    return {"Library-" + fhirId(name) + ".json", json.text()};
}

ExportedFile manifestLibrary(RuleSet const& rules, std::string_view base,
                             std::span<ExportedFile const> resources)
{
    constexpr std::string_view kName = "TwitchCdsManifest";
    JsonFile json;
    json.object([&] {
        head(json, rules, base, kName, "All rules, value sets and activities, versions pinned",
             "asset-collection");
        json.array("relatedArtifact", [&] {
            for (auto const& file : resources) {
                auto const type = file.path.substr(0, file.path.find('-'));
                auto const id = file.path.substr(type.size() + 1, file.path.size() - type.size() -
                                                                      1 - sizeof(".json") + 1);
                auto version = rules.version;
                if (type == "PlanDefinition")
                    if (auto const* rule = rules.find(id)) version = rule->version;
                json.object([&] {
                    json.member("type", "composed-of");
                    json.member("resource", canonicalUrl(base, type, id) + '|' + version);
                });
            }
        });
    });
    return {"Library-" + std::string{kName} + ".json", json.text()};
}

} // namespace tcds::rules::exchange
