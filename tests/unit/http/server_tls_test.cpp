// TLS over real sockets, with certificates made here. CTL-13, SEC-01

#include "test_server.hpp"
#include "tls_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace tcds::http::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Files of a listener, and options that name them.
struct Files {
    Authority authority{"Root of the tests"};
    Folder folder;
    Options options = testOptions();

    explicit Files(Wanted const& wanted = {})
    {
        place(wanted);
        options.tls.certificateFile = folder.path("server.pem");
        options.tls.keyFile = folder.path("server.key");
        options.deadlines.handshake = 10s;
    }

    void place(Wanted const& wanted) const
    {
        auto const issued = authority.issue(wanted);
        folder.put("server.pem", issued.certificate);
        folder.put("server.key", issued.key);
    }

    [[nodiscard]] TlsClient::Options trusting() const
    {
        return {.authority = authority.certificate()};
    }
};

TlsClient::Options ofVersion(int version) { return {.least = version, .most = version}; }

} // namespace

TEST(Tls, CarriesBodiesOfEverySizeBothWays)
{
    Files const files;
    Running running{files.options};
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto options = files.trusting();
        options.least = options.most = version;
        TlsClient client{running.port(), options};
        ASSERT_TRUE(client.connected()) << client.failure();

        for (std::size_t const size : {0UL, 2'000UL, 16'384UL, 20'000UL, 1'000'000UL}) {
            std::string const body(size, 'x');
            auto const answer = client.ask(post("/a", body));
            ASSERT_TRUE(answer) << size << client.failure();
            EXPECT_EQ(answer->status, 200);
            EXPECT_EQ(answer->body, "POST /a||" + body) << size;
        }
    }
}

TEST(Tls, CarriesPipelinedAndPooledRequestsInOrder)
{
    Files const files;
    EchoHandler handler;
    handler.blockAbove = 3;
    Running running{files.options, handler};
    TlsClient client{running.port()};

    client.send(post("/1", "long body") + get("/2") + post("/3", "x"));

    EXPECT_EQ(client.answer()->body, "POST /1||long body");
    EXPECT_EQ(client.answer()->body, "GET /2||");
    EXPECT_EQ(client.answer()->body, "POST /3||x");
}

TEST(Tls, RefusesOldProtocols)
{
    Files files;
    for (auto const least : {Tls::Version::Tls12, Tls::Version::Tls13}) {
        files.options.tls.leastVersion = least;
        Running running{files.options};
        for (auto const old : {TLS1_VERSION, TLS1_1_VERSION})
            EXPECT_FALSE(TlsClient(running.port(), ofVersion(old)).connected()) << old;
        EXPECT_EQ(TlsClient(running.port(), ofVersion(TLS1_2_VERSION)).connected(),
                  least == Tls::Version::Tls12);
        EXPECT_TRUE(TlsClient(running.port(), ofVersion(TLS1_3_VERSION)).connected());
    }
}

TEST(Tls, TakesSuitesWithForwardSecrecyAndAeadOnly)
{
    Files const files;
    Running running{files.options};
    auto const offering = [&](char const* suites) {
        auto options = ofVersion(TLS1_2_VERSION);
        options.suites = suites;
        return TlsClient{running.port(), options}.connected();
    };

    EXPECT_TRUE(offering("ECDHE-ECDSA-AES128-GCM-SHA256"));
    EXPECT_TRUE(offering("ECDHE-ECDSA-CHACHA20-POLY1305"));
    EXPECT_FALSE(offering("ECDHE-ECDSA-AES128-SHA256")); // CBC
    EXPECT_FALSE(offering("ECDHE-ECDSA-AES256-SHA"));
    EXPECT_FALSE(offering("AES128-GCM-SHA256"));    // no forward secrecy
    EXPECT_FALSE(offering("AECDH-AES128-SHA"));     // no certificate
    EXPECT_FALSE(offering("ECDHE-ECDSA-NULL-SHA")); // no encryption
}

TEST(Tls, RefusesToRenegotiate)
{
    Files const files;
    Running running{files.options};
    TlsClient client{running.port(), ofVersion(TLS1_2_VERSION)};
    ASSERT_EQ(client.ask(get("/"))->status, 200);

    EXPECT_FALSE(client.supportsRenegotiation());
}

TEST(Tls, AgreesOnHttp11OrNothing)
{
    using namespace std::string_literals;
    Files const files;
    Running running{files.options};

    TlsClient const both{running.port(), {.protocols = "\x02h2\x08http/1.1"s}};
    TlsClient const http2{running.port(), {.protocols = "\x02h2"s}};

    EXPECT_EQ(both.protocol(), "http/1.1");
    EXPECT_FALSE(http2.connected());
}

TEST(Tls, ResumesSessions)
{
    Files const files;
    Running running{files.options};
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient first{running.port(), ofVersion(version)};
        ASSERT_EQ(first.ask(get("/"))->status, 200); // the tickets of 1.3 come with the answer
        auto options = ofVersion(version);
        options.resume = first.session();

        TlsClient second{running.port(), options};

        EXPECT_TRUE(second.resumed()) << second.version();
        EXPECT_EQ(second.ask(get("/"))->status, 200);
    }
}

TEST(Tls, CutsAHandshakeThatNeverEnds) // CTL-12
{
    Files files;
    files.options.deadlines.handshake = 30ms;
    Running running{files.options};
    RawClient silent{running.port()};
    RawClient half{running.port()};
    half.send(std::string_view{"\x16\x03\x01\x02\x00\x01", 6}); // of a ClientHello

    EXPECT_TRUE(silent.closedByServer());
    EXPECT_FALSE(half.answer().has_value());
    EXPECT_THAT(running.log.waitFor("handshake failed").value_or(""),
                HasSubstr("reason=not done at its deadline remote=127.0.0.1"));
}

TEST(Tls, GivesTheRequestItsOwnDeadlineAfterTheHandshake)
{
    Files files;
    files.options.deadlines.header = 30ms;
    Running running{files.options};
    TlsClient client{running.port()};
    ASSERT_TRUE(client.connected());

    client.send("GET / HT");

    EXPECT_EQ(client.answer()->status, 408);
    EXPECT_TRUE(client.closedByServer()); // with a farewell
}

TEST(Tls, TellsAClientOfPlainHttpWhatIsWrong)
{
    Files const files;
    Running running{files.options};
    RawClient plain{running.port()};

    auto const answer = plain.ask(post("/cds-services/a", "{}"));

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, "E connection|plain HTTP on a port that speaks TLS");
    EXPECT_EQ(answer->field("Connection"), "close");
    EXPECT_TRUE(plain.closedByServer());
}

TEST(Tls, ClosesOnBytesThatAreNoTls)
{
    Files const files;
    Running running{files.options};
    RawClient client{running.port()};

    client.send("SSH-2.0-OpenSSH_9.2\r\n");

    EXPECT_FALSE(client.answer().has_value());
    EXPECT_TRUE(running.log.waitFor("handshake failed"));
    EXPECT_TRUE(TlsClient{running.port()}.connected());
}

TEST(Tls, TellsAClientBeyondTheBoundSo)
{
    Files files;
    files.options.maxConnections = 1;
    Running running{files.options};
    TlsClient first{running.port()};
    ASSERT_EQ(first.ask(get("/"))->status, 200);

    TlsClient second{running.port()};
    auto const answer = second.answer();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->field("Retry-After"), "1");
}

TEST(Tls, SaysGoodbyeAtTheDrain)
{
    Files const files;
    Running running{files.options};
    TlsClient idle{running.port()};
    ASSERT_EQ(idle.ask(get("/"))->status, 200);
    RawClient halfway{running.port()}; // no handshake yet

    EXPECT_EQ(running.server.drain(), 0U);

    EXPECT_TRUE(idle.closedByServer());
    EXPECT_FALSE(halfway.answer().has_value());
}

TEST(Tls, EndsWithAClientThatLeavesWithoutAGoodbye)
{
    Files const files;
    Running running{files.options};
    {
        TlsClient gone{running.port()};
        ASSERT_TRUE(gone.connected());
        gone.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
        gone.finishSending();
        EXPECT_EQ(gone.answer()->status, 400);
    }
    EXPECT_EQ(running.server.drain(), 0U);
}

TEST(TlsReload, ShowsTheNewCertificateToNewConnectionsAndKeepsTheOld)
{
    Files const files{{.serial = 7}};
    Running running{files.options};
    TlsClient before{running.port(), files.trusting()};
    ASSERT_EQ(before.serverSerial(), 7);

    files.place({.serial = 8});
    ASSERT_TRUE(running.server.reloadTls());

    TlsClient after{running.port(), files.trusting()};
    EXPECT_EQ(after.serverSerial(), 8);
    EXPECT_EQ(after.ask(get("/"))->status, 200);
    EXPECT_EQ(before.ask(get("/"))->status, 200);
}

TEST(TlsReload, RefusesABadCertificateAndKeepsTheOld)
{
    Files const files{{.serial = 7}};
    Running running{files.options};
    files.folder.put("server.pem", Authority{"Other"}.issue({.serial = 8}).certificate);

    auto const reloaded = running.server.reloadTls();

    ASSERT_FALSE(reloaded);
    EXPECT_EQ(reloaded.error().where, files.folder.path("server.key"));
    EXPECT_THAT(reloaded.error().what, HasSubstr("does not belong to the certificate"));
    EXPECT_EQ(TlsClient(running.port()).serverSerial(), 7);
}

TEST(TlsReload, OfAPlainServerDoesNothing)
{
    Running running;
    EXPECT_TRUE(running.server.reloadTls());
    EXPECT_EQ(RawClient{running.port()}.ask(get("/"))->status, 200);
}

TEST(TlsReload, UnderLoadDropsNoConnection)
{
    Files files{{.serial = 0}};
    files.options.threads = 2;
    Running running{files.options};
    std::atomic<bool> enough = false;
    std::atomic<int> answered = 0;
    std::atomic<int> failed = 0;
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) {
        clients.emplace_back([&] {
            TlsClient kept{running.port(), files.trusting()}; // over all reloads
            while (!enough) {
                TlsClient fresh{running.port(), files.trusting()};
                for (auto* client : {&kept, &fresh}) {
                    auto const answer = client->ask(post("/", std::string(20'000, 'x')));
                    if (answer && answer->status == 200)
                        ++answered;
                    else
                        ++failed;
                }
            }
        });
    }

    for (int serial = 1; serial <= 20; ++serial) {
        auto const seen = answered.load();
        files.place({.serial = serial});
        ASSERT_TRUE(running.server.reloadTls());
        EXPECT_EQ(TlsClient(running.port(), files.trusting()).serverSerial(), serial);
        while (answered < seen + 8 && failed == 0) std::this_thread::yield();
    }
    enough = true;
    for (auto& client : clients) client.join();

    EXPECT_EQ(failed, 0);
}

TEST(TlsStart, ServesAnExpiredCertificateWithAWarning)
{
    Files const files{{.from = -3, .until = -1}};
    Running running{files.options};

    auto const line = running.log.waitFor("certificate what=");
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr("server.pem ended at "));
    EXPECT_TRUE(TlsClient(running.port()).connected());
    EXPECT_FALSE(TlsClient(running.port(), files.trusting()).connected());
}

TEST(TlsStart, FailsWithoutAUsableCertificate)
{
    Files const files;
    files.folder.put("server.pem", "nothing");
    EchoHandler handler;
    RecordingLog log;
    Server server{files.options, handler, log};

    auto const started = server.start();

    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, Error::Kind::Config);
    EXPECT_EQ(started.error().where, files.folder.path("server.pem"));
}

} // namespace tcds::http::test
