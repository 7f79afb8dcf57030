#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

PatientContext readAnswers(
    std::string const& items,
    std::string const& members = R"("status":"completed","authored":"2026-03-01")")
{
    return Call{}
        .with("questionnaires", resource("QuestionnaireResponse", members + R"(,"item":)" + items))
        .read();
}

TEST(Answer, StatesASymptomByQuestionOrByAnswer)
{
    struct Row {
        char const* item;
        bool stated;
    };
    for (
        auto const& row : {
            Row{R"({"text":"Muscle twitching?","answer":[{"valueBoolean":true}]})", true},
            Row{R"({"text":"Muscle twitching?","answer":[{"valueBoolean":false}]})", false},
            Row{R"({"text":"Muscle twitching?","answer":[{"valueString":"yes"}]})", true},
            Row{R"({"text":"Muscle twitching?","answer":[{"valueString":"no"}]})", false},
            Row{R"({"text":"Muscle twitching?","answer":[{"valueCoding":{"code":"LA33-6","display":"Yes"}}]})",
                true},
            Row{R"({"text":"Muscle twitching?","answer":[{"valueCoding":{"code":"LA32-8","display":"No"}}]})",
                false},
            Row{R"({"text":"Muscle twitching?"})", false},
            Row{R"({"text":"What brings you here?","answer":[{"valueString":"my leg is twitching"}]})",
                true},
            Row{R"({"text":"What brings you here?","answer":[{"valueString":"no twitching"}]})",
                false},
            Row{R"({"text":"Symptom","answer":[{"valueCoding":{"system":"http://snomed.info/sct","code":"82470000"}}]})",
                true},
            Row{R"({"text":"Family history","answer":[{"valueString":"twitching"}]})", false},
            Row{R"({"text":"Family history of twitching?","answer":[{"valueBoolean":true}]})",
                false},
        }) {
        SCOPED_TRACE(row.item);
        auto const context = readAnswers(std::string{"["} + row.item + "]");

        EXPECT_EQ(context.complaints.size(), row.stated ? 1U : 0U);
    }
}

TEST(Answer, NestedItemsAreRead)
{
    auto const context = readAnswers(
        R"([{"item":[{"text":"Any?","answer":[{"valueBoolean":true,"item":[{"text":"Confusion","answer":[{"valueBoolean":true}]}]}]}]}])");

    ASSERT_EQ(context.findings.size(), 1U);
    EXPECT_EQ(context.findings[0].sets, sets({"CONFUSION"}));
    EXPECT_EQ(context.findings[0].at->text, "2026-03-01");
}

TEST(Answer, OnlyFilledFormsInTheWindowOpenTheGate)
{
    std::string const item = R"([{"text":"Muscle twitching?","answer":[{"valueBoolean":true}]}])";

    EXPECT_EQ(
        readAnswers(item, R"("status":"in-progress","authored":"2026-03-01")").complaints.size(),
        1U);
    EXPECT_EQ(
        readAnswers(item, R"("status":"completed","authored":"2025-01-01")").complaints.size(), 0U);
    EXPECT_EQ(gapReasons(readAnswers(item, R"("status":"stopped","authored":"2026-03-01")")),
              std::vector{Reason::BadStatus});
    EXPECT_EQ(gapReasons(readAnswers(item, R"("status":"entered-in-error")")),
              std::vector{Reason::EnteredInError});
    EXPECT_EQ(gapReasons(readAnswers(item, R"("status":"completed","authored":"2026-05-01")")),
              std::vector{Reason::Future});
}

} // namespace
} // namespace tcds::fhir::test
