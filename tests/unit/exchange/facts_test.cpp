#include "rules/exchange/facts_bundle.hpp"
#include "tests/support/chart_builder.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

namespace tcds::rules::exchange {
namespace {

using tcds::test::ChartBuilder;
using tcds::test::daysAgo;
using tcds::test::shippedRules;
using testing::ElementsAre;
using testing::IsEmpty;

struct Facts {
    explicit Facts(ChartBuilder builder)
    {
        auto const context = builder.build();
        auto const input = factsInput(context, *shippedRules());
        document.Parse(input.bundle.c_str());
        notAnswered = input.notAnswered;
    }

    /// The resources of a type.
    std::vector<rapidjson::Value const*> of(std::string_view type) const
    {
        std::vector<rapidjson::Value const*> found;
        for (auto const& entry : document["entry"].GetArray())
            if (entry["resource"]["resourceType"].GetString() == type)
                found.push_back(&entry["resource"]);
        return found;
    }

    rapidjson::Document document;
    std::vector<std::string> notAnswered;
};

std::string at(rapidjson::Value const& resource, char const* pointer)
{
    auto const* value = rapidjson::Pointer{pointer}.Get(resource);
    if (value == nullptr) return "(absent)";
    if (value->IsString()) return value->GetString();
    if (value->IsBool()) return value->GetBool() ? "true" : "false";
    return std::to_string(value->GetDouble());
}

ChartBuilder chart() { return ChartBuilder{*shippedRules()->terms}; }

TEST(Facts, AResultKeepsItsCodeNumberUnitAndTime)
{
    auto made = chart();
    made.lab("K", "2.9 mmol/L", daysAgo(2));

    Facts const facts{std::move(made)};

    ASSERT_EQ(facts.of("Observation").size(), 1U);
    auto const& result = *facts.of("Observation").front();
    EXPECT_EQ(at(result, "/status"), "final");
    EXPECT_EQ(at(result, "/code/coding/0/system"), "http://loinc.org");
    EXPECT_EQ(at(result, "/code/coding/0/code"), "2823-3");
    EXPECT_EQ(at(result, "/valueQuantity/code"), "mmol/L");
    EXPECT_DOUBLE_EQ(rapidjson::Pointer{"/valueQuantity/value"}.Get(result)->GetDouble(), 2.9);
    EXPECT_EQ(at(result, "/effectiveDateTime"), "2026-01-29T08:00:00.000Z");
}

TEST(Facts, AMedicineIsItsIngredient)
{
    auto made = chart();
    made.med("furosemide", daysAgo(20)).route = Route::Unknown;

    Facts const facts{std::move(made)};

    ASSERT_EQ(facts.of("MedicationRequest").size(), 1U);
    auto const& order = *facts.of("MedicationRequest").front();
    EXPECT_EQ(at(order, "/status"), "active");
    EXPECT_EQ(at(order, "/medicationCodeableConcept/coding/0/code"), "4603");
    EXPECT_EQ(at(order, "/dosageInstruction/0/route/coding/0/code"), "unknown");
    EXPECT_EQ(at(order, "/extension/0/url"), "urn:twitch-cds:extension:course-start");
    EXPECT_EQ(at(order, "/extension/0/valueDateTime"), "2026-01-11T08:00:00.000Z");
}

TEST(Facts, AnUnknownStartIsSaid)
{
    auto made = chart();
    made.med("furosemide");

    Facts const facts{std::move(made)};

    ASSERT_EQ(facts.of("MedicationRequest").size(), 1U);
    EXPECT_EQ(at(*facts.of("MedicationRequest").front(), "/extension/0/url"),
              "urn:twitch-cds:extension:course-start-uncertain");
}

TEST(Facts, WhatNoCodeSaysIsSaidByAMarker)
{
    auto made = chart();
    auto& problem = made.problem("ECG_CHANGE", daysAgo(3)); // by phrase: no codes
    problem.codes.clear();

    Facts const facts{std::move(made)};

    ASSERT_EQ(facts.of("Condition").size(), 1U);
    auto const& condition = *facts.of("Condition").front();
    EXPECT_EQ(at(condition, "/code/coding/0/system"), "urn:twitch-cds:value-set");
    EXPECT_EQ(at(condition, "/code/coding/0/code"), "ECG_CHANGE");
    EXPECT_EQ(at(condition, "/category/0/coding/0/code"), "problem");
}

TEST(Facts, ACodeThatTheTextDeniesIsLeftOut)
{
    auto made = chart();
    auto& complaint = made.complaint("CRAMP");
    complaint.codes = {{"http://hl7.org/fhir/sid/icd-10-cm", "R25.3", ""}}; // twitching

    Facts const facts{std::move(made)};

    ASSERT_EQ(facts.of("Condition").size(), 1U);
    auto const& condition = *facts.of("Condition").front();
    EXPECT_EQ(at(condition, "/code/coding/0/code"), "CRAMP");
    EXPECT_EQ(at(condition, "/code/coding/1/code"), "(absent)");
}

TEST(Facts, SourcesThatDidNotAnswerAreNamed)
{
    auto made = chart();
    made.source("labs", SourceStatus::Failed);
    made.source("medications", SourceStatus::Partial);

    EXPECT_THAT(Facts{std::move(made)}.notAnswered, ElementsAre("labs", "medications"));
    EXPECT_THAT(Facts{chart()}.notAnswered, IsEmpty());
}

TEST(Facts, OneSourceOfSignsIsEnough)
{
    auto none = chart();
    for (auto const* key : {"conditions", "encounterDiagnoses", "encounter", "complaints"})
        none.source(key, SourceStatus::Failed);
    auto one = none;
    one.source("complaints", SourceStatus::Empty);

    EXPECT_THAT(Facts{std::move(none)}.notAnswered, ElementsAre("conditions", "signs"));
    EXPECT_THAT(Facts{std::move(one)}.notAnswered, ElementsAre("conditions"));
}

TEST(Facts, NothingIsEmpty) // FHIR R4, JSON: no empty strings, arrays or objects
{
    auto made = chart();
    made.complaint("TWITCH", daysAgo(7));
    made.med("furosemide");
    made.lab("K", "n/a", daysAgo(1));
    made.lab("CA", "2.1 mmol/L", daysAgo(1));
    made.finding("SWEATING", daysAgo(1));
    made.procedure("DIALYSIS_PROCEDURE", daysAgo(1));
    made.order("NEUROLOGY_REFERRAL", daysAgo(1));
    made.encounter(EncounterClass::Inpatient).current = true;

    Facts const facts{std::move(made)};

    EXPECT_THAT(tcds::test::emptyPlaces(facts.document), IsEmpty());
    EXPECT_EQ(facts.of("Encounter").size(), 1U);
    EXPECT_EQ(facts.of("Observation").size(), 3U); // two read, adjusted calcium derived
}

} // namespace
} // namespace tcds::rules::exchange
