#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::HasSubstr;

// What a call needs (decision D26): the Patient; one complaint source that answered; and, when a
// complaint was found, medications or results. The rest of it is answered with what is there.

enum class State : std::uint8_t { Data, Null, Empty, Absent, Failed, Rubbish };
constexpr std::array kStates{State::Data,   State::Null,   State::Empty,
                             State::Absent, State::Failed, State::Rubbish};

bool answers(State state)
{
    return state == State::Data || state == State::Null || state == State::Empty;
}

std::string set(std::string const& body, std::string const& key, State state)
{
    auto const place = "/prefetch/" + key;
    switch (state) {
    case State::Data:
        return body;
    case State::Null:
        return with(body, place, "null");
    case State::Empty:
        return with(body, place, kEmptyBundle);
    case State::Absent:
        return tcds::test::at(body, place).empty() ? body : without(body, place);
    case State::Failed:
        return with(body, place, kFailed);
    case State::Rubbish:
        return with(body, place, R"("<html>error</html>")");
    }
    return body;
}

TEST(Needed, MedicationsOrResultsOnceThereIsAComplaint)
{
    Service service;
    for (auto const medications : kStates)
        for (auto const labs : kStates) {
            auto const body = set(set(call(), "medications", medications), "labs", labs);
            auto const answer = service.post(kView, body);
            auto const expected = answers(medications) || answers(labs) ? 200 : 412;
            EXPECT_EQ(answer.status, expected)
                << "medications " << static_cast<int>(medications) << ", labs "
                << static_cast<int>(labs) << ": " << answer.body;
        }
}

TEST(Needed, NothingMoreWithoutAComplaint)
{
    Service service;
    for (auto const medications : kStates)
        for (auto const labs : kStates) {
            auto const body =
                set(set(withoutComplaint(), "medications", medications), "labs", labs);
            auto const answer = service.post(kView, body);
            EXPECT_EQ(answer.status, 200)
                << static_cast<int>(medications) << " " << static_cast<int>(labs);
            EXPECT_EQ(answer.body, R"({"cards":[]})");
        }
}

TEST(Needed, OneComplaintSourceThatAnswered)
{
    Service service;
    for (auto const conditions : kStates)
        for (auto const diagnoses : {State::Empty, State::Null, State::Absent, State::Failed})
            for (auto const complaints : {State::Empty, State::Absent, State::Failed}) {
                auto body = set(call(), "conditions", conditions);
                body = set(body, "encounterDiagnoses", diagnoses);
                body = set(body, "complaints", complaints);
                auto const answered =
                    answers(conditions) || answers(diagnoses) || answers(complaints);
                EXPECT_EQ(service.post(kView, body).status, answered ? 200 : 412)
                    << static_cast<int>(conditions) << static_cast<int>(diagnoses)
                    << static_cast<int>(complaints);
            }
}

TEST(Needed, TheEncounterIsAComplaintSourceToo)
{
    Service service;
    auto body = call();
    for (auto const* key : {"conditions", "encounterDiagnoses", "complaints"})
        body = set(body, key, State::Absent);
    EXPECT_EQ(service.post(kView, body).status, 412);

    body = with(with(body, "/context/encounterId", R"("e1")"), "/prefetch/encounter",
                R"({"resourceType":"Encounter","id":"e1","status":"in-progress",)"
                R"("subject":{"reference":"Patient/pt1"}})");
    EXPECT_EQ(service.post(kView, body).status, 200);
}

TEST(Needed, NewProblemsOfTheContextAreAComplaintSourceToo) // CTX-PL-4
{
    Service service;
    auto body = with(call(), "/hook", R"("problem-list-item-create")");
    for (auto const* key : {"conditions", "encounterDiagnoses", "complaints"})
        body = set(body, key, State::Absent);
    body = with(body, "/context/conditions", bundle(condition("R25.3")));

    auto const answer = service.post("/cds-services/twitch-problem-create", body);

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_GE(cardsOf(answer), 1);
}

TEST(Needed, ThePatientInEveryCase) // also without a complaint: age and identity decide
{
    Service service;
    for (auto const& body : {call(), withoutComplaint()})
        for (auto const state : kStates) {
            auto const answer = service.post(kView, set(body, "patient", state));
            EXPECT_EQ(answer.status, state == State::Data ? 200 : 412)
                << static_cast<int>(state) << answer.body;
        }
}

TEST(Lacking, DataIsNamedInTheOutcome) // RSP-05, PFD-02
{
    Service service;
    auto const answer =
        service.post(kView, set(set(call(), "medications", State::Absent), "labs", State::Failed));

    ASSERT_EQ(answer.status, 412);
    EXPECT_EQ(answer.contentType, "application/fhir+json");
    EXPECT_EQ(at(answer.body, "/issue/0/code"), "required");
    auto const text = at(answer.body, "/issue/0/diagnostics");
    EXPECT_THAT(text, HasSubstr("labs"));
    EXPECT_THAT(text, HasSubstr("medications"));
    EXPECT_EQ(header(answer, "X-Decision-Id"), "");
}

TEST(Lacking, PrefetchAltogetherIs412) // PFD-02, REQ-13
{
    Service service;

    EXPECT_EQ(service.post(kView, without(call(), "/prefetch")).status, 412);
    EXPECT_EQ(service.post(kView, with(call(), "/prefetch", "null")).status, 412);
    EXPECT_EQ(service.post(kView, with(call(), "/prefetch", "{}")).status, 412);
}

TEST(FailedSource, ThatMayHideAFindingIsSaidOnACardOfItsOwn) // decision D26, PFD-05
{
    Service service;
    auto const answer =
        service.post(kView, set(set(call(), "labs", State::Failed), "medications", State::Empty));

    ASSERT_EQ(cardsOf(answer), 1) << answer.body;
    EXPECT_EQ(at(answer.body, "/cards/0/indicator"), "info");
    EXPECT_THAT(at(answer.body, "/cards/0/summary"), HasSubstr("Could not read"));
    EXPECT_EQ(at(answer.body, "/cards/0/extension/org.twitch-cds/rules"), "[]");
}

TEST(CriticalResult, ShowsAlthoughTheMedicationListFailed) // decision D26
{
    Service service;
    auto body = set(call(), "medications", State::Failed);
    body.replace(body.find("2.9"), 3, "2.1");

    auto const answer = service.post(kView, body);

    EXPECT_GE(cardsOf(answer), 1);
    EXPECT_EQ(at(answer.body, "/cards/0/indicator"), "critical"); // sandbox shows it (D6)
}

} // namespace

} // namespace tcds::app::test
