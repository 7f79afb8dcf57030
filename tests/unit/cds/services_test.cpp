#include "server/cds/services.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

namespace tcds::cds {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string discovery() { return writeDiscovery(*test::shippedRules()); }

/// Every template of the document by "service id" and key.
std::map<std::string, std::map<std::string, std::string>> templates()
{
    std::map<std::string, std::map<std::string, std::string>> found;
    auto const document = test::parseJson(discovery());
    for (auto const& service : document["services"].GetArray())
        for (auto const& member : service["prefetch"].GetObject())
            found[service["id"].GetString()][member.name.GetString()] = member.value.GetString();
    return found;
}

TEST(Discovery, ListsFiveServicesWithTheIdsThatAnalystsType) // DISC-02 to DISC-06, decision D31
{
    auto const document = test::parseJson(discovery());
    std::vector<std::string> ids;
    std::vector<std::string> hooks;
    for (auto const& service : document["services"].GetArray()) {
        ids.emplace_back(service["id"].GetString());
        hooks.emplace_back(service["hook"].GetString());
        for (auto const* name : {"title", "description", "usageRequirements"}) // DISC-08
            EXPECT_GT(service[name].GetStringLength(), 10U) << name;
    }
    EXPECT_THAT(ids,
                ElementsAre("twitch-patient-view", "twitch-encounter-start",
                            "twitch-problem-create", "twitch-order-select", "twitch-order-sign"));
    EXPECT_THAT(hooks, ElementsAre("patient-view", "encounter-start", "problem-list-item-create",
                                   "order-select", "order-sign")); // DISC-11, DISC-17, T-04
    for (auto const& id : ids)
        EXPECT_TRUE(std::regex_match(id, std::regex{"[A-Za-z0-9][A-Za-z0-9._~-]*"})) << id;
}

TEST(Discovery,
     HoldsOnlyPublishedMembersAndNothingEmpty) // DISC-07, DISC-09, DISC-10, DISC-12, DISC-13
{
    auto const document = test::parseJson(discovery());
    EXPECT_THAT(test::emptyPlaces(document), testing::IsEmpty());
    EXPECT_THAT(test::namesOf(document), ElementsAre("services"));
    for (auto const& service : document["services"].GetArray())
        EXPECT_THAT(test::namesOf(service), ElementsAre("hook", "id", "title", "description",
                                                        "usageRequirements", "prefetch"));
}

TEST(Discovery, IsTheSameEveryTime) // DISC-15
{
    EXPECT_EQ(discovery(), discovery());
}

TEST(Keys, OfEachServiceAreThoseThatEhrsAreSetUpWith) // PTM-09
{
    auto const keysOf = [all = templates()](std::string const& id) {
        std::set<std::string> keys;
        for (auto const& [key, query] : all.at(id)) keys.insert(key);
        return keys;
    };
    using Keys = std::set<std::string>;
    EXPECT_EQ(keysOf("twitch-patient-view"), (Keys{"patient", "conditions", "medications", "labs",
                                                   "encounterDiagnoses", "complaints"}));
    EXPECT_EQ(keysOf("twitch-encounter-start"),
              (Keys{"patient", "conditions", "medications", "labs", "encounter",
                    "encounterDiagnoses", "complaints"}));
    EXPECT_EQ(keysOf("twitch-problem-create"),
              (Keys{"patient", "conditions", "medications", "labs"}));
    EXPECT_EQ(keysOf("twitch-order-select"),
              (Keys{"patient", "conditions", "medications", "labs", "encounterDiagnoses"}));
    EXPECT_EQ(keysOf("twitch-order-sign"), keysOf("twitch-order-select"));
}

TEST(Templates, AreThePublishedQueries)
{
    auto const all = templates();
    auto const& view = all.at("twitch-patient-view");
    EXPECT_EQ(view.at("patient"), "Patient/{{context.patientId}}");
    EXPECT_EQ(view.at("conditions"),
              "Condition?patient={{context.patientId}}&category=problem-list-item");
    EXPECT_EQ(view.at("medications"),
              "MedicationRequest?patient={{context.patientId}}&intent=order,plan&status=active");
    EXPECT_EQ(view.at("encounterDiagnoses"),
              "Condition?patient={{context.patientId}}&category=encounter-diagnosis");
    EXPECT_EQ(view.at("complaints"),
              "Observation?patient={{context.patientId}}&code=8661-1,10154-3");
    auto const& start = all.at("twitch-encounter-start");
    EXPECT_EQ(start.at("encounter"), "Encounter/{{context.encounterId}}");
    EXPECT_EQ(start.at("encounterDiagnoses"),
              "Condition?patient={{context.patientId}}&category=encounter-diagnosis"
              "&encounter={{context.encounterId}}");
}

TEST(Templates, MeanTheSameUnderEveryHook) // PTM-09
{
    auto const all = templates();
    for (auto const& [id, keys] : all)
        for (auto const& [key, query] : keys)
            if (key != "encounterDiagnoses") {
                EXPECT_EQ(query, all.at("twitch-encounter-start").at(key)) << id << " " << key;
            }
}

/// The grammar of prefetch templates in CDS Hooks 2.0.1 as the project reads it.
void expectGrammar(std::string const& query, bool encounterRequired)
{
    SCOPED_TRACE(query);
    auto const question = query.find('?');
    static std::regex const kRead{R"([A-Z][A-Za-z]+/\{\{context\.(patientId|encounterId)\}\})"};
    if (question == std::string::npos) { // PTM-01, PTM-02, PTM-04, T-27
        EXPECT_TRUE(std::regex_match(query, kRead));
    } else {
        EXPECT_TRUE(std::regex_match(query.substr(0, question), std::regex{"[A-Z][A-Za-z]+"}));
        std::set<std::string> names;
        std::istringstream parameters{query.substr(question + 1)};
        for (std::string parameter; std::getline(parameters, parameter, '&');) {
            static std::regex const kParameter{
                R"(([a-z_]+)=(\{\{context\.(patientId|encounterId)\}\}|-?[A-Za-z0-9.,-]+))"};
            std::smatch match;
            ASSERT_TRUE(std::regex_match(parameter, match, kParameter)) << parameter;
            EXPECT_TRUE(names.insert(match[1]).second) << "twice: " << match[1]; // PTM-07, T-07
            static std::set<std::string> const kAllowed{"patient", "category",  "code",  "status",
                                                        "intent",  "encounter", "_sort", "_count"};
            EXPECT_TRUE(kAllowed.contains(match[1])) << match[1]; // PTM-05
        }
        EXPECT_TRUE(names.contains("patient")); // PTM-06
    }
    if (query.find("encounterId") != std::string::npos) { // PTM-03, no optional token
        EXPECT_TRUE(encounterRequired);
    }
}

TEST(Templates, KeepToTheGrammarOf201)
{
    for (auto const& [id, keys] : templates())
        for (auto const& [key, query] : keys) {
            EXPECT_TRUE(std::regex_match(key, std::regex{"[A-Za-z0-9_-]+"})) << key;
            expectGrammar(query, id == "twitch-encounter-start");
        }
}

TEST(Templates, OfTheOptionalKeysKeepToItToo)
{
    for (auto const key : allKeys()) {
        auto const prefetch = prefetchTemplate(key, Hook::EncounterStart, *test::shippedRules());
        ASSERT_TRUE(prefetch) << key;
        EXPECT_EQ(prefetch->key, key);
        expectGrammar(prefetch->query, true);
    }
    EXPECT_FALSE(prefetchTemplate("nonsense", Hook::PatientView, *test::shippedRules()));
}

std::vector<std::string> laboratoryCodes(rules::RuleSet const& rules)
{
    auto const query = prefetchTemplate("labs", Hook::PatientView, rules)->query;
    auto const begin = query.find("&code=") + 6;
    std::vector<std::string> codes;
    std::istringstream list{query.substr(begin, query.find('&', begin) - begin)};
    for (std::string code; std::getline(list, code, ',');) codes.push_back(code);
    return codes;
}

TEST(LaboratoryCodes, AreThoseOfTheAnalytesThatRulesName) // decision D31
{
    auto const rules = test::rulesOf(
        {test::ruleText("EL-MG-LOW", "when: {lab: {analyte: MG, below_reference: true}}"),
         test::ruleText("EL-K-LOW", "when: {lab: {analyte: K, below_reference: true}}")});

    auto const codes = laboratoryCodes(*rules);

    // Potassium stands before magnesium in analytes.yaml; sodium is named by no rule.
    auto const place = [&](std::string const& code) {
        return std::find(codes.begin(), codes.end(), code) - codes.begin();
    };
    EXPECT_EQ(codes.front(), "2823-3");
    EXPECT_LT(place("6298-4"), place("19123-9"));
    EXPECT_LT(place("19123-9"), static_cast<std::ptrdiff_t>(codes.size()));
    EXPECT_THAT(codes, testing::Not(testing::Contains("2951-2")));
}

TEST(LaboratoryCodes, OfADerivedAnalyteAreThoseOfItsInputsToo)
{
    auto const codes = laboratoryCodes(*test::rulesOf(
        {test::ruleText("EL-CA-LOW", "when: {lab: {analyte: CA_ADJ, below_reference: true}}")}));

    EXPECT_THAT(codes, testing::IsSupersetOf({"17861-6", "1751-7", "29265-6"}));
}

TEST(LaboratoryCodes, OfTheShippedRulesHoldEveryCodeOnceAndNoUrine)
{
    auto const codes = laboratoryCodes(*test::shippedRules());
    std::set<std::string> const unique(codes.begin(), codes.end());

    EXPECT_EQ(unique.size(), codes.size());
    EXPECT_THAT(codes, testing::IsSupersetOf({"2823-3", "6298-4", "2951-2", "17861-6", "29265-6",
                                              "1995-0", "1751-7", "19123-9", "2601-3", "3094-0",
                                              "2160-0", "33914-3", "3016-3", "14334-7"}));
    for (auto const* urine : {"2828-2", "2955-3", "19124-7", "17862-4", "2778-9", "2161-8"})
        EXPECT_FALSE(unique.contains(urine)) << urine;
    for (auto const& code : codes)
        EXPECT_TRUE(std::regex_match(code, std::regex{"[0-9]{1,6}-[0-9]"})) << code;
}

TEST(FindService, KnowsExactIdsOnly)
{
    EXPECT_EQ(findService("twitch-order-sign")->hook, Hook::OrderSign);
    EXPECT_EQ(findService("Twitch-Order-Sign"), nullptr);
    EXPECT_EQ(findService(""), nullptr);
    EXPECT_EQ(findService("twitch-order-sign/"), nullptr);
}

} // namespace

} // namespace tcds::cds
