#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

std::string answerOf(std::string body)
{
    Service service;
    auto const answer = service.post(kView, std::move(body));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
}

TEST(Keys, DroppedOneByOneGiveHonestAnswers) // PFD-01, PFD-04, T-08, T-18, T-19, T-21
{
    Service service;
    for (auto const* key :
         {"conditions", "medications", "labs", "encounterDiagnoses", "complaints"})
        for (auto const* value : {"", "null"}) {
            auto const place = "/prefetch/" + std::string{key};
            auto const body = *value == '\0' ? without(call(), place) : with(call(), place, value);
            EXPECT_THAT(service.post(kView, body).status, AnyOf(200, 412)) << key << value;
        }
}

TEST(MissingResults, ReadOtherwiseThanEmptyOnes) // PFD-01, PFD-13
{
    auto const empty = answerOf(with(call(), "/prefetch/labs", kEmptyBundle));
    auto const absent = answerOf(without(call(), "/prefetch/labs"));
    auto const failed = answerOf(with(call(), "/prefetch/labs", kFailed));

    auto const details = [](std::string const& answer) {
        std::string all;
        for (int i = 0; i < 3; ++i)
            all += at(answer, "/cards/" + std::to_string(i) + "/detail") +
                   at(answer, "/cards/" + std::to_string(i) + "/extension/org.twitch-cds/missing");
        return all;
    };
    EXPECT_NE(details(empty), details(absent));
    EXPECT_NE(details(empty), details(failed));
    EXPECT_THAT(details(empty), HasSubstr("lab:K"));
    for (auto const& answer : {empty, absent, failed})
        EXPECT_THAT(answer, Not(testing::ContainsRegex("[Nn]o abnormal")));
}

TEST(Bundles, WithoutEntriesAreAnAnswer) // PFD-06, TOL-07
{
    for (
        auto const* value :
        {R"({"resourceType":"Bundle"})",
         R"({"resourceType":"Bundle","type":"searchset","entry":[]})",
         R"({"resourceType":"Bundle","type":"searchset","total":0,"entry":[{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]},"search":{"mode":"outcome"}}]})"}) {
        Service service;
        auto const body =
            with(with(call(), "/prefetch/medications", value), "/prefetch/labs", kFailed);
        EXPECT_EQ(service.post(kView, body).status, 200) << value;
    }
}

TEST(Bundles, ThatHoldAnErrorAreNotEmpty) // PFD-05
{
    Service service;
    auto const error =
        std::string{R"({"resourceType":"Bundle","type":"searchset","entry":[{"resource":)"} +
        std::string{kFailed} + R"(,"search":{"mode":"outcome"}}]})";

    EXPECT_EQ(service
                  .post(kView,
                        with(with(call(), "/prefetch/medications", error), "/prefetch/labs", error))
                  .status,
              412);
}

TEST(Bundles, WithANextLinkAreIncomplete) // PFD-07, TOL-14, T-22
{
    auto labs = with(bundle(result("2823-3", "2.9", "mmol/L", "o1")), "/link",
                     R"([{"relation":"next","url":"https://ehr.example.org/fhir?page=2"}])");
    Service service;
    auto const answer = service.post(kView, with(call(), "/prefetch/labs", labs));

    ASSERT_EQ(answer.status, 200);
    auto const record = service.records("decision").at(0);
    EXPECT_EQ(at(record, "/response/degraded"), "true");
    EXPECT_THAT(record, HasSubstr(R"({"key":"labs","via":"prefetch","status":"partial")"));
}

TEST(Bundles, OfEveryTypeAreRead) // PFD-08, PFD-10, CTX-03
{
    Service service;
    auto const entries = at(call(), "/prefetch/labs/entry");
    for (auto const* type : {R"("type":"searchset",)", R"("type":"collection",)", ""}) {
        auto const value =
            R"({"resourceType":"Bundle",)" + std::string{type} + R"("entry":)" + entries + "}";
        EXPECT_GE(cardsOf(service.post(kView, with(call(), "/prefetch/labs", value))), 1) << type;
    }
    auto const included =
        with(at(call(), "/prefetch/labs"), "/entry/0/search/mode", R"("include")");
    EXPECT_THAT(answerOf(with(call(), "/prefetch/labs", included)), HasSubstr("2.9 mmol/L"));
}

TEST(Values, OfAWrongShapeNeverBreakTheCall) // PFD-09, T-20
{
    Service service;
    for (auto const* key : {"patient", "conditions", "medications", "labs", "complaints"})
        for (auto const* value :
             {"\"<html></html>\"", "7", "true", "[]", "{}", R"([{"resourceType":"Patient"}])",
              R"({"resource":{"resourceType":"Bundle"},"response":{"status":"200"}})",
              R"({"resourceType":"Bundle","entry":"x"})",
              R"({"resourceType":"Bundle","entry":[7,null,{}]})", R"({"resourceType":7})",
              R"({"resourceType":"Device"})"})
            EXPECT_THAT(
                service.post(kView, with(call(), "/prefetch/" + std::string{key}, value)).status,
                AnyOf(200, 400, 412))
                << key << ": " << value;
}

TEST(SingleResource, StandsForABundleOfOne) // PFD-09
{
    EXPECT_THAT(answerOf(with(call(), "/prefetch/labs", result("2823-3", "2.1", "mmol/L", "o1"))),
                HasSubstr("2.1 mmol/L"));
}

TEST(ForeignKeys, NeverBreakTheCallAndMayBringFacts) // PFD-11, decision D38, TOL-01
{
    auto body = call();
    for (auto const* value : {"null", "\"x\"", "[[]]", R"({"resourceType":"Device"})"})
        EXPECT_NE(answerOf(with(body, "/prefetch/x-site-key", value)), "");
    // The results under a key of the site's own.
    auto const labs = at(body, "/prefetch/labs");
    auto const renamed = with(without(body, "/prefetch/labs"), "/prefetch/labs-user", labs);
    EXPECT_THAT(answerOf(renamed), HasSubstr("2.9 mmol/L"));
    // A key of another of our services.
    auto const statements = with(
        body, "/prefetch/statements",
        bundle(
            R"({"resourceType":"MedicationStatement","id":"s1","status":"active","subject":{"reference":"Patient/pt1"},"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7646"}],"text":"omeprazole"},"effectivePeriod":{"start":"2025-01-01"}})"));
    EXPECT_THAT(answerOf(statements), HasSubstr("omeprazole"));
}

TEST(OtherPatients, ResourcesAreDropped) // PFD-12, CTX-05
{
    auto foreign = with(result("2823-3", "1.9", "mmol/L", "x1", "2026-01-31T07:00:00Z"),
                        "/subject/reference", R"("Patient/other")");
    auto const body = with(call(), "/prefetch/labs/entry/-", R"({"resource":)" + foreign + "}");

    EXPECT_THAT(answerOf(body), Not(HasSubstr("1.9 mmol/L")));
    EXPECT_THAT(answerOf(body), HasSubstr("2.9 mmol/L"));
}

TEST(OtherPatients, PatientResourceIsRefused) // PFD-12
{
    Service service;
    auto const answer = service.post(kView, with(call(), "/prefetch/patient", patient("other")));

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(at(answer.body, "/issue/0/diagnostics"), HasSubstr("/prefetch/patient"));
    EXPECT_THAT(answer.body, Not(HasSubstr("other")));
}

TEST(OtherVersions, OfFhirNeverBreakTheCall) // REQ-15, T-06
{
    Service service;
    auto const dstu2 = bundle(
        R"({"resourceType":"MedicationOrder","id":"x","status":"active","patient":{"reference":"Patient/pt1"},"medicationCodeableConcept":{"text":"furosemide"}})");

    EXPECT_THAT(service.post(kView, with(call(), "/prefetch/medications", dstu2)).status,
                AnyOf(200, 412));
}

} // namespace

} // namespace tcds::app::test
