// Mutual TLS: which client certificates are taken. CTL-13, SEC-04

#include "test_server.hpp"
#include "tls_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <vector>

namespace tcds::http::test {
namespace {

using testing::HasSubstr;

constexpr long kRevoked = 666;

/// A listener that asks for certificates of one authority, and one client at a time.
struct Stage {
    Authority authority{"Root of the clients"};
    Folder folder;
    Options options = testOptions();

    Stage()
    {
        auto const own = Authority{"Root of the server"}.issue();
        options.tls.certificateFile = folder.put("server.pem", own.certificate);
        options.tls.keyFile = folder.put("server.key", own.key);
        options.tls.clientCaFile = folder.put("clients.pem", authority.certificate());
    }

    /// Answers with the names that the handler sees.
    static EchoHandler naming()
    {
        EchoHandler handler;
        handler.answerWith = [](Request&& request) {
            Response response;
            for (auto const& name : request.peerNames) response.body += name + ";";
            return response;
        };
        return handler;
    }
};

TlsClient::Options with(Issued own, int version)
{
    return {.own = std::move(own), .least = version, .most = version};
}

struct Refused {
    char const* name;
    Issued (*own)(Authority const&);
    char const* reason;
};

class RefusedClient : public testing::TestWithParam<Refused>
{
};

} // namespace

TEST_P(RefusedClient, GetsNoAnswerAndTheLogSaysWhy)
{
    Stage stage;
    stage.options.tls.clientNames = {"ehr.example.org"};
    stage.options.tls.crlFile = stage.folder.put("list.pem", stage.authority.revoke({kRevoked}));
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Running running{stage.options, Stage::naming()};
        TlsClient client{running.port(), with(GetParam().own(stage.authority), version)};

        // In TLS 1.3 the client learns only by its first read that it was refused.
        auto const answer = client.connected() ? client.ask(get("/")) : std::nullopt;

        EXPECT_FALSE(answer.has_value());
        EXPECT_THAT(client.failure(), HasSubstr("alert"));
        EXPECT_THAT(running.log.waitFor("handshake failed").value_or(""),
                    HasSubstr(GetParam().reason));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Certificate, RefusedClient,
    testing::Values(
        Refused{"Missing", [](Authority const&) { return Issued{}; },
                "peer did not return a certificate"},
        Refused{"OfAForeignAuthority",
                [](Authority const&) {
                    return Authority{"Foreign"}.issue({.names = {"DNS:ehr.example.org"}});
                },
                "unable to get"},
        Refused{"OfAForeignAuthorityOfTheSameName",
                [](Authority const&) {
                    return Authority{"Root of the clients"}.issue(
                        {.names = {"DNS:ehr.example.org"}});
                },
                "signature failure"},
        Refused{"Expired",
                [](Authority const& authority) {
                    return authority.issue(
                        {.names = {"DNS:ehr.example.org"}, .from = -3, .until = -1});
                },
                "certificate has expired"},
        Refused{"NotYetValid",
                [](Authority const& authority) {
                    return authority.issue({.names = {"DNS:ehr.example.org"}, .from = 1});
                },
                "not yet valid"},
        Refused{"Revoked",
                [](Authority const& authority) {
                    return authority.issue({.names = {"DNS:ehr.example.org"}, .serial = kRevoked});
                },
                "certificate revoked"},
        Refused{"OfAnotherName",
                [](Authority const& authority) {
                    return authority.issue({.names = {"DNS:evil.example.org"}});
                },
                "no name of the client certificate is listed"},
        Refused{"WithoutANameButTheSubject",
                [](Authority const& authority) { return authority.issue({.names = {}}); },
                "no name of the client certificate is listed"}),
    [](auto const& row) { return row.param.name; });

TEST(Mtls, ShowsTheHandlerTheVerifiedNames)
{
    Stage stage;
    stage.options.tls.clientNames = {"other.example.org", "ehr.example.org"};
    stage.options.tls.crlFile = stage.folder.put("list.pem", stage.authority.revoke({kRevoked}));
    Running running{stage.options, Stage::naming()};
    auto const own = stage.authority.issue(
        {.names = {"DNS:EHR.example.org", "URI:https://ehr.example.org/cds", "IP:192.0.2.7"}});
    for (auto const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client{running.port(), with(own, version)};

        for (int i = 0; i < 2; ++i) { // of every request
            auto const answer = client.ask(get("/"));
            ASSERT_TRUE(answer) << client.failure();
            EXPECT_EQ(answer->body, "ehr.example.org;https://ehr.example.org/cds;192.0.2.7;");
        }
    }
}

TEST(Mtls, KnowsTheNamesOfAResumedSession)
{
    Stage stage;
    Running running{stage.options, Stage::naming()};
    auto options = with(stage.authority.issue({.names = {"DNS:ehr.example.org"}}), 0);
    TlsClient first{running.port(), options};
    ASSERT_EQ(first.ask(get("/"))->body, "ehr.example.org;");
    options.resume = first.session();

    TlsClient second{running.port(), options};

    ASSERT_TRUE(second.resumed());
    EXPECT_EQ(second.ask(get("/"))->body, "ehr.example.org;");
}

TEST(Mtls, MayBeOptional)
{
    Stage stage;
    stage.options.tls.clientCertificate = Tls::ClientCertificate::Optional;
    stage.options.tls.clientNames = {"ehr.example.org"};
    Running running{stage.options, Stage::naming()};

    TlsClient without{running.port()};
    TlsClient named{running.port(),
                    with(stage.authority.issue({.names = {"DNS:ehr.example.org"}}), 0)};
    TlsClient foreign{running.port(),
                      with(stage.authority.issue({.names = {"DNS:evil.example.org"}}), 0)};

    EXPECT_EQ(without.ask(get("/"))->body, "");
    EXPECT_EQ(named.ask(get("/"))->body, "ehr.example.org;");
    EXPECT_FALSE(foreign.ask(get("/")).has_value());
}

TEST(Mtls, BelievesNoHeaderOfTheClient)
{
    Stage stage;
    stage.options.tls.clientCertificate = Tls::ClientCertificate::Optional;
    Running running{stage.options, Stage::naming()};
    TlsClient client{running.port()};

    EXPECT_EQ(client.ask(get("/", "X-Client-Cert: ehr.example.org\r\n"))->body, "");
}

TEST(Mtls, LearnsOfRevocationsByAReload)
{
    Stage stage;
    stage.options.tls.crlFile = stage.folder.put("list.pem", stage.authority.revoke({}));
    Running running{stage.options, Stage::naming()};
    auto options = with(stage.authority.issue({.serial = kRevoked}), TLS1_3_VERSION);
    TlsClient before{running.port(), options};
    ASSERT_TRUE(before.ask(get("/")));
    options.resume = before.session();

    stage.folder.put("list.pem", stage.authority.revoke({kRevoked}));
    ASSERT_TRUE(running.server.reloadTls());

    TlsClient after{running.port(), options}; // a ticket from before does not help either
    EXPECT_FALSE(after.ask(get("/")).has_value());
}

TEST(Mtls, RefusesEverybodyByAnOldList)
{
    Stage stage;
    stage.options.tls.crlFile = stage.folder.put("list.pem", stage.authority.revoke({}, -1));
    Running running{stage.options, Stage::naming()};

    EXPECT_THAT(running.log.waitFor("certificate what=").value_or(""),
                HasSubstr("past its next update"));
    TlsClient client{running.port(), with(stage.authority.issue(), TLS1_3_VERSION)};
    EXPECT_FALSE(client.ask(get("/")).has_value());
}

} // namespace tcds::http::test
