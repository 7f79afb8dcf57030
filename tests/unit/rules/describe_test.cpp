#include "load_stage.hpp"

#include <gtest/gtest.h>

namespace tcds::rules::test {
namespace {

struct Sentence {
    char const* name;
    char const* clause;
    char const* text;
};

void PrintTo(Sentence const& sentence, std::ostream* out) { *out << sentence.name; }

class Describe : public testing::TestWithParam<Sentence>
{
};

TEST_P(Describe, SaysAClauseInPlainWords)
{
    auto const compiled = compileFiles(
        {{kRulePath, ruleText({"unless: " + std::string{GetParam().clause},
                               "parameters: {entry: {value: 3.5 mmol/L, under-1: 3.7 mmol/L}}",
                               "when: {lab: {analyte: K, below: $entry}, as: k}"})}});
    ASSERT_NE(compiled.set, nullptr) << testing::PrintToString(compiled.messages());
    auto const& rule = compiled.set->rules.front();

    EXPECT_EQ(describe(*rule.unless, &rule, *compiled.set), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Clauses, Describe,
    testing::Values(
        Sentence{"Lab", "{lab: {analyte: K, below: 3.0 mmol/L}}",
                 "latest Potassium below 3.0 mmol/L"},
        Sentence{"LabWithParameter", "{lab: {analyte: K, below: $entry, within: 1 d}}",
                 "latest Potassium below 3.7 mmol/L (under-1) or 3.5 mmol/L in the last 1 day"},
        Sentence{"LabByReference", "{lab: {analyte: K, above_reference: true}}",
                 "latest Potassium above its upper limit"},
        Sentence{"LabByMultiple", "{lab: {analyte: K, above: 5 xULN}}",
                 "latest Potassium above 5 times the upper limit"},
        Sentence{"LabNearAnother", "{lab: {analyte: CA, below: 2.0 mmol/L, near: k, within: 24 h}}",
                 "latest Calcium below 2.0 mmol/L within 24 hours of \"k\""},
        Sentence{"MissingBeforeAResult", "{missing: {lab: CA, after: {of: k, by: -24 h}}}",
                 "no usable result of Calcium, not before 24 hours before the result \"k\""},
        Sentence{"Medicine", "{med: {class: LOOP, route: [oral, injected], changed_within: 28 d}}",
                 "active medicine: Loop diuretics, route oral or injected, started or dose raised "
                 "in the "
                 "last 28 days"},
        Sentence{"All",
                 "{all: [{med: {class: LOOP}}, {any: [{sex: female}, {age: {below: 1 a}}]}]}",
                 "active medicine: Loop diuretics; and (sex is female; or age below 1 year)"},
        Sentence{"AtLeast", "{at_least: {n: 2, of: [{med: {class: LOOP}}, {sex: male}]}}",
                 "at least 2 of: active medicine: Loop diuretics; and sex is male"},
        Sentence{"Not", "{not: {condition: {valueset: CKD, state: any}}}",
                 "not (any problem: Chronic kidney disease)"},
        Sentence{"Finding", "{finding: {valueset: SEIZURE, onset_before: 14 d}}",
                 "recorded sign: Seizure, begun at least 14 days ago"},
        Sentence{"Trend", "{trend: {analyte: K, direction: fall, by: 1 mmol/L, over: 48 h}}",
                 "Potassium fell by at least 1 mmol/L within 48 hours"},
        Sentence{"Noted", "{noted: {lab: K, is: [haemolysed, preliminary]}}",
                 "latest Potassium noted as haemolysed or preliminary"},
        Sentence{"Encounter", "{encounter: {class: inpatient, unit: icu}}",
                 "current encounter is inpatient and in intensive care"},
        Sentence{"Authored", "{med: {class: LOOP}, says: on a water tablet}", "on a water tablet"}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace tcds::rules::test
