#include "rules/load/compile.hpp"

#include "load_stage.hpp"

#include <gmock/gmock.h>

// What the loader says about faulty files: place, code, finding and fix. Line numbers are those of
// the stage's rule: when 10, indicator 11, card 12; added keys 13 and on.

namespace tcds::rules::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Fault {
    char const* name;
    std::vector<std::string> lines; // of the rule
    std::string message;            // behind "packs/core/EL-K-LOW.yaml"
};

void PrintTo(Fault const& fault, std::ostream* out) { *out << fault.name; }

class RuleFault : public testing::TestWithParam<Fault>
{
};

TEST_P(RuleFault, IsReportedWithPlaceAndFix)
{
    auto const compiled = compileFiles({{kRulePath, ruleText(GetParam().lines)}});

    EXPECT_THAT(compiled.messages(), Contains(kRulePath + GetParam().message));
    EXPECT_EQ(compiled.set, nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    Load, RuleFault,
    testing::Values(
        Fault{
            "UnknownKeyInAClause",
            {"when: {lab: {analyte: K, belov: 3.5 mmol/L}, as: k}"},
            ":10:26: error L01: unknown key \"belov\" in lab clause. Fix: did you mean \"below\"?"},
        Fault{"UnknownKeyOfTheRule",
              {"clustre: K"},
              ":13:1: error L01: unknown key \"clustre\" in rule. Fix: did you mean \"cluster\"?"},
        Fault{"UnknownConstruct",
              {"when: {labs: {analyte: K, below: 3.5 mmol/L}, as: k}"},
              ":10:8: error L01: unknown key \"labs\" in condition. Fix: did you mean \"lab\"?"},
        Fault{"TwoConstructsInOneCondition",
              {"when: {lab: {analyte: K, below: 3.5 mmol/L}, med: {class: LOOP}}"},
              ":10:46: error L01: a condition holds one construct, here are \"lab\" and \"med\". "
              "Fix: "
              "join them with all: [..] or any: [..]."},
        Fault{"DailyDoseIsNotInThisVersion",
              {"when: {med: {class: LOOP, daily_dose: {at_most: 80 mg}}, as: k}"},
              ":10:27: error L01: unknown key \"daily_dose\" in med clause. Fix: correct the name, "
              "or "
              "add what is meant."},
        Fault{"ExpressionIsNotInThisVersion",
              {"when: {expr: {fhirpath: 'true'}}"},
              ":10:8: error L01: unknown key \"expr\" in condition. Fix: correct the name, or add "
              "what "
              "is meant."},
        Fault{"WrongWord",
              {"indicator: severe"},
              ":11:12: error L01: unknown level \"severe\". Fix: use one of: info, warning, "
              "critical."},
        Fault{"WindowWithoutUnit",
              {"when: {lab: {analyte: K, below: 3.5 mmol/L, within: 30}, as: k}"},
              ":10:53: error L01: \"30\" is no length of time. Fix: write a number and h, d, wk, "
              "mo or "
              "a: 30 d."},
        Fault{"WindowOfNoLength",
              {"when: {lab: {analyte: K, below: 3.5 mmol/L, within: 0 d}, as: k}"},
              ":10:53: error L01: \"0 d\" is no length of time. Fix: write a number and h, d, wk, "
              "mo or "
              "a: 30 d."},
        Fault{"BindingWhereNothingIsBound",
              {"when: {any: [{lab: {analyte: K, below: 3.5 mmol/L}, as: k}], as: x}"},
              ":10:66: error L01: \"as\" has nothing to bind on \"any\". Fix: put it on the clause "
              "whose "
              "data is meant."},
        Fault{"ClauseThatComparesNothing",
              {"when: {lab: {analyte: K}, as: k}"},
              ":10:13: error L01: a lab clause that compares nothing. Fix: add for example below: "
              "3.5 "
              "mmol/L or below_reference: true."},
        Fault{"IndicatorBesideBands",
              {"bands: [{id: a, indicator: info}]"},
              ":1:1: error L01: a rule needs either indicator or bands. Fix: add indicator: info, "
              "or a "
              "list of bands."},
        Fault{
            "IdThatDiffersFromTheFileName",
            {"id: EL-K-LOWER"},
            ":1:5: error L02: the id \"EL-K-LOWER\" differs from the file name. Fix: name the file "
            "EL-K-LOWER.yaml."},
        Fault{"BandTwice",
              {"indicator:",
               "bands: [{id: a, indicator: info, when: {med: {class: LOOP}}}, {id: a, "
               "indicator: info}]"},
              ":12:63: error L02: band \"a\" stands here twice. Fix: give each band an id of its "
              "own."},
        Fault{"NameBoundToTwoKinds",
              {"when: {all: [{lab: {analyte: K, below: 3.5 mmol/L}, as: k}, {med: {class: LOOP}, "
               "as: k}]}"},
              ":10:86: error L02: name \"k\" is bound to medications here and to a result at "
              "packs/core/EL-K-LOW.yaml:10:57. Fix: use two names."},
        Fault{"ValueSet",
              {"unless: {med: {class: LOP}}"},
              ":13:23: error L03: value set \"LOP\" does not exist. Fix: did you mean \"LOOP\" "
              "(valuesets/LOOP.yaml)?"},
        Fault{"ValueSetOfAnotherKind",
              {"unless: {condition: {valueset: SEIZURE}}"},
              ":13:32: error L03: value set \"SEIZURE\" is of kind finding, here a set of kind "
              "condition "
              "is wanted. Fix: name a set of that kind."},
        Fault{
            "Analyte",
            {"when: {lab: {analyte: KA, below: 3.5 mmol/L}, as: k}"},
            ":10:23: error L03: analyte \"KA\" does not exist. Fix: use one of: K, CA, SBP, GAD7."},
        Fault{"Ingredient",
              {"unless: {med: {ingredients: furosemid}}"},
              ":13:29: error L03: ingredient \"furosemid\" does not exist. Fix: did you mean "
              "\"furosemide\"?"},
        Fault{"Cluster",
              {"cluster: KA"},
              ":6:10: error L03: cluster \"KA\" does not exist. Fix: use one of: K, drug, RF."},
        Fault{"Gate",
              {"gate: opened"},
              ":7:7: error L03: gate \"opened\" does not exist. Fix: did you mean \"open\"?"},
        Fault{
            "Suggestion",
            {"suggest: [S-BMQ]"},
            ":13:11: error L03: suggestion \"S-BMQ\" does not exist. Fix: did you mean \"S-BMP\"?"},
        Fault{"OverrideReason",
              {"override_reasons: [adressed]"},
              ":13:20: error L03: override reason \"adressed\" does not exist. Fix: did you mean "
              "\"addressed\"?"},
        Fault{"Rule",
              {"unless: {rule: EL-K-LOWW}"},
              ":13:16: error L03: rule \"EL-K-LOWW\" does not exist. Fix: did you mean "
              "\"EL-K-LOW\"?"},
        Fault{
            "NamedCondition",
            {"unless: {is: AKI}"},
            ":13:14: error L03: named condition \"AKI\" does not exist. Fix: use one of: under-1, "
            "female."},
        Fault{"NameThatNoClauseBinds",
              {"unless: {med: {class: LOOP, started_after: kk}}"},
              ":13:44: error L03: no clause binds the name \"kk\". Fix: use one of: k."},
        Fault{"ShowBindingInAClause",
              {"show: {ca: {lab: CA}}", "unless: {med: {class: LOOP, started_after: ca}}"},
              ":14:44: error L03: \"ca\" is a show binding, which clauses cannot use. Fix: bind "
              "the data "
              "with `as` in a clause."},
        Fault{
            "Parameter",
            {"when: {lab: {analyte: K, below: $entry}, as: k}"},
            ":10:33: error L03: parameter \"entry\" does not exist. Fix: add it under parameters."},
        Fault{
            "MassOfPotassium",
            {"when: {lab: {analyte: K, below: 3.5 mg/dL}, as: k}"},
            ":10:33: error L05: \"3.5 mg/dL\" is not in a unit of K (Potassium), which is kept in "
            "mmol/L. Fix: write it in mmol/L or meq/L."},
        Fault{"AlternativesThatDisagree",
              {"when: {lab: {analyte: CA, below: 1.90 mmol/L | 8.5 mg/dL}, as: k}"},
              ":10:34: error L05: \"1.90 mmol/L | 8.5 mg/dL\" names different values of CA "
              "(Calcium). "
              "Fix: write the same limit in each unit."},
        Fault{"LimitNobodyReaches",
              {"when: {lab: {analyte: K, below: 0.5 mmol/L}, as: k}"},
              ":10:33: error L06: \"0.5 mmol/L\" lies outside the plausible range of K "
              "(Potassium), 0.8 "
              "mmol/L to 20 mmol/L. Fix: correct the number or its unit."},
        Fault{"ParameterOutsideWhatIsAllowed",
              {"when: {lab: {analyte: K, below: $entry}, as: k}",
               "parameters: {entry: {value: 3.5 mmol/L, allowed: [3.0 mmol/L, 3.4 mmol/L]}}"},
              ":13:29: error L06: 3.5 mmol/L of parameter \"entry\" lies outside what is allowed, 3.0 "
              "mmol/L to 3.4 mmol/L. Fix: choose a limit in this range."},
        Fault{
            "NumberThatIsAlwaysReached",
            {"when: {at_least: {n: 0, of: [{med: {class: LOOP}, as: k}]}}"},
            ":10:18: error L08: at least 0 of 1 is always true. Fix: write a number from 1 to the "
            "length of the list."},
        Fault{"BindingThatRefersToItself",
              {"when: {lab: {analyte: K, below: 3.5 mmol/L, near: k, within: 24 h}, as: k}"},
              ":10:73: error L09: the binding \"k\" refers to itself. Fix: let it look at another "
              "name."},
        Fault{
            "FieldOfAnotherKind",
            {"card: {summary: \"{k.list}\", findings: \"x\"}"},
            ":12:17: error L10: \"k\" has no field \"list\". Fix: use one of: value, date, dated, "
            "limit, range, note, times_limit, name, from."},
        Fault{"FieldThatCanBeEmpty",
              {"card: {summary: \"{k.note}\", findings: \"x\"}"},
              ":12:17: error L10: {k.note} can be empty and has no default. Fix: write "
              "{k.note|default:\"not known\"} with fitting words."},
        Fault{"NameBoundInOneBranchOnly",
              {"when: {any: [{lab: {analyte: K, below: 3.5 mmol/L}, as: k}, {med: {class: LOOP}}]}",
               "card: {summary: \"{k.value}\", findings: \"x\"}"},
              ":12:17: error L10: {k.value} can be empty and has no default. Fix: write "
              "{k.value|default:\"not known\"} with fitting words."},
        Fault{"BraceThatIsNeverClosed",
              {"card: {summary: \"Low {k.value\", findings: \"x\"}"},
              ":12:17: error L10: a \"{\" that is never closed. Fix: close it with }."},
        Fault{"UnknownFilter",
              {"card: {summary: 'Low {k.value|upper}', findings: \"x\"}"},
              ":12:17: error L10: unknown filter \"upper\". Fix: write |default:\"words\"."},
        Fault{"LinkWithoutEncryption",
              {"meta: {mechanism: m, evidence: [{id: E1, citation: c, url: "
               "\"http://example.org\"}]}"},
              ":8:60: error L11: \"http://example.org\" is no https link. Fix: write the whole "
              "address: "
              "https://host/path."},
        Fault{"PeriodThatEndsBeforeItBegins",
              {"meta: {mechanism: m, effective: {from: 2027-01-01, to: 2026-01-01}}"},
              ":8:33: error L12: the effective period ends before it begins. Fix: correct from or "
              "to."},
        Fault{"NoGate",
              {"gate:"},
              ":1:1: error L15: the rule has no gate. Fix: say which complaints open it: gate: "
              "open."},
        Fault{"ReassuranceBelowNot",
              {"unless: {not: {normal: {labs: [K]}}}"},
              ":13:24: error L16: \"normal\" below \"not\" is unknown without a result and "
              "silences the "
              "rule. Fix: put normal into unless, or ask for the abnormal result itself."},
        Fault{"MedicineRuleWithoutExposure",
              {"group: MED"},
              ":1:1: error L17: a MED rule without exposure. Fix: add exposure: the name bound to "
              "its "
              "medicines."},
        Fault{"LaterGroup",
              {"unless: {fired_in: {groups: [EL, CMB]}}"},
              ":13:34: error L18: group CMB comes after EL, the rule's own. Fix: name groups up to "
              "the "
              "rule's own."},
        Fault{"StopWithoutTheState",
              {"unless: {med: {class: LOOP, stopped_within: 14 d}}"},
              ":13:45: error L19: \"stopped_within\" needs state: stopped. Fix: add the state, or "
              "leave "
              "the option out."},
        Fault{"DraftsWithoutTheState",
              {"unless: {med: {class: LOOP, drafts: all}}"},
              ":13:37: error L19: \"drafts\" needs state: draft. Fix: add the state, or leave the "
              "option "
              "out."},
        Fault{"NearSomethingThatIsNoResult",
              {"when: {all: [{med: {class: LOOP}, as: k}, {lab: {analyte: K, below: 3 mmol/L, "
               "near: k, "
               "within: 24 h}}]}",
               "card: {summary: \"{k.display}\", findings: \"x\"}"},
              ":10:85: error L19: \"k\" is bound to medications, here a result is wanted. Fix: "
              "name a "
              "binding of that kind."},
        Fault{"NearWithoutAWindow",
              {"unless: {lab: {analyte: CA, below: 2.0 mmol/L, near: k}}"},
              ":13:54: error L19: \"near\" needs \"within\". Fix: say how far before or after: "
              "within: "
              "24 h."}),
    [](auto const& row) { return row.param.name; });

TEST(RuleFile, HoldsASummaryOfAtMostTheAllowedLength)
{
    auto const summary = [](std::size_t words) {
        return "card: {summary: \"" + std::string(words, 'x') + "{k.value}\", findings: \"x\"}";
    };

    // A value counts as eleven characters: "0.48 mmol/L".
    EXPECT_THAT(compileFiles({{kRulePath, ruleText({summary(128)})}}).messages(), IsEmpty());
    EXPECT_THAT(
        compileFiles({{kRulePath, ruleText({summary(129)})}}).messages(),
        ElementsAre(HasSubstr(":12:17: error L10: the summary comes to about 140 characters")));
}

TEST(RuleFile, ReportsEveryFaultInOnePassSortedByPlace)
{
    auto const compiled =
        compileFiles({{kRulePath, ruleText({"gate: opened", "indicator: severe"})},
                      {"packs/core/EL-CA-LOW.yaml", ruleNamed("EL-CA-LOW", {"cluster: CA"})}});

    EXPECT_THAT(compiled.messages(), ElementsAre(HasSubstr("EL-CA-LOW.yaml:6:10: error L03"),
                                                 HasSubstr("EL-K-LOW.yaml:7:7: error L03"),
                                                 HasSubstr("EL-K-LOW.yaml:11:12: error L01")));
}

TEST(RuleFile, TakesABareWordForAListAndTheOtherWayRound)
{
    EXPECT_THAT(compileFiles({{kRulePath, ruleText({"unless: {med: {class: [LOOP]}}", "via: K"})}})
                    .messages(),
                IsEmpty());
}

TEST(RuleFile, RefusesAMapOrAListAsAKey)
{
    for (auto const* const line : {"? {a: b}\n: c\n", "? [a, b]\n: c\n"}) {
        SCOPED_TRACE(line);
        auto const compiled = compileFiles({{kRulePath, ruleText() + line}});

        EXPECT_THAT(compiled.codes(), Contains("L01"));
        EXPECT_EQ(compiled.set, nullptr);
    }
}

TEST(RuleFile, RefusesTheSameKeyTwice)
{
    auto const compiled = compileFiles({{kRulePath, ruleText() + "title: Another\n"}});

    EXPECT_THAT(compiled.messages(), Contains(HasSubstr("EL-K-LOW.yaml:13:1: error L02")));
}

TEST(RuleSetFile, ReportsPopulationsThatAreNoNamedConditions)
{
    auto const analytes = R"yaml(K:
  title: Potassium
  unit: mmol/L
  codes: [{code: 2823-3, display: Potassium, source: test}]
  limits: [{for: toddlers, low: 3.7 mmol/L}, {low: 3.5 mmol/L}]
  window: {default: 30 d}
)yaml";
    auto const compiled = compileFiles(
        {{"analytes.yaml", analytes}, {kRulePath, ruleText({"unless: {med: {class: LOOP}}"})}});

    EXPECT_THAT(
        compiled.messages(),
        Contains("analytes.yaml:5:18: error L03: named condition \"toddlers\" does not exist. "
                 "Fix: use one of: under-1, female."));
}

TEST(RuleSetFile, ReportsAnAnalyteOfTwoClusters)
{
    auto const compiled = compileFiles(
        {{"ruleset.yaml",
          ruleSetText(
              {"clusters: {K: {title: A, analytes: [K]}, L: {title: B, analytes: [K]}}"})}});

    EXPECT_THAT(
        compiled.messages(),
        ElementsAre("ruleset.yaml:9:42: error L02: analyte K stands in two clusters. Fix: leave "
                    "it in one of them."));
}

struct Cycle {
    char const* name;
    Files files;
    std::string message;
};

void PrintTo(Cycle const& cycle, std::ostream* out) { *out << cycle.name; }

class References : public testing::TestWithParam<Cycle>
{
};

TEST_P(References, InACircleAreReported)
{
    auto const compiled = compileFiles(GetParam().files);

    EXPECT_THAT(compiled.messages(), Contains(HasSubstr(GetParam().message)));
    EXPECT_EQ(compiled.set, nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    Load, References,
    testing::Values(
        Cycle{"Rules",
              {{kRulePath, ruleText({"unless: {rule: EL-B-LOW}"})},
               {"packs/core/EL-B-LOW.yaml", ruleNamed("EL-B-LOW", {"unless: {rule: EL-K-LOW}"})}},
              "error L09: rules ask for each other: EL-B-LOW, EL-K-LOW, EL-B-LOW"},
        Cycle{"WhenPartsOfTwoRules",
              {{kRulePath, ruleText({"when: {rule: {id: EL-B-LOW, part: when}}",
                                     "card: {summary: x, findings: x}"})},
               {"packs/core/EL-B-LOW.yaml",
                ruleNamed("EL-B-LOW", {"when: {rule: {id: EL-K-LOW, part: when}}",
                                       "card: {summary: x, findings: x}"})}},
              "error L09: rules ask for each other"},
        Cycle{"WorstOf",
              {{kRulePath, ruleText({"indicator: {worst_of: EL-K-LOW}"})}},
              "error L09: rules ask for each other: EL-K-LOW, EL-K-LOW"},
        Cycle{"FiredInOfOneGroup",
              {{kRulePath, ruleText({"unless: {fired_in: {groups: EL}}"})},
               {"packs/core/EL-B-LOW.yaml",
                ruleNamed("EL-B-LOW", {"unless: {fired_in: {groups: EL}}"})}},
              "error L09: rules ask for each other: EL-B-LOW, EL-K-LOW, EL-B-LOW"},
        Cycle{"Suppression",
              {{kRulePath, ruleText({"suppresses: EL-B-LOW"})},
               {"packs/core/EL-B-LOW.yaml", ruleNamed("EL-B-LOW", {"suppresses: EL-K-LOW"})}},
              "error L09: rules suppress each other: EL-B-LOW, EL-K-LOW, EL-B-LOW"},
        Cycle{"NamedConditions",
              {{"ruleset.yaml",
                ruleSetText({"conditions: {under-1: {is: female}, female: {is: under-1}}"})}},
              "error L09: named conditions ask for each other: under-1, female, under-1"}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace tcds::rules::test
