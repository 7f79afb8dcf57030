#include "server/cli/prefetch_text.hpp"

#include "server/cds/services.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace tcds::cli {

namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<rules::RuleSet const> potassiumRules()
{
    return test::rulesOf(
        {test::ruleText("EL-K-LOW", "when: {lab: {analyte: K, below_reference: true}}")});
}

PrefetchWanted ofProfile(cds::Profile profile)
{
    PrefetchWanted wanted;
    wanted.choice.profile = profile;
    return wanted;
}

std::vector<std::string> linesWith(std::string const& text, std::string_view part)
{
    std::vector<std::string> found;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (line.find(part) != std::string::npos) found.push_back(line);
    return found;
}

TEST(ClientEntries,
     KnowTheWordsOfPrefetch) // names stand in both places, for neither sees the other
{
    EXPECT_THAT(config::kPrefetchNames, ElementsAreArray(cds::allKeys()));
    std::vector<std::string_view> optional;
    for (auto const& use : cds::keyUses())
        if (use.need == cds::Need::Optional) optional.push_back(use.key);
    EXPECT_THAT(config::kExtraPrefetchNames, testing::UnorderedElementsAreArray(optional));
    for (auto const name : config::kProfileNames) EXPECT_TRUE(cds::parseProfile(name)) << name;
}

TEST(PrefetchJson, IsThePrefetchOfDiscoveryByServiceId)
{
    auto const rules = potassiumRules();

    auto const text = prefetchJson(ofProfile(cds::Profile::Default), *rules);

    auto const printed = test::parseJson(text);
    auto const discovery = test::parseJson(cds::writeDiscovery(*rules));
    EXPECT_EQ(printed.MemberCount(), 5U);
    for (auto const& service : discovery["services"].GetArray())
        EXPECT_EQ(printed[service["id"].GetString()], service["prefetch"]);
    EXPECT_THAT(text, HasSubstr("\n    \"patient\": \"Patient/{{context.patientId}}\","));
}

TEST(PrefetchJson, OfTheProfileContextHasEmptyServices)
{
    auto const printed =
        test::parseJson(prefetchJson(ofProfile(cds::Profile::Context), *potassiumRules()));

    EXPECT_EQ(printed.MemberCount(), 5U);
    EXPECT_TRUE(printed["twitch-order-sign"].ObjectEmpty());
}

TEST(PrefetchJson, OfAClientSaysTheKeysAsTyped) // TOL-01
{
    config::ClientEntry client;
    client.prefetchProfile = "uscore";
    client.extraPrefetch = {"vitals"};
    client.aliases = {{"labs-user", "labs"}, {"labs2", "labs"}};

    auto const printed = test::parseJson(prefetchJson(prefetchOf(client), *potassiumRules()));

    EXPECT_THAT(test::namesOf(printed["twitch-order-select"]),
                ElementsAre("patient", "conditions", "medications", "labs-user", "vitals"));
    EXPECT_STREQ(printed["twitch-order-select"]["labs-user"].GetString(),
                 "Observation?patient={{context.patientId}}&category=laboratory");
}

TEST(PrefetchTable, SaysOfEachKeyWhatIsLostWithoutIt)
{
    auto const text = prefetchTable(ofProfile(cds::Profile::Default), *potassiumRules());

    EXPECT_THAT(linesWith(text, "every call is refused"),
                ElementsAre("patient             yes             every call is refused with 412"));
    EXPECT_THAT(
        linesWith(text, "every medicine rule"),
        ElementsAre("medications         one of group B  every medicine rule stays unknown"));
    EXPECT_THAT(linesWith(text, "Group A"),
                ElementsAre("Group A, where the complaint is looked for: conditions, encounter, "
                            "encounterDiagnoses, complaints"));
    EXPECT_THAT(linesWith(text, "Group B"),
                ElementsAre("Group B, once there is a complaint: medications, labs"));
}

TEST(PrefetchTable, NamesTheHooksOfEachQuery)
{
    auto const text = prefetchTable(ofProfile(cds::Profile::Default), *potassiumRules());

    EXPECT_THAT(text,
                HasSubstr("Patient/{{context.patientId}}\n                    for all hooks\n"));
    EXPECT_THAT(text, HasSubstr("Encounter/{{context.encounterId}}\n"
                                "                    for encounter-start\n"));
    // The same key with two queries: only encounter-start is sure to know the encounter.
    EXPECT_THAT(text, HasSubstr("category=encounter-diagnosis\n"
                                "                    for patient-view order-select order-sign\n"));
    EXPECT_THAT(text, HasSubstr("category=encounter-diagnosis&encounter={{context.encounterId}}\n"
                                "                    for encounter-start\n"));
}

TEST(PrefetchTable, OfTheProfileContextSaysThatNothingIsAsked)
{
    EXPECT_THAT(prefetchTable(ofProfile(cds::Profile::Context), *potassiumRules()),
                HasSubstr("asks for no prefetch"));
}

TEST(PrefetchCurl, HasOneLineAQueryWithPlaceholders)
{
    auto const text = prefetchCurl(ofProfile(cds::Profile::Default), *potassiumRules());

    EXPECT_EQ(linesWith(text, "curl ").size(), 8U); // seven keys, one of them with two queries
    EXPECT_THAT(linesWith(text, "curl ").front(),
                "curl -sS -o /dev/null -w 'patient %{http_code}\\n' "
                "-H \"Authorization: Bearer $TOKEN\" -H 'Accept: application/fhir+json' "
                "\"$FHIR/Patient/$PATIENT\"");
    EXPECT_THAT(text, HasSubstr("&encounter=$ENCOUNTER\""));
    EXPECT_THAT(text, Not(HasSubstr("{{")));
}

TEST(PrefetchCurl, OfAClientStartsFromItsFhirServerAndEscapesTheBar)
{
    config::ClientEntry client;
    client.fhirServers = {"https://fhir.st-mary.example/r4", "https://other.example"};
    client.codeSystem = true;

    auto const text = prefetchCurl(prefetchOf(client), *potassiumRules());

    EXPECT_THAT(text, HasSubstr("FHIR=\"${FHIR:-https://fhir.st-mary.example/r4}\"\n"));
    EXPECT_THAT(text, HasSubstr("code=http://loinc.org%7C8661-1,http://loinc.org%7C10154-3\""));
    EXPECT_THAT(text, Not(HasSubstr("|")));
}

} // namespace

} // namespace tcds::cli
