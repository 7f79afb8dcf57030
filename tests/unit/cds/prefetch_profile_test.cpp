#include "server/cds/prefetch_profile.hpp"

#include "server/cds/services.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::cds {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<rules::RuleSet const> potassiumRules()
{
    return test::rulesOf(
        {test::ruleText("EL-K-LOW", "when: {lab: {analyte: K, below_reference: true}}")});
}

std::vector<std::string> keysOf(PrefetchChoice const& choice, std::string_view service)
{
    std::vector<std::string> keys;
    for (auto const& made : prefetchOf(*findService(service), choice, *potassiumRules()))
        keys.push_back(made.key);
    return keys;
}

TEST(Profile, UsCoreAsksOnlyWhatEveryUsCoreServerAnswers)
{
    PrefetchChoice const usCore{Profile::UsCore, {}, false};
    auto const rules = potassiumRules();
    auto const queryOf = [&](std::string_view key) {
        auto const made = prefetchTemplate(usCore, key, Hook::EncounterStart, *rules);
        return made ? made->query : std::string{"left out"};
    };

    EXPECT_EQ(queryOf("patient"), "Patient/{{context.patientId}}");
    EXPECT_EQ(queryOf("conditions"), "Condition?patient={{context.patientId}}");
    EXPECT_EQ(queryOf("encounterDiagnoses"), "left out"); // `conditions` brings them
    EXPECT_EQ(queryOf("medications"),
              "MedicationRequest?patient={{context.patientId}}&intent=order,plan&status=active");
    EXPECT_EQ(queryOf("labs"), "Observation?patient={{context.patientId}}&category=laboratory");
    EXPECT_EQ(queryOf("complaints"), "Observation?patient={{context.patientId}}&code=10154-3");
    EXPECT_EQ(queryOf("encounter"), "Encounter/{{context.encounterId}}");
    EXPECT_THAT(
        keysOf(usCore, "twitch-encounter-start"),
        ElementsAre("patient", "conditions", "medications", "labs", "encounter", "complaints"));
}

TEST(Profile, ContextAsksForNothing)
{
    PrefetchChoice const context{Profile::Context, {"vitals"}, false};

    EXPECT_THAT(keysOf(context, "twitch-patient-view"), IsEmpty());
    auto const document = test::parseJson(writeDiscovery(*potassiumRules(), context));
    EXPECT_EQ(document["services"].Size(), 5U);
    for (auto const& service : document["services"].GetArray())
        EXPECT_FALSE(service.HasMember("prefetch")); // DISC-07
}

TEST(Profile, DefaultIsWhatDiscoveryAdvertises)
{
    EXPECT_EQ(writeDiscovery(*potassiumRules(), PrefetchChoice{}),
              writeDiscovery(*potassiumRules()));
}

TEST(Profile, IsNamedAsInClientEntries)
{
    for (auto const profile : {Profile::Default, Profile::UsCore, Profile::Context})
        EXPECT_EQ(parseProfile(toText(profile)), profile);
    EXPECT_EQ(toText(Profile::UsCore), "uscore");
    EXPECT_FALSE(parseProfile("us-core"));
}

TEST(ExtraKeys, FollowThoseOfTheServiceOnceEach)
{
    PrefetchChoice const more{Profile::Default, {"vitals", "stopped", "labs", "vitals"}, false};

    EXPECT_THAT(keysOf(more, "twitch-problem-create"),
                ElementsAre("patient", "conditions", "medications", "labs", "vitals", "stopped"));
    EXPECT_EQ(prefetchTemplate("stopped", Hook::PatientView, *potassiumRules())->query,
              "MedicationRequest?patient={{context.patientId}}&intent=order"
              "&status=stopped,completed,on-hold");
}

TEST(CodeSystem, StandsBeforeEveryLoincCodeAndNowhereElse) // PTM-11, T-30
{
    PrefetchChoice const wide{Profile::Default, {}, true};
    auto const rules = potassiumRules();
    auto const queryOf = [&](std::string_view key) {
        return prefetchTemplate(wide, key, Hook::PatientView, *rules)->query;
    };

    EXPECT_EQ(queryOf("complaints"), "Observation?patient={{context.patientId}}"
                                     "&code=http://loinc.org|8661-1,http://loinc.org|10154-3");
    auto const labs = queryOf("labs");
    EXPECT_THAT(labs, HasSubstr("&code=http://loinc.org|2823-3,http://loinc.org|6298-4"));
    EXPECT_THAT(labs, testing::EndsWith("&_sort=-date&_count=100"));
    EXPECT_THAT(queryOf("medications"), testing::Not(HasSubstr("loinc")));
}

TEST(KeyUses, TellWhatADecisionNeeds) // decision D26
{
    std::vector<std::string_view> complaint;
    std::vector<std::string_view> finding;
    std::vector<std::string_view> always;
    for (auto const& use : keyUses()) {
        EXPECT_FALSE(use.without.empty()) << use.key;
        if (use.need == Need::Always) always.push_back(use.key);
        if (use.need == Need::Complaint) complaint.push_back(use.key);
        if (use.need == Need::Finding) finding.push_back(use.key);
    }

    EXPECT_THAT(always, ElementsAre("patient"));
    EXPECT_THAT(complaint,
                ElementsAre("conditions", "encounter", "encounterDiagnoses", "complaints"));
    EXPECT_THAT(finding, ElementsAre("medications", "labs"));
    EXPECT_EQ(findKeyUse("nonsense"), nullptr);
}

TEST(KeyUses, AreOfEveryKeyThatHasATemplate)
{
    for (auto const key : allKeys()) {
        EXPECT_NE(findKeyUse(key), nullptr) << key;
        EXPECT_TRUE(prefetchTemplate(key, Hook::EncounterStart, *potassiumRules())) << key;
    }
    EXPECT_EQ(allKeys().size(), 16U);
}

} // namespace

} // namespace tcds::cds
