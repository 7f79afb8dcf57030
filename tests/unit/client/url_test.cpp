#include "fhir/client/url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tcds::client::test {
namespace {

TEST(Url, IsReadIntoItsParts)
{
    auto const url = readUrl("HTTPS://EHR.Example.org:8443/api/FHIR/R4?a=b|c&d=%2F").value();

    EXPECT_EQ(url.origin, (Origin{true, "ehr.example.org", 8443}));
    EXPECT_EQ(url.path, "/api/FHIR/R4");
    EXPECT_EQ(url.query, "?a=b|c&d=%2F");
    EXPECT_EQ(url.target(), "/api/FHIR/R4?a=b|c&d=%2F");
    EXPECT_EQ(toText(url), "https://ehr.example.org:8443/api/FHIR/R4?a=b|c&d=%2F");
}

TEST(Url, KnowsThePortOfItsScheme)
{
    EXPECT_EQ(readUrl("https://ehr.example.org/")->origin.port, 443);
    EXPECT_EQ(readUrl("http://ehr.example.org/")->origin.port, 80);
    EXPECT_EQ(readUrl("https://ehr.example.org:443/")->origin,
              readUrl("https://ehr.example.org/")->origin);
    EXPECT_EQ(authority(readUrl("https://ehr.example.org:443")->origin), "ehr.example.org");
    EXPECT_EQ(authority(readUrl("http://ehr.example.org:443")->origin), "ehr.example.org:443");
}

TEST(Url, TakesLiteralAddressesInTheirUsualForm)
{
    EXPECT_EQ(readUrl("http://127.0.0.1:8080/fhir")->origin, (Origin{false, "127.0.0.1", 8080}));
    auto const v6 = readUrl("https://[2001:DB8::1]/fhir").value();
    EXPECT_EQ(v6.origin, (Origin{true, "2001:db8::1", 443}));
    EXPECT_EQ(toText(v6), "https://[2001:db8::1]/fhir");
    EXPECT_TRUE(v6.origin.isLiteral());
    EXPECT_FALSE(readUrl("https://ehr.example.org")->origin.isLiteral());
}

TEST(Url, TakesHostNamesOfSites)
{
    for (auto const* text :
         {"https://fhir-server.hosp-1.example.org/x", "https://localhost:8080/fhir",
          "http://hapi_fhir:8080/fhir", "https://1.example.org", "https://a.b1c/x%20y",
          "https://ehr.example.org/x;v=1/y:z/@a,b(c)'*!$&+="})
        EXPECT_TRUE(readUrl(text)) << text << ": " << toText(readUrl(text).error());
}

struct Fault {
    char const* url;
    char const* what;
};

constexpr Fault kFaults[] = {
    {"", "empty"},
    {"ehr.example.org/fhir", "no absolute URL"},
    {"//ehr.example.org/fhir", "no absolute URL"},
    {"ftp://ehr.example.org/", "scheme"},
    {"https:/fhir", "no host"},
    {"https:", "no host"},
    {"https:?a", "no host"},
    {"https", "no absolute URL"},
    {"https://user@ehr.example.org/", "user part"},
    {"https://ehr.example.org/#x", "fragment"},
    {"https:///fhir", "host"},
    {"https://ehr.example.org./fhir", "ends with a dot"},
    {"https://ehr%2eexample.org/", "percent-encoded"},
    {"https://2130706433/", "no usual form"},
    {"https://0x7f000001/", "no usual form"},
    {"https://0177.0.0.1/", "no usual form"},
    {"https://127.1/", "no usual form"},
    {"https://a.0x7f/", "no usual form"},
    {"https://256.0.0.1/", "no usual form"},
    {"https://-a.example.org/", "letters"},
    {"https://a..example.org/", "letters"},
    {"https://a!b.example.org/", "letters"},
    {"https://[::1%25eth0]/", "absolute URL"},
    {"https://[v1.x]/", "neither"},
    {"https://ehr.example.org:/", "port"},
    {"https://ehr.example.org:0/", "port"},
    {"https://ehr.example.org:0443/", "port"},
    {"https://ehr.example.org:65536/", "port"},
    {"https://ehr.example.org/a\\b", "no absolute URL"},
    {"https://ehr.example.org/a/../b", "dot segment"},
    {"https://ehr.example.org/.", "dot segment"},
    {"https://ehr.example.org/..", "dot segment"},
    {"https://ehr.example.org/%2e%2e/b", "encodes"},
    {"https://ehr.example.org/a%2Fb", "encodes"},
    {"https://ehr.example.org/a%5cb", "encodes"},
    {"https://ehr.example.org/a%00b", "encodes"},
    {"https://ehr.example.org/%252e", "encodes"},
    {"https://ehr.example.org/%c3%a9", "encodes"},
    {"https://ehr.example.org/a//b", "empty segment"},
    {"https://ehr.example.org//", "empty segment"},
    {"https://ehr.example.org/a b", "space"},
    {"https://ehr.example.org/\r\nX: y", "control"},
    {"https://ehr.ex\xc3\xa4mple.org/", "beyond ASCII"},
};

// CTL-01: one reading of a URL, or none.
TEST(Url, RefusesWhatCouldBeReadInTwoWays)
{
    for (auto const& fault : kFaults) {
        auto const url = readUrl(fault.url);
        ASSERT_FALSE(url) << fault.url;
        EXPECT_EQ(url.error().kind, Error::Kind::BadRequest);
        EXPECT_NE(url.error().what.find(fault.what), std::string::npos)
            << fault.url << ": " << url.error().what;
    }
    EXPECT_FALSE(readUrl("https://ehr.example.org/" + std::string(8192, 'a')));
    EXPECT_FALSE(readUrl("https://" + std::string(64, 'a') + ".example.org/"));
    EXPECT_FALSE(readUrl((std::string{"https://ehr.example.org/\0x", 26})));
}

// CTL-01: what is made of parts is as strict as what is read whole.
TEST(Path, HoldsNothingThatAUrlMayNotHold)
{
    for (char const c : std::string_view{"\\?#\"<>[]^`{|} \n"}) {
        EXPECT_FALSE(checkPath("/a" + std::string{c} + "b")) << c;
        EXPECT_FALSE(readUrl("https://ehr.example.org/a" + std::string{c} + "b") && c != '?' &&
                     c != '#')
            << c;
    }
    for (char const c : std::string_view{"azAZ09-._~!$&'()*+,;=:@"}) {
        EXPECT_TRUE(checkPath("/a" + std::string{c} + "b")) << c;
        EXPECT_TRUE(readUrl("https://ehr.example.org/a" + std::string{c} + "b")) << c;
    }
}

} // namespace
} // namespace tcds::client::test
