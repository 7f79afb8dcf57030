#include "server/app/tally.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/rule_texts.hpp"
#include "tests/unit/app/service.hpp"
#include "tests/unit/auth/key_server.hpp"
#include "tests/unit/auth/stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kFeedback = "/cds-services/twitch-patient-view/feedback";
constexpr std::string_view kSelect = "/cds-services/twitch-order-select";

Service::Settings counting(Service::Settings more = {})
{
    more.emplace_back("metrics.listen", "127.0.0.1:0"); // nothing is bound here
    return more;
}

/// Value of one series, given as it stands in the text without the prefix; -1 when there is none.
double value(std::string const& text, std::string_view series)
{
    auto const wanted = "twitch_cds_" + std::string{series} + " ";
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(wanted)) return std::stod(line.substr(wanted.size()));
    return -1;
}
double value(Service const& service, std::string_view series)
{
    return value(service.metrics(), series);
}

/// Sum over all series of a metric.
double sum(std::string const& text, std::string_view metric)
{
    auto const wanted = "twitch_cds_" + std::string{metric} + "{";
    std::istringstream lines{text};
    double total = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(wanted)) total += std::stod(line.substr(line.rfind(' ')));
    return total;
}

/// The patient with a low potassium alone: one card.
std::string potassium()
{
    auto made = with(call(), "/prefetch/labs", bundle(result("2823-3", "2.9", "mmol/L", "o1")));
    return with(made, "/prefetch/medications", std::string{kEmptyBundle});
}

TEST(Metrics, AreNotCountedUnlessSomebodyListens)
{
    Service service;
    ASSERT_EQ(service.post(kView, call()).status, 200);
    EXPECT_EQ(service.metrics(), "");
}

TEST(Metrics, CountACallItsCardAndItsTime)
{
    Service service{counting()};

    ASSERT_EQ(cardsOf(service.post(kView, potassium())), 1);

    EXPECT_EQ(value(service, R"(requests_total{client="none",code="200",hook="patient-view",)"
                             R"(service="twitch-patient-view"})"),
              1);
    EXPECT_EQ(value(service, R"(cards_returned_total{indicator="warning",rule="EL-K-LOW"})"), 1);
    EXPECT_EQ(value(service, R"(request_duration_seconds_count{service="twitch-patient-view"})"),
              1);
    EXPECT_EQ(value(service, R"(request_duration_seconds_count{service="twitch-order-sign"})"), 0);
    EXPECT_EQ(sum(service.metrics(), "rejects_total"), 0);
}

TEST(Metrics, CountWhatBecameOfEveryCandidate) // decisions D40, D43
{
    Service service{counting({{"state.suppress", "true"}})};
    ASSERT_EQ(cardsOf(service.post(kView, potassium())), 1);
    auto const listed = tcds::test::parseJson(service.records("decision").at(0))["rules"].Size();
    EXPECT_EQ(value(service, R"(rule_evaluations_total{outcome="fired",rule="EL-K-LOW"})"), 1);
    EXPECT_EQ(sum(service.metrics(), "rule_evaluations_total"), listed) << "as many as recorded";

    ASSERT_EQ(cardsOf(service.post(kView, potassium())), 0) << "a repeat";
    EXPECT_EQ(value(service, R"(rule_evaluations_total{outcome="suppressed",rule="EL-K-LOW"})"), 1);
    EXPECT_EQ(sum(service.metrics(), "cards_returned_total"), 1);
}

TEST(Metrics, CountEveryCardOfAnAnswerOnce)
{
    Service service{counting()};
    auto const cards = cardsOf(service.post(kView, call()));

    ASSERT_GE(cards, 1);
    EXPECT_EQ(sum(service.metrics(), "cards_returned_total"), cards);
}

TEST(Metrics, CountNoCardOfASilentClient) // UX-10
{
    Service service{counting(), "clients: [{name: trial, auth: none, mode: silent}]\n"};
    ASSERT_EQ(cardsOf(service.post(kView, potassium())), 0);

    EXPECT_EQ(sum(service.metrics(), "cards_returned_total"), 0);
    EXPECT_EQ(value(service, R"(requests_total{client="trial",code="200",hook="patient-view",)"
                             R"(service="twitch-patient-view"})"),
              1);
}

TEST(Metrics, CountUnknownPrefetchKeysAfterTheAliases) // TOL-01, decision D38
{
    Service service{counting(),
                    "clients: [{name: mercy, auth: none, aliases: {labs-user: labs}}]\n"};
    auto body = with(call(), "/prefetch/labs-user", std::string{kEmptyBundle});
    EXPECT_EQ(service.post(kView, body).status, 200);
    EXPECT_EQ(value(service, R"(unknown_prefetch_keys_total{client="mercy"})"), 0)
        << "an alias, and keys of other services, are known";

    body = with(body, "/prefetch/labs-user2", std::string{kEmptyBundle});
    body = with(body, "/prefetch/meds", "null");
    EXPECT_EQ(service.post(kView, body).status, 200);
    EXPECT_EQ(value(service, R"(unknown_prefetch_keys_total{client="mercy"})"), 2);
}

TEST(Metrics, CountContextsThatLackWhatTheHookRequires) // TOL-13, TOL-12
{
    auto const thin = without(orderSelect(), "/context/draftOrders");
    for (auto const* lenient : {"false", "true"}) {
        Service service{counting(), "clients: [{name: a, auth: none, lenient_context: " +
                                        std::string{lenient} + "}]\n"};
        (void)service.post(kSelect, thin); // its answer is tested elsewhere
        EXPECT_EQ(value(service, R"(context_incomplete_total{client="a"})"), 1) << lenient;
        EXPECT_EQ(service.post(kSelect, without(orderSelect(), "/context/userId")).status, 400);
        EXPECT_EQ(value(service, R"(context_incomplete_total{client="a"})"), 1) << lenient;
    }
}

TEST(Metrics, CountRefusalsByTheReasonOfTheirRecord)
{
    Service service{counting()};
    EXPECT_EQ(service.post(kView, "{").status, 400);
    EXPECT_EQ(service.post(kView, without(call(), "/context/userId")).status, 400);
    EXPECT_EQ(service.post(kView, without(call(), "/prefetch")).status, 412);
    EXPECT_EQ(service.post(kFeedback, "{}").status, 400);
    service.app().recordRefusal(413, "body", "192.0.2.7"); // as the listener tells it

    for (auto const* reason :
         {"json", "context-invalid", "missing-data", "feedback-invalid", "body-size"})
        EXPECT_EQ(value(service, "rejects_total{reason=\"" + std::string{reason} + "\"}"), 1)
            << reason;
    EXPECT_EQ(sum(service.metrics(), "rejects_total"), 5);
    EXPECT_EQ(sum(service.metrics(), "requests_total"), 5);
    EXPECT_EQ(value(service, R"(requests_total{client="none",code="412",hook="patient-view",)"
                             R"(service="twitch-patient-view"})"),
              1);
    EXPECT_EQ(value(service, R"(requests_total{client="none",code="400",hook="feedback",)"
                             R"(service="twitch-patient-view"})"),
              1);
    EXPECT_EQ(
        value(service, R"(requests_total{client="none",code="413",hook="none",service="none"})"),
        1);
}

TEST(Metrics, CountOtherPathsButNoHealthCheck)
{
    Service service{counting()};
    EXPECT_EQ(service.send("GET", "/healthz/live").status, 200);
    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 200);
    EXPECT_EQ(sum(service.metrics(), "requests_total"), 0);

    EXPECT_EQ(service.send("GET", "/cds-services").status, 200);
    EXPECT_EQ(service.send("GET", "/cds-services/none-of-ours").status, 404);
    EXPECT_EQ(service.send("DELETE", kView).status, 405);

    EXPECT_EQ(value(service, R"(requests_total{client="none",code="200",hook="discovery",)"
                             R"(service="none"})"),
              1);
    EXPECT_EQ(
        value(service, R"(requests_total{client="none",code="404",hook="none",service="none"})"),
        1);
    EXPECT_EQ(sum(service.metrics(), "requests_total"), 3);
}

TEST(Metrics, CountRecordsThatCouldNotBeKept) // decision D33
{
    Service service{counting()};
    {
        FullDisk const full;
        EXPECT_EQ(service.post(kView, call()).status, 503);
    }
    EXPECT_EQ(value(service, "audit_write_errors_total"), 1);
    EXPECT_EQ(sum(service.metrics(), "cards_returned_total"), 0) << "no card left";
    EXPECT_EQ(value(service, R"(requests_total{client="none",code="503",hook="patient-view",)"
                             R"(service="twitch-patient-view"})"),
              1);
}

TEST(Metrics, CountWhatADecisionHadToDoWithout)
{
    Service service{counting()};
    auto body = without(call(), "/prefetch/labs");
    body = with(body, "/prefetch/medications", std::string{kFailed});
    EXPECT_EQ(service.post(kView, body).status, 412);
    EXPECT_EQ(service.post(kView, without(call(), "/prefetch/labs")).status, 200);

    EXPECT_EQ(value(service, R"(input_missing_total{key="labs",reason="absent"})"), 2);
    EXPECT_EQ(value(service, R"(input_missing_total{key="medications",reason="error"})"), 1);
    EXPECT_EQ(value(service, R"(input_missing_total{key="appointments",reason="absent"})"), -1)
        << "the service does not ask for them";
}

std::string item(std::string_view card, std::string_view system, std::string_view code)
{
    return R"({"card":")" + std::string{card} +
           R"(","outcomeTimestamp":"2026-01-31T08:00:00Z","outcome":"overridden",)"
           R"("overrideReason":{"reason":{"system":")" +
           std::string{system} + R"(","code":")" + std::string{code} +
           R"("},"userComment":"Canarycomment"}})";
}

TEST(Metrics, CountFeedbackByLeadingRuleAndReason) // FB-09
{
    Service service{counting({{"state.suppress", "true"}})};
    auto const shown = at(service.post(kView, potassium()).body, "/cards/0/uuid");
    constexpr auto* kStranger = "4e0a3a1e-883f-4f62-ab70-37e67f8c20f1";
    constexpr auto* kOurs = "urn:twitch-cds:override-reason";
    auto const reason = tcds::test::shippedRules()->overrideReasons.front().code;
    auto const items = item(shown, kOurs, reason) + "," +
                       item(kStranger, "http://canary.example.org", "Canarycode") + "," +
                       item(kStranger, kOurs, "Canarycode") + R"(,{"card":")" + kStranger +
                       R"(","outcomeTimestamp":"2026-01-31T08:00:00Z","outcome":"accepted",)"
                       R"("acceptedSuggestions":[{"id":"s1"}]})";

    ASSERT_EQ(service.post(kFeedback, R"({"feedback":[)" + items + "]}").status, 200);

    EXPECT_EQ(value(service, R"(feedback_total{outcome="overridden",reason=")" + reason +
                                 R"(",rule="EL-K-LOW"})"),
              1);
    EXPECT_EQ(value(service, R"(feedback_total{outcome="overridden",reason="other",rule="none"})"),
              2);
    EXPECT_EQ(value(service, R"(feedback_total{outcome="accepted",reason="none",rule="none"})"), 1);
    EXPECT_THAT(service.metrics(), Not(HasSubstr("anary")));
}

// CTL-06, CTL-09: what a caller or a patient brings is in no name and no label.
TEST(Metrics, HoldNothingThatACallerSent)
{
    Service service{counting()};
    auto body = with(call(), R"(/prefetch/x"} 1 Canarykey)", std::string{kEmptyBundle});
    body = with(body, "/context/userId", R"("Practitioner/Canaryuser")");
    body = with(body, "/context/encounterId", R"("Canaryencounter")");
    body = with(body, "/fhirServer", R"("https://Canaryserver.example.org/fhir")");
    body = with(body, "/fhirAuthorization",
                R"({"access_token":"Canarytoken","token_type":"Bearer","expires_in":300,)"
                R"("scope":"patient/*.read","subject":"Canarysubject"})");
    EXPECT_EQ(service.post(kView, body).status, 200);
    EXPECT_EQ(service.post("/cds-services/Canarypath", body).status, 404);
    EXPECT_EQ(service.post("/Canarypath", "{}").status, 404);
    EXPECT_EQ(service.post(kView, with(body, "/hook", R"("Canaryhook")")).status, 400);
    EXPECT_EQ(service.post(kView, body, "text/Canarytype").status, 415);
    http::Request token;
    token.method = "POST";
    token.path = kView;
    token.body = body;
    token.headers.add("Content-Type", "application/json");
    token.headers.add("Authorization", "Bearer Canarybearer");
    (void)service.handle(std::move(token)); // refused or not: that is tested elsewhere

    EXPECT_EQ(value(service, R"(unknown_prefetch_keys_total{client="none"})"), 2);
    EXPECT_THAT(service.metrics(), Not(HasSubstr("anary")));
    EXPECT_THAT(service.metrics(), Not(HasSubstr("pt1")));
}

TEST(Metrics, CountQueriesByTheTypeThatWasAskedFor)
{
    auto const metrics = metricsOf({}, *tcds::test::shippedRules());
    std::vector<cds::FhirQuery> asked(4);
    asked[0].ladder = {{"Observation?patient=Canary&code=1"}};
    asked[1].ladder = {{"Patient/Canary"}};
    asked[2].ladder = {{"https://fhir.example.org/r4/MedicationRequest?page=Canary"}};
    asked[3].ladder = {{"https://fhir.example.org/r4?_getpages=Canary"}};
    std::vector<client::Answer> answers(4);
    answers[0].outcome = client::Outcome::Ok;
    answers[1].outcome = client::Outcome::Denied;
    answers[2].outcome = client::Outcome::Timeout;
    answers[2].took = std::chrono::milliseconds{1500};

    Tally{metrics.get()}.reads(asked, answers, "");

    auto const text = metrics->text();
    auto const count = [&text](std::string const& resource, std::string const& outcome) {
        return value(text, R"(fhir_fetch_duration_seconds_count{client="none",outcome=")" +
                               outcome + R"(",resource=")" + resource + R"("})");
    };
    EXPECT_EQ(count("Observation", "ok"), 1);
    EXPECT_EQ(count("Patient", "denied"), 1);
    EXPECT_EQ(count("MedicationRequest", "timeout"), 1);
    EXPECT_EQ(count("other", "error"), 1);
    EXPECT_EQ(value(text, R"(fhir_fetch_duration_seconds_sum{client="none",outcome="timeout",)"
                          R"(resource="MedicationRequest"})"),
              1.5);
    EXPECT_THAT(text, Not(HasSubstr("Canary")));
}

TEST(Metrics, CountKeySetsAndRefusedTokens)
{
    auth::test::KeyServer server;
    server.sets.insert_or_assign(std::string{auth::test::kJku},
                                 auth::test::setOf({auth::test::p384().jwk()}));
    auto const production = counting({{"mode", "production"},
                                      {"audit.key_file", "/etc/twitch-cds/audit.key"},
                                      {"public_url", "https://cds.example.org"},
                                      {"state.suppress", "false"}});
    auto const entry = [](std::string const& jku) {
        return "clients:\n  - name: mercy\n    issuers: https://ehr.example.org\n    jku: " + jku +
               "\n";
    };
    Service good{production, entry(std::string{auth::test::kJku}), "", server.outside().fetch};
    Service bad{production, entry("https://ehr.example.org/gone"), "", server.outside().fetch};

    EXPECT_EQ(value(good, R"(jwks_refresh_total{client="mercy",outcome="ok"})"), 1);
    EXPECT_EQ(value(good, R"(jwks_refresh_total{client="mercy",outcome="failed"})"), -1);
    EXPECT_EQ(value(bad, R"(jwks_refresh_total{client="mercy",outcome="failed"})"), 1);

    EXPECT_EQ(good.post(kView, call()).status, 401);
    EXPECT_EQ(value(good, R"(rejects_total{reason="jwt-missing"})"), 1);
    EXPECT_EQ(value(good, R"(requests_total{client="none",code="401",hook="patient-view",)"
                          R"(service="twitch-patient-view"})"),
              1);
}

TEST(Metrics, NamePackAndProgram)
{
    auto const rules = tcds::test::shippedRules();
    auto const text = metricsOf({}, *rules)->text();

    ASSERT_FALSE(rules->packs.empty());
    EXPECT_EQ(value(text, R"(pack_info{id=")" + rules->packs[0].id + R"(",version=")" +
                              rules->packs[0].version + R"("})"),
              1);
    EXPECT_THAT(text, HasSubstr("twitch_cds_build_info{commit=\""));
}

} // namespace

} // namespace tcds::app::test
