#include "server/rulebook/data_use.hpp"

#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>

namespace tcds::rulebook {
namespace {

using test::rulesOf;
using test::ruleText;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> usesOf(std::string_view what, std::initializer_list<std::string> texts)
{
    auto const rules = rulesOf(texts);
    for (auto const& use : dataUseOf(*rules->find("EL-T"), *rules))
        if (use.what == what) return use.from;
    throw std::runtime_error{"no such attribute"};
}

std::vector<std::string> usesOf(std::string_view what, std::string const& body)
{
    return usesOf(what, {ruleText("EL-T", body)});
}

TEST(DataUse, NamesTheNineAttributesInOrder)
{
    auto const rules = rulesOf({ruleText("EL-T", "when: {med: {class: LOOP}}\n")});
    std::vector<std::string> names;
    for (auto const& use : dataUseOf(*rules->find("EL-T"), *rules)) names.push_back(use.what);

    EXPECT_THAT(names, ElementsAre("Race", "Ethnicity", "Language", "Sexual orientation",
                                   "Gender identity", "Sex", "Date of birth",
                                   "Social determinants of health", "Health status assessments"));
}

TEST(DataUse, ARuleOnAMedicineUsesTheBirthDateForItsScopeOnly)
{
    auto const body = "when: {med: {class: LOOP}}\n";

    EXPECT_THAT(usesOf("Date of birth", body), ElementsAre("patients under 28 days are left out"));
    EXPECT_THAT(usesOf("Sex", body), IsEmpty());
    EXPECT_THAT(usesOf("Health status assessments", body), IsEmpty());
}

TEST(DataUse, ClausesAboutSexAndAgeAreFoundAtAnyDepth)
{
    auto const body = "when: {all: [{med: {class: LOOP}}, {any: [{sex: female}, {not: {age: "
                      "{at_least: 65 a}}}]}]}\n";

    EXPECT_THAT(usesOf("Sex", body), ElementsAre("sex is female"));
    EXPECT_THAT(usesOf("Date of birth", body), Contains("age at least 65 years"));
}

TEST(DataUse, LimitsThatDependOnAgeUseTheBirthDate)
{
    EXPECT_THAT(usesOf("Date of birth", "when: {lab: {analyte: K, below_reference: true}}\n"),
                Contains("limits of Potassium by age"));
    EXPECT_THAT(usesOf("Date of birth", "when: {lab: {analyte: K, below: 3.0 mmol/L}}\n"),
                ElementsAre("patients under 28 days are left out"));
}

TEST(DataUse, PregnancyIsAHealthAssessment)
{
    EXPECT_THAT(usesOf("Health status assessments", "when: {pregnancy: {}}\n"),
                ElementsAre("pregnancy on record"));
    EXPECT_THAT(usesOf("Health status assessments",
                       "parameters: {entry: {value: 135 mmol/L, pregnancy: 130 mmol/L}}\n"
                       "when: {lab: {analyte: NA, below: $entry}}\n"),
                ElementsAre("limits in pregnancy"));
}

TEST(DataUse, WhatARuleRefersToCountsAsItsOwn)
{
    EXPECT_THAT(usesOf("Sex", {ruleText("EL-A", "when: {sex: male}\n"),
                               ruleText("EL-T", "when: {rule: EL-A}\n")}),
                ElementsAre("sex is male"));
}

} // namespace
} // namespace tcds::rulebook
