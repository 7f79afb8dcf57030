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

TEST(ThinContext, IsRefusedUnlessTheClientIsForgivenIt) // TOL-12, TOL-13
{
    constexpr auto* kEntry = "clients: [{name: a, auth: none, lenient_context: %}]\n";
    auto const entry = [&](std::string_view value) {
        std::string text{kEntry};
        return text.replace(text.find('%'), 1, value);
    };
    Service strict{{}, entry("false")};
    Service lenient{{}, entry("true")};
    for (std::string const member : {"draftOrders", "selections"}) {
        auto const thin = without(orderSelect(), "/context/" + member);
        EXPECT_EQ(strict.post(kSelect, thin).status, 400);
        auto const answer = lenient.post(kSelect, thin);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, R"({"cards":[]})");
    }
    for (auto const& record : lenient.records("reject"))
        EXPECT_THAT(record, HasSubstr(R"("reason":"context-incomplete")"));
    EXPECT_EQ(lenient.records("reject").size(), 2U);
    // What else is wrong is not forgiven.
    EXPECT_EQ(lenient.post(kSelect, without(orderSelect(), "/context/userId")).status, 400);
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

/// The answer when these resources are about to be signed beside active lithium.
http::Response signBesideLithium(Service& service, std::string_view resources)
{
    auto body = with(call(), "/hook", R"("order-sign")");
    body = with(body, "/prefetch/medications", bundle(order("6448", "lithium", "m1")));
    body = with(body, "/context/draftOrders", bundle(resources));
    return service.post("/cds-services/twitch-order-sign", body);
}

TEST(Drafts, CountWhicheverWayTheyNameTheMedicine) // CTX-03, TOL-12
{
    Service service;
    auto const draft =
        std::string{R"("status":"draft","intent":"order","subject":{"reference":"Patient/pt1"},)"};
    auto const request = R"({"resourceType":"MedicationRequest","id":"d1",)" + draft;
    auto const named = std::string{R"({"text":"Ibuprofen 400 MG Oral Tablet"})"};
    for (auto const& resources :
         {order("5640", "", "d1"), request + R"("medicationCodeableConcept":)" + named + "}",
          request + R"("contained":[{"resourceType":"Medication","id":"c","code":)" + named +
              R"(}],"medicationReference":{"reference":"#c"}})",
          request + R"("medicationReference":{"reference":"Medication/x"}},)" +
              R"({"resourceType":"Medication","id":"x","code":)" + named + "}",
          request + R"("medicationReference":{"display":"Ibuprofen 400 MG Oral Tablet"}})",
          request + R"("medication":{"concept":)" + named + "}}",
          R"({"resourceType":"MedicationOrder","id":"d1","status":"draft",)"
          R"("patient":{"reference":"Patient/pt1"},"medicationCodeableConcept":)" +
              named + "}"}) {
        auto const answer = signBesideLithium(service, resources);
        ASSERT_EQ(answer.status, 200) << resources;
        EXPECT_THAT(answer.body, HasSubstr("ORD-LITHIUM-INTERACT")) << resources;
    }
}

TEST(Drafts, OfTestsOrNotToBeCarriedOutTriggerNothing) // section D: lab orders never do
{
    Service service;
    auto const ibuprofen = order("5640", "ibuprofen", "d1");
    for (auto const& resources :
         {with(ibuprofen, "/status", R"("cancelled")"), with(ibuprofen, "/doNotPerform", "true"),
          with(ibuprofen, "/status", R"("entered-in-error")"),
          std::string{R"({"resourceType":"ServiceRequest","id":"d1","status":"draft",)"
                      R"("intent":"order","subject":{"reference":"Patient/pt1"},)"
                      R"("code":{"text":"Ibuprofen level"}})"}}) {
        auto const answer = signBesideLithium(service, resources);
        ASSERT_EQ(answer.status, 200) << resources;
        EXPECT_THAT(answer.body, Not(HasSubstr("ORD-LITHIUM-INTERACT"))) << resources;
    }
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
