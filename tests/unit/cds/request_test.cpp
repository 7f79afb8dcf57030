#include "server/cds/request.hpp"

#include "tests/support/json_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tcds::cds {

namespace {

using test::with;
using test::without;
using testing::HasSubstr;

// Requirement ids in the comments are rows of the CDS Hooks 2.0.1 checklist of the project.

constexpr std::string_view kBundle = R"({"resourceType":"Bundle","type":"collection","entry":[]})";

Service const& service(Hook hook) { return *std::ranges::find(services(), hook, &Service::hook); }

/// The smallest good request of a hook.
std::string requestOf(Hook hook)
{
    std::string text = R"({"hook":")" + std::string{toText(hook)} +
                       R"(","hookInstance":"6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11",)"
                       R"("context":{"userId":"Practitioner/p1","patientId":"pt1"}})";
    switch (hook) {
    case Hook::PatientView:
        return text;
    case Hook::EncounterStart:
        return with(text, "/context/encounterId", "\"e1\"");
    case Hook::ProblemListItemCreate:
        return with(text, "/context/conditions", kBundle);
    case Hook::OrderSelect:
        return with(with(text, "/context/draftOrders", kBundle), "/context/selections",
                    R"(["MedicationRequest/d1"])");
    case Hook::OrderSign:
        return with(text, "/context/draftOrders", kBundle);
    }
    return text;
}

Result<HookRequest> read(std::string text, Hook hook = Hook::PatientView)
{
    return readHookRequest(std::move(text), service(hook));
}

/// "" for a request that is taken, else the place of its first fault.
std::string faultOf(std::string text, Hook hook = Hook::PatientView)
{
    auto const request = read(std::move(text), hook);
    if (request) return {};
    EXPECT_EQ(request.error().kind, Error::Kind::BadRequest) << toText(request.error());
    EXPECT_FALSE(request.error().what.empty());
    EXPECT_FALSE(request.error().fix.empty());
    return request.error().where;
}

constexpr std::array kHooks{Hook::PatientView, Hook::EncounterStart, Hook::ProblemListItemCreate,
                            Hook::OrderSelect, Hook::OrderSign};

TEST(Envelope, OfEveryHookIsReadWhenComplete) // REQ-01, REQ-07
{
    for (auto const hook : kHooks) {
        auto const request = read(requestOf(hook), hook);

        ASSERT_TRUE(request) << toText(request.error());
        EXPECT_EQ(request->service->hook, hook);
        EXPECT_EQ(request->hookInstance, "6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11");
        EXPECT_EQ(request->userId, "Practitioner/p1");
        EXPECT_EQ(request->patientId, "pt1");
        EXPECT_EQ(request->fhirServer, "");
        EXPECT_EQ(request->trigger, "");
    }
}

TEST(Envelope, OfAnotherHookIsRefused) // REQ-02
{
    EXPECT_EQ(faultOf(requestOf(Hook::PatientView), Hook::EncounterStart), "/hook");
    EXPECT_EQ(faultOf(with(requestOf(Hook::PatientView), "/hook", "\"Patient-View\"")), "/hook");
}

TEST(Envelope, ThatIsNoObjectIsRefused) // HTTP-01
{
    for (auto const* text : {"", " ", "[]", "null", "\"x\"", "42", "{", "{\"hook\":}"}) {
        SCOPED_TRACE(text);
        EXPECT_THAT(faultOf(text), HasSubstr("byte"));
    }
}

struct WrongType {
    Hook hook;
    std::string pointer;
    std::vector<std::string> values;
};

std::vector<std::string> const kNoString{"null", "\"\"", "42", "true", "[]", "{}", "[\"x\"]"};
std::vector<std::string> const kNoObject{"null", "\"\"", "\"x\"", "42", "[]", "[{}]"};
std::vector<std::string> const kNoBundle{"null",
                                         "\"\"",
                                         "42",
                                         "[]",
                                         "{}",
                                         R"({"resourceType":"Patient"})",
                                         R"([{"resourceType":"Bundle"}])"};

class Required : public testing::TestWithParam<WrongType>
{
};

TEST_P(Required, MemberIsMissedAndItsTypeChecked)
{
    auto const& row = GetParam();
    auto const good = requestOf(row.hook);
    EXPECT_EQ(faultOf(without(good, row.pointer), row.hook), row.pointer) << "absent";
    for (auto const& value : row.values)
        EXPECT_EQ(faultOf(with(good, row.pointer, value), row.hook), row.pointer) << value;
}

std::vector<WrongType> requiredMembers()
{
    std::vector<WrongType> rows;
    for (auto const hook : kHooks) { // REQ-02, REQ-03, REQ-05, CTX-*-1, CTX-*-2
        rows.push_back({hook, "/hook", kNoString});
        rows.push_back({hook, "/hookInstance", kNoString});
        rows.push_back({hook, "/context", kNoObject});
        rows.push_back({hook, "/context/userId", kNoString});
        rows.push_back({hook, "/context/patientId", kNoString});
    }
    rows.push_back({Hook::EncounterStart, "/context/encounterId", kNoString});       // CTX-ES-3
    rows.push_back({Hook::ProblemListItemCreate, "/context/conditions", kNoBundle}); // CTX-PL-4
    rows.push_back({Hook::OrderSelect, "/context/draftOrders", kNoBundle});          // CTX-OS-5
    rows.push_back({Hook::OrderSign, "/context/draftOrders", kNoBundle});            // CTX-OG-4
    rows.push_back({Hook::OrderSelect,
                    "/context/selections",
                    {"null", "\"\"", "\"MedicationRequest/d1\"", "42", "[]", "{}"}}); // CTX-OS-4
    return rows;
}

INSTANTIATE_TEST_SUITE_P(Members, Required, testing::ValuesIn(requiredMembers()),
                         [](auto const& row) {
                             auto name = std::string{toText(row.param.hook)} + row.param.pointer;
                             std::ranges::replace_if(
                                 name, [](char c) { return c == '/' || c == '-'; }, '_');
                             return name;
                         });

TEST(Selections, WithAnythingButTextsNameTheElement) // CTX-OS-4
{
    auto const good = requestOf(Hook::OrderSelect);
    for (auto const* value : {"null", "\"\"", "7", "{}", "[]"})
        EXPECT_EQ(faultOf(with(good, "/context/selections",
                               "[\"MedicationRequest/d1\"," + std::string{value} + "]"),
                          Hook::OrderSelect),
                  "/context/selections/1")
            << value;
}

TEST(Selections, AreKeptAsSent) // CTX-04: unknown ones too, they select nothing
{
    auto const request = read(with(requestOf(Hook::OrderSelect), "/context/selections",
                                   R"(["MedicationRequest/d1","ServiceRequest/x"])"),
                              Hook::OrderSelect);

    ASSERT_TRUE(request);
    EXPECT_THAT(request->selections,
                testing::ElementsAre("MedicationRequest/d1", "ServiceRequest/x"));
}

TEST(HookInstance, IsAUuidOfAnyCaseAndVersion) // REQ-03
{
    auto const good = requestOf(Hook::PatientView);
    for (auto const* value :
         {"6F2F1C3E-0D4B-4C55-9D4C-2F0A5B1F7A11", "00000000-0000-0000-0000-000000000000",
          "019c1310-e400-71a2-8f3c-5d7e9b1a4c6d"})
        EXPECT_EQ(faultOf(with(good, "/hookInstance", "\"" + std::string{value} + "\"")), "")
            << value;
    for (auto const* value :
         {"abc", "6f2f1c3e0d4b4c559d4c2f0a5b1f7a11", "{6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11}",
          "urn:uuid:6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11", "6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a1g",
          "6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11 "})
        EXPECT_EQ(faultOf(with(good, "/hookInstance", "\"" + std::string{value} + "\"")),
                  "/hookInstance")
            << value;
}

TEST(PatientId, IsABareFhirId) // CTX-01, CTX-PV-2
{
    auto const good = requestOf(Hook::PatientView);
    std::string const longest(64, 'a');
    for (auto const& value : {std::string{"1"}, std::string{"A-b.9"}, longest})
        EXPECT_EQ(faultOf(with(good, "/context/patientId", "\"" + value + "\"")), "") << value;
    for (auto const& value :
         {std::string{"Patient/1"}, std::string{"../metadata"}, std::string{"1?x"},
          std::string{"a b"}, std::string{"a%2fb"}, std::string{"a_b"}, std::string{"\\u0000"},
          std::string{"a\\nb"}, std::string{"\xC3\xA9"}, longest + "a"})
        EXPECT_EQ(faultOf(with(good, "/context/patientId", "\"" + value + "\"")),
                  "/context/patientId")
            << value;
}

TEST(EncounterId, IsABareFhirIdWhereverItIsSent) // CTX-01, CTX-PV-3, CTX-OS-3, CTX-OG-3, CTX-PL-3
{
    for (auto const hook : kHooks) {
        auto const good = requestOf(hook);
        auto const request = read(with(good, "/context/encounterId", "\"e-7\""), hook);
        ASSERT_TRUE(request) << toText(hook);
        EXPECT_EQ(request->encounterId, "e-7");
        for (auto const* value : {"\"Encounter/1\"", "\"1/../2\"", "7", "[]", "{}"})
            EXPECT_EQ(faultOf(with(good, "/context/encounterId", value), hook),
                      "/context/encounterId")
                << toText(hook) << value;
    }
}

TEST(EncounterId, ThatIsOptionalMayBeNullOrEmpty) // REQ-13
{
    for (auto const* value : {"null", "\"\""}) {
        auto const request =
            read(with(requestOf(Hook::PatientView), "/context/encounterId", value));
        ASSERT_TRUE(request) << value;
        EXPECT_EQ(request->encounterId, "");
    }
}

TEST(UserId, IsTypeAndIdOfAnyType) // CTX-02, CTX-PV-1
{
    auto const good = requestOf(Hook::PatientView);
    for (auto const* value : {"Practitioner/p1", "PractitionerRole/r1", "Patient/pt1",
                              "RelatedPerson/x", "Device/1", "Practitioner/COREPRACTITIONER1"})
        EXPECT_EQ(faultOf(with(good, "/context/userId", "\"" + std::string{value} + "\"")), "")
            << value;
    for (auto const* value : {"abc", "/p1", "Practitioner/", "Practitioner/a/b", "Pract1tioner/1",
                              "https://x/Practitioner/1", "Practitioner/1?x", "Practitioner/ 1"})
        EXPECT_EQ(faultOf(with(good, "/context/userId", "\"" + std::string{value} + "\"")),
                  "/context/userId")
            << value;
}

TEST(UserId, OfPatientsAndRelativesMarksTheCall) // UX-9
{
    auto const forPatients = [](std::string const& user) {
        auto const request =
            read(with(requestOf(Hook::PatientView), "/context/userId", "\"" + user + "\""));
        return request->forPatients();
    };
    EXPECT_TRUE(forPatients("Patient/pt1"));
    EXPECT_TRUE(forPatients("RelatedPerson/r"));
    EXPECT_FALSE(forPatients("Practitioner/p1"));
    EXPECT_FALSE(forPatients("PractitionerRole/p1"));
}

constexpr std::string_view kAuthorization =
    R"({"access_token":"t0k","token_type":"Bearer","expires_in":300,)"
    R"("scope":"patient/Observation.rs user/*.read","subject":"twitch-cds","patient":"other"})";

std::string authorized()
{
    return with(
        with(requestOf(Hook::PatientView), "/fhirServer", "\"https://ehr.example.org/fhir\""),
        "/fhirAuthorization", kAuthorization);
}

TEST(Authorization, IsTakenWithEveryRequiredMember) // REQ-06 to REQ-09: another patient's token too
{
    auto const request = read(authorized());

    ASSERT_TRUE(request) << toText(request.error());
    EXPECT_EQ(request->fhirServer, "https://ehr.example.org/fhir");
    ASSERT_TRUE(request->authorization);
    EXPECT_EQ(request->authorization->accessToken, "t0k");
    EXPECT_EQ(request->authorization->scope, "patient/Observation.rs user/*.read");
    EXPECT_EQ(request->authorization->patient, "other");
    EXPECT_EQ(request->authorization->expiresIn.count(), 300);
}

TEST(Authorization, LifeIsWholeSecondsUpToADay) // FHIR-02
{
    struct Row {
        char const* sent;
        long long seconds;
    };
    for (auto const& row : {Row{"0", 0}, Row{"-5", 0}, Row{"59.9", 59}, Row{"86401", 86'400},
                            Row{"99999999999999999999", 86'400}, Row{"-99999999999999999999", 0}}) {
        auto const request = read(with(authorized(), "/fhirAuthorization/expires_in", row.sent));
        ASSERT_TRUE(request) << row.sent;
        EXPECT_EQ(request->authorization->expiresIn.count(), row.seconds) << row.sent;
    }
}

TEST(Authorization, LacksARequiredMember) // REQ-08
{
    for (auto const* name : {"access_token", "token_type", "expires_in", "scope", "subject"}) {
        auto const pointer = "/fhirAuthorization/" + std::string{name};
        EXPECT_EQ(faultOf(without(authorized(), pointer)), pointer);
        for (auto const* value : {"null", "[]", "{}", "\"\""})
            EXPECT_EQ(faultOf(with(authorized(), pointer, value)), pointer) << value;
    }
    EXPECT_EQ(faultOf(with(authorized(), "/fhirAuthorization/expires_in", "\"300\"")),
              "/fhirAuthorization/expires_in");
    for (auto const* type : {"\"MAC\"", "\"Bearer \"", "\"Basic\""})
        EXPECT_EQ(faultOf(with(authorized(), "/fhirAuthorization/token_type", type)),
                  "/fhirAuthorization/token_type");
    EXPECT_EQ(faultOf(with(authorized(), "/fhirAuthorization/token_type", "\"bearer\"")), "");
    EXPECT_EQ(faultOf(with(authorized(), "/fhirAuthorization", "\"Bearer\"")),
              "/fhirAuthorization");
}

TEST(Authorization, NeedsTheServerItIsFor) // REQ-06
{
    EXPECT_EQ(faultOf(without(authorized(), "/fhirServer")), "/fhirServer");
    EXPECT_EQ(faultOf(with(authorized(), "/fhirServer", "null")), "/fhirServer");
    EXPECT_EQ(faultOf(with(authorized(), "/fhirServer", "\"\"")), "/fhirServer");
    EXPECT_EQ(faultOf(with(authorized(), "/fhirServer", "42")), "/fhirServer");
}

TEST(FhirServer, WithoutTokenIsTaken) // T-09, FHIR-07
{
    EXPECT_EQ(
        faultOf(with(requestOf(Hook::PatientView), "/fhirServer", "\"http://localhost/fhir\"")),
        "");
}

TEST(OptionalMembers, ThatAreNullOrEmptyCountAsAbsent) // REQ-13
{
    auto const good = requestOf(Hook::PatientView);
    for (auto const* name : {"/prefetch", "/fhirServer", "/fhirAuthorization", "/extension"})
        EXPECT_EQ(faultOf(with(good, name, "null")), "") << name;
    EXPECT_EQ(faultOf(with(good, "/prefetch", "{}")), "");
    EXPECT_EQ(faultOf(with(good, "/fhirServer", "\"\"")), "");
    EXPECT_EQ(faultOf(with(good, "/fhirAuthorization", "{}")), "");
    EXPECT_EQ(faultOf(with(good, "/extension", "{}")), "");
}

TEST(Prefetch, OfAnotherTypeIsRefused) // REQ-10
{
    for (auto const* value : {"[]", "\"x\"", "7", "true"})
        EXPECT_EQ(faultOf(with(requestOf(Hook::PatientView), "/prefetch", value)), "/prefetch")
            << value;
}

TEST(Prefetch, KeepsEveryKeyInTheOrderSentWithItsValue) // REQ-10, PFD-04, PFD-09
{
    auto const request = read(with(requestOf(Hook::PatientView), "/prefetch",
                                   R"({"labs":null,"patient":{"resourceType":"Patient"},)"
                                   R"("x-site":"<html>","conditions":[]})"));

    ASSERT_TRUE(request);
    std::vector<std::string> keys;
    for (auto const& input : request->inputs) {
        keys.push_back(input.key);
        EXPECT_EQ(input.via, "prefetch");
        ASSERT_NE(input.value, nullptr) << input.key;
    }
    EXPECT_THAT(keys, testing::ElementsAre("labs", "patient", "x-site", "conditions"));
    EXPECT_TRUE(request->inputs[0].value->IsNull());
    EXPECT_TRUE(request->inputs[1].value->IsObject());
}

TEST(ContextBundles, BecomeInputsOfTheirOwn) // CTX-03: without type and entries too
{
    auto const read1 = read(
        with(requestOf(Hook::OrderSign), "/context/draftOrders", R"({"resourceType":"Bundle"})"),
        Hook::OrderSign);
    auto const read2 = read(requestOf(Hook::ProblemListItemCreate), Hook::ProblemListItemCreate);

    ASSERT_TRUE(read1);
    ASSERT_EQ(read1->inputs.size(), 1U);
    EXPECT_EQ(read1->inputs[0].key, "context.draftOrders");
    EXPECT_EQ(read1->inputs[0].via, "context");
    ASSERT_TRUE(read2);
    ASSERT_EQ(read2->inputs.size(), 1U);
    EXPECT_EQ(read2->inputs[0].key, "context.conditions");
}

TEST(UnknownMembers, AreIgnoredEverywhere) // REQ-11, REQ-12, CTX-06, EXT-01, T-23
{
    auto text = requestOf(Hook::OrderSelect);
    for (auto const* place : {"/zz", "/context/zz", "/extension"})
        text = with(text, place, R"({"a":[1,{"b":null}],"c":"","d":[],"e":{}})");
    text = with(text, "/prefetch", R"({"extension":{"x":[[]]}})");

    EXPECT_EQ(faultOf(text, Hook::OrderSelect), "");
    for (auto const* value : {"\"text\"", "7", "[]", "true"})
        EXPECT_EQ(faultOf(with(requestOf(Hook::PatientView), "/extension", value)), "") << value;
}

TEST(DuplicateNames, AreRefusedAndNeverMixed) // REQ-14
{
    auto const instance = R"("hookInstance":"6f2f1c3e-0d4b-4c55-9d4c-2f0a5b1f7a11",)";
    EXPECT_THAT(
        faultOf(R"({"hook":"patient-view",)" + std::string{instance} +
                R"("context":{"userId":"Practitioner/1","patientId":"a","patientId":"b"}})"),
        HasSubstr("byte"));
    EXPECT_THAT(faultOf(R"({"hook":"patient-view","hook":"order-sign",)" + std::string{instance} +
                        R"("context":{"userId":"Practitioner/1","patientId":"a"}})"),
                HasSubstr("byte"));
}

TEST(TriggerHint, IsReadAsTextOrNumberAndNeverRequired)
{
    auto const triggerOf = [](std::string const& value) {
        auto const text = with(requestOf(Hook::PatientView), "/extension",
                               R"({"com.epic.cdshooks.request.bpa-trigger-action":)" + value + "}");
        auto const request = read(text);
        return request ? request->trigger : "refused";
    };
    EXPECT_EQ(triggerOf("\"23\""), "23");
    EXPECT_EQ(triggerOf("7"), "7");
    EXPECT_EQ(triggerOf("null"), "");
    EXPECT_EQ(triggerOf("[6]"), "");
    EXPECT_EQ(triggerOf("{}"), "");
    EXPECT_LE(triggerOf("\"" + std::string(500, '9') + "\"").size(), 16U);
}

TEST(Limits, OfTheBodyAreThoseHandedIn)
{
    json::Limits limits;
    limits.bytes = 100;

    auto const request =
        readHookRequest(requestOf(Hook::PatientView), service(Hook::PatientView), limits);

    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().kind, Error::Kind::TooLarge);
}

TEST(Messages, HoldNothingOfThePatient) // RSP-06
{
    auto const good = requestOf(Hook::PatientView);
    for (auto const& text :
         {with(good, "/context/patientId", "\"Canary Smith\""),
          with(good, "/context/encounterId", "\"Canary/Smith\""),
          with(good, "/context/userId", "\"Canary Smith\""),
          with(good, "/hookInstance", "\"Canary Smith\""), with(good, "/hook", "\"Canary Smith\""),
          with(good, "/fhirServer", "[\"Canary Smith\"]")}) {
        auto const request = read(text);
        ASSERT_FALSE(request);
        EXPECT_THAT(toText(request.error()), testing::Not(HasSubstr("Canary")));
    }
}

TEST(Requests, OwnTheirBody) // a moved request still answers
{
    auto first = read(with(requestOf(Hook::PatientView), "/prefetch",
                           R"({"patient":{"resourceType":"Patient","id":"pt1"}})"));
    ASSERT_TRUE(first);

    auto const second = std::move(*first);

    EXPECT_EQ(json::textOf(*second.inputs.at(0).value, "id"), "pt1");
}

} // namespace

} // namespace tcds::cds
