#include "asking.hpp"
#include "certificates.hpp"
#include "mock_server.hpp"

#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <string>

namespace tcds::client::test {
namespace {

struct Row {
    char const* name;
    char const* host;    // of the base URL
    char const* subject; // of the certificate
    Life life;
    bool known;      // the authority
    char const* why; // "" when it is trusted
};

constexpr Row kRows[] = {
    {"right name", "fhir.example.org", "DNS:fhir.example.org", {}, true, ""},
    {"one of several", "fhir.example.org", "DNS:x.example.org,DNS:fhir.example.org", {}, true, ""},
    {"wildcard", "fhir.example.org", "DNS:*.example.org", {}, true, ""},
    {"right address", "127.0.0.1", "IP:127.0.0.1", {}, true, ""},
    {"wrong name", "fhir.example.org", "DNS:evil.example.org", {}, true, "ostname mismatch"},
    {"longer name",
     "fhir.example.org",
     "DNS:fhir.example.org.evil.example",
     {},
     true,
     "ostname mismatch"},
    {"wildcard of another level", "fhir.example.org", "DNS:*.org", {}, true, "ostname mismatch"},
    {"partial wildcard", "fhir.example.org", "DNS:fh*.example.org", {}, true, "ostname mismatch"},
    {"wrong address", "127.0.0.1", "IP:127.0.0.2", {}, true, "IP address mismatch"},
    {"address as name", "127.0.0.1", "DNS:127.0.0.1", {}, true, "IP address mismatch"},
    {"expired", "fhir.example.org", "DNS:fhir.example.org", {-7200, -3600}, true, "expired"},
    {"not yet valid",
     "fhir.example.org",
     "DNS:fhir.example.org",
     {3600, 7200},
     true,
     "not yet valid"},
    {"unknown authority", "fhir.example.org", "DNS:fhir.example.org", {}, false, "issuer"},
};

// CTL-13: chain, dates and host of the certificate; no byte of a request goes to another server.
TEST(Tls, OnlyTheRightCertificateIsTrusted)
{
    Authority const authority;
    Authority const stranger;
    auto options = loopbackOptions();
    options.networks.plainHttp = false;
    options.caFile = authority.file();
    for (auto const& row : kRows) {
        SCOPED_TRACE(row.name);
        auto const identity = (row.known ? authority : stranger).issue(row.subject, row.life);
        MockServer server{always(bundle(1)), &identity};
        Watch watch{{"127.0.0.1"}};
        FhirClient client{options, watch.outside()};
        auto const base =
            "https://" + std::string{row.host} + ":" + std::to_string(server.port()) + "/fhir";

        auto const got = fetchOne(client, base, {"Observation?patient=p1"}, "canary");

        bool const trusted = std::string_view{row.why}.empty();
        EXPECT_EQ(got.outcome, trusted ? Outcome::Ok : Outcome::Error) << got.why;
        EXPECT_NE(got.why.find(row.why), std::string::npos) << got.why;
        EXPECT_EQ(server.requests().size(), trusted ? 1U : 0U);
        EXPECT_EQ(server.connections(), 1U) << "no second try";
    }
}

TEST(Tls, SystemAuthoritiesDoNotTrustATestServer)
{
    Authority const authority;
    auto const identity = authority.issue("DNS:fhir.example.org");
    MockServer server{always(bundle(1)), &identity};
    Watch watch{{"127.0.0.1"}};
    FhirClient client{loopbackOptions(), watch.outside()};

    auto const base = "https://fhir.example.org:" + std::to_string(server.port());
    EXPECT_EQ(fetchOne(client, base, {"Patient/p1"}).outcome, Outcome::Error);
    EXPECT_TRUE(server.requests().empty());
}

TEST(Tls, ConnectionsAreKeptAndPagesFollowed)
{
    Authority const authority;
    auto const identity = authority.issue("DNS:fhir.example.org");
    MockServer server{[](Heard const& heard, Wire& wire) {
                          bool const first = heard.target().find("page=2") == std::string::npos;
                          wire.send(answer(200, bundle(2000, first ? "?page=2" : "")));
                      },
                      &identity};
    Watch watch{{"127.0.0.1"}};
    auto options = loopbackOptions();
    options.caFile = authority.file();
    FhirClient client{options, watch.outside()};
    auto const base = "https://fhir.example.org:" + std::to_string(server.port()) + "/fhir";

    for (int i = 0; i < 3; ++i) {
        auto const got = fetchOne(client, base, {"Observation?patient=p1"}, "canary");
        EXPECT_EQ(got.outcome, Outcome::Ok) << got.why;
        EXPECT_EQ(got.pages, 2U);
    }
    EXPECT_EQ(server.connections(), 1U);
    EXPECT_EQ(watch.resolved().size(), 1U);
}

/// Set by the mock's callback: what the client named in its hello.
std::string heardName; // NOLINT: OpenSSL's callbacks are C

// SNI: servers behind one address choose their certificate by it.
TEST(Tls, ClientNamesTheHost)
{
    Authority const authority;
    auto const identity = authority.issue("DNS:fhir.example.org");
    auto* const context = identity.serverContext();
    SSL_CTX_set_tlsext_servername_callback(
        context, +[](SSL* session, int*, void*) -> int {
            auto const* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
            heardName = name == nullptr ? "" : name;
            return SSL_TLSEXT_ERR_OK;
        });
    MockServer server{always(bundle(1)), context};
    Watch watch{{"127.0.0.1"}};
    auto options = loopbackOptions();
    options.caFile = authority.file();
    FhirClient client{options, watch.outside()};

    auto const base = "https://fhir.example.org:" + std::to_string(server.port());
    EXPECT_EQ(fetchOne(client, base, {"Observation?a=b"}).outcome, Outcome::Ok);
    EXPECT_EQ(heardName, "fhir.example.org");
}

// CTL-13: nothing below TLS 1.2, no suite without AEAD.
TEST(Tls, OldProtocolsAndSuitesAreRefused)
{
    Authority const authority;
    auto const identity = authority.issue("DNS:fhir.example.org");
    auto options = loopbackOptions();
    options.caFile = authority.file();
    struct Kind {
        int version;
        char const* suites;
        Outcome outcome;
    };
    for (auto const& kind :
         {Kind{TLS1_3_VERSION, "DEFAULT", Outcome::Ok},
          Kind{TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", Outcome::Ok},
          Kind{TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0", Outcome::Error},
          Kind{TLS1_1_VERSION, "DEFAULT:@SECLEVEL=0", Outcome::Error}}) {
        auto* const context = identity.serverContext();
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, kind.version);
        ASSERT_EQ(SSL_CTX_set_cipher_list(context, kind.suites), 1);
        MockServer server{always(bundle(1)), context};
        Watch watch{{"127.0.0.1"}};
        FhirClient client{options, watch.outside()};

        auto const base = "https://fhir.example.org:" + std::to_string(server.port());
        auto const got = fetchOne(client, base, {"Observation?a=b"});
        EXPECT_EQ(got.outcome, kind.outcome) << kind.version << kind.suites << got.why;
        EXPECT_EQ(server.requests().size(), kind.outcome == Outcome::Ok ? 1U : 0U);
    }
}

// An answer without a length that ends without TLS saying so may have been cut by anybody.
TEST(Tls, UnannouncedEndOfAnAnswerIsNotItsEnd)
{
    Authority const authority;
    auto const identity = authority.issue("DNS:fhir.example.org");
    auto options = loopbackOptions();
    options.caFile = authority.file();
    std::string const text = "HTTP/1.1 200 OK\r\n\r\n{\"resourceType\":\"Patient\"}";
    for (bool const announced : {true, false}) {
        MockServer server{[&](Heard const&, Wire& wire) {
                              wire.send(text);
                              if (announced)
                                  wire.close();
                              else
                                  wire.cut();
                          },
                          &identity};
        Watch watch{{"127.0.0.1"}};
        FhirClient client{options, watch.outside()};
        auto const base = "https://fhir.example.org:" + std::to_string(server.port());
        EXPECT_EQ(fetchOne(client, base, {"Patient/p1"}).outcome,
                  announced ? Outcome::Ok : Outcome::Error);
    }
}

// CTL-12: a server that accepts and says nothing.
TEST(Tls, SilentHandshakeMeetsTheTimeForConnecting)
{
    Authority const authority;
    MockServer server{always("")}; // waits for a request line, which no hello is
    Watch watch{{"127.0.0.1"}};
    auto options = loopbackOptions();
    options.caFile = authority.file();
    options.connect = std::chrono::milliseconds{200};
    FhirClient client{options, watch.outside()};

    auto const base = "https://fhir.example.org:" + std::to_string(server.port());
    auto const got = fetchOne(client, base, {"Patient/p1"}, "canary");

    EXPECT_EQ(got.outcome, Outcome::Error);
    EXPECT_NE(got.why.find("handshake"), std::string::npos) << got.why;
}

} // namespace
} // namespace tcds::client::test
