#include "server/auth/trust.hpp"

#include "stage.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tcds::auth {
namespace {

using namespace test;
using namespace std::chrono_literals;

/// What the list says against the entries, "" when it takes them.
std::string faults(std::vector<TrustEntry> entries, TrustMode mode = TrustMode::Production)
{
    auto const list = TrustList::make(std::move(entries), mode);
    return list ? "" : list.error().what;
}

} // namespace

TEST(TrustEntry, AllowsTheTwoRecommendedAlgorithmsByDefault)
{
    EXPECT_EQ(TrustEntry{}.algorithms,
              (std::vector<Algorithm>{Algorithm::Es384, Algorithm::Rs384})); // JWT-03
    EXPECT_EQ(TrustEntry{}.lifeCap, 3600s);                                  // JWT-06
    EXPECT_EQ(TrustEntry{}.retryWindow, 0s);                                 // JWT-07
}

TEST(TrustList, NamesTheKeyOfEachFault)
{
    struct Row {
        char const* key;
        std::function<void(TrustEntry&)> change;
    };
    for (auto const& row :
         {Row{"clients.?.name", [](auto& entry) { entry.client.clear(); }},
          Row{"clients.mercy.issuers", [](auto& entry) { entry.issuers.clear(); }},
          Row{"clients.mercy.issuers", [](auto& entry) { entry.issuers = {""}; }},
          Row{"clients.mercy.jku",
              [](auto& entry) {
                  entry.jkus.clear();
                  entry.jwks.clear();
              }},
          Row{"clients.mercy.jku", [](auto& entry) { entry.jkus = {"http://ehr.example.org/k"}; }},
          Row{"clients.mercy.algorithms", [](auto& entry) { entry.algorithms.clear(); }},
          Row{"clients.mercy.audiences",
              [](auto& entry) {
                  entry.audiences = {"a", ""};
              }},
          Row{"clients.mercy.life_cap", [](auto& entry) { entry.lifeCap = 0s; }},
          Row{"clients.mercy.life_cap", [](auto& entry) { entry.lifeCap = 3601s; }},
          Row{"clients.mercy.jwt_retry_window", [](auto& entry) { entry.retryWindow = -1s; }},
          Row{"clients.mercy.jwt_retry_window", [](auto& entry) { entry.retryWindow = 3601s; }}}) {
        auto entry = goodEntry();
        row.change(entry);
        EXPECT_NE(faults({entry}).find(std::string{row.key} + ": "), std::string::npos)
            << row.key << " not in: " << faults({entry});
    }
    EXPECT_EQ(faults({goodEntry()}), "");
    EXPECT_EQ(faults({}), "");
}

TEST(TrustList, RefusesTwoClientsThatCannotBeToldApart)
{
    auto other = goodEntry();
    other.client = "other";
    EXPECT_NE(faults({goodEntry(), other}).find("clients.other.issuers"), std::string::npos);

    other.tenantClaim = "north";
    EXPECT_EQ(faults({goodEntry(), other}), "");

    other.client = "mercy";
    EXPECT_NE(faults({goodEntry(), other}).find("clients.mercy.name"), std::string::npos);
}

// TOL-04: one issuer for many hospitals, the tenant decides.
TEST(TrustList, FindsByIssuerAndTenantClaim) // TOL-04, T-25
{
    auto north = goodEntry();
    north.client = "north";
    north.tenantClaim = "t-north";
    auto south = goodEntry();
    south.client = "south";
    south.issuers = {"https://south.example.org", "https://ehr.example.org/"};
    auto const list = TrustList::make({goodEntry(), north, south}, TrustMode::Production).value();

    EXPECT_EQ(list.find(kIssuer, "t-north")->client, "north");
    EXPECT_EQ(list.find(kIssuer, "t-other")->client, "mercy");
    EXPECT_EQ(list.find(kIssuer, "")->client, "mercy");
    EXPECT_EQ(list.find("https://south.example.org", "")->client, "south");
    EXPECT_EQ(list.find("https://ehr.example.org/", "")->client, "south"); // a slash counts
    EXPECT_EQ(list.find("https://EHR.example.org", ""), nullptr);
    EXPECT_EQ(list.find("", ""), nullptr);
}

TEST(TrustList, AnEntryForOneTenantTakesNoOther)
{
    auto entry = goodEntry();
    entry.tenantClaim = "t-north";
    auto const list = TrustList::make({entry}, TrustMode::Production).value();

    EXPECT_EQ(list.find(kIssuer, "t-south"), nullptr);
    EXPECT_EQ(list.find(kIssuer, ""), nullptr);
}

// CTL-19, trap T-15: the private key of the public sandbox is published.
TEST(TrustList, ProductionRefusesThePublicSandboxInEverySpelling)
{
    for (auto const* url : {"https://sandbox.cds-hooks.org", "https://sandbox.cds-hooks.org/",
                            "HTTPS://Sandbox.CDS-Hooks.org", "https://sandbox.cds-hooks.org:443",
                            "https://sandbox.cds-hooks.org./x", "http://sandbox.cds-hooks.org?x",
                            "https://u@sandbox.cds-hooks.org#x", "sandbox.cds-hooks.org"}) {
        auto entry = goodEntry();
        entry.issuers.emplace_back(url);
        EXPECT_NE(
            faults({entry}).find("clients.mercy.issuers: error: the public CDS Hooks sandbox"),
            std::string::npos)
            << url << ": " << faults({entry});
        EXPECT_EQ(faults({entry}, TrustMode::Sandbox), "") << url;
    }
}

TEST(TrustList, ProductionRefusesKeySetAndKeyOfThePublicSandbox)
{
    auto byUrl = goodEntry();
    byUrl.jkus = {"https://sandbox.cds-hooks.org/.well-known/jwks.json"};
    EXPECT_NE(faults({byUrl}).find("clients.mercy.jku"), std::string::npos);

    auto byKey = goodEntry();
    byKey.jwks = R"({"keys":[)" + p384().jwkAs("44823f3d-0b01-4a6c-a80e-b9d3e8a7226f") + "]}";
    EXPECT_NE(faults({byKey}).find("clients.mercy.jwks_file"), std::string::npos);
    EXPECT_EQ(faults({byKey}, TrustMode::Sandbox), "");
}

TEST(TrustList, OtherHostsAreNotTakenForThePublicSandbox)
{
    for (auto const* url : {"https://sandbox.cds-hooks.org.ehr.example.org",
                            "https://ehr.example.org/sandbox.cds-hooks.org",
                            "https://cds-hooks.org", "https://xsandbox.cds-hooks.org", ""})
        EXPECT_FALSE(isPublicTestIssuer(url)) << url;
}

TEST(TrustList, OnlyProductionAsksForHttps)
{
    auto entry = goodEntry();
    entry.jkus = {"http://127.0.0.1:9000/jwks"};

    EXPECT_NE(faults({entry}), "");
    EXPECT_EQ(faults({entry}, TrustMode::Sandbox), "");
}

} // namespace tcds::auth
