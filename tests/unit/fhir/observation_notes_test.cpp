#include "fhir/read/observation_notes.hpp"

#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

TEST(Haemolysis, IsReadFromWordsUnlessTheyDenyIt)
{
    struct Row {
        char const* text;
        bool said;
    };
    for (auto const& row : {
             Row{"Specimen hemolyzed", true},
             Row{"HAEMOLYSED SAMPLE", true},
             Row{"moderate haemolysis, interpret with care", true},
             Row{"Result may not be accurate. Hemolysis 2+.", true},
             Row{"Result not reliable due to hemolysis", true},
             Row{"Hemolyzed, no action needed", true},
             Row{"no hemolysis", false},
             Row{"No visible hemolysis", false},
             Row{"no evidence of hemolysis", false},
             Row{"not hemolyzed", false},
             Row{"Sample nonhemolyzed", false},
             Row{"unhaemolysed", false},
             Row{"hemolysis: none", false},
             Row{"Hemolysis index 0", false},
             Row{"hemolysis not detected", false},
             Row{"known hemolytic anemia", false},
             Row{"lipaemic sample", false},
             Row{"", false},
         })
        EXPECT_EQ(saysHaemolysed(row.text), row.said) << row.text;
}

TEST(DelayedSeparation, IsReadFromFixedPhrases)
{
    EXPECT_TRUE(saysDelayedSeparation("Delayed separation of serum"));
    EXPECT_TRUE(saysDelayedSeparation("K unreliable: old sample"));
    EXPECT_FALSE(saysDelayedSeparation("separated promptly"));
}

NoteSet notesOf(std::string const& members)
{
    return Call{}
        .with("labs", potassium(R"("valueQuantity":{"value":5.9,"unit":"mmol/L"},)" + members))
        .read()
        .labs.at(0)
        .notes;
}

TEST(Haemolysis, ComesFromInterpretationNoteOrSpecimen)
{
    for (
        auto const* members : {
            R"("interpretation":[{"text":"hemolyzed"}])",
            R"("interpretation":[{"coding":[{"code":"HEM"}]}])",
            R"("note":[{"text":"Sample haemolysed."}])",
            R"("comments":"hemolyzed")", // DSTU2
            R"("comment":"hemolyzed")",  // STU3
            R"("specimen":{"reference":"#s"},"contained":[{"resourceType":"Specimen","id":"s","condition":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0493","code":"HEM"}]}]}])",
            R"("specimen":{"reference":"#s"},"contained":[{"resourceType":"Specimen","id":"s","note":[{"text":"grossly hemolyzed"}]}])",
        }) {
        SCOPED_TRACE(members);
        EXPECT_TRUE(notesOf(members).has(Note::Haemolysed));
    }
    EXPECT_FALSE(notesOf(R"("note":[{"text":"No haemolysis."}])").has(Note::Haemolysed));
}

TEST(Haemolysis, IndexOfTheSameSampleMarksItsResults)
{
    struct Row {
        char const* name;
        char const* index;
        bool marked;
    };
    for (
        auto const& row : {
            Row{"words, same time",
                R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueString":"moderate")", true},
            Row{"grade", R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueString":"2+")", true},
            Row{"none", R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueString":"none")",
                false},
            Row{"other time",
                R"("effectiveDateTime":"2026-03-01T09:00:00Z","valueString":"moderate")", false},
            Row{"same specimen, other time",
                R"("effectiveDateTime":"2026-03-01T09:00:00Z","specimen":{"reference":"Specimen/s1"},"valueString":"moderate")",
                true},
            Row{"other specimen",
                R"("effectiveDateTime":"2026-03-01T08:00:00Z","specimen":{"reference":"Specimen/s2"},"valueString":"moderate")",
                false},
            Row{"flagged",
                R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueQuantity":{"value":180},"interpretation":[{"coding":[{"code":"H"}]}])",
                true},
            Row{"above its own limit",
                R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueQuantity":{"value":180},"referenceRange":[{"high":{"value":50}}])",
                true},
            Row{"below its own limit",
                R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueQuantity":{"value":20},"referenceRange":[{"high":{"value":50}}])",
                false},
            Row{"number without limit",
                R"("effectiveDateTime":"2026-03-01T08:00:00Z","valueQuantity":{"value":180})",
                false},
        }) {
        SCOPED_TRACE(row.name);
        auto const context =
            Call{}
                .bundle(
                    "labs",
                    {potassium(
                         R"("valueQuantity":{"value":5.9,"unit":"mmol/L"},"specimen":{"reference":"Specimen/s1"})"),
                     resource(
                         "Observation",
                         std::string{R"("status":"final","code":{"text":"Hemolysis index"},)"} +
                             row.index)})
                .read();

        ASSERT_EQ(context.labs.size(), 1U);
        EXPECT_EQ(context.labs[0].notes.has(Note::Haemolysed), row.marked);
    }
}

TEST(DelayedSeparation, IsANoteOfTheResult)
{
    EXPECT_TRUE(notesOf(R"("note":[{"text":"delayed separation"}])").has(Note::DelayedSeparation));
}

TEST(Specimen, UrineUnderASerumCodeIsRejected)
{
    for (
        auto const* specimen : {
            R"("specimen":{"display":"Urine, random"})",
            R"("specimen":{"reference":"#s"},"contained":[{"resourceType":"Specimen","id":"s","type":{"text":"24h urine"}}])",
            R"("specimen":{"reference":"#s"},"contained":[{"resourceType":"Specimen","id":"s","type":{"coding":[{"system":"http://snomed.info/sct","code":"122575003"}]}}])",
            R"("specimen":{"reference":"#s"},"contained":[{"resourceType":"Specimen","id":"s","type":{"coding":[{"code":"UR"}]}}])",
        }) {
        SCOPED_TRACE(specimen);
        auto const context =
            Call{}
                .with("labs",
                      potassium(std::string{R"("valueQuantity":{"value":3.1,"unit":"mmol/L"},)"} +
                                specimen))
                .read();

        EXPECT_TRUE(context.labs.empty());
        ASSERT_EQ(context.gaps.size(), 1U);
        EXPECT_EQ(context.gaps[0].reason, Reason::Specimen);
        EXPECT_EQ(context.gaps[0].analyte, analyte("K"));
    }
    EXPECT_TRUE(notesOf(R"("specimen":{"display":"Serum"})").none());
}

TEST(PostDialysis, IsTheSixHoursAfterASession)
{
    struct Row {
        char const* period;
        bool marked;
    };
    // the sample was taken on 2026-03-01 at 08:00Z
    for (auto const& row :
         {Row{R"({"start":"2026-02-28T22:00:00Z","end":"2026-03-01T02:00:00Z"})", true},
          Row{R"({"start":"2026-02-28T22:00:00Z","end":"2026-03-01T01:59:59Z"})", false},
          Row{R"({"start":"2026-03-01T04:00:00Z","end":"2026-03-01T08:00:00Z"})", true},
          Row{R"({"start":"2026-03-01T07:00:00Z","end":"2026-03-01T11:00:00Z"})", false},
          Row{R"({"start":"2026-03-01T02:00:00Z"})", false}}) {
        SCOPED_TRACE(row.period);
        auto const context =
            Call{}
                .with("labs", potassium(R"("valueQuantity":{"value":3.1,"unit":"mmol/L"})"))
                .with(
                    "procedures",
                    resource(
                        "Procedure",
                        std::string{
                            R"("status":"completed","code":{"coding":[{"system":"http://snomed.info/sct","code":"302497006"}]},"performedPeriod":)"} +
                            row.period))
                .read();

        EXPECT_EQ(context.labs.at(0).notes.has(Note::PostDialysis), row.marked);
    }
}

} // namespace
} // namespace tcds::fhir::test
