#include "server/ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace tcds::ops::test {

namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using Field = http::Log::Field;

MetricWords words()
{
    MetricWords made;
    made.version = "1.2.3";
    made.commit = "abc1234";
    made.content.packs = {{"core", "2026.1"}};
    made.services = {"svc"};
    made.kinds = {"patient-view", "feedback"};
    made.clients = {"mercy"};
    made.content.rules = {"EL-K-LOW"};
    made.ruleOutcomes = {"fired", "not-met"};
    made.content.overrideReasons = {"not-relevant"};
    made.rejectReasons = {"json"};
    made.keys = {"labs"};
    made.inputReasons = {"absent"};
    made.resources = {"Observation"};
    made.fetchOutcomes = {"ok"};
    return made;
}

TEST(MetricsOfRules, SayHowManyStandHowAndWhenEachIsReviewed)
{
    Metrics metrics{words()};
    metrics.rulesInUse({{{"active", 43}, {"shadow", 0}, {"disabled", 1}},
                        {{"EL-K-LOW", 1795305600}, {"overlay", 1792800000}}});

    auto const first = metrics.text();
    EXPECT_THAT(first, HasSubstr("twitch_cds_rules{status=\"active\"} 43\n"));
    EXPECT_THAT(first, HasSubstr("twitch_cds_rules{status=\"disabled\"} 1\n"));
    EXPECT_THAT(first, HasSubstr("twitch_cds_rule_review_due_timestamp_seconds{rule=\"EL-K-LOW\"} "
                                 "1795305600\n"));

    metrics.rulesInUse({{{"active", 44}}, {{"EL-K-LOW", 1795305600}}});

    auto const second = metrics.text();
    EXPECT_THAT(second, HasSubstr("twitch_cds_rules{status=\"active\"} 44\n"));
    EXPECT_THAT(second, Not(HasSubstr("disabled")));
    EXPECT_THAT(second, Not(HasSubstr("overlay")));
}

TEST(MetricsOfCheckpoints, SayWhenTheLastWasMadeAndArrived)
{
    Metrics metrics{words()};
    EXPECT_THAT(metrics.text(), Not(HasSubstr("checkpoint")));
    metrics.checkpointMade(1795305600.5);
    metrics.checkpointMade(1795305660);
    metrics.checkpointPublished("syslog", 1795305600);
    metrics.checkpointNotPublished("http");
    metrics.checkpointNotPublished("http");

    auto const text = metrics.text();

    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_checkpoint_timestamp_seconds 1795305660\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_checkpoint_published_timestamp_seconds{"
                                "destination=\"syslog\"} 1795305600\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_checkpoint_publish_errors_total{"
                                "destination=\"syslog\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_checkpoint_publish_errors_total{"
                                "destination=\"http\"} 2\n"));
}

TEST(MetricsText, IsTheExpositionFormatInAFixedOrder)
{
    Metrics metrics{words()};
    metrics.request("svc", "patient-view", "mercy", 200);
    metrics.request("svc", "patient-view", "mercy", 200);
    metrics.request("svc", "feedback", "mercy", 400);
    metrics.requestTook("svc", 250ms); // on a bound: the bucket is inclusive
    metrics.requestTook("svc", 2s);
    metrics.ruleEvaluated("EL-K-LOW", "not-met");
    metrics.ruleEvaluated("EL-K-LOW", "fired");
    metrics.ruleEvaluated("EL-K-LOW", "not-met");
    metrics.cardReturned("EL-K-LOW", "warning");
    metrics.feedback("EL-K-LOW", false, "not-relevant");
    metrics.inputMissing("labs", "absent");
    metrics.unknownPrefetchKeys("mercy", 3);
    metrics.rejected("json");
    metrics.contextIncomplete("mercy");
    metrics.auditWriteFailed();
    metrics.hear("key set read", std::array{Field{"client", "mercy"}, Field{"keys", "2"}});

    EXPECT_EQ(metrics.text(),
              R"(# HELP twitch_cds_audit_write_errors_total Records that could not be kept.
# TYPE twitch_cds_audit_write_errors_total counter
twitch_cds_audit_write_errors_total 1
# HELP twitch_cds_build_info The program that runs.
# TYPE twitch_cds_build_info gauge
twitch_cds_build_info{commit="abc1234",version="1.2.3"} 1
# HELP twitch_cds_cards_returned_total Cards that were returned, by leading rule.
# TYPE twitch_cds_cards_returned_total counter
twitch_cds_cards_returned_total{indicator="warning",rule="EL-K-LOW"} 1
# HELP twitch_cds_content_reload_refused 1 while the last reload of the rules was refused.
# TYPE twitch_cds_content_reload_refused gauge
twitch_cds_content_reload_refused 0
# HELP twitch_cds_content_reloads_total Reloads of the rules, by outcome.
# TYPE twitch_cds_content_reloads_total counter
twitch_cds_content_reloads_total{outcome="ok"} 0
twitch_cds_content_reloads_total{outcome="refused"} 0
# HELP twitch_cds_context_incomplete_total Calls without a part of the context that the hook requires.
# TYPE twitch_cds_context_incomplete_total counter
twitch_cds_context_incomplete_total{client="mercy"} 1
twitch_cds_context_incomplete_total{client="none"} 0
# HELP twitch_cds_feedback_total Items of feedback about cards.
# TYPE twitch_cds_feedback_total counter
twitch_cds_feedback_total{outcome="overridden",reason="not-relevant",rule="EL-K-LOW"} 1
# HELP twitch_cds_input_missing_total Prefetch keys that a decision had to do without.
# TYPE twitch_cds_input_missing_total counter
twitch_cds_input_missing_total{key="labs",reason="absent"} 1
# HELP twitch_cds_jwks_refresh_total Key sets of clients, read or not had.
# TYPE twitch_cds_jwks_refresh_total counter
twitch_cds_jwks_refresh_total{client="mercy",outcome="ok"} 1
# HELP twitch_cds_pack_info Rule packs in use.
# TYPE twitch_cds_pack_info gauge
twitch_cds_pack_info{id="core",version="2026.1"} 1
# HELP twitch_cds_rejects_total Requests that were refused.
# TYPE twitch_cds_rejects_total counter
twitch_cds_rejects_total{reason="json"} 1
# HELP twitch_cds_request_duration_seconds Hook calls from the end of the body to the answer.
# TYPE twitch_cds_request_duration_seconds histogram
twitch_cds_request_duration_seconds_count{service="svc"} 2
twitch_cds_request_duration_seconds_sum{service="svc"} 2.25
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.0005"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.001"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.0025"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.005"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.01"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.025"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.05"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.1"} 0
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.25"} 1
twitch_cds_request_duration_seconds_bucket{service="svc",le="0.5"} 1
twitch_cds_request_duration_seconds_bucket{service="svc",le="1"} 1
twitch_cds_request_duration_seconds_bucket{service="svc",le="1.5"} 1
twitch_cds_request_duration_seconds_bucket{service="svc",le="2.5"} 2
twitch_cds_request_duration_seconds_bucket{service="svc",le="+Inf"} 2
# HELP twitch_cds_requests_total Requests that were answered.
# TYPE twitch_cds_requests_total counter
twitch_cds_requests_total{client="mercy",code="200",hook="patient-view",service="svc"} 2
twitch_cds_requests_total{client="mercy",code="400",hook="feedback",service="svc"} 1
# HELP twitch_cds_rule_evaluations_total Rules that were candidates in a decision.
# TYPE twitch_cds_rule_evaluations_total counter
twitch_cds_rule_evaluations_total{outcome="fired",rule="EL-K-LOW"} 1
twitch_cds_rule_evaluations_total{outcome="not-met",rule="EL-K-LOW"} 2
# HELP twitch_cds_unknown_prefetch_keys_total Prefetch keys that no service here has.
# TYPE twitch_cds_unknown_prefetch_keys_total counter
twitch_cds_unknown_prefetch_keys_total{client="mercy"} 3
twitch_cds_unknown_prefetch_keys_total{client="none"} 0
)");
}

TEST(Counters, ThatAlertsWatchStandAtZeroBeforeAnythingHappens)
{
    auto const text = Metrics{words()}.text();

    for (auto const* line : {"twitch_cds_audit_write_errors_total 0\n",
                             "twitch_cds_rejects_total{reason=\"json\"} 0\n",
                             "twitch_cds_unknown_prefetch_keys_total{client=\"mercy\"} 0\n",
                             "twitch_cds_context_incomplete_total{client=\"mercy\"} 0\n",
                             "twitch_cds_request_duration_seconds_count{service=\"svc\"} 0\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(OtherContent, BringsItsOwnWordsAndKeepsTheCountsOfBefore)
{
    Metrics metrics{words()};
    metrics.ruleEvaluated("EL-K-LOW", "fired");
    metrics.ruleEvaluated("LOCAL-NEW", "fired"); // nobody knows it yet

    metrics.contentInUse({{{"core", "2026.2"}, {"local", "1.0"}}, {"LOCAL-NEW"}, {"seen"}});

    metrics.ruleEvaluated("LOCAL-NEW", "fired");
    metrics.ruleEvaluated("EL-K-LOW", "fired"); // of a call that began before
    metrics.feedback("LOCAL-NEW", false, "seen");
    auto const text = metrics.text();
    for (auto const* line :
         {R"(rule_evaluations_total{outcome="fired",rule="EL-K-LOW"} 2)",
          R"(rule_evaluations_total{outcome="fired",rule="LOCAL-NEW"} 1)",
          R"(rule_evaluations_total{outcome="fired",rule="other"} 1)",
          R"(feedback_total{outcome="overridden",reason="seen",rule="LOCAL-NEW"} 1)",
          R"(pack_info{id="core",version="2026.2"} 1)", R"(pack_info{id="local",version="1.0"} 1)"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, Not(HasSubstr("2026.1\"")));
}

TEST(Reloads, AreCountedAndTheLastOneIsTold)
{
    Metrics metrics{words()};

    metrics.contentReloaded(true);
    EXPECT_THAT(metrics.text(), HasSubstr("twitch_cds_content_reload_refused 1\n"));

    metrics.contentReloaded(false);
    auto const text = metrics.text();
    EXPECT_THAT(text, HasSubstr("twitch_cds_content_reload_refused 0\n"));
    EXPECT_THAT(text, HasSubstr(R"(content_reloads_total{outcome="ok"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(content_reloads_total{outcome="refused"} 1)"));
}

TEST(Forwarding, IsToldByTenantAndItsCountsOnlyGrow)
{
    Metrics metrics{words()};
    EXPECT_THAT(metrics.text(), Not(HasSubstr("audit_forward")));
    metrics.forwarding("north", {.added = 7, .failures = 2, .behind = 3, .behindSeconds = 1.5});
    metrics.forwarding("north", {.added = 12, .refused = 1, .failures = 2, .connected = true});

    auto const text = metrics.text();

    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_forwarded_total{tenant=\"north\"} 12\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_forward_refused_total{tenant=\"north\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_forward_failures_total{tenant=\"north\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_forward_connected{tenant=\"north\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_forward_lag_records{tenant=\"north\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_audit_forward_lag_seconds{tenant=\"north\"} 0\n"));
}

TEST(Fetches, AreCountedByClientTypeAndOutcome)
{
    Metrics metrics{words()};

    metrics.fetched("mercy", "Observation", "ok", 500ms);

    auto const labels = std::string{R"({client="mercy",outcome="ok",resource="Observation")"};
    auto const text = metrics.text();
    EXPECT_THAT(text, HasSubstr("twitch_cds_fhir_fetch_duration_seconds_count" + labels + "} 1\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_fhir_fetch_duration_seconds_sum" + labels + "} 0.5\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_fhir_fetch_duration_seconds_bucket" + labels +
                                ",le=\"0.25\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("twitch_cds_fhir_fetch_duration_seconds_bucket" + labels +
                                ",le=\"0.5\"} 1\n"));
}

TEST(LabelValues, AreNeverWhatACallerSent) // CTL-09
{
    Metrics metrics{words()};
    auto const hostile = std::string{"canary\"} 1\ncanary_total{x=\""};
    metrics.request(hostile, hostile, hostile, 999);
    metrics.requestTook(hostile, 1ms);
    metrics.ruleEvaluated(hostile, hostile);
    metrics.cardReturned(hostile, hostile);
    metrics.feedback(hostile, true, hostile);
    metrics.fetched(hostile, hostile, hostile, 1ms);
    metrics.inputMissing(hostile, hostile);
    metrics.unknownPrefetchKeys(hostile, 1);
    metrics.rejected(hostile);
    metrics.contextIncomplete(hostile);
    metrics.hear("key set not had", std::array{Field{"client", hostile}});
    metrics.hear(hostile, std::array{Field{"client", hostile}});

    auto const text = metrics.text();
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    EXPECT_THAT(text, Not(HasSubstr("999")));
    for (
        auto const* line :
        {R"(twitch_cds_requests_total{client="other",code="other",hook="other",service="other"} 1)",
         R"(twitch_cds_rule_evaluations_total{outcome="other",rule="other"} 1)",
         R"(twitch_cds_cards_returned_total{indicator="other",rule="other"} 1)",
         R"(twitch_cds_feedback_total{outcome="accepted",reason="other",rule="other"} 1)",
         R"(twitch_cds_input_missing_total{key="other",reason="other"} 1)",
         R"(twitch_cds_unknown_prefetch_keys_total{client="other"} 1)",
         R"(twitch_cds_rejects_total{reason="other"} 1)",
         R"(twitch_cds_jwks_refresh_total{client="other",outcome="failed"} 1)"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(LabelValues, AreNoneWhereThereIsNoWord)
{
    Metrics metrics{words()};
    metrics.request("", "", "", 404);
    metrics.feedback("", false, "");

    EXPECT_THAT(
        metrics.text(),
        HasSubstr(
            R"(twitch_cds_requests_total{client="none",code="404",hook="none",service="none"} 1)"));
    EXPECT_THAT(
        metrics.text(),
        HasSubstr(
            R"(twitch_cds_feedback_total{outcome="overridden",reason="none",rule="none"} 1)"));
}

TEST(Words, ThatMeanWhatTheTableAddsShareItsSeries) // an override reason may be called "other"
{
    auto made = words();
    made.content.overrideReasons = {"other"};
    made.clients = {"none", "other"};
    Metrics metrics{std::move(made)};
    metrics.feedback("EL-K-LOW", false, "other");
    metrics.feedback("EL-K-LOW", false, "something else");
    metrics.contextIncomplete("none");
    metrics.contextIncomplete("");

    EXPECT_THAT(
        metrics.text(),
        HasSubstr(R"(feedback_total{outcome="overridden",reason="other",rule="EL-K-LOW"} 2)"));
    EXPECT_THAT(metrics.text(), HasSubstr(R"(context_incomplete_total{client="none"} 2)"));
}

TEST(Events, ThatFailAHandlerAreAnswersWithStatus500)
{
    Metrics metrics{words()};

    metrics.hear("handler failed", std::array{Field{"error_id", "1"}});

    EXPECT_THAT(metrics.text(), HasSubstr(R"(code="500",hook="none",service="none"} 1)"));
}

TEST(Counting, FromSeveralThreadsLosesNothing)
{
    constexpr int kThreads = 4;
    constexpr int kTimes = 5000;
    Metrics metrics{words()};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back([&metrics] {
                for (int n = 0; n < kTimes; ++n) {
                    metrics.request("svc", "patient-view", "mercy", 200);
                    metrics.requestTook("svc", 1ms);
                    if (n % 1000 == 0) (void)metrics.text(); // scraped meanwhile
                }
            });
    }

    auto const text = metrics.text();
    EXPECT_THAT(text, HasSubstr(R"(hook="patient-view",service="svc"} 20000)"));
    EXPECT_THAT(text, HasSubstr(R"(request_duration_seconds_count{service="svc"} 20000)"));
}

} // namespace

} // namespace tcds::ops::test
