#include "rules/load/overlay.hpp"

#include "load_stage.hpp"
#include "rules/load/bundle.hpp"
#include "rules/load/lint.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>


namespace tcds::rules::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A stand-in for SHA-256: the same text, the same digits.
std::string digest(std::string_view text)
{
    return "00000000" + std::to_string(std::hash<std::string_view>{}(text));
}
std::string lengthDigest(std::string_view text)
{
    auto length = std::to_string(text.size());
    return std::string(8 - length.size(), '0') + length;
}

constexpr char const* kPack = "id: local\ntitle: Ours\nversion: 1\napproval: none\n"
                              "meta: {author: Pharmacist, reviewers: [Nephrologist]}\n";

/// The rule of the stage with a limit that a hospital may move.
std::string ruleWithLimit(std::vector<std::string> lines = {})
{
    lines.insert(lines.begin(),
                 {"when: {lab: {analyte: K, below: $entry}, as: k}",
                  "parameters: {entry: {value: 3.5 mmol/L, female: 3.4 mmol/L, allowed: [3.0 "
                  "mmol/L, 3.6 mmol/L]}, fixed: {value: 3.0 mmol/L}}",
                  "unless: {lab: {analyte: K, below: $fixed}}"});
    return ruleText(lines);
}

/// Applies an overlay to the stage, compiles and lints.
Compiled overlaid(std::string const& overlay, Files files = {}, std::string const& day = "")
{
    files.emplace(kRulePath, ruleWithLimit());
    files.emplace("packs/local/pack.yaml", kPack);
    files["packs/local/overlay.yaml"] = overlay;
    Compiled compiled;
    auto content = stageContent(files, compiled.problems);
    compiled.content = std::make_unique<Content>(
        applyOverlay(std::move(content), lengthDigest, compiled.problems));
    compiled.set = compile(*compiled.content, compiled.problems);
    if (compiled.set) lint(*compiled.content, *compiled.set, {day, false}, compiled.problems);
    return compiled;
}

std::string forRule(std::string const& entry) { return "rules: {EL-K-LOW: {" + entry + "}}\n"; }

TEST(Overlay, PutsALimitInPlaceOfTheRules)
{
    auto const done = overlaid(forRule("parameters: {entry: 3.2 mmol/L}"));

    ASSERT_NE(done.set, nullptr) << testing::PrintToString(done.messages());
    auto const& rule = *done.set->find("EL-K-LOW");
    auto const& rows = rule.parameters.at(0).rows;
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].limit.front().text, "3.4 mmol/L"); // for women: as it was
    EXPECT_EQ(rows[1].limit.front().text, "3.2 mmol/L");
    ASSERT_TRUE(rule.overlaid);
    EXPECT_THAT(rule.overlaid->changes,
                ElementsAre("limit \"entry\": 3.2 mmol/L instead of 3.5 mmol/L"));
    EXPECT_TRUE(rule.overlaid->firesElse);
}

TEST(Overlay, MarksTheVersionByWhatItSays)
{
    auto const versionWith = [](std::string const& limit) {
        return overlaid(forRule("parameters: {entry: " + limit + "}"))
            .set->find("EL-K-LOW")
            ->version;
    };
    // {"parameters":{"entry":"3.2 mmol/L",},} has 39 signs.
    EXPECT_EQ(versionWith("3.2 mmol/L"), "1.0.0+local.00000039");
    EXPECT_EQ(versionWith("3.25 mmol/L"), "1.0.0+local.00000040");
    EXPECT_EQ(overlaid("rules: {}\n").set->find("EL-K-LOW")->version, "1.0.0");
}

struct Refused {
    char const* name;
    std::string overlay;
    std::string message;
};
void PrintTo(Refused const& refused, std::ostream* out) { *out << refused.name; }

class RefusedOverlay : public testing::TestWithParam<Refused>
{
};

TEST_P(RefusedOverlay, IsNamedWithItsPlace)
{
    EXPECT_THAT(overlaid(GetParam().overlay).messages(),
                Contains(HasSubstr("packs/local/overlay.yaml" + GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Overlays, RefusedOverlay,
    testing::Values(
        Refused{"LimitOutsideTheRange", forRule("parameters: {entry: 3.7 mmol/L}"),
                ":1:40: error L06: 3.7 mmol/L of parameter \"entry\" lies outside what is allowed, "
                "3.0 mmol/L to 3.6 mmol/L. Fix: choose a limit in this range."},
        Refused{"LimitInAForeignUnit", forRule("parameters: {entry: 3.2 kg}"),
                ":1:40: error L05: \"3.2 kg\" is not in a unit of K"},
        Refused{"LimitThatIsNotThere", forRule("parameters: {entri: 3.2 mmol/L}"),
                ":1:33: error L03: EL-K-LOW has no limit called \"entri\". Fix: did you mean "
                "\"entry\"?"},
        Refused{"LimitThatIsFixed", forRule("parameters: {fixed: 3.1 mmol/L}"),
                ":1:33: error L12: limit \"fixed\" of EL-K-LOW is fixed"},
        Refused{"PopulationThatIsNotThere", forRule("parameters: {entry: {under-1: 3.1 mmol/L}}"),
                ":1:50: error L03: limit \"entry\" has no row \"under-1\""},
        Refused{"WiderRange", forRule("parameters: {entry: {allowed: [1 mmol/L, 9 mmol/L]}}"),
                ":1:41: error L01: what is allowed is the rule's to say"},
        Refused{"RuleThatIsNotThere", "rules: {EL-K-LOWW: {disable: yes}}\n",
                ":1:9: error L03: unknown rule \"EL-K-LOWW\". Fix: did you mean \"EL-K-LOW\"?"},
        Refused{"RuleOfItsOwn", "rules: {LOCAL-A: {level: raise}}\n",
                ":1:9: error L01: an overlay changes rules of other packs"},
        Refused{
            "SwitchedOffWithoutAReason", forRule("disable: yes, by: Pharmacist"),
            ":1:9: error L01: a rule is switched off, and nobody says why. Fix: add reason: and "
            "by: (a role)."},
        Refused{"SwitchedOffByNobody", forRule("disable: yes, reason: not ours"),
                ":1:9: error L01: a rule is switched off, and nobody answers for it"},
        Refused{
            "StatusOfAnActiveRule", forRule("status: shadow"),
            ":1:28: error L12: EL-K-LOW is shipped as active, and an overlay sets the status of "
            "shadow rules only. Fix: write disable: yes"},
        Refused{
            "UnknownKey", forRule("disabled: yes"),
            ":1:20: error L01: unknown key \"disabled\" in overlay of a rule. Fix: did you mean "
            "\"disable\"?"},
        Refused{"Nothing", forRule("reason: because"),
                ":1:9: error L01: the overlay of EL-K-LOW changes nothing"},
        Refused{"ReasonThatIsThere", forRule("override_reasons: [nonsense]"),
                ":1:39: error L03: override reason \"nonsense\" does not exist"},
        Refused{"ValueSetThatIsNotThere", "valuesets: {LOOOP: {members: []}}\n",
                ":1:13: error L03: unknown value set \"LOOOP\". Fix: did you mean \"LOOP\"?"},
        Refused{"ValueSetWithoutANewMember", "valuesets: {LOOP: {reason: x}}\n",
                ":1:13: error L01: nothing is added to value set \"LOOP\""}),
    [](auto const& row) { return row.param.name; });

TEST(Overlay, SwitchesARuleOffWithItsReason)
{
    auto const done = overlaid(forRule("disable: yes, reason: not ours, by: Chief pharmacist"));

    auto const& rule = *done.set->find("EL-K-LOW");
    EXPECT_EQ(rule.status, RuleStatus::Shadow);
    ASSERT_TRUE(rule.overlaid);
    EXPECT_TRUE(rule.overlaid->disabled);
    EXPECT_EQ(rule.overlaid->by, "Chief pharmacist");
    EXPECT_EQ(rule.overlaid->reason, "not ours");
}

TEST(Overlay, MakesAShadowRuleActive)
{
    auto const done =
        overlaid(forRule("status: active"), {{kRulePath, ruleWithLimit({"status: shadow"})}});

    EXPECT_EQ(done.set->find("EL-K-LOW")->status, RuleStatus::Active);
}

TEST(Overlay, AddsALevelStepTextsAndReasons)
{
    auto const done = overlaid(forRule(
        "level: lower, text: \"Local: call 4321.\", override_reasons: [other-cause, addressed]"));

    ASSERT_NE(done.set, nullptr) << testing::PrintToString(done.messages());
    auto const& rule = *done.set->find("EL-K-LOW");
    ASSERT_EQ(rule.adjust.size(), 1U);
    EXPECT_EQ(rule.adjust[0].kind, Adjustment::Kind::Lower);
    EXPECT_TRUE(rule.adjust[0].own);
    ASSERT_EQ(rule.card.also.size(), 1U);
    EXPECT_EQ(rule.card.also[0].say.at(0).literal, "Local: call 4321.");
    EXPECT_EQ(rule.overrideReasons.size(), 2U);
}

TEST(Overlay, ExtendsAValueSetAndMarksTheRulesThatUseIt)
{
    auto const done = overlaid(
        "valuesets: {LOOP: {members: [{system: \"http://www.whocc.no/atc\", code: C03CA99}]}}\n",
        {{kRulePath, ruleWithLimit({"show: {d: {med: {class: LOOP}}}"})},
         {"packs/core/EL-K-OTHER.yaml", ruleNamed("EL-K-OTHER")}});

    ASSERT_NE(done.set, nullptr) << testing::PrintToString(done.messages());
    Coding const code{"http://www.whocc.no/atc", "C03CA99", ""};
    auto const loop = done.set->terms->setNamed("LOOP");
    EXPECT_TRUE(done.set->terms->understandMedication({&code, 1}, {}).sets.has(loop));
    EXPECT_THAT(done.set->find("EL-K-LOW")->version, HasSubstr("+local."));
    EXPECT_EQ(done.set->find("EL-K-OTHER")->version, "1.0.0");
}

TEST(Overlay, SaysWhenARuleHasChangedSinceItWasWritten)
{
    auto const with = [](std::string const& version) {
        return overlaid(forRule("written_for: " + version + ", level: raise")).messages();
    };
    EXPECT_THAT(with("0.9.0"),
                ElementsAre(HasSubstr("warning L36: this was written for version 0.9.0 of "
                                      "EL-K-LOW, which is 1.0.0 now")));
    EXPECT_THAT(with("1.0.0"), IsEmpty());
}

TEST(Overlay, NeedsTwoPeopleWhereThePackPromisesApproval)
{
    auto const with = [](std::string const& meta) {
        return overlaid("meta: {" + meta + "}\n" + forRule("level: raise"),
                        {{"packs/local/pack.yaml", "id: local\ntitle: Ours\nversion: 1\napproval: "
                                                   "required\nmeta: {author: Pharmacist}\n"}},
                        "2026-11-22")
            .messages();
    };
    auto const approved =
        std::string{"approved: {by: Committee, date: 2026-11-01}, next_review: 2027-11-01"};
    EXPECT_THAT(with("reviewers: [Nephrologist], " + approved), IsEmpty());
    EXPECT_THAT(
        with("reviewers: [\"pharmacist \"], " + approved),
        ElementsAre(HasSubstr("overlay.yaml: error L12: no reviewer other than the author")));
    EXPECT_THAT(with("reviewers: [Nephrologist], next_review: 2027-11-01"),
                ElementsAre(HasSubstr("error L12: an overlay of a pack with approval: required is "
                                      "not approved")));
    EXPECT_THAT(with("reviewers: [Nephrologist], approved: {by: C, date: 2025-11-01}, "
                     "next_review: 2026-11-01"),
                ElementsAre(HasSubstr("warning L36: the review was due on 2026-11-01")));
}

TEST(Overlay, IsNeverForgotten)
{
    auto const compiled = compileFiles(
        {{"packs/local/pack.yaml", kPack}, {"packs/local/overlay.yaml", forRule("level: raise")}});
    EXPECT_EQ(compiled.set, nullptr);
    EXPECT_THAT(compiled.messages(), Contains(HasSubstr("the overlay was not applied")));
}

TEST(Overlay, SurvivesABundle)
{
    auto const done = overlaid(forRule("parameters: {entry: 3.2 mmol/L}"));
    auto const read = readBundle(writeBundle(*done.content), done.content->tables.products, "key");
    ASSERT_TRUE(read) << toText(read.error());

    Problems problems;
    auto const set = compile(*read, problems);

    ASSERT_NE(set, nullptr) << problems.asError().what;
    EXPECT_EQ(set->find("EL-K-LOW")->version, done.set->find("EL-K-LOW")->version);
    EXPECT_EQ(set->find("EL-K-LOW")->parameters.at(0).rows[1].limit.front().text, "3.2 mmol/L");
}

TEST(LocalRules, BeginWithLocal)
{
    auto const with = [](std::string const& id) {
        return compileFiles(
            {{"packs/local/pack.yaml", kPack}, {"packs/local/" + id + ".yaml", ruleNamed(id)}});
    };
    EXPECT_THAT(with("EL-MINE").messages(),
                ElementsAre(HasSubstr("error L02: the id \"EL-MINE\" of a hospital's rule does not "
                                      "begin with LOCAL-")));
    auto const good = with("LOCAL-MINE");
    ASSERT_NE(good.set, nullptr) << testing::PrintToString(good.messages());
    EXPECT_EQ(good.set->find("LOCAL-MINE")->pack, "local");
    ASSERT_EQ(good.set->packs.size(), 2U);
    EXPECT_EQ(good.set->packs[1].id, "local");
}

class HospitalFolder : public testing::Test
{
protected:
    void write(std::string const& path, std::string_view text) const
    {
        std::filesystem::create_directories((path_ / path).parent_path());
        std::ofstream{path_ / path} << text;
    }
    /// Laid over the stage.
    Content laidOver(Problems& problems) const
    {
        auto own = loadHospital(path_, digest, problems);
        EXPECT_TRUE(own);
        auto base = stageContent({}, problems);
        base.signer = "embedded";
        return layOver(std::move(base), std::move(*own), digest, problems);
    }

    tcds::test::TemporaryFolder own_;
    std::filesystem::path path_{own_.path()};
};

TEST_F(HospitalFolder, IsToldFromARuleSetByItsFiles)
{
    EXPECT_FALSE(isHospitalFolder(path_));
    write("pack.yaml", kPack);
    EXPECT_TRUE(isHospitalFolder(path_));
    write("ruleset.yaml", "format: 1\n");
    EXPECT_FALSE(isHospitalFolder(path_));
}

TEST_F(HospitalFolder, IsLaidOverARuleSet)
{
    write("pack.yaml", kPack);
    write("overlay.yaml", forRule("level: raise"));
    write("rules/LOCAL-A.yaml", ruleNamed("LOCAL-A"));
    write("valuesets/LOCAL_SET.yaml", "id: LOCAL_SET\ntitle: Ours\nkind: drug-class\nincludes: "
                                      "[LOOP]\n");
    write("tests/LOCAL-A.yaml", "rule: LOCAL-A\ncases: []\n");
    Problems problems;

    auto const content = laidOver(problems);

    EXPECT_TRUE(problems.empty()) << problems.asError().what;
    ASSERT_EQ(content.packs.size(), 2U);
    EXPECT_EQ(content.packs[1].rules.at(0).file(), "rules/LOCAL-A.yaml");
    EXPECT_TRUE(content.overlay);
    EXPECT_EQ(content.signer, ""); // nobody signed the two together
    EXPECT_EQ(content.tests.size(), 1U);
    EXPECT_TRUE(isHospitalTest(content.tests[0].file()));

    auto const applied = applyOverlay(laidOver(problems), digest, problems);
    auto const set = compile(applied, problems);
    ASSERT_NE(set, nullptr) << problems.asError().what;
    EXPECT_NE(set->find("LOCAL-A"), nullptr);
    EXPECT_TRUE(set->terms->setNamed("LOCAL_SET").known());
    EXPECT_THAT(set->find("EL-K-LOW")->version, HasSubstr("1.0.0+local."));
}

TEST_F(HospitalFolder, HasADigestThatChangesWithItsFiles)
{
    write("pack.yaml", kPack);
    write("overlay.yaml", forRule("level: raise"));
    Problems problems;
    auto const first = laidOver(problems).digest;
    EXPECT_EQ(laidOver(problems).digest, first);
    write("overlay.yaml", forRule("level: lower"));
    EXPECT_NE(laidOver(problems).digest, first);
}

TEST_F(HospitalFolder, TakesNoNameThatIsTaken)
{
    write("pack.yaml", kPack);
    write("valuesets/LOOP.yaml", "id: LOOP\ntitle: Ours\nkind: drug-class\nincludes: [LOOP]\n");
    write("valuesets/OURS.yaml", "id: OURS\ntitle: Ours\nkind: drug-class\nincludes: [LOOP]\n");
    write("elsewhere.yaml", "a: b\n");
    Problems problems;

    (void)laidOver(problems);

    auto const all = problems.asError().what;
    EXPECT_THAT(all, HasSubstr("elsewhere.yaml: error L03: no file is expected here"));
    EXPECT_THAT(all, HasSubstr("error L02: value set \"LOOP\" stands in valuesets/LOOP.yaml as "
                               "well. Fix: extend it in overlay.yaml"));
    EXPECT_THAT(all, HasSubstr("error L02: the name \"OURS\" of a hospital's value set does not "
                               "begin with LOCAL_"));
}

TEST_F(HospitalFolder, RefusesARuleThatClaimsToBeOverlaid)
{
    write("pack.yaml", kPack);
    write("rules/LOCAL-A.yaml", ruleNamed("LOCAL-A", {"overlay: {mark: m, file: f}"}));
    Problems problems;
    (void)laidOver(problems);
    EXPECT_THAT(problems.asError().what, HasSubstr("unknown key \"overlay\" in rule"));
}

TEST(LintOfTests, AsksForACaseWhereAnOverlayMovesALimit)
{
    auto const with = [](Files const& files) {
        Compiled compiled;
        auto all = files;
        all.emplace(kRulePath, ruleWithLimit());
        all.emplace("packs/local/pack.yaml", kPack);
        all.emplace("packs/local/overlay.yaml", forRule("parameters: {entry: 3.2 mmol/L}"));
        auto const content =
            applyOverlay(stageContent(all, compiled.problems), lengthDigest, compiled.problems);
        auto const set = compile(content, compiled.problems);
        if (set) lint(content, *set, {"", true, {}, true}, compiled.problems);
        return compiled.messages();
    };
    EXPECT_THAT(with({}), ElementsAre(HasSubstr("warning L13: the overlay changes when EL-K-LOW "
                                                "fires, and no case shows it")));
    EXPECT_THAT(with({{"tests/local/EL-K-LOW.yaml",
                       "rule: EL-K-LOW\ncases: [{name: a, expect: {not_met: [EL-K-LOW]}}]\n"}}),
                IsEmpty());
}

} // namespace
} // namespace tcds::rules::test
