#include "rules/diff/diff.hpp"

#include "load_stage.hpp"
#include "rules/load/overlay.hpp"

#include <gmock/gmock.h>

namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char const* kBands = "bands: [{id: low, indicator: warning, when: {lab: {analyte: K, "
                               "below: 3.0 mmol/L}}}, {id: mild, indicator: info}]";
constexpr char const* kNoIndicator = "indicator:";

/// "EL-K-LOW limit: fires for ..", one a change.
std::vector<std::string> changes(Files const& before, Files const& after,
                                 CompileOptions const& options = {})
{
    auto const old = compileFiles(before, options);
    auto const now = compileFiles(after, options);
    EXPECT_NE(old.set, nullptr) << testing::PrintToString(old.messages());
    EXPECT_NE(now.set, nullptr) << testing::PrintToString(now.messages());
    std::vector<std::string> lines;
    if (!old.set || !now.set) return lines;
    for (auto const& change : diff({*old.content, *old.set}, {*now.content, *now.set}))
        lines.push_back(change.id + ' ' + change.kind + ": " + change.says);
    return lines;
}

std::vector<std::string> ruleChanges(std::vector<std::string> const& before,
                                     std::vector<std::string> const& after)
{
    return changes({{kRulePath, ruleText(before)}}, {{kRulePath, ruleText(after)}});
}

TEST(Diff, OfTheSamePacksIsEmpty)
{
    EXPECT_THAT(changes({}, {}), IsEmpty());
    EXPECT_THAT(ruleChanges({"version: 1.0.0"}, {"version: 1.0.1"}), IsEmpty());
}

struct Row {
    char const* name;
    std::vector<std::string> before, after;
    std::string change;
};
void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class DiffOfARule : public testing::TestWithParam<Row>
{
};

TEST_P(DiffOfARule, SaysWhatChanges)
{
    EXPECT_THAT(ruleChanges(GetParam().before, GetParam().after),
                ElementsAre("EL-K-LOW " + GetParam().change));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, DiffOfARule,
    testing::Values(
        Row{"Limit",
            {"when: {lab: {analyte: K, below: 3.3 mmol/L}, as: k}"},
            {"when: {lab: {analyte: K, below: 3.5 mmol/L}, as: k}"},
            "limit: fires for latest Potassium below 3.5 mmol/L instead of 3.3 mmol/L"},
        Row{"NamedLimit",
            {"when: {lab: {analyte: K, below: $e}, as: k}",
             "parameters: {e: {value: 3.3 mmol/L, female: 3.1 mmol/L}}"},
            {"when: {lab: {analyte: K, below: $e}, as: k}",
             "parameters: {e: {value: 3.5 mmol/L, female: 3.1 mmol/L}}"},
            "limit: fires for latest Potassium below 3.5 mmol/L instead of 3.3 mmol/L"},
        Row{"Window",
            {"when: {lab: {analyte: K, below: 3.3 mmol/L, within: 7 d}, as: k}"},
            {"when: {lab: {analyte: K, below: 3.3 mmol/L, within: 9 d}, as: k}"},
            "limit: fires for latest Potassium below 3.3 mmol/L in the last 9 days instead of 7 "
            "days"},
        Row{"AddedClause",
            {"when: {all: [{lab: {analyte: K, below: 3.3 mmol/L}, as: k}, {sex: female}]}"},
            {"when: {all: [{lab: {analyte: K, below: 3.3 mmol/L}, as: k}, {sex: female}, {med: "
             "{class: LOOP}}]}"},
            "condition: when asks also for: active medicine: Loop diuretics"},
        Row{"RemovedAlternative",
            {"when: {all: [{lab: {analyte: K, below: 3.3 mmol/L}, as: k}, {any: [{sex: female}, "
             "{sex: male}, {sex: other}]}]}"},
            {"when: {all: [{lab: {analyte: K, below: 3.3 mmol/L}, as: k}, {any: [{sex: female}, "
             "{sex: male}]}]}"},
            "condition: when no longer counts: sex is other"},
        Row{"LevelOfABand",
            {kNoIndicator, kBands},
            {kNoIndicator,
             "bands: [{id: low, indicator: critical, when: {lab: {analyte: K, below: 3.0 "
             "mmol/L}}}, {id: mild, indicator: info}]"},
            "level: band low: critical instead of warning"},
        Row{"LimitOfABand",
            {kNoIndicator, kBands},
            {kNoIndicator,
             "bands: [{id: low, indicator: warning, when: {lab: {analyte: K, below: 3.1 "
             "mmol/L}}}, {id: mild, indicator: info}]"},
            "limit: warning for latest Potassium below 3.1 mmol/L instead of 3.0 mmol/L"},
        Row{"LevelOfARuleWithoutBands",
            {"indicator: warning"},
            {"indicator: info"},
            "level: level: info instead of warning"},
        Row{"Step", {}, {"adjust: [{raise: 1}]"}, "level: level one step higher in every case"},
        Row{"LimitOfAStep",
            {"adjust: [{cap: info, when: {lab: {analyte: K, above: 3.1 mmol/L}}}]"},
            {"adjust: [{cap: info, when: {lab: {analyte: K, above: 3.2 mmol/L}}}]"},
            "limit: level at most info for latest Potassium above 3.2 mmol/L instead of 3.1 "
            "mmol/L"},
        Row{"LimitBelowNotInAStep", // the sentence stays whole: a part alone would say the opposite
            {"adjust: [{cap: info, when: {all: [{sex: male}, {not: {lab: {analyte: K, below: 3.1 "
             "mmol/L}}}]}}]"},
            {"adjust: [{cap: info, when: {all: [{sex: male}, {not: {lab: {analyte: K, below: 3.2 "
             "mmol/L}}}]}}]"},
            "level: level at most info for sex is male; and not (latest Potassium below 3.2 "
            "mmol/L) instead of 3.1 mmol/L"},
        Row{"LimitBelowNot",
            {"unless: {not: {lab: {analyte: K, below: 3.1 mmol/L}}}"},
            {"unless: {not: {lab: {analyte: K, below: 3.2 mmol/L}}}"},
            "condition: stays silent for not (latest Potassium below 3.2 mmol/L) instead of 3.1 "
            "mmol/L"},
        Row{"Tier",
            {"tier: probable"},
            {"tier: [{tier: definite, when: {sex: male}}, {tier: probable}]"},
            "tier: tier definite for sex is male"},
        Row{"Unless",
            {},
            {"unless: {sex: male}"},
            "condition: stays silent for sex is male, in no case before"},
        Row{"Text",
            {},
            {"card: {summary: \"Potassium is low: {k.value}\", findings: \"Potassium {k.value} on "
             "{k.date}.\"}"},
            "text: summary: \"Potassium is low: {k.value}\" instead of \"Low potassium "
            "{k.value}\""},
        Row{"Evidence",
            {},
            {"meta: {mechanism: Potassium is low., evidence: [{id: E1, citation: A guideline, "
             "grade: guideline, status: seen}, {id: E2, citation: A label, grade: label, status: "
             "recalled}]}"},
            "evidence: evidence added: E2 (label, recalled): A label"},
        Row{"Review",
            {},
            {"meta: {mechanism: Potassium is low., next_review: 2027-11-22, evidence: [{id: E1, "
             "citation: A guideline, grade: guideline, status: seen}]}"},
            "sign-off: next review: 2027-11-22 instead of none"},
        Row{"Answer",
            {"override_reasons: [addressed]"},
            {"override_reasons: [addressed, other-cause]"},
            "override-reason: answer added: other-cause"},
        Row{"Gate",
            {"gate: open"},
            {"gate: open-cramp"},
            "relation: gate: open-cramp instead of open"},
        Row{"Status", {}, {"status: shadow"}, "status: status: shadow instead of active"}),
    [](auto const& row) { return row.param.name; });

TEST(Diff, NamesRulesThatCameAndWent)
{
    auto const extra = Files{{"packs/core/EL-K-NEW.yaml", ruleNamed("EL-K-NEW")}};
    EXPECT_THAT(changes({}, extra),
                ElementsAre("EL-K-NEW added: added, active: Low potassium; fires for latest "
                            "Potassium below its lower limit"));
    EXPECT_THAT(changes(extra, {}),
                ElementsAre("EL-K-NEW removed: removed, active: Low potassium; fires for latest "
                            "Potassium below its lower limit"));
}

TEST(Diff, NamesMembersOfValueSets)
{
    auto const set = [](std::string const& members) {
        return Files{{"valuesets/MINE.yaml",
                      "id: MINE\ntitle: Mine\nkind: drug-class\nmembers: [" + members + "]\n"}};
    };
    auto const one = std::string{"{ingredient: furosemide, rxnorm: \"4603\"}"};
    EXPECT_THAT(
        changes(set(one), set(one + ", {system: \"http://www.whocc.no/atc\", code: C03CA99, "
                                    "display: Others}")),
        ElementsAre("MINE members: members: now also C03CA99 Others"));
    EXPECT_THAT(changes({}, set(one)), ElementsAre("MINE added: added: Mine"));
}

TEST(Diff, NamesWhatAllRulesShare)
{
    auto const with = [](std::string const& line) {
        return Files{{"ruleset.yaml", ruleSetText({line})}};
    };
    EXPECT_THAT(changes({}, with("conditions: {under-1: {age: {below: 2 a}}, female: {sex: "
                                 "female}}")),
                ElementsAre("under-1 condition: holds for age below 2 years instead of 1 year"));
    EXPECT_THAT(changes(with("cards: {max_cards: 2}"), with("cards: {max_cards: 3}")),
                ElementsAre("cards other: max_cards: 3 instead of 2"));
}

TEST(Diff, SaysWhoSwitchedARuleOff)
{
    Problems problems;
    auto const base = stageContent({}, problems);
    auto const digest = [](std::string_view) { return std::string{"0123456789"}; };
    auto const off = applyOverlay(
        stageContent(
            {{"packs/local/pack.yaml", "id: local\ntitle: Ours\nversion: 1\napproval: none\n"},
             {"packs/local/overlay.yaml", "rules: {EL-K-LOW: {disable: yes, reason: not "
                                          "ours, by: Chief pharmacist}}\n"}},
            problems),
        digest, problems);
    auto const old = compile(base, problems);
    auto const now = compile(off, problems);
    ASSERT_TRUE(old && now) << problems.asError().what;

    auto const all = diff({base, *old}, {off, *now});

    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].kind, "disabled");
    EXPECT_EQ(all[0].says, "switched off by Chief pharmacist: not ours");
}

TEST(InsteadOf, RepeatsOnlyWhatDiffers)
{
    EXPECT_EQ(insteadOf("a 3.5 mmol/L b", "a 3.3 mmol/L b"),
              "a 3.5 mmol/L b instead of 3.3 mmol/L");
    EXPECT_EQ(insteadOf("a c", "a b c"), "a c instead of a b c"); // one is a part of the other
    EXPECT_EQ(insteadOf("x", "y"), "x instead of y");
}

} // namespace
} // namespace tcds::rules::test
