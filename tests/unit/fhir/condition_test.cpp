#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

std::string const kTwitch =
    R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R25.3","display":"Fasciculation"}]})";

PatientContext readCondition(std::string const& members, std::string const& encounterId = {})
{
    Call call;
    call.options.encounterId = encounterId;
    return call.with("conditions", resource("Condition", R"("id":"c1",)" + members)).read();
}

TEST(Complaint, EligibilityOfAConditionIsThatOfB3)
{
    struct Row {
        char const* name;
        char const* members;
        bool eligible;
    };
    for (auto const& row : {
             Row{"no status, no date", R"("x":1)", true},
             Row{"active", R"("clinicalStatus":{"coding":[{"code":"active"}]})", true},
             Row{"recurrence", R"("clinicalStatus":{"coding":[{"code":"recurrence"}]})", true},
             Row{"relapse", R"("clinicalStatus":{"coding":[{"code":"relapse"}]})", true},
             Row{"status as a string (DSTU2)", R"("clinicalStatus":"active")", true},
             Row{"resolved", R"("clinicalStatus":{"coding":[{"code":"resolved"}]})", false},
             Row{"inactive", R"("clinicalStatus":{"coding":[{"code":"inactive"}]})", false},
             Row{"remission", R"("clinicalStatus":{"coding":[{"code":"remission"}]})", false},
             Row{"provisional", R"("verificationStatus":{"coding":[{"code":"provisional"}]})",
                 true},
             Row{"differential", R"("verificationStatus":{"coding":[{"code":"differential"}]})",
                 true},
             Row{"unconfirmed", R"("verificationStatus":{"coding":[{"code":"unconfirmed"}]})",
                 true},
             Row{"refuted", R"("verificationStatus":{"coding":[{"code":"refuted"}]})", false},
             Row{"entered in error",
                 R"("verificationStatus":{"coding":[{"code":"entered-in-error"}]})", false},
             // now - 180 x 24 h = 2025-09-04T10:00Z
             Row{"onset on the edge", R"("onsetDateTime":"2025-09-04T10:00:00Z")", true},
             Row{"onset a second before", R"("onsetDateTime":"2025-09-04T09:59:59Z")", false},
             Row{"recorded inside", R"("recordedDate":"2026-01-01")", true},
             Row{"recorded outside", R"("recordedDate":"2025-01-01")", false},
             Row{"onset outside, recorded inside",
                 R"("onsetDateTime":"2025-01-01","recordedDate":"2026-02-01")", false},
             Row{"asserted (STU3) outside", R"("assertedDate":"2025-01-01")", false},
             Row{"onset after the call", R"("onsetDateTime":"2026-03-04")", false},
             Row{"recorded after the call", R"("recordedDate":"2026-03-04")", false},
             Row{"abated", R"("abatementDateTime":"2026-03-01")", false},
             Row{"abates later", R"("abatementDateTime":"2026-04-01")", true},
             Row{"abated, date unknown", R"("abatementString":"some time ago")", false},
             Row{"abated (STU3)", R"("abatementBoolean":true)", false},
             Row{"not abated (STU3)", R"("abatementBoolean":false)", true},
             Row{"onset period", R"("onsetPeriod":{"start":"2026-02-01"})", true},
         }) {
        SCOPED_TRACE(row.name);
        auto const context = readCondition(kTwitch + "," + row.members);

        EXPECT_EQ(context.complaints.size(), row.eligible ? 1U : 0U);
        if (row.eligible) {
            EXPECT_EQ(context.complaints.at(0).kinds, sets({"TWITCH"}));
            EXPECT_TRUE(context.problems.empty()); // no condition set holds it
        }
    }
}

TEST(Complaint, LinkedToTheEncounterOfTheCallCountsWhateverItsDate)
{
    auto const context = readCondition(
        kTwitch + R"(,"onsetDateTime":"2019-01-01","encounter":{"reference":"Encounter/e1"})",
        "e1");

    ASSERT_EQ(context.complaints.size(), 1U);
    EXPECT_EQ(context.complaints[0].onset->text, "2019-01-01");
}

TEST(Complaint, OldOneStaysAProblemWithItsCodes)
{
    auto const context = readCondition(kTwitch + R"(,"onsetDateTime":"2019-01-01")");

    EXPECT_TRUE(context.complaints.empty());
    ASSERT_EQ(context.problems.size(), 1U);
    EXPECT_EQ(context.problems[0].codes.at(0).code, "R25.3");
    EXPECT_TRUE(context.problems[0].sets.none());
}

TEST(Complaint, OnsetIsOnsetElseRecordedDate)
{
    auto const recorded = readCondition(kTwitch + R"(,"recordedDate":"2026-02-01")");
    auto const both =
        readCondition(kTwitch + R"(,"recordedDate":"2026-02-01","onsetDateTime":"2026-01")");

    EXPECT_EQ(recorded.complaints.at(0).onset->text, "2026-02-01");
    EXPECT_EQ(both.complaints.at(0).onset->text, "2026-01");
    EXPECT_EQ(both.complaints.at(0).onset->precision, Precision::Month);
}

TEST(Complaint, TextIsMatchedUnderNegation)
{
    struct Row {
        char const* text;
        char const* kind; // nullptr: none
    };
    for (auto const& row :
         {Row{"Muscle twitching in the calf", "TWITCH"}, Row{"leg cramps at night", "CRAMP"},
          Row{"denies twitching", nullptr}, Row{"no fasciculations", nullptr},
          Row{"Family history of twitching", nullptr}, Row{"twitching resolved", nullptr},
          Row{"fast asleep", nullptr}}) {
        SCOPED_TRACE(row.text);
        auto const context = readCondition(std::string{R"("code":{"text":")"} + row.text + "\"}");

        ASSERT_EQ(context.complaints.size(), row.kind == nullptr ? 0U : 1U);
        if (row.kind == nullptr) continue;
        EXPECT_EQ(context.complaints[0].kinds, sets({row.kind}));
        EXPECT_EQ(context.complaints[0].matchedBy, MatchedBy::Phrase);
    }
}

TEST(Complaint, SentenceThatNegatesTheKindClosesItEvenBesideACode)
{
    for (auto const* member : {R"("note":[{"text":"Patient denies twitching."}])",
                               R"("note":[{"text":"Pain only. No fasciculations."}])"}) {
        SCOPED_TRACE(member);
        auto const context = readCondition(kTwitch + "," + member);

        EXPECT_TRUE(context.complaints.empty());
        EXPECT_TRUE(context.problems.empty());
        EXPECT_EQ(gapReasons(context), std::vector{Reason::Negated});
    }
}

TEST(Complaint, NegatedOtherSignInANoteDoesNotCloseIt)
{
    auto const context =
        readCondition(kTwitch + R"(,"note":[{"text":"No seizure. Confused since Monday."}])");

    ASSERT_EQ(context.complaints.size(), 1U);
    ASSERT_EQ(context.findings.size(), 1U);
    EXPECT_EQ(context.findings[0].sets, sets({"CONFUSION"}));
    EXPECT_TRUE(context.findings[0].inComplaint);
}

TEST(Complaint, NoteOfAnotherProblemStatesNothing)
{
    auto const context = readCondition(
        R"("code":{"text":"Chronic kidney disease"},"note":[{"text":"asked about twitching"}])");

    EXPECT_TRUE(context.complaints.empty());
    EXPECT_EQ(context.problems.at(0).sets, sets({"CKD"}));
}

TEST(Complaint, SitesComeFromBodySiteAndText)
{
    auto const bySite = readCondition(kTwitch + R"(,"bodySite":[{"text":"left leg"}])");
    auto const byText = readCondition(R"("code":{"text":"twitching of the calf"})");

    EXPECT_EQ(bySite.complaints.at(0).sites, sets({"SITE_LEG"}));
    EXPECT_EQ(byText.complaints.at(0).sites, sets({"SITE_LEG"}));
    EXPECT_TRUE(byText.findings.empty()); // a site is no sign
}

TEST(Complaint, UnspecifiedMovementThatIsCalledTremorIsATremor)
{
    std::string const unspecified =
        R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R25.9"}],"text":"coarse tremor"})";

    auto const context = readCondition(unspecified);

    EXPECT_EQ(context.complaints.at(0).kinds, sets({"TREMOR"}));
}

TEST(Complaint, CodeSystemsAreReadByUriOrOid)
{
    for (auto const* system :
         {"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"}) {
        SCOPED_TRACE(system);
        auto const context = readCondition(
            std::string{R"("code":{"coding":[{"system":"local","code":"x"},{"system":")"} + system +
            R"(","code":"R25.3"}]})");

        ASSERT_EQ(context.complaints.size(), 1U);
        EXPECT_EQ(context.complaints[0].matchedBy, MatchedBy::Code);
        EXPECT_EQ(context.complaints[0].codes.at(1).system, "http://hl7.org/fhir/sid/icd-10-cm");
    }
}

TEST(Complaint, LocalCodeIsUnderstoodByItsDisplay)
{
    auto const context = readCondition(
        R"("code":{"coding":[{"system":"urn:site","code":"17","display":"Muscle twitching"}]})");

    EXPECT_EQ(context.complaints.at(0).matchedBy, MatchedBy::Phrase);
}

TEST(Problem, ConditionSetsByCodeOrPhrase)
{
    struct Row {
        char const* code;
        MatchedBy by;
    };
    for (
        auto const& row :
        {Row{R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"N18.4"}]})",
             MatchedBy::Code},
         Row{R"("code":{"text":"Chronic kidney disease, stage 4"})", MatchedBy::Phrase}}) {
        SCOPED_TRACE(row.code);
        auto const context = readCondition(
            std::string{row.code} +
            R"(,"clinicalStatus":{"coding":[{"code":"active"}]},"recordedDate":"2024-05")");

        ASSERT_EQ(context.problems.size(), 1U);
        auto const& problem = context.problems[0];
        EXPECT_EQ(problem.sets, sets({"CKD"}));
        EXPECT_EQ(problem.matchedBy, row.by);
        EXPECT_EQ(problem.state, ProblemState::Active);
        EXPECT_EQ(problem.status, "active");
        EXPECT_EQ(problem.recorded->text, "2024-05");
        EXPECT_EQ(problem.source.resource, "Condition/c1");
    }
}

TEST(Problem, ResolvedIsInactiveAndStatesNoFinding)
{
    auto const context = readCondition(
        R"("code":{"text":"seizure"},"clinicalStatus":{"coding":[{"code":"resolved"}]},"abatementDateTime":"2025-01-01")");

    ASSERT_EQ(context.problems.size(), 1U);
    EXPECT_EQ(context.problems[0].state, ProblemState::Inactive);
    EXPECT_EQ(context.problems[0].abated->text, "2025-01-01");
    EXPECT_TRUE(context.findings.empty());
}

TEST(Problem, ActiveSignIsAFindingWithItsDates)
{
    auto const context = readCondition(
        R"("code":{"text":"Confusion"},"onsetDateTime":"2026-02-28","recordedDate":"2026-03-01","encounter":{"reference":"Encounter/e1"})",
        "e1");

    ASSERT_EQ(context.findings.size(), 1U);
    EXPECT_EQ(context.findings[0].sets, sets({"CONFUSION"}));
    EXPECT_EQ(context.findings[0].at->text, "2026-03-01");
    EXPECT_EQ(context.findings[0].onset->text, "2026-02-28");
    EXPECT_TRUE(context.findings[0].thisEncounter);
    EXPECT_FALSE(context.findings[0].inComplaint);
    EXPECT_TRUE(context.complaints.empty());
}

/// Not from the birthday in that year: the birth date stands in no record.
TEST(Problem, OnsetAgeIsTheYearThatItBeganIn)
{
    auto const context =
        Call{}
            .with("conditions", resource("Condition", R"("code":{"text":"Chronic kidney disease"},
                "onsetAge":{"value":60,"unit":"years","code":"a","system":"http://unitsofmeasure.org"})"))
            .with("patient", R"({"resourceType":"Patient","id":"p1","birthDate":"1950-04-01"})")
            .read();

    auto const& onset = context.problems.at(0).onset;
    ASSERT_TRUE(onset);
    EXPECT_EQ(toDay(onset->from), "2010-01-01"); // 60 completed years: on a day of 2010
    EXPECT_EQ(toDay(onset->to), "2010-12-31");
    EXPECT_EQ(onset->text, "2010");
    EXPECT_EQ(onset->precision, Precision::Year);
}

TEST(Problem, WeeksOfPregnancyComeFromCodeOrText)
{
    struct Row {
        char const* code;
        std::optional<int> weeks;
    };
    for (
        auto const& row :
        {Row{R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"Z3A.30"}]})",
             30},
         Row{R"("code":{"text":"Pregnancy, 28 weeks"})", 28},
         Row{R"("code":{"text":"Pregnancy"})", std::nullopt},
         Row{R"("code":{"text":"Pregnancy 312 weeks"})", std::nullopt}}) {
        SCOPED_TRACE(row.code);
        auto const context = readCondition(row.code);

        EXPECT_EQ(context.problems.at(0).sets, sets({"PREGNANCY"}));
        EXPECT_EQ(context.problems.at(0).weeks, row.weeks);
    }
}

TEST(Problem, CodedOneInNoSetKeepsItsCodesAlone)
{
    auto const context = readCondition(
        R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9"}],"text":"Type 2 diabetes"})");

    ASSERT_EQ(context.problems.size(), 1U);
    EXPECT_EQ(context.problems[0].codes.size(), 1U);
    EXPECT_TRUE(context.problems[0].sets.none());
}

TEST(Problem, UnknownTextAloneIsAGap)
{
    auto const context = readCondition(R"("code":{"text":"something else"})");

    EXPECT_TRUE(context.problems.empty());
    EXPECT_EQ(gapReasons(context), std::vector{Reason::Uncoded});
}

} // namespace
} // namespace tcds::fhir::test
