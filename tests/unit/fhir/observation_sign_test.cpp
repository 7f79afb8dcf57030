#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

std::string const kFasciculation =
    R"("code":{"coding":[{"system":"http://snomed.info/sct","code":"82470000"}]})";
std::string const kReflexes =
    R"("code":{"coding":[{"system":"http://snomed.info/sct","code":"86854008"}]})";
std::string const kChief = R"("code":{"coding":[{"system":"http://loinc.org","code":"8661-1"}]})";

PatientContext readSign(std::string const& members, std::string const& key = "x")
{
    auto all = members;
    if (all.find("\"status\"") == std::string::npos) all += R"(,"status":"final")";
    if (all.find("effective") == std::string::npos) all += R"(,"effectiveDateTime":"2026-03-01")";
    return Call{}.with(key, resource("Observation", all)).read();
}

TEST(Sign, CodeWithAPositiveValueStatesItAndANegativeOneDoesNot)
{
    struct Row {
        char const* value;
        bool stated;
    };
    for (
        auto const& row : {
            Row{R"("valueBoolean":true)", true},
            Row{R"("valueBoolean":false)", false},
            Row{R"("valueString":"present")", true},
            Row{R"("valueString":"Yes")", true},
            Row{R"("valueString":"brisk in both arms")", true},
            Row{R"("valueString":"no")", false},
            Row{R"("valueString":"Absent")", false},
            Row{R"("valueString":"negative.")", false},
            Row{R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"52101004"}]})",
                true},
            Row{R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"2667000"}]})",
                false},
            Row{R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"373067005"}]})",
                false},
            Row{R"("valueCodeableConcept":{"text":"negative"})", false},
            Row{R"("valueCodeableConcept":{"coding":[{"code":"x","display":"Present"}],"text":"no"})",
                false},
            Row{R"("valueInteger":0)", false},
            Row{R"("valueInteger":3)", true},
            Row{R"("valueQuantity":{"value":2})", true},
            Row{R"("dataAbsentReason":{"text":"not asked"})", false},
            Row{R"("interpretation":[{"coding":[{"code":"NEG"}]}])", false},
            Row{R"("x":1)", true},
        }) {
        SCOPED_TRACE(row.value);
        auto const context = readSign(kReflexes + "," + row.value);

        ASSERT_EQ(context.findings.size(), row.stated ? 1U : 0U);
        if (!row.stated) continue;
        EXPECT_EQ(context.findings[0].sets, sets({"HYPERREFLEXIA"}));
        EXPECT_EQ(context.findings[0].at->text, "2026-03-01");
        EXPECT_FALSE(context.findings[0].inComplaint);
    }
}

TEST(Sign, NameAloneIsUnderstoodFromTheTextOfTheCode)
{
    auto const positive = readSign(R"("code":{"text":"Fasciculations"},"valueString":"yes")");
    auto const negative = readSign(R"("code":{"text":"Fasciculations"},"valueString":"no")");

    EXPECT_EQ(positive.complaints.size(), 1U);
    EXPECT_TRUE(negative.complaints.empty());
    EXPECT_EQ(gapReasons(negative), std::vector{Reason::Negated}); // a ROS template is a negative
}

TEST(ChiefComplaint, ValueCodedOrTextIsAComplaint)
{
    for (
        auto const* value :
        {R"("valueString":"twitching of my calf for two weeks")",
         R"("valueCodeableConcept":{"text":"muscle twitching"})",
         R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"82470000"}]})"}) {
        SCOPED_TRACE(value);
        auto const context = readSign(kChief + "," + value);

        ASSERT_EQ(context.complaints.size(), 1U);
        EXPECT_EQ(context.complaints[0].kinds, sets({"TWITCH"}));
        EXPECT_EQ(context.complaints[0].onset->text, "2026-03-01");
    }
}

TEST(ChiefComplaint, NegatedOrSomebodyElsesIsNone)
{
    for (auto const* text : {"denies twitching", "no fasciculations", "family history of twitching",
                             "twitching resolved"}) {
        SCOPED_TRACE(text);
        auto const context = readSign(kChief + R"(,"valueString":")" + text + '"');

        EXPECT_TRUE(context.complaints.empty());
        EXPECT_EQ(gapReasons(context), std::vector{Reason::Negated});
    }
}

TEST(ChiefComplaint, CodedValueBesideANegatingTextIsClosed)
{
    auto const context = readSign(
        kChief +
        R"(,"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"82470000"}],"text":"no fasciculations"})");

    EXPECT_TRUE(context.complaints.empty());
}

TEST(ChiefComplaint, CodedSymptomCountsUnderAnyCode)
{
    auto const context = readSign(
        R"("code":{"text":"Finding"},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"82470000"}]})");

    EXPECT_EQ(context.complaints.size(), 1U);
}

TEST(ChiefComplaint, TextOfAnUnrelatedReportOpensNothing)
{
    std::string const report =
        R"("code":{"coding":[{"system":"urn:x","code":"emg","display":"EMG report"}]},"valueString":"fasciculations in two muscles")";

    EXPECT_TRUE(readSign(report).complaints.empty());
    EXPECT_EQ(readSign(report, "complaints").complaints.size(), 1U); // sent as a complaint
}

TEST(ChiefComplaint, FindingsInItsTextAreInTheComplaint)
{
    auto const context = readSign(kChief + R"(,"valueString":"twitching and confusion")");

    ASSERT_EQ(context.findings.size(), 1U);
    EXPECT_EQ(context.findings[0].sets, sets({"CONFUSION"}));
    EXPECT_TRUE(context.findings[0].inComplaint);
}

TEST(ChiefComplaint, OutsideTheWindowItIsNone)
{
    auto const at = [](char const* effective) {
        return readSign(kFasciculation +
                        std::string{R"(,"valueBoolean":true,"effectiveDateTime":")"} + effective +
                        '"')
            .complaints.size();
    };

    EXPECT_EQ(at("2025-09-04T10:00:00Z"), 1U); // exactly 180 x 24 h
    EXPECT_EQ(at("2025-09-04T09:59:59Z"), 0U);
}

TEST(ChiefComplaint, StatusIsThatOfAResult)
{
    for (auto const* status : {"registered", "cancelled", "unknown"})
        EXPECT_EQ(
            gapReasons(readSign(kFasciculation + std::string{R"(,"valueBoolean":true,"status":")"} +
                                status + '"')),
            std::vector{Reason::BadStatus})
            << status;
    EXPECT_EQ(readSign(kFasciculation + R"(,"valueBoolean":true,"status":"preliminary")")
                  .complaints.size(),
              1U);
}

TEST(Sign, ComponentsAreReadToo)
{
    auto const context = readSign(R"json("code":{"text":"Neurological examination"},"component":[
        {"code":{"coding":[{"system":"http://snomed.info/sct","code":"86854008"}]},"valueBoolean":true},
        {"code":{"text":"fasciculations"},"valueString":"absent"}])json");

    ASSERT_EQ(context.findings.size(), 1U);
    EXPECT_EQ(context.findings[0].sets, sets({"HYPERREFLEXIA"}));
    EXPECT_EQ(context.findings[0].source.pointer, "/component/0");
    EXPECT_TRUE(context.complaints.empty());
}

} // namespace
} // namespace tcds::fhir::test
