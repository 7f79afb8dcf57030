#include "rules/exchange/canonical.hpp"
#include "rules/exchange/export.hpp"
#include "rules/exchange/fhir_value_sets.hpp"
#include "rules/exchange/source_attributes.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include <map>
#include <set>

// That the resources are valid R4 is shown by a schema (tests/e2e/exchange_test.sh); here is what
// they say.

namespace tcds::rules::exchange {
namespace {

using tcds::test::rulesOf;
using tcds::test::ruleText;
using tcds::test::shippedRules;
using testing::IsEmpty;

std::map<std::string, std::string> exported(RuleSet const& rules)
{
    std::map<std::string, std::string> files;
    for (auto& file : exportFiles(rules, {"https://hospital.example.org/fhir"}))
        files[file.path] = std::move(file.text);
    return files;
}

std::map<std::string, std::string> const& shippedFiles()
{
    static auto const files = exported(*shippedRules());
    return files;
}

rapidjson::Document parsed(std::string const& text)
{
    rapidjson::Document document;
    document.Parse(text.c_str());
    return document;
}

std::string at(rapidjson::Value const& resource, char const* pointer)
{
    auto const* value = rapidjson::Pointer{pointer}.Get(resource);
    if (value == nullptr) return "(absent)";
    return value->IsString() ? value->GetString() : value->IsTrue() ? "true" : "false";
}

/// Value of an extension of our own.
std::string extension(rapidjson::Value const& resource, std::string_view name, char const* type)
{
    for (auto const& entry : resource["extension"].GetArray())
        if (entry["url"].GetString() == "urn:twitch-cds:extension:" + std::string{name})
            return at(entry, type);
    return "(absent)";
}

TEST(FhirId, UnderscoresAndBlanksBecomeHyphens) // R4: [A-Za-z0-9\-\.]{1,64}
{
    EXPECT_EQ(fhirId("KSPARE_ENAC"), "KSPARE-ENAC");
    EXPECT_EQ(fhirId("analyte K"), "analyte-K");
    EXPECT_EQ(fhirId(std::string(70, 'a')).size(), 64U);
}

TEST(ComputableName, BeginsWithACapital) // R4 invariant of name: [A-Z]([A-Za-z0-9_]){0,254}
{
    EXPECT_EQ(computableName("analyte K"), "Tanalyte_K");
    EXPECT_EQ(computableName("S-BMP"), "S_BMP");
}

TEST(Export, EachRuleTestAndSetHasAFile)
{
    auto const& rules = *shippedRules();
    auto const& files = shippedFiles();
    for (auto const& rule : rules.rules)
        EXPECT_TRUE(files.contains("PlanDefinition-" + rule.id + ".json")) << rule.id;
    for (auto const& test : rules.suggestions)
        EXPECT_TRUE(files.contains("ActivityDefinition-" + test.id + ".json")) << test.id;
    for (auto const* name : {"ValueSet-LOOP.json", "ValueSet-analyte-K.json", "bundle.json",
                             "Library-TwitchCdsManifest.json", "cql/TwitchCdsRules.cql"})
        EXPECT_TRUE(files.contains(name)) << name;
}

TEST(Export, NothingIsEmptyAndNoTwoResourcesShareAUrl)
{
    std::set<std::string> urls;
    for (auto const& [path, text] : shippedFiles()) {
        if (!path.ends_with(".json") || path == "bundle.json") continue;
        auto const document = parsed(text);
        ASSERT_FALSE(document.HasParseError()) << path;
        EXPECT_THAT(tcds::test::emptyPlaces(document), IsEmpty()) << path;
        EXPECT_TRUE(urls.insert(at(document, "/url")).second) << path;
        EXPECT_EQ(path, at(document, "/resourceType") + '-' + at(document, "/id") + ".json");
    }
}

TEST(Export, TheBundlePutsEveryResource)
{
    auto const bundle = parsed(shippedFiles().at("bundle.json"));
    ASSERT_FALSE(bundle.HasParseError());
    std::size_t resources = 0;
    for (auto const& [path, text] : shippedFiles())
        resources += path.ends_with(".json") && path != "bundle.json" ? 1U : 0U;

    EXPECT_EQ(bundle["entry"].Size(), resources);
    for (auto const& entry : bundle["entry"].GetArray()) {
        auto const& resource = entry["resource"];
        EXPECT_EQ(at(entry, "/request/method"), "PUT");
        EXPECT_EQ(at(entry, "/request/url"),
                  at(resource, "/resourceType") + '/' + at(resource, "/id"));
    }
}

TEST(PlanDefinition, SaysWhatThePackSaysOfLowPotassium) // rules/packs/core/EL-K-LOW.yaml
{
    auto const plan = parsed(shippedFiles().at("PlanDefinition-EL-K-LOW.json"));

    EXPECT_EQ(at(plan, "/url"), "https://hospital.example.org/fhir/PlanDefinition/EL-K-LOW");
    EXPECT_EQ(at(plan, "/version"), shippedRules()->find("EL-K-LOW")->version);
    EXPECT_EQ(at(plan, "/title"), "Low potassium");
    EXPECT_EQ(at(plan, "/status"), "active");
    EXPECT_EQ(at(plan, "/type/coding/0/code"), "eca-rule");
    EXPECT_EQ(at(plan, "/effectivePeriod/start"), "2026-11-22");
    EXPECT_EQ(at(plan, "/relatedArtifact/0/type"), "citation");
    EXPECT_EQ(at(plan, "/relatedArtifact/0/label"), "E10");
    EXPECT_EQ(at(plan, "/action/0/trigger/0/name"), "patient-view");
    EXPECT_EQ(at(plan, "/action/0/condition/0/expression/expression"), "\"EL-K-LOW fires\"");
    EXPECT_EQ(at(plan, "/action/0/action/0/definitionCanonical"),
              "https://hospital.example.org/fhir/ActivityDefinition/S-BMP|" +
                  shippedRules()->version);
    EXPECT_EQ(at(plan, "/approvalDate"), "(absent)"); // nobody has approved the shipped pack
    EXPECT_EQ(at(plan, "/endorser"), "(absent)");
}

TEST(PlanDefinition, AShadowRuleIsADraftToOthers)
{
    auto const rules =
        rulesOf({ruleText("EL-SHADOW", "status: shadow\nwhen: {age: {at_least: 65 a}}")});
    auto const files = exported(*rules);

    auto const shadow = parsed(files.at("PlanDefinition-EL-SHADOW.json"));
    EXPECT_EQ(at(shadow, "/status"), "draft");
    EXPECT_EQ(at(shadow, "/experimental"), "true");
    EXPECT_EQ(extension(shadow, "status", "/valueCode"), "shadow");
}

TEST(SourceAttributes, SexAndAssessmentsAreUsedWhereAClauseAsksForThem)
{
    auto const rules = rulesOf({
        ruleText("EL-AGE", "when: {age: {at_least: 65 a}}"),
        ruleText("EL-SEX", "when: {sex: female}"),
        ruleText("EL-RANGE", "when: {lab: {analyte: K, below_reference: true}}"),
        ruleText("EL-FIXED", "when: {lab: {analyte: K, below: 3.0 mmol/L}}"),
        ruleText("EL-SCORE", "when: {lab: {analyte: GAD7, at_least: 10 1}}"),
    });
    auto const uses = [&](std::string_view id, std::string_view attribute) {
        for (auto const& use : dataUseOf(*rules->find(id), *rules))
            if (use.attribute == attribute) return use.used;
        return false;
    };

    EXPECT_TRUE(uses("EL-SEX", "sex"));
    EXPECT_TRUE(uses("EL-RANGE", "sex")); // a laboratory may give a range for each sex
    EXPECT_FALSE(uses("EL-FIXED", "sex"));
    EXPECT_FALSE(uses("EL-AGE", "sex"));
    EXPECT_TRUE(uses("EL-SCORE", "health-status-assessments"));
    EXPECT_FALSE(uses("EL-AGE", "health-status-assessments"));
    for (auto const* never : {"race", "ethnicity", "language", "sexual-orientation",
                              "gender-identity", "social-determinants-of-health"})
        EXPECT_FALSE(uses("EL-SEX", never)) << never;
    EXPECT_TRUE(uses("EL-FIXED", "date-of-birth")); // under 28 days the service is silent
}

TEST(ValueSets, HoldCodesPrefixesAndAMarker)
{
    auto const loop = parsed(shippedFiles().at("ValueSet-LOOP.json"));
    auto const text = shippedFiles().at("ValueSet-LOOP.json");

    EXPECT_EQ(at(loop, "/compose/include/0/system"), "http://www.nlm.nih.gov/research/umls/rxnorm");
    EXPECT_THAT(text, testing::HasSubstr("\"code\": \"4603\""));       // furosemide
    EXPECT_THAT(text, testing::HasSubstr("\"value\": \"C03C"));        // ATC, loop diuretics
    EXPECT_THAT(text, testing::HasSubstr("urn:twitch-cds:value-set")); // matched by text
}

TEST(ValueSets, CarryTheNoticesThatOwnersOfCodesAskFor) // docs/licences.md
{
    EXPECT_THAT(at(parsed(shippedFiles().at("ValueSet-analyte-K.json")), "/copyright"),
                testing::HasSubstr("content from LOINC"));
    EXPECT_THAT(at(parsed(shippedFiles().at("ActivityDefinition-S-BMP.json")), "/copyright"),
                testing::HasSubstr("content from LOINC"));
    for (auto const& [path, text] : shippedFiles())
        if (path.starts_with("ValueSet-") &&
            text.find("http://snomed.info/sct") != std::string::npos) {
            EXPECT_THAT(text, testing::HasSubstr("SNOMED International")) << path;
        }
}

TEST(Manifest, PinsTheVersionOfEveryRule)
{
    auto const manifest = parsed(shippedFiles().at("Library-TwitchCdsManifest.json"));
    std::set<std::string> pinned;
    for (auto const& artifact : manifest["relatedArtifact"].GetArray())
        pinned.insert(at(artifact, "/resource"));

    EXPECT_EQ(at(manifest, "/type/coding/0/code"), "asset-collection");
    for (auto const& rule : shippedRules()->rules)
        EXPECT_TRUE(pinned.contains("https://hospital.example.org/fhir/PlanDefinition/" + rule.id +
                                    '|' + rule.version))
            << rule.id;
}

} // namespace
} // namespace tcds::rules::exchange
