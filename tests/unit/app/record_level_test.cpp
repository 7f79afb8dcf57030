#include "server/audit/digest.hpp"
#include "server/audit/unseal.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/seal_key_file.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr auto kToken = R"({"access_token":"the-token","token_type":"Bearer","expires_in":300,)"
                        R"("scope":"patient/*.read","subject":"twitch-cds"})";

Service::Settings full(SealKeyFile const& key)
{
    return {{"audit.level", "full"}, {"audit.seal_key_file", key.path()}};
}

std::string textOf(audit::OpenedRecord const& opened, std::string_view name)
{
    for (auto const& part : opened.parts)
        if (part.name == name) return part.text;
    return "no part " + std::string{name};
}

/// Digest in the record of an input.
std::string inputOf(std::string const& record, std::string_view key, char const* member)
{
    for (int i = 0;; ++i) {
        auto const place = "/inputs/" + std::to_string(i);
        auto const name = at(record, place + "/key");
        if (name.empty()) return "no input " + std::string{key};
        if (name == key) return at(record, place + "/" + member);
    }
}

TEST(LevelFull, SealsTheRequestAndTheAnswerByteByByte)
{
    SealKeyFile const key;
    Service service{full(key)};
    auto const body = call();

    auto const answer = service.post(kView, body);

    auto const opened = audit::openRecord(service.records("decision").at(0), key.key());
    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ(textOf(*opened, "request"), body);
    EXPECT_EQ(textOf(*opened, "answer"), answer.body);
    for (auto const& part : opened->parts) EXPECT_EQ(part.fits, true) << part.name;
}

TEST(LevelFull, KeepsNoAccessTokenEvenSealed) // CTL-06
{
    SealKeyFile const key;
    Service service{full(key)};
    auto body = with(call(), "/fhirServer", R"("https://ehr.example.org/fhir")");
    body = with(body, "/fhirAuthorization", kToken);

    ASSERT_EQ(service.post(kView, body).status, 200);

    auto const record = service.records("decision").at(0);
    auto const opened = audit::openRecord(record, key.key());
    ASSERT_TRUE(opened) << toText(opened.error());
    auto const request = textOf(*opened, "request");
    EXPECT_THAT(request, Not(HasSubstr("the-token")));
    EXPECT_THAT(request, HasSubstr(R"("access_token":"*********")"));
    EXPECT_EQ(request.size(), body.size());
    EXPECT_THAT(at(record, "/redacted"),
                HasSubstr("/sealed/request/fhirAuthorization/access_token"));
    EXPECT_EQ(at(record, "/request/sha256"), audit::sha256(body));
}

TEST(LevelFull, SealsWhatAPersonWroteInFeedback)
{
    SealKeyFile const key;
    Service service{full(key)};
    auto const item =
        std::string{R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":)"
                    R"("overridden","outcomeTimestamp":"2026-01-31T08:01:00Z","overrideReason":)"
                    R"({"reason":{"system":"urn:x","code":"y","display":"own words"},)"
                    R"("userComment":"Mrs Roe told me"}}]})"};

    ASSERT_EQ(service.post(std::string{kView} + "/feedback", item).status, 200);

    auto const record = service.records("feedback").at(0);
    EXPECT_THAT(record, Not(HasSubstr("Roe")));
    EXPECT_THAT(record, Not(HasSubstr("own words")));
    EXPECT_EQ(at(record, "/reasonText"), "present");
    auto const opened = audit::openRecord(record, key.key());
    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ(textOf(*opened, "comment"), "Mrs Roe told me");
    EXPECT_EQ(textOf(*opened, "reason"), "own words");
}

TEST(LevelFull, SealsNothingOfFeedbackWithoutWords)
{
    SealKeyFile const key;
    Service service{full(key)};
    auto const item =
        R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"accepted",)"
        R"("acceptedSuggestions":[{"id":"s1"}],"outcomeTimestamp":"2026-01-31T08:01:00Z"}]})";

    ASSERT_EQ(service.post(std::string{kView} + "/feedback", item).status, 200);

    EXPECT_THAT(service.records("feedback").at(0), Not(HasSubstr("sealed")));
}

TEST(LevelDigest, KeepsTheDigestsOfTheCardsAlone)
{
    Service service{{{"audit.level", "digest"}}};

    auto const answer = service.post(kView, call());

    auto const record = service.records("decision").at(0);
    ASSERT_GE(cardsOf(answer), 1);
    EXPECT_EQ(at(record, "/phi"), "digest");
    EXPECT_EQ(at(record, "/facts"), "");
    EXPECT_EQ(at(record, "/cards/0/uuid"), at(answer.body, "/cards/0/uuid"));
    EXPECT_EQ(at(record, "/cards/0/card"), "");
    EXPECT_EQ(at(record, "/cards/0/sha256").size(), 64U);
    EXPECT_EQ(at(record, "/response/sha256"), audit::sha256(answer.body));
}

TEST(Level, IsFactsUnlessSomebodyChoosesAnother)
{
    Service service;
    (void)service.post(kView, call());

    auto const record = service.records("decision").at(0);
    EXPECT_EQ(at(record, "/phi"), "facts");
    EXPECT_EQ(inputOf(record, "labs", "sha256"), "");
    EXPECT_EQ(inputOf(record, "labs", "hmac"), "");
    EXPECT_THAT(record, Not(HasSubstr("sealed")));
}

TEST(InputDigest, IsThatOfTheValueAsItStoodInTheRequest) // decision D49
{
    Service service{{{"audit.input_digest", "on"}}};
    auto const value = R"({ "resourceType":"Bundle", "type":"searchset","total": 0 })";
    // Blanks, which parsing forgets, belong to what was received.
    auto body = with(call(), "/prefetch/labs", std::string{kEmptyBundle});
    auto const from = body.find(R"("labs":)") + 7;
    ASSERT_EQ(body.substr(from, kEmptyBundle.size()), kEmptyBundle);
    body.replace(from, kEmptyBundle.size(), value);
    ASSERT_EQ(service.post(kView, body).status, 200);

    EXPECT_EQ(inputOf(service.records("decision").at(0), "labs", "sha256"), audit::sha256(value));
}

TEST(InputDigest, MayBeKeyed)
{
    Service service{{{"audit.input_digest", "hmac"}}};
    (void)service.post(kView, call());
    (void)service.post(kView, call());
    (void)service.post(kView, with(call(), "/prefetch/labs", std::string{kEmptyBundle}));

    auto const records = service.records("decision");
    auto const digest = inputOf(records.at(0), "labs", "hmac");
    EXPECT_THAT(digest, MatchesRegex("k26q1:[A-Za-z0-9_-]+"));
    EXPECT_EQ(inputOf(records.at(1), "labs", "hmac"), digest) << "the same value";
    EXPECT_NE(inputOf(records.at(2), "labs", "hmac"), digest);
    EXPECT_EQ(inputOf(records.at(0), "labs", "sha256"), "");
}

TEST(User, IsAPseudonymWhereTheSiteWantsIt)
{
    Service plain;
    Service hidden{{{"audit.user", "hmac"}}};
    (void)plain.post(kView, call());
    (void)hidden.post(kView, call());

    EXPECT_EQ(at(plain.records("decision").at(0), "/user"), "Practitioner/p1");
    auto const record = hidden.records("decision").at(0);
    EXPECT_THAT(at(record, "/user"), StartsWith("k26q1:"));
    EXPECT_THAT(at(record, "/redacted"), HasSubstr("/user"));
}

TEST(Feedback, SaysWhoAnsweredAndWhereIfTheSenderDoes)
{
    Service plain;
    Service hidden{{{"audit.user", "hmac"}}};
    auto const item =
        R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"accepted",)"
        R"("acceptedSuggestions":[{"id":"s1"}],"outcomeTimestamp":"2026-01-31T08:01:00Z",)"
        R"("extension":{"org.twitch-cds":{"user":"Practitioner/p7","location":"Location/ward-3"}}}]})";
    for (auto* const service : {&plain, &hidden})
        ASSERT_EQ(service->post(std::string{kView} + "/feedback", item).status, 200);

    auto const record = plain.records("feedback").at(0);
    EXPECT_EQ(at(record, "/user"), "Practitioner/p7");
    EXPECT_THAT(at(record, "/location"), StartsWith("k26q1:"));
    EXPECT_THAT(record, Not(HasSubstr("ward-3")));
    EXPECT_THAT(at(hidden.records("feedback").at(0), "/user"), StartsWith("k26q1:"));
}

TEST(Tenants, MayNotShareAKeyThatSeals) // CTL-15
{
    SealKeyFile const key;
    SealKeyFile const copy;
    auto const site = "tenants:\n  - {name: north, audit_directory: /tmp/tcds-north-of-nothing,"
                      " audit_seal_key_file: " +
                      copy.path() + "}\n";
    try {
        Service const service{full(key), site};
        FAIL() << "it started";
    } catch (std::exception const& error) {
        EXPECT_THAT(error.what(), HasSubstr("tenant north: audit.seal_key_file: holds the key of "
                                            "tenant default too"));
    }
    std::filesystem::remove_all("/tmp/tcds-north-of-nothing");
}

} // namespace

} // namespace tcds::app::test
