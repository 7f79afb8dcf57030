#include "rules/cards/fill.hpp"

#include "cards_stage.hpp"
#include "rules/cards/escape.hpp"

#include <gtest/gtest.h>

namespace tcds::rules::test {
namespace {

/// One rule "R", filled by hand-made bindings.
class Fill : public testing::Test
{
protected:
    Rule& theRule()
    {
        return stage.set.rules.empty() ? stage.rule("R", Group::EL, "K") : stage.set.rules.front();
    }

    /// The names must be known before the judgement is made.
    void names(std::initializer_list<std::string_view> wanted)
    {
        for (auto const each : wanted) Stage::name(theRule(), each);
    }
    Judgement& begin()
    {
        theRule();
        stage.begin();
        return stage.fire("R", Level::Info);
    }
    FiredRule fired()
    {
        return withShown(stage.evaluation->chart, *stage.evaluation->fired().front(), arena);
    }
    std::string markdown(std::string_view text)
    {
        FilledText filled{Writing::Markdown};
        fill(filled, stage.evaluation->chart, fired(), Stage::text(theRule(), text));
        return filled.take();
    }
    std::string summary(std::string_view text, std::size_t most = 139)
    {
        return summaryOf(stage.evaluation->chart, fired(), Stage::text(theRule(), text), most);
    }

    Stage stage;
    Arena arena;
};

TEST_F(Fill, ResultFieldsKeepDigitsAndUnitAsSent)
{
    names({"k"});
    auto& sent = stage.lab("K", "2.90", "mEq/L", "2026-01-29T06:40:00Z");
    sent.notes.add(Note::Haemolysed);
    sent.ranges.push_back({"", Quantity{Decimal{36, 1}, "mEq/L"}, Quantity{Decimal{52, 1}, "mEq/L"},
                           std::nullopt, std::nullopt, Sex::Unknown, false});
    auto& judgement = begin();
    auto& binding = Stage::bindResult(judgement, stage, "k", "K");
    auto const& limits = stage.terms().analyte(stage.analyte("K")).limits.back();
    binding.limit.standard = &limits.low->front();
    binding.limit.canonical = Decimal{35, 1};

    EXPECT_EQ(markdown("{k.value} on {k.date}, limit {k.limit}, range {k.range}, {k.note}"),
              "2.90 mEq/L on 2026-01-29, limit 3.5 mmol/L, range 3.6 to 5.2 mEq/L, haemolysed");
    EXPECT_EQ(markdown("{k.times_limit}"), "0.8");
    EXPECT_EQ(markdown("{k.name}"), "potassium");
    EXPECT_EQ(summary("{k.name} {k.value}"), "potassium 2.90 mEq/L");
    EXPECT_EQ(summary("from {k.from|nothing}"), "from nothing");
    binding.earlier = binding.result;
    EXPECT_EQ(summary("from {k.from}"), "from 2.90 mEq/L (2026-01-29)");
}

TEST_F(Fill, AComparatorIsEscapedInMarkdownOnly)
{
    names({"k"});
    stage.lab("K", "2.5", "mmol/L", "2026-01-29").comparator = Comparator::Less;
    auto& judgement = begin();
    Stage::bindResult(judgement, stage, "k", "K");

    EXPECT_EQ(markdown("K {k.value}"), "K \\<2.5 mmol/L");
    EXPECT_EQ(summary("K {k.value}"), "K <2.5 mmol/L");
}

TEST_F(Fill, AnOldShownResultIsTheLastKnownOne)
{
    Show show;
    show.name = Stage::name(theRule(), "mg");
    show.analyte = stage.analyte("MG");
    theRule().show.push_back(show);
    stage.lab("MG", "0.81", "mmol/L", "2025-12-31");
    begin();

    EXPECT_EQ(markdown("Mg: {mg.value}."), "Mg: last known 0.81 mmol/L (2025-12-31).");
    // The date that the text says itself is not said twice.
    EXPECT_EQ(markdown("Mg: {mg.value}, {mg.date|no date}."),
              "Mg: last known 0.81 mmol/L, 2025-12-31.");
}

TEST_F(Fill, DatedSaysValueAndDateInOne)
{
    for (auto const* name : {"k", "mg", "tsh"}) {
        Show show;
        show.name = Stage::name(theRule(), name);
        show.analyte = stage.analyte(std::string_view{name} == "k"    ? "K"
                                     : std::string_view{name} == "mg" ? "MG"
                                                                      : "TSH");
        theRule().show.push_back(show);
    }
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    stage.lab("MG", "0.81", "mmol/L", "2025-12-31");
    begin();

    EXPECT_EQ(markdown("K: {k.dated}. Mg: {mg.dated}. TSH: {tsh.dated}."),
              "K: 2.9 mmol/L (2026-01-29). Mg: last known 0.81 mmol/L (2025-12-31). "
              "TSH: not on record.");
}

TEST_F(Fill, AShownResultInItsWindowIsPlain)
{
    Show show;
    show.name = Stage::name(theRule(), "mg");
    show.analyte = stage.analyte("MG");
    theRule().show.push_back(show);
    stage.lab("MG", "0.81", "mmol/L", "2026-01-01T08:00:00Z"); // exactly 30 d
    begin();

    EXPECT_EQ(markdown("Mg: {mg.value}."), "Mg: 0.81 mmol/L.");
}

TEST_F(Fill, WhatIsNotThereIsSaid)
{
    Show show;
    show.name = Stage::name(theRule(), "mg");
    show.analyte = stage.analyte("MG");
    theRule().show.push_back(show);
    names({"d"});
    begin();

    EXPECT_EQ(markdown("Mg: {mg.value}, {mg.date|no date}; {d.list}; {d.dose|not stated}."),
              "Mg: not on record, no date; not on record; not stated.");
}

TEST_F(Fill, BeforeShowsTheEarlierResultWithItsDate)
{
    names({"k"});
    Show show;
    show.name = Stage::name(theRule(), "prev");
    show.analyte = stage.analyte("K");
    show.before = Stage::name(theRule(), "k");
    theRule().show.push_back(show);
    stage.lab("K", "4.1", "mmol/L", "2025-11-02");
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    auto& judgement = begin();
    Stage::bindResult(judgement, stage, "k", "K");

    EXPECT_EQ(markdown("{k.value}, before that {prev.value}."),
              "2.9 mmol/L, before that 4.1 mmol/L (2025-11-02).");
}

TEST_F(Fill, MedicationFields)
{
    names({"d"});
    auto& use = stage.med("prednisone", "2025-11-20");
    use.dailyDose = Quantity{Decimal{40, 0}, "mg"};
    use.lastGiven = parseDateTime("2026-01-30").value();
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"prednisone"});

    EXPECT_EQ(markdown("**{d.list}** since {d.since}, dose {d.dose}, route {d.route}, changed "
                       "{d.changed}, given {d.given}, for {d.duration}"),
              "**Prednisone** since 2025-11-20, dose 40 mg a day, route oral, changed 2025-11-20, "
              "given 2026-01-30, for 2 months");
    EXPECT_EQ(markdown("{d.stopped|not recorded}"), "not recorded");
}

TEST_F(Fill, ADrugNameGetsACapitalOnlyWhereASentenceBegins)
{
    names({"d"});
    stage.med("furosemide", "2026-01-11");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"furosemide"});

    EXPECT_EQ(markdown("{d.list} since then. {d.list}. Draft **{d.list}**: {d.display}"),
              "Furosemide since then. Furosemide. Draft **furosemide**: furosemide");
    EXPECT_EQ(summary("{d.display} (since {d.since}) can deplete K"),
              "Furosemide (since 2026-01-11) can deplete K");
}

TEST_F(Fill, TheTitleOfAClassIsWrittenAsADrugName) // of a code that names no ingredient
{
    names({"d"});
    stage.med("furosemide", "2026-01-11").name = "Loop diuretics";
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"furosemide"}).meds.front().ingredient = {};

    EXPECT_EQ(markdown("{d.list}: consider a review of {d.display}"),
              "Loop diuretics: consider a review of loop diuretics");
}

TEST_F(Fill, DurationsInPlainWords)
{
    struct Row {
        std::string_view start, words;
    };
    for (auto const& row : {Row{"2026-01-30", "1 day"}, Row{"2025-12-06", "56 days"},
                            Row{"2025-12-05", "1 month"}, Row{"2025-01-31", "12 months"},
                            Row{"2025-02-01", "11 months"}, Row{"2023-01-31", "3 years"}}) {
        SCOPED_TRACE(row.start);
        Stage each;
        auto& rule = each.rule("R", Group::MED, "drug");
        auto const text = Stage::text(rule, "{d.duration}");
        each.med("omeprazole", row.start);
        each.begin();
        auto& judgement = each.fire("R", Level::Info);
        Stage::bindMeds(judgement, each, "d", {"omeprazole"});

        EXPECT_EQ(plainOf(each.evaluation->chart,
                          withShown(each.evaluation->chart, judgement, arena), text),
                  row.words);
    }
}

TEST_F(Fill, TwoStartsStandInTheOrderOfTheNames)
{
    names({"d"});
    stage.med("furosemide", "2026-01-11");
    stage.med("prednisone", "");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"furosemide", "prednisone"});

    EXPECT_EQ(markdown("{d.list} since {d.since}"),
              "Furosemide, prednisone since 2026-01-11 / unknown date");
}

TEST_F(Fill, DisplayNamesTwoAndCountsTheRest)
{
    names({"d"});
    for (auto const* name : {"furosemide", "prednisone", "omeprazole", "albuterol"})
        stage.med(name, "2026-01-11");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"furosemide", "prednisone", "omeprazole", "albuterol"});

    EXPECT_EQ(summary("With {d.display}"), "With furosemide, prednisone +2");
    EXPECT_EQ(markdown("With {d.list}"), "With furosemide, prednisone, omeprazole, albuterol");
}

/// A text is filled again only when its lists tell that it would read otherwise.
TEST_F(Fill, ListsTellWhichShorteningChangesTheText)
{
    names({"d", "two", "k"});
    for (auto const* name : {"furosemide", "hydrochlorothiazide", "omeprazole", "albuterol"})
        stage.med(name, "2026-01-11");
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d",
                    {"furosemide", "hydrochlorothiazide", "omeprazole", "albuterol"});
    Stage::bindMeds(judgement, stage, "two", {"furosemide", "omeprazole"});
    Stage::bindResult(judgement, stage, "k", "K");
    auto const rule = fired();

    for (auto const* text : {"With {d.list}.", "With {d.display}.", "With {two.list}.",
                             "{two.display} and {d.drugs}", "K {k.value}, {two.since}"}) {
        auto const pieces = Stage::text(theRule(), text);
        FilledText whole{Writing::Markdown};
        fill(whole, stage.evaluation->chart, rule, pieces);
        for (auto const& step :
             {Shortening{4, 80}, Shortening{3, 80}, Shortening{2, 80}, Shortening{1, 80},
              Shortening{99, 19}, Shortening{99, 18}, Shortening{2, 10}, Shortening{1, 4}}) {
            FilledText shorter{Writing::Markdown, step};
            fill(shorter, stage.evaluation->chart, rule, pieces);
            EXPECT_EQ(whole.lists().shrinkUnder(step), shorter.text() != whole.text())
                << text << ' ' << step.names << ' ' << step.nameLength;
        }
    }
}

TEST_F(Fill, ADrugNameFromATableIsEscapedInMarkdown)
{
    names({"d"});
    stage.med("st_john's-wort*", "2026-01-11");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"st_john's-wort*"});

    EXPECT_EQ(markdown("With {d.list}"), "With st\\_john's-wort\\*");
    EXPECT_EQ(summary("With {d.list}"), "With st_john's-wort*");
}

TEST_F(Fill, MissingAnalytesAreListedWithTheirDrugs)
{
    names({"v"});
    stage.med("furosemide", "2026-01-11");
    auto& judgement = begin();
    auto& binding = Stage::bindMeds(judgement, stage, "v", {"furosemide"});
    binding.kind = Binding::Kind::Missing;
    binding.analytes = {stage.analyte("K"), stage.analyte("CA_ADJ")};

    EXPECT_EQ(summary("No {v.analytes} since {v.drugs} started ({v.since})"),
              "No potassium, albumin-adjusted calcium since furosemide started (2026-01-11)");
}

TEST_F(Fill, SignsAreNamedInOurWordsNeverInThoseOfTheChart)
{
    constexpr auto kIcd = "http://hl7.org/fhir/sid/icd-10-cm";
    names({"f", "g", "h"});
    auto& coded = stage.finding("MUSCLE_WEAKNESS", kIcd, "M62.81", "2026-01-20");
    coded.sets.add(stage.setNamed("MND_SIGNS"));
    auto const first = coded.id;
    auto const below = stage.finding("MND_SIGNS", kIcd, "R13.10", "2026-01-22").id;
    auto& spoken = stage.finding("MUSCLE_WEAKNESS", "", "", "2026-01-25");
    spoken.sets.add(stage.setNamed("MND_SIGNS"));
    auto const byText = spoken.id;
    auto& judgement = begin();
    Stage::bindFacts(judgement, stage, "f", {first});
    Stage::bindFacts(judgement, stage, "g", {below});
    Stage::bindFacts(judgement, stage, "h", {first, byText});

    EXPECT_EQ(summary("{f.list} ({f.date})"), "Muscle weakness (generalized) (2026-01-20)");
    EXPECT_EQ(summary("{g.list} ({g.date})"), "Aphagia and dysphagia (2026-01-22)");
    EXPECT_EQ(summary("{h.list} ({h.date})"),
              "Muscle weakness (generalized), muscle weakness (2026-01-25)");
    EXPECT_EQ(markdown("**{f.list}**"), "**Muscle weakness (generalized)**");
}

TEST_F(Fill, ASignNamedAfterAPersonKeepsItsCapital)
{
    names({"f"});
    auto const id =
        stage.finding("TETANY_SIGN", "http://snomed.info/sct", "124746006", "2026-01-30").id;
    auto& judgement = begin();
    Stage::bindFacts(judgement, stage, "f", {id});

    EXPECT_EQ(summary("Recorded {f.list}"), "Recorded Trousseau sign positive");
}

TEST_F(Fill, ProblemsTakeTheDisplayOfAPrefix)
{
    names({"c"});
    auto const id =
        stage.problem("NERVE_ROOT", "http://hl7.org/fhir/sid/icd-10-cm", "M5431", "2025-06-01").id;
    auto& judgement = begin();
    Stage::bindFacts(judgement, stage, "c", {id});

    EXPECT_EQ(summary("Recorded {c.list} ({c.date})"), "Recorded sciatica (2025-06-01)");
}

TEST_F(Fill, TheOnsetOfTheComplaintNeedsNoBinding)
{
    names({"complaint"});
    begin();

    EXPECT_EQ(summary("Twitching since {complaint.onset}"), "Twitching since 2026-01-24");
}

// --- Summaries that are too long ---------------------------------------------------------------

TEST_F(Fill, DrugNamesShrinkBeforeAnythingElse)
{
    names({"d", "k"});
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    stage.med("hydrochlorothiazide", "2026-01-11");
    stage.med("prednisone", "2026-01-11");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"hydrochlorothiazide", "prednisone"});
    Stage::bindResult(judgement, stage, "k", "K");
    constexpr auto kText = "{d.display} + potassium {k.value} ({k.date})";

    EXPECT_EQ(summary(kText, 69),
              "Hydrochlorothiazide, prednisone + potassium 2.9 mmol/L (2026-01-29)");
    EXPECT_EQ(summary(kText, 60), "Hydrochlorothiazide +1 + potassium 2.9 mmol/L (2026-01-29)");
    EXPECT_EQ(summary(kText, 55), "Hydrochloro\u2026 +1 + potassium 2.9 mmol/L (2026-01-29)");
}

TEST_F(Fill, AValueIsLeftOutWholeRatherThanCut)
{
    names({"k"});
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    auto& judgement = begin();
    Stage::bindResult(judgement, stage, "k", "K");
    constexpr auto kText = "Low potassium {k.value} ({k.date}) may explain the twitching";

    EXPECT_EQ(summary(kText, 50), "Low potassium 2.9 mmol/L (2026-01-29) may\u2026");
    EXPECT_EQ(summary(kText, 34), "Low potassium 2.9 mmol/L\u2026");
    EXPECT_EQ(summary(kText, 20), "Low potassium\u2026");
}

TEST_F(Fill, NoLimitIsEverExceeded)
{
    names({"d", "k"});
    stage.lab("K", "2.9", "mmol/L", "2026-01-29");
    stage.med("hydrochlorothiazide", "2026-01-11");
    auto& judgement = begin();
    Stage::bindMeds(judgement, stage, "d", {"hydrochlorothiazide"});
    Stage::bindResult(judgement, stage, "k", "K");

    for (std::size_t most = 5; most < 100; ++most) {
        auto const filled =
            summary("{d.display} with potassium {k.value} ({k.date}): check now", most);
        EXPECT_LE(cardLength(filled), most) << filled;
    }
}

} // namespace
} // namespace tcds::rules::test
