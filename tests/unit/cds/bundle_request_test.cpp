#include "server/cds/bundle_request.hpp"

#include "server/cds/request.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tcds::cds {

namespace {

using test::at;
using testing::ElementsAre;
using testing::HasSubstr;

Instant const kNow = parseDateTime("2026-01-31T08:00:00Z")->first();

Service const& service(Hook hook) { return *std::ranges::find(services(), hook, &Service::hook); }

std::string bundle(std::string const& resources)
{
    std::string text = R"({"resourceType":"Bundle","type":"collection","entry":[)"
                       R"({"resource":{"resourceType":"Patient","id":"p1","gender":"female"}})";
    if (!resources.empty()) text += "," + resources;
    return text + "]}";
}

std::string entry(std::string const& resource) { return R"({"resource":)" + resource + "}"; }

Result<std::string> make(std::string text, Hook hook = Hook::PatientView,
                         std::string_view complaint = {})
{
    auto const document = json::Document::parse(std::move(text));
    if (!document) throw std::runtime_error{toText(document.error())};
    return requestFromBundle(document->root(), service(hook), *test::shippedRules(), complaint,
                             kNow);
}

/// The ids in the Bundle of a prefetch key.
std::vector<std::string> idsIn(std::string const& request, std::string const& place)
{
    std::vector<std::string> ids;
    auto const document = test::parseJson(request);
    auto const* entries = rapidjson::Pointer{(place + "/entry").c_str()}.Get(document);
    if (entries != nullptr)
        for (auto const& item : entries->GetArray())
            ids.emplace_back(item["resource"]["id"].GetString());
    return ids;
}

TEST(Request, IsOneThatOurOwnReaderTakes)
{
    auto const chart = bundle(entry(
        R"({"resourceType":"Encounter","id":"e1","status":"in-progress","subject":{"reference":"Patient/p1"}})"));
    for (auto const& each : services()) {
        auto const request = make(chart, each.hook, "R25.3");
        ASSERT_TRUE(request) << each.id;
        auto const read = readHookRequest(*request, each);
        ASSERT_TRUE(read) << each.id << ": " << toText(read.error());
        EXPECT_EQ(read->patientId, "p1");
        EXPECT_EQ(read->encounterId, "e1");
    }
}

TEST(Request, FollowsReferencesOfATransaction)
{
    auto const request =
        make(R"({"resourceType":"Bundle","type":"transaction","entry":[)"
             R"({"fullUrl":"urn:uuid:a1","resource":{"resourceType":"Patient","id":"p1"}},)"
             R"({"fullUrl":"urn:uuid:e9","resource":{"resourceType":"Encounter","id":"e1",)"
             R"("status":"in-progress","subject":{"reference":"urn:uuid:a1"}}},)"
             R"({"fullUrl":"urn:uuid:b2","resource":{"resourceType":"Medication","id":"drug"}},)"
             R"({"fullUrl":"urn:uuid:c3","resource":{"resourceType":"MedicationRequest","id":"m1",)"
             R"("status":"active","intent":"order","subject":{"reference":"urn:uuid:a1"},)"
             R"("encounter":{"reference":"urn:uuid:gone"},"authoredOn":"2026-01-02",)"
             R"("dispenseRequest":{"numberOfRepeatsAllowed":3.0},)"
             R"("medicationReference":{"reference":"urn:uuid:b2"}}}]})");

    ASSERT_TRUE(request) << toText(request.error());
    EXPECT_THAT(idsIn(*request, "/prefetch/medications"), ElementsAre("m1", "drug"));
    auto const order = std::string{"/prefetch/medications/entry/0/resource"};
    EXPECT_EQ(at(*request, order + "/subject/reference"), "Patient/p1");
    EXPECT_EQ(at(*request, order + "/medicationReference/reference"), "Medication/drug");
    EXPECT_EQ(at(*request, order + "/encounter/reference"), "urn:uuid:gone"); // nothing to name
    EXPECT_THAT(*request, HasSubstr(R"("numberOfRepeatsAllowed":3.0})"));     // digits as sent
    EXPECT_EQ(at(*request, "/context/encounterId"), "e1");
}

TEST(Request, HasEveryKeyOfOursAnswered) // "asked and nothing there" is not "not asked"
{
    auto const request = make(bundle(""));

    ASSERT_TRUE(request);
    for (auto const key : allKeys()) {
        if (key == "encounter") continue; // its token has no value: clients drop such a key
        EXPECT_NE(at(*request, "/prefetch/" + std::string{key}), "") << key;
    }
    EXPECT_EQ(at(*request, "/prefetch/encounter"), "");
    EXPECT_EQ(at(*request, "/prefetch/patient/gender"), "female");
    EXPECT_EQ(at(*request, "/prefetch/labs/type"), "searchset");
}

TEST(Request, PutsEachResourceUnderTheKeysWhoseQueryItMeets)
{
    auto const request = make(bundle(
        entry(
            R"({"resourceType":"Condition","id":"c1","category":[{"coding":[{"code":"problem-list-item"}]}],"subject":{"reference":"Patient/p1"}})") +
        "," +
        entry(
            R"({"resourceType":"Condition","id":"c2","category":[{"coding":[{"code":"encounter-diagnosis"}]}],"subject":{"reference":"urn:x/Patient/p1"}})") +
        "," +
        entry(
            R"({"resourceType":"Condition","id":"foreign","category":[{"coding":[{"code":"problem-list-item"}]}],"subject":{"reference":"Patient/p2"}})") +
        "," +
        entry(
            R"({"resourceType":"Observation","id":"k","code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/p1"}})") +
        "," +
        entry(
            R"({"resourceType":"Observation","id":"urine","code":{"coding":[{"code":"2828-2"}]},"subject":{"reference":"Patient/p1"}})") +
        "," +
        entry(
            R"({"resourceType":"MedicationRequest","id":"on","status":"active","intent":"order","subject":{"reference":"Patient/p1"}})") +
        "," +
        entry(
            R"({"resourceType":"MedicationRequest","id":"off","status":"stopped","intent":"order","subject":{"reference":"Patient/p1"}})")));

    ASSERT_TRUE(request);
    EXPECT_THAT(idsIn(*request, "/prefetch/conditions"), ElementsAre("c1"));
    EXPECT_THAT(idsIn(*request, "/prefetch/encounterDiagnoses"), ElementsAre("c2"));
    EXPECT_THAT(idsIn(*request, "/prefetch/labs"), ElementsAre("k"));
    EXPECT_THAT(idsIn(*request, "/prefetch/medications"), ElementsAre("on"));
    EXPECT_THAT(idsIn(*request, "/prefetch/stopped"), ElementsAre("off"));
}

TEST(Request, CarriesTheMedicationsThatItsOrdersReferTo)
{
    auto const request = make(bundle(
        entry(
            R"({"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"medicationReference":{"reference":"Medication/d1"}})") +
        "," +
        entry(
            R"({"resourceType":"MedicationRequest","id":"m2","status":"active","intent":"order","subject":{"reference":"Patient/p1"},"medicationReference":{"reference":"https://e.org/fhir/Medication/d1"}})") +
        "," + entry(R"({"resourceType":"Medication","id":"d1"})") + "," +
        entry(R"({"resourceType":"Medication","id":"unused"})")));

    ASSERT_TRUE(request);
    EXPECT_THAT(idsIn(*request, "/prefetch/medications"), ElementsAre("m1", "m2", "d1"));
}

TEST(Request, KeepsTheDigitsOfNumbers) // decision D46
{
    auto const request = make(bundle(entry(
        R"({"resourceType":"Observation","id":"k","code":{"coding":[{"code":"2823-3"}]},"subject":{"reference":"Patient/p1"},"valueQuantity":{"value":3.50,"unit":"mmol/L"}})")));

    ASSERT_TRUE(request);
    EXPECT_THAT(*request, HasSubstr("\"value\":3.50,"));
}

TEST(Complaint, IsWrittenAsIcdSnomedOrText)
{
    auto const codeOf = [](std::string_view complaint) {
        auto const request = make(bundle(""), Hook::PatientView, complaint);
        return at(*request, "/prefetch/conditions/entry/0/resource/code");
    };
    EXPECT_EQ(codeOf("R25.3"),
              R"({"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R25.3"}]})");
    EXPECT_EQ(codeOf("82470000"),
              R"({"coding":[{"system":"http://snomed.info/sct","code":"82470000"}]})");
    EXPECT_EQ(codeOf("twitching of the calf"), R"({"text":"twitching of the calf"})");
    EXPECT_EQ(codeOf("say \"twitch\""), R"({"text":"say \"twitch\""})");
    EXPECT_EQ(codeOf(""), "");
}

TEST(Complaint, IsAnActiveConfirmedProblemOfToday)
{
    auto const request = make(bundle(""), Hook::PatientView, "R25.3");

    ASSERT_TRUE(request);
    auto const place = std::string{"/prefetch/conditions/entry/0/resource"};
    EXPECT_EQ(at(*request, place + "/recordedDate"), "2026-01-31");
    EXPECT_EQ(at(*request, place + "/clinicalStatus/coding/0/code"), "active");
    EXPECT_EQ(at(*request, place + "/verificationStatus/coding/0/code"), "confirmed");
    EXPECT_EQ(at(*request, place + "/subject/reference"), "Patient/p1");
}

TEST(Complaint, OfANewProblemStandsInTheContext) // CTX-PL-4
{
    auto const request = make(bundle(""), Hook::ProblemListItemCreate, "R25.3");

    ASSERT_TRUE(request);
    EXPECT_THAT(idsIn(*request, "/context/conditions"), ElementsAre("complaint"));
    EXPECT_THAT(idsIn(*request, "/prefetch/conditions"), testing::IsEmpty());
}

TEST(Encounter, OfTheCallIsTheOneInProgress)
{
    auto const encounter = [](std::string const& id, std::string const& status,
                              std::string const& start) {
        return entry(R"({"resourceType":"Encounter","id":")" + id + R"(","status":")" + status +
                     R"(","period":{"start":")" + start + "\"}}");
    };
    auto const chart = bundle(encounter("old", "in-progress", "2026-01-01") + "," +
                              encounter("new", "in-progress", "2026-01-20") + "," +
                              encounter("planned", "planned", "2026-03-01") + "," +
                              encounter("done", "finished", "2026-01-30"));

    for (auto const hook : {Hook::PatientView, Hook::EncounterStart}) {
        auto const request = make(chart, hook);
        ASSERT_TRUE(request);
        EXPECT_EQ(at(*request, "/context/encounterId"), "new") << toText(hook);
        EXPECT_EQ(at(*request, "/prefetch/encounter/id"), "new") << toText(hook);
    }
    auto const closed = bundle(encounter("a", "finished", "2026-01-01") + "," +
                               encounter("b", "finished", "2026-01-20"));
    EXPECT_EQ(at(*make(closed, Hook::EncounterStart), "/context/encounterId"), "b");
    EXPECT_EQ(at(*make(closed, Hook::PatientView), "/context/encounterId"), "");
}

TEST(Encounter, IsNeededForEncounterStart)
{
    auto const request = make(bundle(""), Hook::EncounterStart);

    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().kind, Error::Kind::BadRequest);
    EXPECT_THAT(request.error().fix, HasSubstr("patient-view"));
}

TEST(Drafts, BecomeTheOrdersOfOrderHooks)
{
    auto const chart = bundle(
        entry(
            R"({"resourceType":"MedicationRequest","id":"d1","status":"draft","intent":"order","subject":{"reference":"Patient/p1"}})") +
        "," +
        entry(R"({"resourceType":"ServiceRequest","id":"s1","status":"draft","intent":"order"})") +
        "," +
        entry(
            R"({"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","subject":{"reference":"Patient/p1"}})"));

    auto const select = make(chart, Hook::OrderSelect);
    auto const sign = make(chart, Hook::OrderSign);

    ASSERT_TRUE(select);
    EXPECT_THAT(idsIn(*select, "/context/draftOrders"), ElementsAre("d1", "s1"));
    EXPECT_EQ(at(*select, "/context/selections"),
              R"(["MedicationRequest/d1","ServiceRequest/s1"])");
    ASSERT_TRUE(sign);
    EXPECT_THAT(idsIn(*sign, "/context/draftOrders"), ElementsAre("d1", "s1"));
    EXPECT_EQ(at(*sign, "/context/selections"), "");
    EXPECT_THAT(idsIn(*sign, "/prefetch/medications"), ElementsAre("m1"));
}

TEST(Bundle, WithoutPatientOrOfAnotherKindIsRefused)
{
    for (auto const* text :
         {"[]", "{}", R"({"resourceType":"Patient","id":"p1"})", R"({"resourceType":"Bundle"})",
          R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}]})",
          R"({"resourceType":"Bundle","entry":[null,7,{"resource":"x"}]})"}) {
        auto const request = make(text);
        ASSERT_FALSE(request) << text;
        EXPECT_EQ(request.error().kind, Error::Kind::BadRequest) << text;
        EXPECT_FALSE(request.error().fix.empty());
    }
}

} // namespace

} // namespace tcds::cds
