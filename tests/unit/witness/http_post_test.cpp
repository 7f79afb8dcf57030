#include "server/witness/http_post.hpp"

#include "tests/unit/client/certificates.hpp"
#include "tests/unit/witness/collector.hpp"

#include <gtest/gtest.h>

namespace tcds::witness {
namespace {

using test::Collector;

/// Answers once the body of publication(7) is there.
Collector::Answer answering(std::string answer)
{
    return [answer](std::string const& received) {
        return received.ends_with("note of 7\n") ? answer : std::string{};
    };
}

std::unique_ptr<Destination> endpoint(std::string const& url, std::string const& caFile = {})
{
    auto made = HttpPost::make(url, {caFile, {}, {}});
    EXPECT_TRUE(made) << (made ? std::string{} : toText(made.error()));
    return made ? *std::move(made) : nullptr;
}

std::string urlOf(std::string const& scheme, std::uint16_t port)
{
    return scheme + "://127.0.0.1:" + std::to_string(port) + "/checkpoints?of=cds";
}

TEST(HttpPost, SendsTheNoteAsItIs)
{
    Collector server{nullptr, answering("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")};
    auto const http = endpoint(urlOf("http", server.port()));

    auto const delivered = http->deliver(test::publication(7), test::attempt());

    EXPECT_TRUE(delivered) << toText(delivered.error());
    EXPECT_EQ(
        server.received(1).at(0),
        "POST /checkpoints?of=cds HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 10\r\n"
            "User-Agent: twitch-cds\r\nConnection: close\r\n\r\nnote of 7\n");
}

TEST(HttpPost, SpeaksTls)
{
    client::test::Authority const authority, other;
    auto const answer = answering("HTTP/1.1 204 No Content\r\n\r\n");
    Collector server{authority.issue("IP:127.0.0.1").serverContext(), answer};

    EXPECT_FALSE(endpoint(urlOf("https", server.port()), other.file())
                     ->deliver(test::publication(7), test::attempt()));
    auto const delivered = endpoint(urlOf("https", server.port()), authority.file())
                               ->deliver(test::publication(7), test::attempt());
    EXPECT_TRUE(delivered) << toText(delivered.error());
    EXPECT_TRUE(server.received(2).at(1).ends_with("\r\n\r\nnote of 7\n"));
}

struct Row {
    char const* answer;
    bool has;
};

TEST(HttpPost, TakesEverySuccessForOneAndNothingElse)
{
    for (auto const& [answer, has] :
         {Row{"HTTP/1.1 200 OK\r\n\r\nbody", true}, Row{"HTTP/1.0 202 Accepted\r\n\r\n", true},
          Row{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", true},
          Row{"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", false},
          Row{"HTTP/1.1 400 Bad Request\r\n\r\n", false},
          Row{"HTTP/1.1 503 Service Unavailable\r\n\r\n", false}, Row{"SSH-2.0-x\r\n\r\n", false},
          Row{"HTTP/1.1 200 OK\r\n", false}, Row{"220 mail\r\n", false}}) {
        SCOPED_TRACE(answer);
        Collector server{nullptr, answering(answer)};

        auto const delivered =
            endpoint(urlOf("http", server.port()))->deliver(test::publication(7), test::attempt());

        EXPECT_EQ(delivered.has_value(), has);
        if (has) continue;
        EXPECT_EQ(delivered.error().kind, Error::Kind::Unavailable);
    }
}

TEST(HttpPost, WaitsNoLongerThanItMay)
{
    Collector silent{nullptr};
    StopSignal const stop;

    auto const delivered =
        endpoint(urlOf("http", silent.port()))
            ->deliver(test::publication(7),
                      {std::chrono::steady_clock::now() + std::chrono::milliseconds{50}, stop});

    ASSERT_FALSE(delivered);
    EXPECT_NE(delivered.error().what.find("in time"), std::string::npos) << delivered.error().what;
}

TEST(HttpPost, RefusesAUrlThatIsNone)
{
    for (auto const* const url : {"", "witness.example.org", "ftp://witness.example.org",
                                  "https://user@witness.example.org/", "https://w.example.org/#x"})
        EXPECT_FALSE(HttpPost::make(url, {})) << url;
}

} // namespace
} // namespace tcds::witness
