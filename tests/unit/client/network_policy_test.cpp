#include "fhir/client/network_policy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

IpAddress address(std::string_view text) { return readAddress(text).value(); }

NetworkPolicy listing(std::vector<std::string> const& networks)
{
    NetworkPolicy policy;
    for (auto const& cidr : networks) policy.allowed.push_back(readNetwork(cidr).value());
    return policy;
}

// CTL-01, FHIR-03: public addresses need no setting. The neighbours of every block are public.
TEST(NetworkPolicy, AllowsPublicUnicast)
{
    for (auto const* text : {"1.1.1.1",
                             "8.8.8.8",
                             "9.255.255.255",
                             "11.0.0.0",
                             "100.63.255.255",
                             "100.128.0.0",
                             "126.255.255.255",
                             "128.0.0.0",
                             "169.253.255.255",
                             "169.255.0.0",
                             "172.15.255.255",
                             "172.32.0.0",
                             "192.167.255.255",
                             "192.169.0.0",
                             "198.17.255.255",
                             "198.20.0.0",
                             "223.255.255.255",
                             "2606:4700:4700::1111",
                             "2001:4860:4860::8888",
                             "2620:fe::fe",
                             "2001:200::1",
                             "2003::1"})
        EXPECT_EQ(refusal({}, address(text)), "") << text;
}

struct Row {
    char const* address;
    char const* network; // that opens it
    char const* name;
};

// IANA registries of special-purpose addresses.
constexpr Row kNotPublic[] = {
    {"0.0.0.0", "0.0.0.0/8", "unspecified"},
    {"10.0.0.1", "10.0.0.0/8", "private"},
    {"10.255.255.255", "10.0.0.0/8", "private"},
    {"100.64.0.1", "100.64.0.0/10", "CGNAT"},
    {"127.0.0.1", "127.0.0.0/8", "loopback"},
    {"127.255.255.254", "127.0.0.0/8", "loopback"},
    {"172.16.0.1", "172.16.0.0/12", "private"},
    {"172.31.255.255", "172.16.0.0/12", "private"},
    {"192.0.0.1", "192.0.0.0/24", "reserved"},
    {"192.0.2.1", "192.0.2.0/24", "documentation"},
    {"192.88.99.1", "192.88.99.0/24", "reserved"},
    {"192.168.1.1", "192.168.0.0/16", "private"},
    {"198.18.0.1", "198.18.0.0/15", "benchmarking"},
    {"198.51.100.1", "198.51.100.0/24", "documentation"},
    {"203.0.113.1", "203.0.113.0/24", "documentation"},
    {"224.0.0.1", "224.0.0.0/4", "multicast"},
    {"240.0.0.1", "240.0.0.0/4", "reserved"},
    {"255.255.255.255", "240.0.0.0/4", "reserved"},
    {"::", "::/128", "unspecified"},
    {"::1", "::1", "loopback"},
    {"::8.8.8.8", "::/96", "reserved"},
    {"::ffff:8.8.8.8", "::ffff:0:0/96", "IPv6 form"},
    {"::ffff:127.0.0.1", "::ffff:0:0/96", "IPv6 form"},
    {"64:ff9b::808:808", "64:ff9b::/96", "NAT64"},
    {"64:ff9b:1::808:808", "64:ff9b:1::/48", "NAT64"},
    {"100::1", "100::/64", "reserved"},
    {"2001::1", "2001::/32", "Teredo"},
    {"2001:10::1", "2001:10::/28", "reserved"},
    {"2001:db8::1", "2001:db8::/32", "documentation"},
    {"2002:808:808::1", "2002::/16", "6to4"},
    {"3fff::1", "3fff::/20", "documentation"},
    {"fc00::1", "fc00::/7", "ULA"},
    {"fd12:3456::1", "fd12:3456::/32", "ULA"},
    {"fec0::1", "fec0::/10", "reserved"},
    {"ff02::1", "ff00::/8", "multicast"},
};

// CTL-01: refused, with the reason, unless the site lists the network.
TEST(NetworkPolicy, RefusesWhatIsNotPublicUnlessListed)
{
    for (auto const& row : kNotPublic) {
        auto const reason = refusal({}, address(row.address));
        EXPECT_NE(reason.find(row.name), std::string_view::npos) << row.address << ": " << reason;
        EXPECT_EQ(refusal(listing({row.network}), address(row.address)), "") << row.address;
    }
}

// CTL-01: the networks of one site do not open those of another.
TEST(NetworkPolicy, ListedNetworkOpensOnlyItself)
{
    auto const policy = listing({"10.20.0.0/16", "fd12:3456::/32", "192.168.7.9"});

    EXPECT_EQ(refusal(policy, address("10.20.255.255")), "");
    EXPECT_NE(refusal(policy, address("10.21.0.0")), "");
    EXPECT_NE(refusal(policy, address("10.19.255.255")), "");
    EXPECT_EQ(refusal(policy, address("192.168.7.9")), "");
    EXPECT_NE(refusal(policy, address("192.168.7.8")), "");
    EXPECT_NE(refusal(policy, address("fd12:3457::1")), "");
    EXPECT_NE(refusal(policy, address("::ffff:10.20.0.1")), "") << "IPv4 opens no IPv6 form";
}

// CTL-01: metadata services and link-local addresses, whatever is listed and however written.
TEST(NetworkPolicy, NothingOpensMetadataAndLinkLocal)
{
    auto const everything = listing({"0.0.0.0/0", "::/0"});

    for (auto const* text :
         {"169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16", "fe80::1",
          "febf::1", "fd00:ec2::254", "::ffff:169.254.169.254", "::169.254.169.254",
          "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1",
          "2001:0:808:808::5601:5601"})
        EXPECT_NE(refusal(everything, address(text)), "") << text;
    EXPECT_EQ(refusal(everything, address("10.0.0.1")), "");
    EXPECT_EQ(refusal(everything, address("::1")), "");
}

TEST(Network, IsReadFromCidrText)
{
    EXPECT_EQ(readNetwork("10.0.0.0/8").value(), (Network{address("10.0.0.0"), 8}));
    EXPECT_EQ(readNetwork("192.168.1.7").value(), (Network{address("192.168.1.7"), 32}));
    EXPECT_EQ(readNetwork("fd00::/8").value(), (Network{address("fd00::"), 8}));
    EXPECT_EQ(readNetwork("::1").value(), (Network{address("::1"), 128}));
    EXPECT_EQ(readNetwork("0.0.0.0/0").value(), (Network{address("0.0.0.0"), 0}));
}

TEST(Network, RefusesWhatIsNoCidrText)
{
    for (auto const* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1",
                             "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/8/8", "10.0/8", "010.0.0.0/8",
                             "fd00::/129", "fe80::1%eth0", "ehr.example.org", "10.0.0.0/x"}) {
        auto const network = readNetwork(text);
        ASSERT_FALSE(network) << text;
        EXPECT_EQ(network.error().kind, Error::Kind::Config);
        EXPECT_NE(network.error().what.find("is no network"), std::string::npos) << text;
        EXPECT_NE(network.error().fix.find("10.20.0.0/16"), std::string::npos);
    }
}

TEST(Network, RefusesBitsBeyondThePrefixAndWhatIsNeverAllowed)
{
    EXPECT_NE(readNetwork("10.0.0.1/8").error().what.find("beyond"), std::string::npos);
    EXPECT_NE(readNetwork("fd00::1/64").error().what.find("beyond"), std::string::npos);
    for (auto const* text : {"169.254.0.0/16", "169.254.169.254", "fe80::/10", "fe80::/64",
                             "fd00:ec2::254", "100.100.100.200/32"})
        EXPECT_NE(readNetwork(text).error().what.find("no setting opens"), std::string::npos)
            << text;
}

} // namespace
} // namespace tcds::client::test
