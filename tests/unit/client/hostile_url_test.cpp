#include "asking.hpp"
#include "mock_server.hpp"

#include "fhir/client/base_url.hpp"
#include "fhir/client/document_client.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

enum class Hurdle {
    Form,    // no client would ask it
    Address, // a literal address that the policy refuses
    List     // harmless in form, but nobody listed it
};

struct Hostile {
    Hurdle hurdle;
    std::string url; // PORT is the port of a listening socket on loopback
};

std::vector<Hostile> const& hostileUrls()
{
    using enum Hurdle;
    static std::vector<Hostile> const urls{
        // a user part that looks like the host
        {Form, "http://ehr.example.org@127.0.0.1:PORT/fhir"},
        {Form, "http://ehr.example.org:80@127.0.0.1:PORT/fhir"},
        {Form, "http://ehr.example.org%2Ffhir@127.0.0.1:PORT/fhir"},
        {Form, "http://@127.0.0.1:PORT/fhir"},
        {Form, "http://:@127.0.0.1:PORT/fhir"},
        {Form, "https://user:secret@ehr.example.org/fhir"},
        // IPv4 in other clothes
        {Form, "http://2130706433:PORT/fhir"},
        {Form, "http://0x7f000001:PORT/fhir"},
        {Form, "http://0x7f.0.0.1:PORT/fhir"},
        {Form, "http://0177.0.0.1:PORT/fhir"},
        {Form, "http://017700000001:PORT/fhir"},
        {Form, "http://127.1:PORT/fhir"},
        {Form, "http://127.0.1:PORT/fhir"},
        {Form, "http://127.0.0.01:PORT/fhir"},
        {Form, "http://127.0.0.1.:PORT/fhir"},
        {Form, "http://127.0.0.256:PORT/fhir"},
        {Form, "http://127.0.0.1.1:PORT/fhir"},
        {Form, "http://4294967297:PORT/fhir"},
        {Form, "http://0:PORT/fhir"},
        {Form, "http://%31%32%37.0.0.1:PORT/fhir"},
        {Form, "http://127%2e0%2e0%2e1:PORT/fhir"},
        {Form, "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1:PORT/fhir"},
        {Form, "http://127\xe3\x80\x82"
               "0.0.1:PORT/fhir"},
        {Form, "http://\xef\xbc\x91"
               "27.0.0.1:PORT/fhir"},
        // hosts
        {Form, "http://localhost.:PORT/fhir"},
        {Form, "https://ehr.example.org./fhir"},
        {Form, "https://ehr%2eexample.org/fhir"},
        {Form, "https://ehr.example.org%00.evil.example/fhir"},
        {Form, "https://ehr.example.org%2f@evil.example/fhir"},
        {Form, "https://.example.org/fhir"},
        {Form, "https://ehr..example.org/fhir"},
        {Form, "https:///fhir"},
        {Form, "https://:443/fhir"},
        {Form, "https://[::1/fhir"},
        {Form, "https://::1/fhir"},
        {Form, "http://[::1%25lo]:PORT/fhir"},
        {Form, "http://[fe80::1%lo]:PORT/fhir"},
        {Form, "https://[v1.fe]/fhir"},
        {Form, "https://ehr.example.org\xc3\xa9/fhir"},
        // ports
        {Form, "http://127.0.0.1:0/fhir"},
        {Form, "http://127.0.0.1:/fhir"},
        {Form, "http://127.0.0.1:PORT:80/fhir"},
        {Form, "http://127.0.0.1:99999/fhir"},
        {Form, "http://127.0.0.1:+80/fhir"},
        {Form, "http://127.0.0.1:0xPORT/fhir"},
        // schemes
        {Form, ""},
        {Form, "ehr.example.org/fhir"},
        {Form, "//127.0.0.1:PORT/fhir"},
        {Form, "http:127.0.0.1:PORT/fhir"},
        {Form, "http:/127.0.0.1:PORT/fhir"},
        {Form, "http:\\\\127.0.0.1:PORT\\fhir"},
        {Form, "file:///etc/passwd"},
        {Form, "gopher://127.0.0.1:PORT/_GET"},
        {Form, "ftp://127.0.0.1:PORT/fhir"},
        {Form, "ldap://127.0.0.1:PORT/fhir"},
        {Form, "javascript:alert(1)"},
        {Form, "data:application/json,{}"},
        {Form, "unix:/run/docker.sock"},
        {Form, " http://127.0.0.1:PORT/fhir"},
        {Form, "http://127.0.0.1:PORT/fhir "},
        {Form, "ht\ttp://127.0.0.1:PORT/fhir"},
        // what one parser takes for the host and another for the path
        {Form, "http://127.0.0.1:PORT\\@ehr.example.org/fhir"},
        {Form, "http://127.0.0.1:PORT#@ehr.example.org/fhir"},
        {Form, "http://ehr.example.org\\.evil.example/fhir"},
        {Form, "https://ehr.example.org/fhir#@127.0.0.1"},
        // paths
        {Form, "https://ehr.example.org/fhir/../admin"},
        {Form, "https://ehr.example.org/fhir/./"},
        {Form, "https://ehr.example.org/fhir/%2e%2e/admin"},
        {Form, "https://ehr.example.org/fhir/%2E./admin"},
        {Form, "https://ehr.example.org/fhir/..%2fadmin"},
        {Form, "https://ehr.example.org/fhir/..%5cadmin"},
        {Form, "https://ehr.example.org/fhir/%252e%252e/admin"},
        {Form, "https://ehr.example.org//fhir"},
        {Form, "https://ehr.example.org/fhir//"},
        {Form, "https://ehr.example.org/fhir/%00"},
        {Form, "http://127.0.0.1:PORT/fhir\r\nHost: ehr.example.org"},
        {Form, "http://127.0.0.1:PORT/fhir%0d%0aX: y"},
        {Form, "http://127.0.0.1:PORT/fhir%0d%0aX-Evil:%20y"},
        // well written, but not for us
        {Address, "http://127.0.0.1:PORT/fhir"},
        {Address, "http://127.255.255.254:PORT/fhir"},
        {Address, "http://0.0.0.0:PORT/fhir"},
        {Address, "http://[::1]:PORT/fhir"},
        {Address, "http://[::]:PORT/fhir"},
        {Address, "http://[::ffff:127.0.0.1]:PORT/fhir"},
        {Address, "http://[::ffff:7f00:1]:PORT/fhir"},
        {Address, "http://[0:0:0:0:0:ffff:7f00:0001]:PORT/fhir"},
        {Address, "http://[::127.0.0.1]:PORT/fhir"},
        {Address, "http://[64:ff9b::7f00:1]:PORT/fhir"},
        {Address, "http://[2002:7f00:1::]:PORT/fhir"},
        {Address, "http://10.0.0.1/fhir"},
        {Address, "https://192.168.0.1/fhir"},
        {Address, "https://172.16.0.1/fhir"},
        {Address, "https://100.64.0.1/fhir"},
        {Address, "https://[fd00::1]/fhir"},
        {Address, "https://[fe80::1]/fhir"},
        {Address, "http://169.254.169.254/latest/meta-data"},
        {Address, "http://[::ffff:169.254.169.254]/latest/meta-data"},
        {Address, "http://[fd00:ec2::254]/latest/meta-data"},
        {Address, "http://100.100.100.200/latest/meta-data"},
        {Address, "http://224.0.0.1/fhir"},
        {Address, "http://255.255.255.255/fhir"},
        // well written servers that the client entry does not name
        {List, "https://evil.example/fhir"},
        {List, "https://ehr.example.org.evil.example/fhir"},
        {List, "https://evil-ehr.example.org/fhir"},
        {List, "https://ehr.example.org:8443/fhir"},
        {List, "http://ehr.example.org/fhir"},
        {List, "https://ehr.example.org/FHIR"},
        {List, "https://ehr.example.org/fhir/R4"},
        {List, "https://ehr.example.org/fhir?redirect=http://127.0.0.1:PORT"},
        {List, "http://localhost:PORT/fhir"},
        {List, "https://xn--hr-tka.example.org/fhir"},
    };
    return urls;
}

std::string withPort(std::string url, std::uint16_t port)
{
    if (auto const at = url.find("PORT"); at != std::string::npos)
        url.replace(at, 4, std::to_string(port));
    return url;
}

/// Ships closed, but with plain http, so that the scheme alone protects nobody.
Options closedOptions()
{
    auto options = loopbackOptions();
    options.networks.allowed.clear();
    return options;
}

// CTL-01, CTL-02, FHIR-03, JWT-08: no name resolved, no socket dialled, nothing heard.
TEST(HostileUrl, NoneMakesAnOutboundConnection)
{
    ASSERT_GE(hostileUrls().size(), 60U);
    MockServer server{always(bundle(1))};
    Watch watch{{"127.0.0.1"}};
    FhirClient client{closedOptions(), watch.outside()};
    DocumentClient documents{closedOptions(), watch.outside()};
    std::vector<std::string> const list{"https://ehr.example.org/fhir"};

    for (auto const& hostile : hostileUrls()) {
        auto const url = withPort(hostile.url, server.port());
        SCOPED_TRACE(url);
        EXPECT_EQ(allowedBase(url, list), std::nullopt);
        if (hostile.hurdle == Hurdle::List) continue;

        auto const answer = fetchOne(client, url, {"Patient/p1"}, "canary");
        EXPECT_EQ(answer.outcome, Outcome::Error);
        EXPECT_EQ(answer.status, 0);
        EXPECT_NE(answer.why, "");

        auto const text = documents.getAndWait(url, kDocumentBytes, inTime());
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().kind, hostile.hurdle == Hurdle::Form ? Error::Kind::BadRequest
                                                                    : Error::Kind::Forbidden);
    }

    EXPECT_TRUE(watch.resolved().empty());
    EXPECT_TRUE(watch.connected().empty());
    EXPECT_EQ(server.connections(), 0U);
}

// The counters above would notice: the same socket, allowed, is reached and counted.
TEST(HostileUrl, TheCountersSeeAnAllowedConnection)
{
    MockServer server{always(bundle(1))};
    Watch watch{{"127.0.0.1"}};
    FhirClient client{loopbackOptions(), watch.outside()};

    auto const base = "http://ehr.example.org:" + std::to_string(server.port());
    auto const answer = fetchOne(client, base, {"Observation?patient=p1"});

    EXPECT_EQ(answer.outcome, Outcome::Ok) << answer.why;
    EXPECT_EQ(watch.resolved(), std::vector<std::string>{"ehr.example.org"});
    EXPECT_EQ(watch.connected(), std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(server.connections(), 1U);
}

// CTL-01: a public name with a private address, also among refused ones only.
TEST(HostileUrl, NameOfPrivateAddressesIsNotDialled)
{
    Watch watch{{"10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"}};
    FhirClient client{closedOptions(), watch.outside()};

    auto const answer = fetchOne(client, "https://ehr.example.org/fhir", {"Patient/p1"});

    EXPECT_EQ(answer.outcome, Outcome::Error);
    EXPECT_NE(answer.why.find("not allowed"), std::string::npos) << answer.why;
    EXPECT_TRUE(watch.connected().empty());
}

// CTL-01: of several addresses only the allowed one is dialled.
TEST(HostileUrl, OnlyAllowedAddressesOfANameAreDialled)
{
    MockServer server{always(bundle(1))};
    Watch watch{{"10.0.0.1", "169.254.169.254", "127.0.0.1"}};
    FhirClient client{loopbackOptions(), watch.outside()};

    auto const base = "http://ehr.example.org:" + std::to_string(server.port());
    EXPECT_EQ(fetchOne(client, base, {"Observation?a=b"}).outcome, Outcome::Ok);

    EXPECT_EQ(watch.connected(), std::vector<std::string>{"127.0.0.1"});
}

// CTL-01: DNS that changes its answer gets no second question between check and connection.
TEST(HostileUrl, RebindingFindsNoSecondLookup)
{
    MockServer server{always(bundle(1))};
    int asked = 0;
    std::vector<std::string> dialled;
    Outside outside;
    outside.addresses = [&](std::string const&) {
        return std::vector<IpAddress>{readAddress(++asked == 1 ? "127.0.0.1" : "10.0.0.1").value()};
    };
    outside.connecting = [&](IpAddress const& address, std::uint16_t) {
        dialled.push_back(toText(address));
    };
    auto const base = "http://ehr.example.org:" + std::to_string(server.port());
    auto options = loopbackOptions();
    options.idle = std::chrono::milliseconds{0}; // every request connects anew

    {
        FhirClient client{options, outside};
        EXPECT_EQ(fetchOne(client, base, {"Observation?a=b"}).outcome, Outcome::Ok);
        EXPECT_EQ(asked, 1);
        EXPECT_EQ(fetchOne(client, base, {"Observation?a=b"}).outcome, Outcome::Error);
    }

    EXPECT_EQ(asked, 2);
    EXPECT_EQ(dialled, std::vector<std::string>{"127.0.0.1"});
}

// D6: without the setting of sandbox and dev, plain http goes nowhere.
TEST(HostileUrl, PlainHttpNeedsItsSetting)
{
    MockServer server{always(bundle(1))};
    auto options = loopbackOptions();
    options.networks.plainHttp = false;

    auto const answer = fetchOne(server.base(), {"Observation?a=b"}, options);

    EXPECT_EQ(answer.outcome, Outcome::Error);
    EXPECT_NE(answer.why.find("plain http"), std::string::npos);
    EXPECT_EQ(server.connections(), 0U);
}

// CTL-01: a redirect is an answer, not an order.
TEST(HostileUrl, RedirectMakesNoSecondRequest)
{
    MockServer target{always(bundle(1))};
    for (int const status : {301, 302, 303, 307, 308}) {
        MockServer server{[&](Heard const&, Wire& wire) {
            wire.send("HTTP/1.1 " + std::to_string(status) +
                      " Moved\r\nContent-Length: 0\r\nLocation: " + target.base() + "\r\n\r\n");
        }};
        auto const answer = fetchOne(server.base(), {"Observation?a=b", "Observation?c=d"});

        EXPECT_EQ(answer.outcome, Outcome::Error) << status;
        EXPECT_EQ(answer.status, status);
        EXPECT_NE(answer.why.find("redirects"), std::string::npos) << answer.why;
        EXPECT_EQ(server.requests().size(), 1U);
    }
    EXPECT_EQ(target.connections(), 0U);
}

} // namespace
} // namespace tcds::client::test
