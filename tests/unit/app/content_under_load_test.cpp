#include "server/cds/outcome.hpp"
#include "server/http/server.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/contents.hpp"
#include "tests/unit/app/served.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <vector>

namespace tcds::app::test {

namespace {

using tcds::test::at;

constexpr int kClients = 4;
constexpr int kCallsOfEach = 200;
constexpr int kCallsBetweenReloads = 25;

/// The service behind a listener with several threads.
class Loaded
{
public:
    Loaded() : server_{options(), service.app(), log_}
    {
        if (auto const started = server_.start(); !started)
            throw std::runtime_error{started.error().what};
    }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

    Service service;

private:
    static http::Options options()
    {
        http::Options made;
        made.threads = 4;
        made.limits.body = std::size_t{1} << 20U;
        return made;
    }
    http::test::RecordingLog log_;
    http::Server server_;
};

struct Given {
    int status = 0;
    std::string decision, rule, summary;
};

/// Calls over one connection, one after the other.
std::vector<Given> callOften(std::uint16_t port, std::atomic<int>& answered)
{
    std::vector<Given> given;
    http::test::RawClient client{port};
    auto const bytes = wire(kView, call());
    for (int i = 0; i < kCallsOfEach; ++i) {
        auto const answer = client.ask(bytes);
        if (!answer) break;
        given.push_back({answer->status, answer->field("X-Decision-Id"),
                         at(answer->body, "/cards/0/extension/org.twitch-cds/rules/0/id"),
                         at(answer->body, "/cards/0/summary")});
        ++answered;
    }
    return given;
}

TEST(ReloadUnderLoad, LosesNoCallAndShowsNoCallTwoContents)
{
    Loaded loaded;
    auto const a = contentOf('a', "MG");
    auto const b = contentOf('b', "NA");
    std::atomic<int> loads{0};
    // a, b, a again (a roll back), b, ...
    auto const content = loaded.service.contentSwitch([&] { return loads++ % 2 == 0 ? a : b; });
    ASSERT_TRUE(reloaded(*content)); // the shipped rules answer nothing
    std::atomic<int> answered{0};
    std::atomic<int> ended{0};
    std::vector<std::vector<Given>> given(kClients);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kClients; ++i)
        clients.emplace_back([&, i] {
            given[i] = callOften(loaded.port(), answered);
            ++ended;
        });

    int reloads = 1;
    for (int next = kCallsBetweenReloads; ended < kClients; next += kCallsBetweenReloads) {
        while (answered < next && ended < kClients) std::this_thread::yield();
        ASSERT_TRUE(reloaded(*content));
        ++reloads;
    }
    for (auto& client : clients) client.join();

    // Sent is answered, and answered is recorded.
    std::map<std::string, Given> byDecision;
    for (auto const& each : given) {
        EXPECT_EQ(each.size(), kCallsOfEach);
        for (auto const& one : each) {
            EXPECT_EQ(one.status, 200);
            byDecision.emplace(one.decision, one);
        }
    }
    EXPECT_EQ(byDecision.size(), kClients * kCallsOfEach);
    auto const records = loaded.service.records("decision");
    EXPECT_EQ(records.size(), kClients * kCallsOfEach);
    EXPECT_EQ(loaded.service.records("config").size(), static_cast<std::size_t>(reloads));
    EXPECT_GE(reloads, kClients * kCallsOfEach / kCallsBetweenReloads / 2);

    // Each decision is of one content, in its record and in its answer.
    std::map<std::string, int> byContent;
    for (auto const& record : records) {
        auto const digest = at(record, "/pack/sha256");
        auto const isA = digest == a.rules->digest;
        ASSERT_TRUE(isA || digest == b.rules->digest) << digest;
        ++byContent[digest];
        auto const rule = isA ? "EL-A" : "EL-B";
        EXPECT_EQ(at(record, "/pack/version"), isA ? "A" : "B");
        EXPECT_EQ(at(record, "/rules/0/id"), rule);
        EXPECT_EQ(at(record, "/cards/0/rule"), rule);
        auto const& answer = byDecision[at(record, "/decisionId")];
        EXPECT_EQ(answer.rule, rule);
        EXPECT_EQ(answer.summary, isA ? "Content A: 2.9 mmol/L" : "Content B: 2.9 mmol/L");
    }
    EXPECT_EQ(byContent.size(), 2U) << "both contents must have answered";
}

} // namespace

} // namespace tcds::app::test
