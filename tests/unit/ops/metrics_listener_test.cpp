#include "server/ops/metrics_listener.hpp"

#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tcds::ops::test {

namespace {

using http::test::Answer;
using http::test::RawClient;
using testing::HasSubstr;

class Listening : public testing::Test
{
protected:
    void SetUp() override { ASSERT_TRUE(listener_.start()); }

    Answer ask(std::string const& line, bool ofHead = false)
    {
        RawClient client{listener_.port()};
        client.send(line + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client.answer(ofHead).value_or(Answer{});
    }

    http::test::RecordingLog log_;
    Metrics metrics_{MetricWords{}};
    MetricsListener listener_{"127.0.0.1", 0, metrics_, log_};
};

TEST_F(Listening, GivesTheMetricsAsTheyStand)
{
    metrics_.auditWriteFailed();

    auto const answer = ask("GET /metrics");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(answer.body, metrics_.text());
    EXPECT_THAT(answer.body, HasSubstr("\ntwitch_cds_audit_write_errors_total 1\n"));
}

TEST_F(Listening, SaysThatTheProcessLives)
{
    auto const answer = ask("GET /healthz");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "live\n");
}

TEST_F(Listening, KnowsNothingElse)
{
    for (auto const* path : {"/", "/cds-services", "/metrics/", "/metricsx", "/healthz/ready"})
        EXPECT_EQ(ask("GET " + std::string{path}).status, 404) << path;
}

TEST_F(Listening, TakesGetAndHeadAlone)
{
    auto const answer = ask("DELETE /metrics");

    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.field("Allow"), "GET, HEAD");
    EXPECT_EQ(ask("HEAD /metrics", true).status, 200);
}

TEST_F(Listening, MarksItsEventsSoThatNoRecordIsMadeOfThem)
{
    RawClient client{listener_.port()};
    ASSERT_TRUE(client.ask("nonsense\r\n\r\n"));

    EXPECT_TRUE(log_.waitFor("metrics: request refused"));
    EXPECT_FALSE(log_.has("request refused"));
}

TEST(MetricsListener, SaysWhichAddressItCannotHave)
{
    http::test::RecordingLog log;
    Metrics const metrics{MetricWords{}};
    MetricsListener first{"127.0.0.1", 0, metrics, log};
    ASSERT_TRUE(first.start());
    MetricsListener second{"127.0.0.1", first.port(), metrics, log};

    auto const started = second.start();

    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, Error::Kind::Config);
    EXPECT_THAT(started.error().where, HasSubstr(std::to_string(first.port())));
}

} // namespace

} // namespace tcds::ops::test
