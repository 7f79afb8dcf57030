#include "fhir/client/base_url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

std::vector<std::string> const kList{"https://other.example.org/fhir",
                                     "https://ehr.example.org/api/FHIR/R4"};

// CTL-01: the spelling that clients vary without meaning another server.
TEST(AllowedBase, ForgivesCaseDefaultPortAndFinalSlash)
{
    for (auto const* text :
         {"https://ehr.example.org/api/FHIR/R4", "https://ehr.example.org/api/FHIR/R4/",
          "HTTPS://EHR.EXAMPLE.ORG/api/FHIR/R4", "https://ehr.example.org:443/api/FHIR/R4"})
        EXPECT_EQ(allowedBase(text, kList), kList[1]) << text;
    EXPECT_EQ(allowedBase("https://a.example.org/x",
                          std::vector<std::string>{"https://A.example.org:443/x/"}),
              "https://A.example.org:443/x/");
}

// CTL-01: everything else is another server.
TEST(AllowedBase, RefusesAnyOtherDifference)
{
    for (auto const* text :
         {"http://ehr.example.org/api/FHIR/R4", "https://ehr.example.org:8443/api/FHIR/R4",
          "https://ehr.example.org/api/fhir/r4", "https://ehr.example.org/api/FHIR",
          "https://ehr.example.org/api/FHIR/R4/x", "https://ehr.example.org/api/FHIR/R4?",
          "https://ehr.example.org/api/FHIR/R4?x=y", "https://ehr.example.org/api/FHIR/R4//",
          "https://ehr.example.org/api/FHIR/%52%34", "https://ehr.example.org",
          "https://ehr.example.org.evil.example/api/FHIR/R4",
          "https://ehr.example.org./api/FHIR/R4", "https://xehr.example.org/api/FHIR/R4", ""})
        EXPECT_EQ(allowedBase(text, kList), std::nullopt) << text;
    EXPECT_EQ(allowedBase(kList[0], {}), std::nullopt);
}

TEST(AllowedBase, ListedTextThatIsNoBaseMatchesNothing)
{
    std::vector<std::string> const list{"https://user@ehr.example.org/", "*", ""};

    EXPECT_EQ(allowedBase("https://user@ehr.example.org/", list), std::nullopt);
    EXPECT_EQ(allowedBase("*", list), std::nullopt);
    EXPECT_EQ(allowedBase("", list), std::nullopt);
}

// FHIR-06: the slash between base and request stands once.
TEST(Join, PutsOneSlashBetweenBaseAndRequest)
{
    for (auto const* text : {"https://ehr.example.org/fhir", "https://ehr.example.org/fhir/"})
        EXPECT_EQ(
            toText(join(readBaseUrl(text).value(), "Observation?patient=p1&code=a|b").value()),
            "https://ehr.example.org/fhir/Observation?patient=p1&code=a|b");
    EXPECT_EQ(toText(join(readBaseUrl("https://ehr.example.org/").value(), "Patient/p1").value()),
              "https://ehr.example.org/Patient/p1");
}

// CTX-01: nothing that a request holds leaves the base.
TEST(Join, RefusesRequestsThatLeaveTheBase)
{
    auto const base = readBaseUrl("https://ehr.example.org/fhir").value();
    for (auto const* text : {"", "/Patient/p1", "//evil.example/x", "https://evil.example/x",
                             "?a=b", "../x", "Patient/../../x", "Patient/%2e%2e/x", "Patient//x",
                             "Patient/a b", "Patient?a=b#c", "Patient/p1\r\nX: y", "Patient\\x"})
        EXPECT_FALSE(join(base, text)) << text;
}

struct Link {
    char const* link;
    char const* url; // "" when it is not followed
};

// PFD-07, CTL-01: the page lies at https://ehr.example.org/fhir/Observation?patient=p1.
constexpr Link kLinks[] = {
    {"https://ehr.example.org/fhir?_getpages=1|2&x=%2F%7c", "/fhir?_getpages=1|2&x=%2F%7c"},
    {"https://EHR.example.org:443/fhir/Observation?page=2", "/fhir/Observation?page=2"},
    {"Observation?page=2", "/fhir/Observation?page=2"},
    {"?page=2", "/fhir/Observation?page=2"},
    {"/fhir/_page/AbC", "/fhir/_page/AbC"},
    {"http://ehr.example.org/fhir?page=2", ""},
    {"https://ehr.example.org:8443/fhir?page=2", ""},
    {"https://evil.example/fhir?page=2", ""},
    {"//evil.example/fhir?page=2", ""},
    {"https://ehr.example.org@evil.example/fhir", ""},
    {"https://ehr.example.org/fhirx/Observation", ""},
    {"https://ehr.example.org/other", ""},
    {"https://ehr.example.org/fhir/../other", ""},
    {"/other", ""},
    {"../other", ""},
    {"file:///etc/passwd", ""},
    {"", ""},
    {"?a b", ""},
};

TEST(Follow, StaysOnTheServerAndBelowTheBase)
{
    auto const base = readBaseUrl("https://ehr.example.org/fhir").value();
    auto const page = join(base, "Observation?patient=p1").value();
    for (auto const& row : kLinks) {
        auto const next = follow(base, page, row.link);
        EXPECT_EQ(next ? next->target() : "", row.url) << row.link;
    }
}

} // namespace
} // namespace tcds::client::test
