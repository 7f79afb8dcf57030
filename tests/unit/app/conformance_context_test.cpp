// Every field of every hook's context, called as a client would call: left out, null, empty, a
// number, an array, an object. A required one is refused with its place in words; an optional one
// may be left out, null or empty. Never a 5xx.
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Need : std::uint8_t { Required, Optional };

struct Field {
    char const* id;
    Hook hook;
    char const* name;
    Need need;
    std::vector<std::string> good; // JSON texts that are taken
};

void PrintTo(Field const& field, std::ostream* out) { *out << field.id; }

std::vector<std::string> const kUsers{R"("Practitioner/p1")", R"("PractitionerRole/r-1.2")",
                                      R"("Patient/pt1")", R"("RelatedPerson/x")", R"("Device/1")"};
std::vector<std::string> const kPatient{R"("pt1")"};
std::vector<std::string> const kEncounter{R"("e1")", R"("A-b.9")"};
std::vector<std::string> const kBundles{R"({"resourceType":"Bundle"})",
                                        R"({"resourceType":"Bundle","type":"collection"})",
                                        R"({"resourceType":"Bundle","entry":[]})"};
std::vector<std::string> const kSelections{R"(["MedicationRequest/d1"])",
                                           R"(["MedicationRequest/unknown"])", R"(["x","y","x"])"};

std::vector<Field> fields()
{
    using enum Need;
    return {
        {"CTX-PV-1", Hook::PatientView, "userId", Required, kUsers},
        {"CTX-PV-2", Hook::PatientView, "patientId", Required, kPatient},
        {"CTX-PV-3", Hook::PatientView, "encounterId", Optional, kEncounter},
        {"CTX-ES-1", Hook::EncounterStart, "userId", Required, kUsers},
        {"CTX-ES-2", Hook::EncounterStart, "patientId", Required, kPatient},
        {"CTX-ES-3", Hook::EncounterStart, "encounterId", Required, kEncounter},
        {"CTX-PL-1", Hook::ProblemListItemCreate, "userId", Required, kUsers},
        {"CTX-PL-2", Hook::ProblemListItemCreate, "patientId", Required, kPatient},
        {"CTX-PL-3", Hook::ProblemListItemCreate, "encounterId", Optional, kEncounter},
        {"CTX-PL-4", Hook::ProblemListItemCreate, "conditions", Required, kBundles},
        {"CTX-OS-1", Hook::OrderSelect, "userId", Required, kUsers},
        {"CTX-OS-2", Hook::OrderSelect, "patientId", Required, kPatient},
        {"CTX-OS-3", Hook::OrderSelect, "encounterId", Optional, kEncounter},
        {"CTX-OS-4", Hook::OrderSelect, "selections", Required, kSelections},
        {"CTX-OS-5", Hook::OrderSelect, "draftOrders", Required, kBundles},
        {"CTX-OG-1", Hook::OrderSign, "userId", Required, kUsers},
        {"CTX-OG-2", Hook::OrderSign, "patientId", Required, kPatient},
        {"CTX-OG-3", Hook::OrderSign, "encounterId", Optional, kEncounter},
        {"CTX-OG-4", Hook::OrderSign, "draftOrders", Required, kBundles},
    };
}

class ContextField : public testing::TestWithParam<Field>
{
protected:
    [[nodiscard]] http::Response answerTo(std::string body)
    {
        return service_.post(pathOf(advertised()), std::move(body));
    }
    [[nodiscard]] static cds::Service const& advertised()
    {
        return *std::ranges::find(cds::services(), GetParam().hook, &cds::Service::hook);
    }
    [[nodiscard]] static std::string place() { return std::string{"/context/"} + GetParam().name; }

    void expectRefused(std::string const& body, std::string const& how)
    {
        auto const answer = answerTo(body);
        EXPECT_EQ(answer.status, 400) << GetParam().id << " " << how << answer.body;
        EXPECT_THAT(at(answer.body, "/issue/0/diagnostics"), HasSubstr(place())) << how;
    }

private:
    Service service_;
};

TEST_P(ContextField, IsTakenOrRefusedAsItsRowSays)
{
    auto const& field = GetParam();
    auto const good = callOf(advertised());
    auto const absent = at(good, place()).empty() ? good : without(good, place());
    ASSERT_EQ(answerTo(good).status, 200) << answerTo(good).body;

    for (auto const* value : {"7", "true", "[]", "[7]", "{}", R"({"a":1})"})
        expectRefused(with(good, place(), value), value);
    if (field.need == Need::Required) {
        expectRefused(absent, "absent");
        for (auto const* value : {"null", R"("")"})
            expectRefused(with(good, place(), value), value);
    } else {
        EXPECT_EQ(answerTo(absent).status, 200) << "absent";
        for (auto const* value : {"null", R"("")"}) // REQ-13
            EXPECT_EQ(answerTo(with(good, place(), value)).status, 200) << value;
    }
    for (auto const& value : field.good)
        EXPECT_EQ(answerTo(with(good, place(), value)).status, 200) << value;
}

INSTANTIATE_TEST_SUITE_P(Rows, ContextField, testing::ValuesIn(fields()), [](auto const& row) {
    std::string name{row.param.id};
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(Context, AsAWholeIsRequiredByEveryHook) // REQ-05
{
    Service service;
    for (auto const& each : cds::services()) {
        auto const good = callOf(each);
        EXPECT_EQ(service.post(pathOf(each), without(good, "/context")).status, 400) << each.id;
        for (auto const* value : {"null", R"("")", "7", "[]", "{}", R"("x")", "[{}]"})
            EXPECT_EQ(service.post(pathOf(each), with(good, "/context", value)).status, 400)
                << each.id << value;
    }
}

TEST(Context, MayHoldWhatLaterVersionsAdd) // CTX-06, REQ-12
{
    Service service;
    for (auto const& each : cds::services())
        for (auto const* value : {R"("x")", "7", "null", "[]", R"({"a":[{}]})"})
            EXPECT_EQ(service.post(pathOf(each), with(callOf(each), "/context/appointments", value))
                          .status,
                      200)
                << each.id << value;
}

TEST(Ids, ThatCouldLeaveTheirPlaceInAnUrlAreRefused) // CTX-01
{
    Service service;
    for (auto const& each : cds::services())
        for (auto const* name : {"patientId", "encounterId"})
            for (auto const* value : {R"("Patient/1")", R"("../metadata")", R"("1?x")", R"("1#x")",
                                      R"("%2e%2e")", R"("1%2Fx")", R"("http://x")", R"("1\\2")",
                                      R"("1\u0000")", R"(" 1")", R"("a_b")"}) {
                auto const body = with(callOf(each), std::string{"/context/"} + name, value);
                EXPECT_EQ(service.post(pathOf(each), body).status, 400) << each.id << name << value;
            }
}

TEST(UserId, ThatIsNoReferenceIsRefusedByEveryHook) // CTX-02
{
    Service service;
    for (auto const& each : cds::services())
        for (auto const* value : {R"("abc")", R"("Practitioner/")", R"("/p1")", R"("a/b/c")",
                                  R"("https://ehr.example.org/Practitioner/1")"})
            EXPECT_EQ(
                service.post(pathOf(each), with(callOf(each), "/context/userId", value)).status,
                400)
                << each.id << value;
}

TEST(EncounterStart, OfTheSameEncounterIsAnsweredAgain) // CTX-ES-3, REQ-04
{
    Service service;
    auto const& start =
        *std::ranges::find(cds::services(), Hook::EncounterStart, &cds::Service::hook);

    EXPECT_EQ(service.post(pathOf(start), callOf(start)).status, 200);
    EXPECT_EQ(service.post(pathOf(start), callOf(start)).status, 200);
}

TEST(NewProblems, AreReadAndNeverProposedForChange) // CTX-PL-4
{
    Service service;
    auto const& create =
        *std::ranges::find(cds::services(), Hook::ProblemListItemCreate, &cds::Service::hook);
    auto const answer = service.post(pathOf(create), callOf(create));

    ASSERT_GE(cardsOf(answer), 1);
    auto const document = tcds::test::parseJson(answer.body);
    for (auto const& card : document["cards"].GetArray())
        if (card.HasMember("suggestions"))
            for (auto const& suggestion : card["suggestions"].GetArray())
                if (suggestion.HasMember("actions"))
                    for (auto const& action : suggestion["actions"].GetArray()) {
                        EXPECT_STREQ(action["type"].GetString(), "create");
                        EXPECT_STRNE(action["resource"]["resourceType"].GetString(), "Condition");
                    }
}

TEST(DraftOrders, OfEveryStatusAreReadWhenTheyAreSigned) // CTX-OG-4: signed again
{
    Service service;
    auto const& sign = *std::ranges::find(cds::services(), Hook::OrderSign, &cds::Service::hook);
    for (auto const* status : {"draft", "active", "on-hold", "cancelled", "unknown", "nonsense"}) {
        auto const body = with(callOf(sign), "/context/draftOrders/entry/0/resource/status",
                               '"' + std::string{status} + '"');
        EXPECT_EQ(service.post(pathOf(sign), body).status, 200) << status;
    }
    auto const again =
        with(callOf(sign), "/context/draftOrders/entry/0/resource/status", R"("active")");
    EXPECT_THAT(service.post(pathOf(sign), again).body, HasSubstr("ORD-WORSEN-K"));
}

TEST(Discharge, IsNoHookOfThisService) // what is said of it in the list of rows
{
    Service service;
    auto const body =
        with(with(call(), "/hook", R"("encounter-discharge")"), "/context/encounterId", R"("e1")");

    EXPECT_EQ(service.post("/cds-services/twitch-encounter-discharge", body).status, 404);
    EXPECT_EQ(service.post(kView, body).status, 400);
}

} // namespace

} // namespace tcds::app::test
