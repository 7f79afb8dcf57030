#include "server/audit/digest.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/seal_key_file.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using testing::HasSubstr;
using testing::Not;

// Names, ids and free texts of a patient, each with a word of its own to look for.
constexpr std::array kCanaries{"Canarypatient", "Canaryname",   "Canarynote",     "Canarydrug",
                               "Canaryproblem", "Canaryresult", "Canaryorder",    "Canarycomment",
                               "Canarydisplay", "Canarytoken",  "Canaryencounter"};

std::string everywhere()
{
    auto body = call();
    auto const set = [&body](std::string const& place, std::string const& value) {
        body = with(body, place, value);
    };
    std::string text = body;
    for (auto place = text.find("pt1"); place != std::string::npos;
         place = text.find("pt1", place + 13))
        text.replace(place, 3, "Canarypatient");
    body = text;
    set("/context/encounterId", R"("Canaryencounter")");
    set("/fhirServer", R"("https://ehr.example.org/fhir")");
    set("/fhirAuthorization",
        R"({"access_token":"Canarytoken","token_type":"Bearer","expires_in":300,"scope":"patient/*.read","subject":"twitch-cds"})");
    set("/prefetch/patient/name", R"([{"family":"Canaryname","given":["Canaryname"]}])");
    set("/prefetch/patient/text", R"({"status":"generated","div":"<div>Canaryname</div>"})");
    set("/prefetch/conditions/entry/0/resource/code/text", R"("twitching, says Canaryproblem")");
    set("/prefetch/conditions/entry/0/resource/note", R"([{"text":"Canarynote"}])");
    set("/prefetch/conditions/entry/0/resource/id", R"("Canaryproblem")");
    set("/prefetch/medications/entry/0/resource/id", R"("Canaryorder")");
    set("/prefetch/medications/entry/0/resource/note", R"([{"text":"Canarynote"}])");
    set("/prefetch/medications/entry/0/resource/medicationCodeableConcept/text", R"("Canarydrug")");
    set("/prefetch/medications/entry/0/resource/medicationCodeableConcept/coding/0/display",
        R"("Canarydisplay")");
    set("/prefetch/labs/entry/0/resource/id", R"("Canaryresult")");
    set("/prefetch/labs/entry/0/resource/note", R"([{"text":"Canarynote"}])");
    set("/prefetch/medications/entry/-",
        R"({"resource":{"resourceType":"MedicationRequest","id":"Canaryorder2","status":"active","intent":"order","subject":{"reference":"Patient/Canarypatient"},"medicationCodeableConcept":{"text":"Canarydrug 5 mg"}}})");
    return body;
}

void expectNoCanary(Service const& service)
{
    for (auto const* canary : kCanaries) {
        EXPECT_THAT(service.log(), Not(HasSubstr(canary)));
        EXPECT_THAT(service.events(), Not(HasSubstr(canary)));
    }
}

TEST(Logs, HoldNothingOfThePatientAfterAnAnswer) // CTL-06, CTL-09, decision D39, FHIR-02
{
    Service service;
    auto const answer = service.post(kView, everywhere());

    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_GE(cardsOf(answer), 1);
    ASSERT_EQ(service.records("decision").size(), 1U);
    expectNoCanary(service);
}

// LOG-4, LOG-5: at no level and with no digests switched on.
TEST(Logs, HoldNothingOfThePatientInTheClearAtAnyLevel)
{
    SealKeyFile const key;
    for (auto const* const level : {"digest", "facts", "full"}) {
        for (auto const* const digests : {"off", "on", "hmac"}) {
            SCOPED_TRACE(std::string{level} + ", digests " + digests);
            Service service{{{"audit.level", level},
                             {"audit.seal_key_file", key.path()},
                             {"audit.input_digest", digests},
                             {"audit.user", "hmac"}}};
            auto const body = with(everywhere(), "/context/userId", R"("Practitioner/Canaryname")");

            ASSERT_GE(cardsOf(service.post(kView, body)), 1);

            ASSERT_EQ(service.records("decision").size(), 1U);
            expectNoCanary(service);
            for (auto const* canary : {"Canarypatient", "Canaryencounter", "Canaryname"})
                EXPECT_THAT(service.log(), Not(HasSubstr(audit::sha256(canary))))
                    << "an unkeyed hash of an identifier";
        }
    }
}

TEST(Logs, HoldNothingOfThePatientAfterARefusal)
{
    Service service;
    EXPECT_EQ(service.post(kView, with(everywhere(), "/context/patientId", R"("Canarypatient/1")"))
                  .status,
              400);
    EXPECT_EQ(
        service.post(kView, with(everywhere(), "/context/patientId", R"("Canarynote")")).status,
        400); // the Patient is another one
    EXPECT_EQ(service
                  .post(kView, with(with(everywhere(), "/prefetch/labs", "7"),
                                    "/prefetch/medications", R"("Canarynote")"))
                  .status,
              412);
    EXPECT_EQ(service.post(kView, R"({"Canaryname":1,"Canaryname":2})").status, 400);

    EXPECT_GE(service.records("reject").size(), 4U);
    expectNoCanary(service);
}

TEST(Logs, HoldNoIdOfAPatientWhoCalls) // the user may be the patient
{
    Service service;
    auto const body = with(everywhere(), "/context/userId", R"("Patient/Canarypatient")");
    ASSERT_EQ(service.post(kView, body).status, 200);
    auto const relative = with(everywhere(), "/context/userId", R"("RelatedPerson/Canaryname")");
    ASSERT_EQ(service.post(kView, relative).status, 200);

    expectNoCanary(service);
    EXPECT_NE(at(service.records("decision").at(0), "/user"), "");
}

TEST(Logs, HoldNoCommentOfFeedback) // FB-09
{
    Service service;
    auto const path = std::string{kView} + "/feedback";
    auto const item = std::string{
        R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"overridden",)"
        R"("overrideReason":{"reason":{"code":"addressed","display":"Canarydisplay"},"userComment":"Canarycomment"},)"
        R"("outcomeTimestamp":"2026-01-31T08:01:00Z"}]})"};

    EXPECT_EQ(service.post(path, item).status, 200);
    EXPECT_EQ(service.post(path, with(item, "/feedback/0/outcome", R"("Canarycomment")")).status,
              400);

    ASSERT_EQ(service.records("feedback").size(), 1U);
    expectNoCanary(service);
}

TEST(Answers, ThatRefuseEchoNothingOfThePatient) // RSP-06
{
    Service service;
    for (auto const& body :
         {with(everywhere(), "/context/patientId", R"("Canarypatient/1")"),
          with(everywhere(), "/context/patientId", R"("Canarynote")"),
          with(everywhere(), "/context/userId", R"("Canaryname")"),
          with(with(everywhere(), "/prefetch/labs", "7"), "/prefetch/medications", "7")}) {
        auto const answer = service.post(kView, body);
        EXPECT_NE(answer.status, 200);
        EXPECT_THAT(answer.body, Not(HasSubstr("Canary"))) << answer.body;
    }
}

} // namespace

} // namespace tcds::app::test
