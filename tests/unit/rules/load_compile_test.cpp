#include "rules/load/compile.hpp"

#include "load_stage.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

RuleSet const& setOf(Compiled const& compiled)
{
    if (!compiled.set) throw std::runtime_error{testing::PrintToString(compiled.messages())};
    return *compiled.set;
}

std::vector<std::string> order(RuleSet const& set)
{
    std::vector<std::string> ids;
    for (auto const index : set.order) ids.push_back(set.rule(index).id);
    return ids;
}

/// The rules whose place in the order of evaluation is marked, by id.
std::vector<std::string> rulesIn(RuleSet const& set, RuleBits const& bits)
{
    std::vector<std::string> ids;
    for (std::size_t at = 0; at < set.order.size(); ++at)
        if (at / 64 < bits.size() && ((bits[at / 64] >> (at % 64)) & 1U) != 0)
            ids.push_back(set.rule(set.order[at]).id);
    std::ranges::sort(ids);
    return ids;
}

std::vector<std::string> bySet(RuleSet const& set, std::string_view name)
{
    return rulesIn(set, set.keys.bySet[set.terms->setNamed(name).index()]);
}

std::vector<std::string> byAnalyte(RuleSet const& set, std::string_view key)
{
    return rulesIn(set, set.keys.byAnalyte[set.terms->analyteNamed(key).index()]);
}

std::vector<std::string> byIngredient(RuleSet const& set, std::string_view name)
{
    return rulesIn(set, set.keys.byIngredient[set.terms->ingredientNamed(name).index()]);
}

/// A rule without bound names.
std::string plain(std::string_view id, std::string const& when, std::vector<std::string> lines = {})
{
    lines.insert(lines.begin(), {"when: " + when, "card: {summary: x, findings: x}"});
    return ruleNamed(id, lines);
}

std::string path(std::string_view id) { return "packs/core/" + std::string{id} + ".yaml"; }

TEST(CompiledRule, HoldsWhatTheFileSays)
{
    auto const compiled =
        compileFiles({{kRulePath, ruleText({"via: [K, CA]", "place: line", "age: adult",
                                            "treated_by: {all: [LOOP, THIAZIDE]}", "merges: [K]",
                                            "override_reasons: [other-cause, addressed]",
                                            "suggest: [S-BMP, {text: 'Ask'}]",
                                            "unless: {med: {class: LOOP}}"})}});
    auto const& rule = setOf(compiled).rules.front();

    EXPECT_EQ(rule.id, "EL-K-LOW");
    EXPECT_EQ(rule.topic, "ELKLOW");
    EXPECT_EQ(rule.version, "1.0.0");
    EXPECT_EQ(rule.pack, "core");
    EXPECT_EQ(rule.group, Group::EL);
    EXPECT_EQ(compiled.set->clusters[rule.cluster].name, "K");
    EXPECT_EQ(compiled.set->gates[rule.gate].name, "open");
    EXPECT_EQ(rule.place, Place::Line);
    EXPECT_EQ(rule.age, AgeScope::Adult);
    EXPECT_EQ(rule.via.size(), 2U);
    EXPECT_TRUE(rule.treatedByAll);
    EXPECT_EQ(rule.treatedBy.size(), 2U);
    EXPECT_EQ(rule.merges, std::vector{rule.cluster});
    EXPECT_THAT(rule.overrideReasons, ElementsAre(1U, 0U));
    EXPECT_EQ(rule.suggest[0].kind, Suggest::Kind::Test);
    EXPECT_EQ(rule.suggest[1].kind, Suggest::Kind::Text);
    EXPECT_THAT(rule.names, ElementsAre("k"));
    EXPECT_EQ(rule.meta.author, "A"); // from the pack
    EXPECT_THAT(rule.meta.reviewers, ElementsAre("B"));
    EXPECT_EQ(rule.meta.evidence.front().id, "E1");
    EXPECT_EQ(rule.tiers.front().tier, Tier::Probable);
}

TEST(CompiledRule, HasOneBandWithoutIdForAPlainIndicator)
{
    auto const compiled = compileFiles({});
    auto const& bands = setOf(compiled).rules.front().bands;

    ASSERT_EQ(bands.size(), 1U);
    EXPECT_EQ(bands.front().id, "");
    EXPECT_EQ(bands.front().indicator, Level::Warning);
    EXPECT_FALSE(bands.front().when.has_value());
}

TEST(CompiledRule, RunsOnTheHooksOfItsGroupUnlessItNamesItsOwn)
{
    auto const compiled = compileFiles(
        {{path("ORD-A"), plain("ORD-A", "{med: {class: LOOP, state: draft}}", {"group: ORD"})},
         {path("EL-B"), plain("EL-B", "{med: {class: LOOP}}", {"hooks: [patient-view]"})}});
    auto const& set = setOf(compiled);

    EXPECT_EQ(set.find("ORD-A")->hooks, hookBit(Hook::OrderSelect) | hookBit(Hook::OrderSign));
    EXPECT_EQ(set.find("EL-B")->hooks, hookBit(Hook::PatientView));
    EXPECT_EQ(set.find("EL-K-LOW")->hooks, 0x1F);
}

TEST(CompiledRule, TakesGateAndReasonsFromThePackWhenItHasNone)
{
    auto const compiled =
        compileFiles({{"packs/core/pack.yaml",
                       "id: core\ntitle: Core\nversion: 1.0\napproval: none\n"
                       "defaults: {gate: open-cramp, override_reasons: [other-cause]}\n"},
                      {kRulePath, ruleText({"gate:"})}});
    auto const& rule = setOf(compiled).rules.front();

    EXPECT_EQ(compiled.set->gates[rule.gate].name, "open-cramp");
    EXPECT_THAT(rule.overrideReasons, ElementsAre(1U));
}

TEST(CompiledLimit, HasTheCanonicalUnitFirst)
{
    auto const limitOf = [](std::string const& quantity) {
        auto const compiled = compileFiles(
            {{kRulePath,
              ruleText({"when: {lab: {analyte: CA, below: " + quantity + "}, as: k}"})}});
        auto const& lab = std::get<LabTest>(setOf(compiled).rules.front().when.test);
        return lab.all.front().threshold.limit;
    };

    auto const both = limitOf("8.0 mg/dL | 2.0 mmol/L");
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0].ucum, "mmol/L");
    EXPECT_EQ(both[0].value, Decimal(20, 1));
    EXPECT_EQ(both[1].text, "8.0 mg/dL");
    // 8.0 mg/dL x 0.2495 = 1.996 mmol/L
    auto const converted = limitOf("8.0 mg/dL");
    ASSERT_EQ(converted.size(), 2U);
    EXPECT_EQ(converted[0].ucum, "mmol/L");
    EXPECT_EQ(converted[0].value, Decimal(1996, 3));
    EXPECT_EQ(converted[1].ucum, "mg/dL");
}

TEST(CompiledLimit, MayBeAMultipleOfTheResultsOwnLimit)
{
    auto const compiled = compileFiles(
        {{kRulePath,
          ruleText({"when: {lab: {analyte: K, above: 5 xULN, below: 0.9 xLLN}, as: k}"})}});
    auto const& lab = std::get<LabTest>(setOf(compiled).rules.front().when.test);

    EXPECT_EQ(lab.all[0].threshold.multiple, Decimal(9, 1)); // keys are read in a fixed order
    EXPECT_FALSE(lab.all[0].threshold.ofUpper);
    EXPECT_EQ(lab.all[1].threshold.multiple, Decimal(5, 0));
    EXPECT_TRUE(lab.all[1].threshold.ofUpper);
}

TEST(CompiledParameter, HasItsPopulationsInFileOrderAndEverybodyLast)
{
    auto const compiled = compileFiles(
        {{kRulePath,
          ruleText(
              {"when: {lab: {analyte: K, below: $entry}, as: k}",
               "parameters: {entry: {value: 3.5 mmol/L, under-1: 3.7 mmol/L, female: 3.4 mmol/L, "
               "allowed: [3.0 mmol/L, 4.0 mmol/L]}}"})}});
    auto const& parameter = setOf(compiled).rules.front().parameters.front();

    ASSERT_EQ(parameter.rows.size(), 3U);
    EXPECT_EQ(compiled.set->conditions[parameter.rows[0].population.index()].name, "under-1");
    EXPECT_EQ(parameter.rows[0].limit.front().text, "3.7 mmol/L");
    EXPECT_EQ(compiled.set->conditions[parameter.rows[1].population.index()].name, "female");
    EXPECT_FALSE(parameter.rows[2].population.known());
    EXPECT_EQ(parameter.rows[2].limit.front().text, "3.5 mmol/L");
    ASSERT_TRUE(parameter.allowed.has_value());
    EXPECT_EQ(parameter.allowed->first.value, Decimal(3, 0));
}

TEST(CompiledPopulations, NameWhomTheRowsOfEachAnalyteAreFor)
{
    auto const compiled = compileFiles({});
    auto const& set = setOf(compiled);
    auto const nameOf = [&](NamedIndex at) {
        return at.known() ? set.conditions[at.index()].name : std::string{};
    };

    ASSERT_EQ(set.populations.size(), set.terms->analytes().size());
    for (auto const& analyte : set.terms->analytes()) {
        auto const& populations = set.populations[analyte.id.index()];
        ASSERT_EQ(populations.limits.size(), analyte.limits.size());
        ASSERT_EQ(populations.guards.size(), analyte.guards.size());
        for (std::size_t i = 0; i < analyte.limits.size(); ++i)
            EXPECT_EQ(nameOf(populations.limits[i]), analyte.limits[i].population) << analyte.key;
        for (std::size_t i = 0; i < analyte.guards.size(); ++i)
            EXPECT_EQ(nameOf(populations.guards[i]), analyte.guards[i].population) << analyte.key;
    }
}

TEST(CompiledTemplate, IsTextAndFieldsInTurn)
{
    auto const compiled = compileFiles(
        {{kRulePath, ruleText({"card: {summary: 'Low {k.value} ({k.note|default:\"no {note}\"})', "
                               "findings: 'Since {complaint.onset|default:\"?\"}'}"})}});
    auto const& rule = setOf(compiled).rules.front();
    auto const& summary = rule.card.summary;

    ASSERT_EQ(summary.size(), 5U);
    EXPECT_EQ(summary[0].literal, "Low ");
    EXPECT_EQ(rule.names[summary[1].name.index()], "k");
    EXPECT_EQ(summary[1].field, Field::Value);
    EXPECT_EQ(summary[2].literal, " (");
    EXPECT_EQ(summary[3].field, Field::Note);
    EXPECT_EQ(summary[3].fallback, "no {note}");
    EXPECT_EQ(summary[4].literal, ")");
    EXPECT_EQ(rule.names[rule.card.findings[1].name.index()], "complaint");
    EXPECT_EQ(rule.card.findings[1].field, Field::Onset);
}

TEST(CompiledMedication, HoldsStatesRoutesAndExceptions)
{
    auto const compiled = compileFiles(
        {{kRulePath,
          ruleText(
              {"unless: {med: {class: LOOP, except: [furosemide, THIAZIDE], state: [active, "
               "stopped], stopped_within: 14 d, route: [oral, injected], as_needed: no, min_count: "
               "2}}"})}});
    auto const& test = std::get<MedTest>(setOf(compiled).rules.front().unless->test);

    EXPECT_TRUE(test.asks(MedState::Active) && test.asks(MedState::Stopped));
    EXPECT_FALSE(test.asks(MedState::Draft));
    EXPECT_TRUE(test.routes->has(Route::Oral) && test.routes->has(Route::Injected));
    EXPECT_FALSE(test.routes->has(Route::Topical));
    EXPECT_EQ(test.asNeeded, false);
    EXPECT_EQ(test.minCount, 2U);
    EXPECT_EQ(test.exceptIngredients.size(), 1U);
    EXPECT_EQ(test.exceptClasses.size(), 1U);
    EXPECT_EQ(test.stoppedWithin, (Duration{14, Duration::Unit::Day}));
}

TEST(Order, PutsReferencesFirst)
{
    auto const compiled =
        compileFiles({{path("EL-A"), plain("EL-A", "{rule: EL-Z}")},
                      {path("EL-Z"), plain("EL-Z", "{med: {class: LOOP}}",
                                           {"indicator: {worst_of: EL-K-LOW}"})}});

    EXPECT_THAT(order(setOf(compiled)), ElementsAre("EL-K-LOW", "EL-Z", "EL-A"));
}

TEST(Order, PutsTheGroupsThatARuleLooksAtFirst)
{
    auto const compiled = compileFiles(
        {{path("CTX-A"), plain("CTX-A", "{med: {class: LOOP}}",
                               {"group: CTX", "unless: {fired_in: {groups: [EL, MED]}}"})},
         {path("WU-A"), plain("WU-A", "{via_missing: {groups: MED}, as: v}", {"group: WU"})},
         {path("MED-Z"), ruleNamed("MED-Z", {"when: {med: {class: LOOP}, as: d}", "group: MED",
                                             "exposure: d", "card: {summary: x, findings: x}"})}});

    EXPECT_THAT(order(setOf(compiled)), ElementsAre("EL-K-LOW", "MED-Z", "CTX-A", "WU-A"));
}

TEST(Order, PutsARuleThatIsAskedForItsWhenBeforeTheOneThatAsks)
{
    // The cap of the first asks whether the second fires; the second asks for the `when` of the
    // first.
    auto const compiled = compileFiles(
        {{path("EL-Z"),
          plain("EL-Z", "{med: {class: LOOP}}", {"adjust: [{cap: info, when: {rule: CMB-A}}]"})},
         {path("CMB-A"), plain("CMB-A", "{rule: {id: EL-Z, part: when}}", {"group: CMB"})}});

    EXPECT_THAT(order(setOf(compiled)), ElementsAre("EL-Z", "CMB-A", "EL-K-LOW"));
}

TEST(IndexKeys, AreWhatWhenNames)
{
    auto const compiled = compileFiles(
        {{kRulePath,
          ruleText({"unless: {med: {class: THIAZIDE}}", "via: [CA]", "show: {ca: {lab: CA}}"})},
         {path("CMB-A"),
          plain("CMB-A", "{all: [{rule: EL-K-LOW}, {med: {ingredients: lisinopril}}]}",
                {"group: CMB"})},
         {path("RF-A"), plain("RF-A",
                              "{any: [{finding: {valueset: SEIZURE}}, {complaint: {kinds: "
                              "CRAMP}}]}",
                              {"group: RF", "cluster: RF"})}});
    auto const& set = setOf(compiled);

    EXPECT_THAT(byAnalyte(set, "K"), ElementsAre("CMB-A", "EL-K-LOW"));
    EXPECT_THAT(byAnalyte(set, "CA"), IsEmpty());
    EXPECT_THAT(byIngredient(set, "lisinopril"), ElementsAre("CMB-A"));
    EXPECT_THAT(byIngredient(set, "hydrochlorothiazide"), IsEmpty());
    EXPECT_THAT(bySet(set, "SEIZURE"), ElementsAre("RF-A"));
    EXPECT_THAT(bySet(set, "CRAMP"), ElementsAre("RF-A"));
    EXPECT_THAT(rulesIn(set, set.keys.always), IsEmpty());
}

TEST(IndexKeys, OfAClassAreItsIngredientsToo)
{
    auto const compiled = compileFiles({{kRulePath, plain("EL-K-LOW", "{med: {class: LOOP}}")}});
    auto const& set = setOf(compiled);

    EXPECT_THAT(bySet(set, "LOOP"), ElementsAre("EL-K-LOW"));
    EXPECT_THAT(byIngredient(set, "furosemide"), ElementsAre("EL-K-LOW"));
}

struct KeyCase {
    char const* name;
    char const* when;
    bool always;
    bool byPotassium;
};

void PrintTo(KeyCase const& one, std::ostream* out) { *out << one.name; }

class KeysOf : public testing::TestWithParam<KeyCase>
{
};

TEST_P(KeysOf, MakeARuleIdleOnlyWhenItCannotBeTrue)
{
    auto const compiled = compileFiles({{kRulePath, plain("EL-K-LOW", GetParam().when)}});
    auto const& set = setOf(compiled);

    EXPECT_EQ(!rulesIn(set, set.keys.always).empty(), GetParam().always);
    EXPECT_EQ(!byAnalyte(set, "K").empty(), GetParam().byPotassium);
}

INSTANTIATE_TEST_SUITE_P(
    IndexKeys, KeysOf,
    testing::Values(
        KeyCase{"Not", "{not: {lab: {analyte: K, below: 3 mmol/L}}}", true, false},
        KeyCase{"Missing", "{missing: {lab: K}}", true, false},
        KeyCase{"Normal", "{normal: {labs: [K]}}", true, false},
        KeyCase{"Age", "{age: {at_least: 65 a}}", true, false},
        KeyCase{"AnyComplaint", "{complaint: {onset_before: 28 d}}", true, false},
        KeyCase{"LabBesideMissing",
                "{any: [{lab: {analyte: K, below: 3 mmol/L}}, {missing: {lab: K}}]}", true, true},
        KeyCase{"LabAndMissing",
                "{all: [{lab: {analyte: K, below: 3 mmol/L}}, {missing: {lab: CA}}]}", false, true},
        KeyCase{
            "TwoOfTwoWithOneFree",
            "{at_least: {n: 2, of: [{lab: {analyte: K, below: 3 mmol/L}}, {missing: {lab: CA}}]}}",
            false, true},
        KeyCase{
            "OneOfTwoWithOneFree",
            "{at_least: {n: 1, of: [{lab: {analyte: K, below: 3 mmol/L}}, {missing: {lab: CA}}]}}",
            true, true},
        KeyCase{"Noted", "{noted: {lab: K, is: haemolysed}}", false, true},
        KeyCase{"Trend", "{trend: {analyte: K, direction: fall, by: 1 mmol/L, over: 48 h}}", false,
                true}),
    [](auto const& row) { return row.param.name; });

TEST(IndexKeys, OfARuleThatLooksAtGroupsAreThoseOfTheirRules)
{
    auto const compiled = compileFiles(
        {{path("WU-A"), plain("WU-A", "{via_missing: {groups: MED}, as: v}", {"group: WU"})},
         {path("MED-Z"), ruleNamed("MED-Z", {"when: {med: {class: LOOP}, as: d}", "group: MED",
                                             "exposure: d", "card: {summary: x, findings: x}"})}});
    auto const& set = setOf(compiled);

    EXPECT_THAT(bySet(set, "LOOP"), ElementsAre("MED-Z", "WU-A"));
    EXPECT_THAT(rulesIn(set, set.keys.always), IsEmpty());
}

TEST(IndexKeys, OfNamedConditionsCountForTheRulesThatAsk)
{
    auto const compiled = compileFiles(
        {{"ruleset.yaml",
          ruleSetText({"conditions: {under-1: {age: {below: 1 a}}, female: {sex: female}, SICK: "
                       "{condition: {valueset: CKD}}}"})},
         {kRulePath, plain("EL-K-LOW", "{is: SICK}")}});
    auto const& set = setOf(compiled);

    EXPECT_THAT(bySet(set, "CKD"), ElementsAre("EL-K-LOW"));
    EXPECT_THAT(rulesIn(set, set.keys.always), IsEmpty());
}

std::vector<std::string> labsOf(RuleSet const& set, Hook hook)
{
    std::vector<std::string> labs;
    for (auto const& lab : set.needs[static_cast<std::size_t>(hook)].labs)
        labs.push_back(set.terms->analyte(lab.analyte).key + ' ' + toText(lab.longestWindow));
    return labs;
}

TEST(HookNeeds, AreTheAnalytesOfItsRulesWithTheirLongestWindow)
{
    auto const compiled = compileFiles(
        {{kRulePath, ruleText({"unless: {lab: {analyte: K, above: 4 mmol/L, within: 90 d}}",
                               "show: {ca: {lab: CA}}"})},
         {path("ORD-A"), plain("ORD-A",
                               "{all: [{med: {class: LOOP, state: draft}}, {lab: {analyte: SBP, "
                               "above: '140 mm[Hg]', within: 24 h}}]}",
                               {"group: ORD"})}});
    auto const& set = setOf(compiled);

    EXPECT_THAT(labsOf(set, Hook::PatientView), ElementsAre("CA 30 d", "K 90 d"));
    EXPECT_THAT(labsOf(set, Hook::OrderSign), ElementsAre("CA 30 d", "K 90 d", "SBP 24 h"));
    EXPECT_THAT(set.needs[static_cast<std::size_t>(Hook::OrderSign)].sources,
                ElementsAre("labs", "vitals"));
}

TEST(HookNeeds, NameTheSourceOfEachAbsence)
{
    auto const sourcesOf = [](std::string const& when) {
        auto const compiled = compileFiles({{kRulePath, plain("EL-K-LOW", when)}});
        auto const& sources = setOf(compiled).needs[0].sources;
        return std::vector<std::string>(sources.begin(), sources.end());
    };

    EXPECT_THAT(sourcesOf("{med: {class: LOOP}}"), ElementsAre("medications"));
    EXPECT_THAT(sourcesOf("{med: {class: LOOP, state: on-hold}}"), ElementsAre("stopped"));
    EXPECT_THAT(sourcesOf("{med: {class: LOOP, state: [active, given]}}"),
                ElementsAre("administrations", "medications"));
    EXPECT_THAT(sourcesOf("{med: {class: LOOP, state: draft}}"), IsEmpty());
    EXPECT_THAT(sourcesOf("{condition: {valueset: CKD}}"), ElementsAre("conditions"));
    EXPECT_THAT(sourcesOf("{procedure: {valueset: DIALYSIS_PROCEDURE}}"),
                ElementsAre("procedures"));
    EXPECT_THAT(sourcesOf("{order: {valueset: NEUROLOGY_REFERRAL}}"),
                ElementsAre("serviceRequests"));
    EXPECT_THAT(sourcesOf("{order: {valueset: NEUROLOGY_REFERRAL, state: draft}}"), IsEmpty());
    EXPECT_THAT(sourcesOf("{visit: {valueset: NEUROLOGY}}"), IsEmpty());
    EXPECT_THAT(sourcesOf("{finding: {valueset: SEIZURE}}"), IsEmpty());
}

TEST(RuleSet, NamesAnalytesAndWellKnownSets)
{
    auto const compiled = compileFiles({});
    auto const& set = setOf(compiled);

    EXPECT_EQ(set.labSubject(set.known.potassium), "lab:K");
    EXPECT_TRUE(set.known.pregnancy.known());
    EXPECT_FALSE(set.known.ckd5.known()); // not in this content
    EXPECT_FALSE(set.known.dialysis.known());
    EXPECT_EQ(set.hookShows[static_cast<std::size_t>(Hook::OrderSign)], HookShows::Orders);
    EXPECT_EQ(set.clusters[1].first, 4U);
    EXPECT_TRUE(set.clusters[2].oneCardEach);
    EXPECT_THAT(set.tierRank,
                ElementsAre(Tier::Safety, Tier::Definite, Tier::Probable, Tier::Possible));
}

TEST(RuleSet, LeavesOutRulesThatAreNotInForce)
{
    Files const files{{path("EL-A"), ruleNamed("EL-A", {"status: draft"})},
                      {path("EL-B"), ruleNamed("EL-B", {"status: retired"})},
                      {path("EL-C"), ruleNamed("EL-C", {"status: shadow"})}};

    auto const served = compileFiles(files);
    auto const looked = compileFiles(files, {true, ""});

    EXPECT_THAT(order(setOf(served)), UnorderedElementsAre("EL-C", "EL-K-LOW"));
    EXPECT_THAT(order(setOf(looked)), UnorderedElementsAre("EL-A", "EL-B", "EL-C", "EL-K-LOW"));
    EXPECT_EQ(served.set->find("EL-C")->status, RuleStatus::Shadow);
}

TEST(RuleSet, RefusesAReferenceToARuleThatIsNotInForce)
{
    auto const compiled = compileFiles({{path("EL-A"), ruleNamed("EL-A", {"status: draft"})},
                                        {kRulePath, ruleText({"unless: {rule: EL-A}"})}});

    EXPECT_THAT(
        compiled.messages(),
        ElementsAre("packs/core/EL-K-LOW.yaml:13:16: error L03: rule \"EL-A\" is not in force "
                    "(status draft or retired). Fix: make it active, or leave it out here."));
}

TEST(RuleSet, ShowsNothingOfARuleOutsideItsEffectivePeriod)
{
    Files const files{
        {kRulePath,
         ruleText({"meta: {mechanism: m, effective: {from: 2026-02-01, to: 2026-12-31}}"})}};
    auto const statusOn = [&](char const* day) {
        return setOf(compileFiles(files, {false, day})).rules.front().status;
    };

    EXPECT_EQ(statusOn("2026-01-31"), RuleStatus::Shadow);
    EXPECT_EQ(statusOn("2026-02-01"), RuleStatus::Active);
    EXPECT_EQ(statusOn("2026-12-31"), RuleStatus::Active);
    EXPECT_EQ(statusOn("2027-01-01"), RuleStatus::Shadow);
    EXPECT_EQ(statusOn(""), RuleStatus::Active);
}

TEST(RuleSet, KeepsThePlaceOfEachClause)
{
    auto const compiled = compileFiles({});

    EXPECT_EQ(setOf(compiled).rules.front().when.where, "packs/core/EL-K-LOW.yaml:10:7");
}

} // namespace
} // namespace tcds::rules::test
