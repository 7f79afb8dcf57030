#include "cards_stage.hpp"
#include "rules/cards/escape.hpp"
#include "rules/cards/sections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::rules::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void showLab(Stage& stage, Rule& rule, std::string_view name, std::string_view analyte)
{
    Show show;
    show.name = Stage::name(rule, name);
    show.analyte = stage.analyte(analyte);
    rule.show.push_back(show);
}

TEST(Detail, HasItsSectionsInOrder)
{
    Stage stage;
    auto& rule = stage.rule("EL-K-LOW", Group::EL, "K");
    rule.card.findings =
        Stage::text(rule, "**Potassium {k.value}** on {k.date} (limit {k.limit}).");
    rule.meta.limits = "Sees laboratory potassium only.";
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    stage.begin();
    auto& judgement = stage.fire("EL-K-LOW", Level::Warning);
    auto& binding = Stage::bindResult(judgement, stage, "k", "K");
    binding.limit.standard = &stage.terms().analyte(stage.analyte("K")).limits.back().low->front();

    EXPECT_EQ(
        stage.cards().at(0).detail,
        "**Findings:**\n- **Potassium 2.9 mmol/L** on 2026-01-29 (limit 3.5 mmol/L).\n\n"
        "**Why:** Mechanism of EL-K-LOW.\n\n"
        "**Options:** Option of EL-K-LOW.\n\n"
        "**Not checked:** Sees laboratory potassium only.\n\n"
        "**Basis:** EL-K-LOW 1.0.0; evidence EEL-K-LOW; potassium limit 3.5 mmol/L (default); "
        "from laboratory results; EEL-K-LOW: Citation of EL-K-LOW.");
}

TEST(Detail, SaysWhetherTheLimitIsTheLaboratorys)
{
    Stage stage;
    auto& rule = stage.rule("EL-K-LOW", Group::EL, "K");
    Stage::name(rule, "k");
    stage.lab("K", "3.5", "mmol/L", "2026-01-29");
    stage.begin();
    Quantity const own{Decimal{36, 1}, "mmol/L"};
    auto& judgement = stage.fire("EL-K-LOW", Level::Info);
    Stage::bindResult(judgement, stage, "k", "K").limit.laboratory = &own;

    EXPECT_THAT(stage.cards().at(0).detail,
                HasSubstr("potassium limit 3.6 mmol/L (laboratory range)"));
}

TEST(Detail, OneBulletARuleAndEachSentenceOnce)
{
    Stage stage;
    for (auto const* id : {"EL-A", "EL-B"}) {
        auto& rule = stage.rule(id, Group::EL, "K");
        rule.card.options = Stage::text(rule, std::string{"Consider magnesium. Only "} + id + ".");
        rule.card.why = Stage::text(rule, "The same reason.");
    }
    stage.begin();
    stage.fire("EL-A", Level::Warning);
    stage.fire("EL-B", Level::Info);

    auto const detail = stage.cards().at(0).detail;

    EXPECT_THAT(detail, HasSubstr("**Findings:**\n- Finding of EL-A.\n- Finding of EL-B.\n\n"));
    EXPECT_THAT(detail, HasSubstr("**Why:** The same reason.\n\n"));
    EXPECT_THAT(detail, HasSubstr("**Options:** Consider magnesium. Only EL-A. Only EL-B.\n\n"));
    EXPECT_THAT(detail, HasSubstr("EL-A 1.0.0, EL-B 1.0.0; evidence EEL-A"));
}

TEST(Detail, ConditionalSentencesStandInOptions)
{
    Stage stage;
    auto& rule = stage.rule("R", Group::EL, "K");
    rule.card.also.push_back({std::nullopt, Stage::text(rule, "Replacement recorded.")});
    rule.card.also.push_back({std::nullopt, Stage::text(rule, "On dialysis.")});
    stage.begin();
    stage.fire("R", Level::Info).saysAlso = 0b01;

    EXPECT_THAT(stage.cards().at(0).detail,
                AllOf(HasSubstr("**Options:** Replacement recorded. Option of R."),
                      Not(HasSubstr("On dialysis"))));
}

TEST(Detail, WithManyRulesStaysWithinItsLimitAndKeepsEveryFinding)
{
    Stage stage;
    for (auto const* id : {"EL-A", "EL-B", "EL-C", "EL-D"}) {
        auto& rule = stage.rule(id, Group::EL, "K");
        rule.card.findings = Stage::text(rule, "Drugs of " + std::string{id} + ": {d.list}, " +
                                                   std::string(120, 'x') + ".");
        rule.card.options = Stage::text(rule, std::string(200, 'o') + ".");
        rule.meta.mechanism = std::string(200, 'w') + id + ".";
    }
    for (auto const* name :
         {"furosemide", "prednisone", "omeprazole", "albuterol", "hydrochlorothiazide"})
        stage.med(name, "2026-01-11");
    stage.begin();
    for (auto const* id : {"EL-A", "EL-B", "EL-C", "EL-D"})
        Stage::bindMeds(
            stage.fire(id, Level::Info), stage, "d",
            {"furosemide", "prednisone", "omeprazole", "albuterol", "hydrochlorothiazide"});

    auto const detail = stage.cards().at(0).detail;

    EXPECT_LE(cardLength(detail), 1200U);
    for (auto const* id : {"EL-A", "EL-B", "EL-C", "EL-D"})
        EXPECT_THAT(detail, HasSubstr("Drugs of " + std::string{id}));
    EXPECT_THAT(detail, HasSubstr("furosemide, prednisone +3")); // the lists shrink
    EXPECT_THAT(detail, HasSubstr("**Basis:** EL-A 1.0.0, EL-B 1.0.0, EL-C 1.0.0, EL-D 1.0.0"));
}

TEST(Detail, FindingsThatCannotFitAreNamedByTitle)
{
    Stage stage;
    for (auto const* id : {"EL-A", "EL-B", "EL-C"}) {
        auto& rule = stage.rule(id, Group::EL, "K");
        rule.card.findings = Stage::text(rule, std::string(500, 'x') + ".");
    }
    stage.begin();
    for (auto const* id : {"EL-A", "EL-B", "EL-C"}) stage.fire(id, Level::Info);

    auto const detail = stage.cards().at(0).detail;

    EXPECT_LE(cardLength(detail), 1200U);
    EXPECT_THAT(detail, HasSubstr("- Also: Title of EL-C."));
}

TEST(Detail, NamesThatWereCountedComeBackWhenLinesGaveWay)
{
    Stage stage;
    for (auto const* id : {"EL-A", "EL-B", "EL-C"}) {
        auto& rule = stage.rule(id, Group::EL, "K");
        auto const fill = std::string(id == std::string_view{"EL-C"} ? 900 : 150, 'x');
        rule.card.findings =
            Stage::text(rule, "Drugs of " + std::string{id} + ": {d.list}, " + fill + ".");
    }
    for (auto const* name : {"furosemide", "prednisone", "omeprazole"})
        stage.med(name, "2026-01-11");
    stage.begin();
    for (auto const* id : {"EL-A", "EL-B", "EL-C"})
        Stage::bindMeds(stage.fire(id, Level::Info), stage, "d",
                        {"furosemide", "prednisone", "omeprazole"});

    auto const detail = stage.cards().at(0).detail;

    EXPECT_THAT(detail, HasSubstr("- Also: Title of EL-C."));
    EXPECT_THAT(detail, HasSubstr("Drugs of EL-B: furosemide, prednisone, omeprazole, x"));
}

// --- Not checked -------------------------------------------------------------------------------

TEST(NotChecked, TellsWhyEachResultIsMissing)
{
    Stage stage;
    auto& rule = stage.rule("MED-LOOP", Group::MED, "drug");
    rule.via = {stage.analyte("K"), stage.analyte("MG"), stage.analyte("CA_ADJ")};
    showLab(stage, rule, "tsh", "TSH");
    stage.lab("MG", "0.81", "mmol/L", "2025-11-01");
    stage.lab("CA_ADJ", "2.2", "mmol/L", "2026-01-29").unusable = Reason::NoUnit;
    stage.lab("TSH", "1.2", "mU/L", "2026-01-29");
    stage.begin();
    stage.evaluation->missing = {"lab:CA_ADJ", "lab:K", "lab:MG"};
    stage.fire("MED-LOOP", Level::Info);

    auto const card = stage.cards().at(0);

    EXPECT_THAT(card.missing, ElementsAre("lab:CA_ADJ", "lab:K", "lab:MG"));
    EXPECT_THAT(card.detail,
                HasSubstr("**Not checked:** No result on record: potassium. "
                          "Result not usable: albumin-adjusted calcium (2026-01-29, no unit). "
                          "Last result too old: magnesium (2025-11-01)."));
}

/// Decision D52: of the record's missing data a card lists only what its own rules name or need.
TEST(NotChecked, ListsOnlyWhatItsOwnRulesNeed)
{
    Stage stage;
    stage.rule("EL-K-LOW", Group::EL, "K");
    stage.begin();
    stage.evaluation->missing = {"lab:MG", "lab:TSH"};
    auto& judgement = stage.fire("EL-K-LOW", Level::Info);
    judgement.missing = {"med:start", "lab:MG", "med:start"};

    auto const card = stage.cards().at(0);

    EXPECT_THAT(card.missing, ElementsAre("lab:MG", "med:start"));
    EXPECT_THAT(card.detail, HasSubstr("Not stated: start of a medicine."));
}

TEST(NotChecked, NamesSourcesThatFailedOrWereNotAsked)
{
    Stage stage;
    stage.rule("R", Group::EL, "K").via = {stage.analyte("K")};
    stage.source("labs", SourceStatus::Partial);
    stage.source("medications", SourceStatus::Denied);
    stage.begin();
    stage.fire("R", Level::Info).missing = {"source:administrations", "source:medications"};

    EXPECT_THAT(stage.cards().at(0).detail,
                HasSubstr("**Not checked:** Medication list: could not be read (access denied). "
                          "Laboratory results: incomplete. Not delivered: administered doses. "
                          "No result read: potassium."));
}

TEST(NotChecked, HoldsTheStandingRemarksOnResults)
{
    Stage stage;
    Stage::name(stage.rule("R", Group::EL, "K"), "k");
    auto& result = stage.lab("K", "5.9", "mmol/L", "2026-01-29");
    result.notes.add(Note::Preliminary);
    result.notes.add(Note::Haemolysed);
    result.notes.add(Note::UnitProperty);
    result.notes.add(Note::ParsedText);
    result.notes.add(Note::StatusUnknown);
    stage.lab("K", "4.0", "mmol/L", "2026-01-30").unusable = Reason::Implausible;
    stage.begin();
    Stage::bindResult(stage.fire("R", Level::Info), stage, "k", "K");

    auto const detail = stage.cards().at(0).detail;

    EXPECT_THAT(detail,
                HasSubstr("Newer result skipped: potassium (2026-01-30, value not plausible)."));
    EXPECT_THAT(
        detail,
        HasSubstr("Potassium of 2026-01-29: haemolysed; preliminary, to be confirmed; read "
                  "from text; unit disagrees with the test code, the unit was taken; result "
                  "status unknown, accepted by setting."));
}

TEST(NotChecked, HoldsTheStandingRemarksOnMedicines)
{
    Stage stage;
    auto& rule = stage.rule("R", Group::MED, "drug");
    rule.exposure = Stage::name(rule, "d");
    auto& use = stage.med("furosemide", "2026-01-28");
    use.matchedBy = MatchedBy::Name;
    use.route = Route::Unknown;
    use.supplyEnd = parseDateTime("2026-01-20").value();
    stage.begin();
    auto& judgement = stage.fire("R", Level::Info);
    judgement.predates = true;
    judgement.asNeededOnly = true;
    Stage::bindMeds(judgement, stage, "d", {"furosemide"});

    auto const detail = stage.cards().at(0).detail;

    EXPECT_THAT(detail, HasSubstr("The complaint predates furosemide."));
    EXPECT_THAT(detail, HasSubstr("Furosemide: as needed, no dose on record in the last 7 d."));
    EXPECT_THAT(detail, HasSubstr("Matched by name: furosemide."));
    EXPECT_THAT(detail, HasSubstr("Route not stated: furosemide."));
    EXPECT_THAT(detail, HasSubstr("Supply of furosemide ended by calculation on 2026-01-20."));
}

// --- Foreign text ------------------------------------------------------------------------------

/// Property: whatever stands in the texts of a chart, no Markdown or HTML of theirs reaches a card.
TEST(Injection, NoTextOfTheChartBecomesMarkup)
{
    for (std::string const hostile :
         {"<img src=x onerror=alert(1)>", "[click](http://evil.example)", "**bold**", "`code`",
          "# heading", "\n\n- item", "http://evil.example", "&lt;script&gt;", "| a | b |",
          "\u202Egnp.exe", "www.evil.example", "a@evil.example", "![x](y)"}) {
        SCOPED_TRACE(hostile);
        Stage stage;
        auto& rule = stage.rule("R", Group::EL, "K");
        rule.exposure = Stage::name(rule, "d");
        rule.card.findings =
            Stage::text(rule, "{k.value} {k.range} {d.list} {d.dose} {f.list} {f.date}");
        rule.card.summary = Stage::text(rule, "{k.value} {d.dose} {f.list}");
        auto& result = stage.lab("K", "2.9", "mmol/L", "2026-01-29");
        result.value->unit = hostile;
        result.ranges.push_back({"", Quantity{Decimal{36, 1}, hostile}, std::nullopt, std::nullopt,
                                 std::nullopt, Sex::Unknown, false});
        auto& use = stage.med("furosemide", "2026-01-11");
        use.dailyDose = Quantity{Decimal{40, 0}, hostile};
        use.codes.push_back({"http://evil.example", hostile, hostile});
        use.status = hostile;
        auto const sign = stage.finding("MUSCLE_WEAKNESS", hostile, hostile, "2026-01-20").id;
        stage.begin();
        auto& judgement = stage.fire("R", Level::Info);
        Stage::bindResult(judgement, stage, "k", "K");
        Stage::bindMeds(judgement, stage, "d", {"furosemide"});
        Stage::bindFacts(judgement, stage, "f", {sign});

        auto const card = stage.cards().at(0);

        EXPECT_THAT(
            card.detail,
            HasSubstr("- 2.9 mmol/L from 3.6 mmol/L furosemide not on record muscle weakness "
                      "2026-01-20\n"));
        EXPECT_THAT(card.summary, HasSubstr("2.9 mmol/L"));
        EXPECT_THAT(card.summary, Not(HasSubstr(hostile)));
        EXPECT_EQ(card.detail.find(hostile), std::string::npos);
    }
}

// --- Sections ----------------------------------------------------------------------------------

TEST(Sections, CountExactlyWhatTheyWrite)
{
    std::string const tooLong(200, 'w');
    Sections sections{200};
    sections.require(Section::Basis, "R 1.0.0");
    sections.require(Section::Findings, "Ä finding.");
    EXPECT_TRUE(sections.add(Section::Options, "An option."));
    EXPECT_TRUE(sections.add(Section::Basis, "more"));
    EXPECT_TRUE(sections.add(Section::Options, "An option.")); // said already
    EXPECT_FALSE(sections.add(Section::Why, tooLong));         // no room

    EXPECT_EQ(sections.text(), "**Findings:**\n- Ä finding.\n\n**Options:** An option.\n\n"
                               "**Basis:** R 1.0.0; more.");
    EXPECT_EQ(sections.length(), cardLength(sections.text()));
}

TEST(Sections, ClearedHoldNothing)
{
    Sections sections{200};
    sections.require(Section::Options, "An option.");
    sections.clear();
    EXPECT_EQ(sections.length(), 0U);
    EXPECT_EQ(sections.text(), "");
    EXPECT_TRUE(sections.add(Section::Why, "A reason."));
    EXPECT_EQ(sections.text(), "**Why:** A reason.");
    EXPECT_EQ(sections.length(), cardLength(sections.text()));
}

std::vector<std::string_view> sentencesOf(std::string_view text)
{
    std::vector<std::string_view> sentences;
    while (!text.empty()) sentences.push_back(takeSentence(text));
    return sentences;
}

TEST(Sections, SentencesPartBeforeACapital)
{
    EXPECT_THAT(sentencesOf("One e.g. here. Two below 3.0 mmol/L. **Three** ends"),
                ElementsAre("One e.g. here.", "Two below 3.0 mmol/L.", "**Three** ends"));
    EXPECT_THAT(sentencesOf("One.  "), ElementsAre("One."));
    EXPECT_THAT(sentencesOf("  "), ElementsAre(""));
    EXPECT_THAT(sentencesOf(""), IsEmpty());
}

} // namespace
} // namespace tcds::rules::test
