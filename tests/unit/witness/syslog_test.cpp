#include "server/witness/syslog.hpp"

#include "tests/unit/client/certificates.hpp"
#include "tests/unit/witness/collector.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdio>

namespace tcds::witness {
namespace {

using client::test::Authority;
using test::Collector;

std::unique_ptr<Destination> syslogAt(std::string const& hostAndPort, TlsFiles const& files)
{
    auto made = Syslog::make(hostAndPort, files);
    EXPECT_TRUE(made) << (made ? std::string{} : toText(made.error()));
    return made ? *std::move(made) : nullptr;
}

std::string onLoopback(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// RFC 5424, 6: <PRI>VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP SD SP MSG;
// RFC 5425, 4.3: MSG-LEN SP SYSLOG-MSG. 32 zero bytes in base64; "note of 7\n" likewise.
TEST(Syslog, FramesAMessageOfOneLine)
{
    std::string const message =
        "<109>1 2026-03-03T10:12:44.402Z cds-1 twitch-cds - checkpoint - "
        "origin=twitch-cds/mercy-west/cds-1 size=7 "
        "root=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= note=bm90ZSBvZiA3Cg==";
    EXPECT_EQ(syslogFrame(test::publication(7)), std::to_string(message.size()) + " " + message);
}

TEST(Syslog, WritesANodeThatIsNoHostNameAsOne)
{
    auto odd = test::publication(7);
    odd.node = "n\xC3\xB6 de";
    EXPECT_NE(syslogFrame(odd).find("Z n___de twitch-cds"), std::string::npos);
    odd.node.clear();
    EXPECT_NE(syslogFrame(odd).find("Z - twitch-cds"), std::string::npos);
}

TEST(Syslog, DeliversOverTls)
{
    Authority const authority;
    Collector collector{authority.issue("IP:127.0.0.1").serverContext()};
    auto const syslog = syslogAt(onLoopback(collector.port()), {authority.file(), {}, {}});

    auto const delivered = syslog->deliver(test::publication(7), test::attempt());

    EXPECT_TRUE(delivered) << toText(delivered.error());
    EXPECT_EQ(collector.received(1).at(0), syslogFrame(test::publication(7)));
}

struct Bad {
    char const* name;
    char const* subject;
    bool known;
    client::test::Life life;
};

TEST(Syslog, TalksToNobodyWhoseCertificateIsNotGood)
{
    for (auto const& bad : {Bad{"unknown authority", "IP:127.0.0.1", false, {}},
                            Bad{"another name", "DNS:elsewhere.example.org", true, {}},
                            Bad{"expired", "IP:127.0.0.1", true, {-7200, -3600}}}) {
        SCOPED_TRACE(bad.name);
        Authority const authority, other;
        Collector collector{authority.issue(bad.subject, bad.life).serverContext()};
        auto const syslog = syslogAt(onLoopback(collector.port()),
                                     {(bad.known ? authority : other).file(), {}, {}});

        auto const delivered = syslog->deliver(test::publication(7), test::attempt());

        ASSERT_FALSE(delivered);
        EXPECT_EQ(delivered.error().kind, Error::Kind::Unavailable);
        EXPECT_NE(delivered.error().what.find("certificate is not good"), std::string::npos)
            << delivered.error().what;
        EXPECT_EQ(collector.received(1).at(0), "no handshake");
    }
}

TEST(Syslog, SaysThatNobodyListens)
{
    Authority const authority;
    auto const syslog = syslogAt(onLoopback(test::closedPort()), {authority.file(), {}, {}});

    auto const delivered = syslog->deliver(test::publication(7), test::attempt());

    ASSERT_FALSE(delivered);
    EXPECT_NE(delivered.error().what.find("cannot be reached"), std::string::npos);
}

TEST(Syslog, EndsWhenTheServiceDoes)
{
    Authority const authority;
    // Accepted by the kernel, never by anybody else: the handshake does not come.
    Collector busy{nullptr, [](std::string const&) { return std::string{}; }};
    auto const syslog = syslogAt(onLoopback(busy.port()), {authority.file(), {}, {}});
    StopSignal const stop;
    stop.raise();

    auto const delivered = syslog->deliver(
        test::publication(7), {std::chrono::steady_clock::now() + std::chrono::hours{1}, stop});

    ASSERT_FALSE(delivered);
    EXPECT_NE(delivered.error().what.find("the service ends"), std::string::npos);
}

TEST(Syslog, RefusesAnAddressThatIsNone)
{
    for (auto const* const text : {"", "collector:", "collector:0", "collector:65536", "a b:6514",
                                   "collector/x", "https://collector"})
        EXPECT_FALSE(Syslog::make(text, {})) << text;
    EXPECT_FALSE(Syslog::make("collector", {"/no/such/file.pem", {}, {}}));
    EXPECT_TRUE(Syslog::make("collector.example.org", {}));
    EXPECT_TRUE(Syslog::make("[::1]", {}));
}

} // namespace
} // namespace tcds::witness
