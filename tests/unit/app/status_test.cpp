#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using testing::HasSubstr;

TEST(Discovery, AnswersWithAndWithoutTrailingSlash) // DISC-01, DISC-02, DISC-15, DISC-16
{
    Service service;
    auto const plain = service.send("GET", "/cds-services");
    auto const slash = service.send("GET", "/cds-services/");

    EXPECT_EQ(plain.status, 200);
    EXPECT_EQ(plain.contentType, "application/json");
    EXPECT_NE(at(plain.body, "/services/4/id"), "");
    EXPECT_EQ(slash.status, 200);
    EXPECT_EQ(slash.body, plain.body);
    EXPECT_EQ(service.send("GET", "/cds-services").body, plain.body);
}

TEST(Paths, ThatAreUnknownAreNotFound) // HTTP-06, HTTP-12, RSP-06
{
    Service service;
    for (auto const* path :
         {"/", "/cds", "/cds-services/none", "/cds-services/none/feedback",
          "/cds-services/twitch-patient-view/x", "/cds-services///twitch-patient-view",
          "/cds-servicesx", "/healthz", "*"}) {
        auto const answer = service.post(path, call());
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_EQ(at(answer.body, "/resourceType"), "OperationOutcome") << path;
        EXPECT_EQ(answer.contentType, "application/fhir+json") << path;
    }
}

TEST(Paths, WithOneSlashTooManyAreForgiven) // T-02
{
    Service service;

    EXPECT_EQ(service.post("/cds-services//twitch-patient-view", call()).status, 200);
}

TEST(Methods, ThatDoNotFitAreRefusedWithAllow) // HTTP-06
{
    Service service;
    for (auto const* method : {"POST", "PUT", "DELETE", "PATCH"}) {
        auto const answer = service.send(method, "/cds-services");
        EXPECT_EQ(answer.status, 405) << method;
        EXPECT_THAT(header(answer, "Allow"), HasSubstr("GET"));
        EXPECT_EQ(at(answer.body, "/resourceType"), "OperationOutcome");
    }
    for (auto const* path :
         {"/cds-services/twitch-order-sign", "/cds-services/twitch-order-sign/feedback"}) {
        auto const answer = service.send("GET", path);
        EXPECT_EQ(answer.status, 405) << path;
        EXPECT_THAT(header(answer, "Allow"), HasSubstr("POST"));
        EXPECT_THAT(header(answer, "Allow"), testing::Not(HasSubstr("GET")));
    }
}

TEST(ContentTypes, OfJsonAreTakenWhateverTheirSpelling) // HTTP-07, TOL-17, T-38
{
    Service service;
    for (auto const* type :
         {"application/json", "Application/JSON", "application/json; charset=utf-8",
          "application/json ;charset=UTF-8", "application/fhir+json", "application/json+fhir", ""})
        EXPECT_EQ(service.post(kView, call(), type).status, 200) << type;
    for (auto const* type : {"text/plain", "application/xml", "application/jsonx",
                             "application/fhir+xml", "multipart/form-data", "application"}) {
        auto const answer = service.post(kView, call(), type);
        EXPECT_EQ(answer.status, 415) << type;
        EXPECT_EQ(at(answer.body, "/resourceType"), "OperationOutcome") << type;
    }
    EXPECT_EQ(service.post(std::string{kView} + "/feedback", "{}", "text/plain").status, 415);
}

TEST(Bodies, ThatAreInvalidAreRefusedWithTheirPlace) // HTTP-01, HTTP-03, HTTP-04, HTTP-05
{
    Service service;
    for (auto const& body :
         {std::string{}, std::string{"["}, std::string{"[]"}, std::string{"{\"hook\":"},
          std::string(100000, '['), std::string{"{\"a\":\"\xC3\x28\"}"},
          with(call(), "/hook", "42"), call() + "x", "\xEF\xBB\xBF" + call()}) {
        auto const answer = service.post(kView, body);
        EXPECT_EQ(answer.status, 400) << body.substr(0, 40);
        EXPECT_EQ(at(answer.body, "/issue/0/severity"), "error");
        EXPECT_NE(at(answer.body, "/issue/0/diagnostics"), "");
    }
    EXPECT_EQ(service.post(kView, call()).status, 200); // HTTP-10
}

TEST(Numbers, ThatAreHugeNeverBecomeInfinite) // HTTP-05
{
    Service service;
    for (auto const* number : {"1e400", "-1e400", "1e59", "1e-400"}) {
        auto body = call();
        body.replace(body.find("2.9"), 3, number);
        auto const answer = service.post(kView, body);
        EXPECT_THAT(answer.status, testing::AnyOf(200, 400)) << number;
        EXPECT_THAT(answer.body, testing::Not(testing::ContainsRegex("[^a-z](inf|nan)[^a-z]")))
            << number;
    }
    auto body = call();
    body.replace(body.find("2.9"), 3, std::string(400, '9'));
    EXPECT_THAT(service.post(kView, body).status, testing::AnyOf(200, 400));
}

TEST(Bodies, AboveTheLimitAreTooLarge) // HTTP-02
{
    Service service{{{"limits.body_bytes", "1024"}}};

    auto const answer = service.post(kView, call());

    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(at(answer.body, "/issue/0/code"), "too-long");
}

TEST(Entries, BeyondTheLimitAreTooLarge) // decision D47
{
    Service service{{{"limits.entries", "20"}}};
    std::string resources;
    for (int i = 0; i < 21; ++i)
        resources +=
            (i == 0 ? "" : ",") + result("2823-3", "4.0", "mmol/L", "k" + std::to_string(i));

    EXPECT_EQ(service.post(kView, call()).status, 200);
    EXPECT_EQ(service.post(kView, with(call(), "/prefetch/labs", bundle(resources))).status, 413);
}

TEST(Hooks, OfAnotherServiceAreRefused) // REQ-02
{
    Service service;

    EXPECT_EQ(service.post("/cds-services/twitch-order-sign", call()).status, 400);
}

TEST(Retries, OfTheSameInstanceAreAnsweredAgain) // REQ-04, T-31
{
    Service service;
    auto const first = service.post(kView, call());
    auto const second = service.post(kView, call());

    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(second.status, 200);
    EXPECT_NE(header(first, "X-Decision-Id"), header(second, "X-Decision-Id"));
}

TEST(Feedback, IsAnsweredWithAnEmptyBody) // FB-01, FB-07, FB-08
{
    Service service;
    auto const answer = service.post(
        std::string{kView} + "/feedback",
        R"({"feedback":[{"card":"2628b826-a612-5a84-9f60-a906e8298712","outcome":"overridden",)"
        R"("outcomeTimestamp":"2026-01-31T08:00:00Z"}]})");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(service.post(std::string{kView} + "/feedback", "{}").status, 400);
}

TEST(Production, WithoutClientEntriesLetsNobodyInAndSaysNothing) // JWT-11, FB-10, DISC-18
{
    Service service{{{"mode", "production"}, {"audit.key_file", "/nowhere"}}};
    for (auto const& answer :
         {service.post(kView, call()), service.post(std::string{kView} + "/feedback", "{}"),
          service.send("GET", "/cds-services"), service.post(kView, "rubbish")}) {
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(header(answer, "WWW-Authenticate"), "Bearer");
        EXPECT_EQ(header(answer, "X-Decision-Id"), "");
        EXPECT_EQ(at(answer.body, "/issue/0/code"), "login");
        EXPECT_EQ(at(answer.body, "/issue/0/diagnostics"), "not authenticated.");
    }
}

} // namespace

} // namespace tcds::app::test
