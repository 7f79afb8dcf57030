#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

std::vector<ReferenceRange> rangesOf(std::string const& rows)
{
    return Call{}
        .with(
            "labs",
            potassium(R"("valueQuantity":{"value":3.1,"unit":"mmol/L"},"referenceRange":)" + rows))
        .read()
        .labs.at(0)
        .ranges;
}

TEST(ReferenceRange, LimitsTypeAndUnitAreRead)
{
    auto const rows = rangesOf(
        R"([{"low":{"value":3.5,"unit":"mmol/L"},"high":{"value":5.10,"unit":"mmol/L"},"type":{"coding":[{"code":"normal"}]}},
            {"high":{"value":6},"type":{"coding":[{"code":"treatment"}]}}, {"text":"3.5-5.1"}, {"type":{"text":"Normal range"},"low":{"value":3.4}}])");

    ASSERT_EQ(rows.size(), 3U); // a row of text alone has no limit
    EXPECT_EQ(rows[0].type, "normal");
    EXPECT_EQ(rows[0].low->value.text(), "3.5");
    EXPECT_EQ(rows[0].high->value.text(), "5.10");
    EXPECT_EQ(rows[0].high->unit, "mmol/L");
    EXPECT_EQ(rows[1].type, "treatment");
    EXPECT_FALSE(rows[1].low);
    EXPECT_EQ(rows[1].high->unit, "mmol/L"); // none sent: that of the result
    EXPECT_EQ(rows[2].type, "normal");
}

TEST(ReferenceRange, UntypedRowHasAnEmptyType)
{
    EXPECT_EQ(rangesOf(R"([{"low":{"value":3.5}}])").at(0).type, "");
}

TEST(ReferenceRange, AgesAreDays)
{
    auto const row =
        rangesOf(
            R"([{"low":{"value":3.5},"age":{"low":{"value":18,"unit":"a"},"high":{"value":6,"code":"mo"}}}])")
            .at(0);

    EXPECT_EQ(row.ageFromDays, 6575); // 18 x 365.25 = 6574.5, rounded
    EXPECT_EQ(row.ageToDays, 183);    // 6 x 30.4375 = 182.6
    EXPECT_FALSE(rangesOf(R"([{"low":{"value":3.5},"age":{"low":{"value":-1,"unit":"a"}}}])")
                     .at(0)
                     .ageFromDays);
}

TEST(ReferenceRange, SexAndPregnancyAreReadFromCodeOrText)
{
    struct Row {
        char const* members;
        Sex sex;
        bool pregnancy;
    };
    for (
        auto const& row : {
            Row{R"("appliesTo":[{"coding":[{"code":"F"}]}])", Sex::Female, false},
            Row{R"("appliesTo":[{"coding":[{"system":"http://snomed.info/sct","code":"248153007"}]}])",
                Sex::Male, false},
            Row{R"("appliesTo":[{"text":"adult women"}])", Sex::Female, false},
            Row{R"("appliesTo":[{"text":"Male"}])", Sex::Male, false},
            Row{R"("appliesTo":[{"text":"Pregnant"}])", Sex::Unknown, true},
            Row{R"("appliesTo":[{"coding":[{"system":"http://snomed.info/sct","code":"77386006"}]}])",
                Sex::Unknown, true},
            Row{R"("text":"pregnancy, third trimester")", Sex::Unknown, true},
            Row{R"("text":"adults")", Sex::Unknown, false},
        }) {
        SCOPED_TRACE(row.members);
        auto const range =
            rangesOf(std::string{R"([{"low":{"value":3.5},)"} + row.members + "}]").at(0);

        EXPECT_EQ(range.sex, row.sex);
        EXPECT_EQ(range.pregnancy, row.pregnancy);
    }
}

} // namespace
} // namespace tcds::fhir::test
