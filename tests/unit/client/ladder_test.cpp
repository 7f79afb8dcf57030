#include "asking.hpp"
#include "mock_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

/// Answers "Observation?s=STATUS..." with that status, a Bundle for 200.
MockServer::Handler asTold()
{
    return [](Heard const& heard, Wire& wire) {
        auto const at = heard.target().find("s=");
        auto const status = std::stoi(heard.target().substr(at + 2, 3));
        wire.send(
            answer(status, status == 200 ? bundle(1) : R"({"resourceType":"OperationOutcome"})"));
    };
}

std::vector<std::string> targetsOf(MockServer& server)
{
    std::vector<std::string> targets;
    for (auto const& heard : server.requests()) targets.push_back(heard.target());
    return targets;
}

struct Row {
    std::vector<std::string> steps;
    Outcome outcome;
    std::size_t step;
    int status;
};

// The missing-data ladder: 400, 403, 404, 422 widen; 401 and failures end.
TEST(Ladder, WidensOnRefusedForms)
{
    std::vector<Row> const rows{
        {{"s=200", "s=500"}, Outcome::Ok, 0, 200},
        {{"s=400", "s=200", "s=500"}, Outcome::Ok, 1, 200},
        {{"s=403", "s=404", "s=422", "s=200"}, Outcome::Ok, 3, 200},
        {{"s=404"}, Outcome::Error, 0, 404},
        {{"s=400", "s=422"}, Outcome::Error, 1, 422},
        {{"s=403"}, Outcome::Denied, 0, 403},
        {{"s=404", "s=403"}, Outcome::Denied, 1, 403},
        {{"s=401", "s=200"}, Outcome::Denied, 0, 401},
        {{"s=400", "s=401", "s=200"}, Outcome::Denied, 1, 401},
        {{"s=500", "s=200"}, Outcome::Error, 0, 500},
        {{"s=429", "s=200"}, Outcome::Error, 0, 429},
        {{"s=503", "s=200"}, Outcome::Error, 0, 503},
        {{"s=204", "s=200"}, Outcome::Error, 0, 204},
        {{"s=410", "s=200"}, Outcome::Error, 0, 410},
    };
    MockServer server{asTold()};
    FhirClient client{loopbackOptions()};
    std::size_t heard = 0;
    for (auto const& row : rows) {
        std::vector<std::string> steps;
        for (auto const& step : row.steps) steps.push_back("Observation?" + step);
        auto const got = fetchOne(client, server.base(), steps);

        SCOPED_TRACE(row.steps.front() + " of " + std::to_string(row.steps.size()));
        EXPECT_EQ(got.outcome, row.outcome);
        EXPECT_EQ(got.step, row.step);
        EXPECT_EQ(got.status, row.status);
        EXPECT_EQ(got.documents.size(), row.outcome == Outcome::Ok ? 1U : 0U);
        // in order, each once, and none after the step that ended it
        auto const targets = targetsOf(server);
        ASSERT_EQ(targets.size(), heard + row.step + 1);
        for (std::size_t i = 0; i <= row.step; ++i)
            EXPECT_EQ(targets[heard + i], "/fhir/Observation?" + row.steps[i]);
        heard = targets.size();
    }
}

TEST(Ladder, StepOfSeveralRequestsGivesAllTheirDocumentsInOrder)
{
    Meeting meeting{3};
    MockServer server{[&](Heard const& heard, Wire& wire) {
        EXPECT_TRUE(meeting.join()) << "the requests of a step go out together";
        auto const id = heard.target().substr(heard.target().find('=') + 1);
        wire.send(answer(200, R"({"resourceType":"Observation","id":")" + id + "\"}"));
    }};
    FhirClient client{loopbackOptions()};

    std::vector<Query> queries;
    queries.push_back(
        {"labs", {{"Observation?code=a", "Observation?code=b", "Observation?code=c"}}});
    auto const answers = fetchAll(client, server.base(), std::move(queries));

    ASSERT_EQ(answers[0].outcome, Outcome::Ok) << answers[0].why;
    ASSERT_EQ(answers[0].documents.size(), 3U);
    EXPECT_EQ(answers[0].pages, 3U);
    EXPECT_EQ(json::textOf(answers[0].documents[0].root(), "id"), "a");
    EXPECT_EQ(json::textOf(answers[0].documents[1].root(), "id"), "b");
    EXPECT_EQ(json::textOf(answers[0].documents[2].root(), "id"), "c");
}

TEST(Ladder, OneRefusedFormRefusesTheStep)
{
    MockServer server{asTold()};
    FhirClient client{loopbackOptions()};

    std::vector<Query> queries;
    queries.push_back(
        {"a", {{"Observation?s=200", "Observation?s=404"}, {"Observation?s=200&wide"}}});
    queries.push_back({"b", {{"Observation?s=200", "Observation?s=404"}}});
    queries.push_back({"c", {{"Observation?s=200", "Observation?s=401"}, {"Observation?s=200"}}});
    queries.push_back({"d", {{"Observation?s=200", "Observation?s=500"}, {"Observation?s=200"}}});
    queries.push_back({"e", {{"Observation?s=404", "Observation?s=403"}}});
    auto const answers = fetchAll(client, server.base(), std::move(queries));

    EXPECT_EQ(answers[4].outcome, Outcome::Denied);
    EXPECT_EQ(answers[4].status, 403);
    EXPECT_EQ(answers[0].outcome, Outcome::Ok);
    EXPECT_EQ(answers[0].step, 1U);
    EXPECT_EQ(answers[0].documents.size(), 1U) << "what the refused step brought is not used";
    EXPECT_EQ(answers[1].outcome, Outcome::Error);
    EXPECT_EQ(answers[1].documents.size(), 0U);
    EXPECT_EQ(answers[2].outcome, Outcome::Denied);
    EXPECT_EQ(answers[3].outcome, Outcome::Partial) << "a failure is no refused form";
    EXPECT_EQ(answers[3].documents.size(), 1U);
    EXPECT_EQ(answers[3].status, 500);
}

} // namespace
} // namespace tcds::client::test
