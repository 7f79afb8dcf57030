#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

using tcds::test::with;
using tcds::test::without;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSelect = "/cds-services/twitch-order-select";

TEST(Drafts, OfAnotherPatientAreNotUsed) // CTX-05
{
    Service service;
    auto const foreign =
        with(orderSelect(), "/context/draftOrders/entry/0/resource/subject/reference",
             R"("Patient/other")");
    auto const answer = service.post(kSelect, foreign);

    ASSERT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, Not(HasSubstr("ORD-WORSEN-K")));
}

TEST(Drafts, MayLackNearlyEverything) // CTX-03, TOL-12
{
    Service service;
    for (
        auto const* entry :
        {"{}", R"({"resource":null})", R"({"resource":{}})", "null", "7",
         R"({"resource":{"resourceType":"MedicationRequest"}})",
         R"({"resource":{"resourceType":"NutritionOrder","id":"n"}})",
         R"({"resource":{"resourceType":"MedicationRequest","status":"active","intent":"order"}})"}) {
        auto const body = with(orderSelect(), "/context/draftOrders/entry/-", entry);
        EXPECT_EQ(service.post(kSelect, body).status, 200) << entry;
    }
    EXPECT_EQ(service.post(kSelect, without(orderSelect(), "/context/draftOrders/type")).status,
              200);
    EXPECT_EQ(service.post(kSelect, without(orderSelect(), "/context/draftOrders/entry")).status,
              200);
}

TEST(Drafts, AreNeverReadAsTaken) // decision D23: no card speaks of a drug that is only drafted
{
    Service service;
    auto body = orderSelect();
    body = with(body, "/prefetch/medications", kEmptyBundle);
    auto const answer = service.post(kSelect, body);

    ASSERT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, Not(HasSubstr("CMB-DIURETIC-LOWK")));
}

TEST(NewProblems, OfAnotherPatientAreNotUsed) // CTX-05
{
    Service service;
    auto foreign = with(condition("R25.3"), "/subject/reference", R"("Patient/other")");
    auto const body = with(with(withoutComplaint(), "/hook", R"("problem-list-item-create")"),
                           "/context/conditions", bundle(foreign));
    auto const answer = service.post("/cds-services/twitch-problem-create", body);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(cardsOf(answer), 0);
}

TEST(NewProblems, OpenTheRulesOfPatientView) // decision D23
{
    Service service;
    auto const body = with(with(withoutComplaint(), "/hook", R"("problem-list-item-create")"),
                           "/context/conditions", bundle(condition("R25.3")));
    auto const answer = service.post("/cds-services/twitch-problem-create", body);

    EXPECT_GE(cardsOf(answer), 1) << answer.body;
}

TEST(Encounters, OfTheCallGiveTheirReasonAsComplaint) // decision D25
{
    Service service;
    auto body = with(withoutComplaint(), "/hook", R"("encounter-start")");
    body = with(body, "/context/encounterId", R"("e1")");
    body = with(
        body, "/prefetch/encounter",
        R"({"resourceType":"Encounter","id":"e1","status":"in-progress","class":{"code":"AMB"},)"
        R"("subject":{"reference":"Patient/pt1"},"reasonCode":[{"coding":[{"system":)"
        R"("http://hl7.org/fhir/sid/icd-10-cm","code":"R25.3"}]}]})");
    auto const answer = service.post("/cds-services/twitch-encounter-start", body);

    EXPECT_GE(cardsOf(answer), 1) << answer.body;
}

} // namespace

} // namespace tcds::app::test
