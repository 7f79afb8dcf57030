#include "fhir/client/network_policy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tcds::client {
namespace {

struct Block {
    std::string_view cidr;
    std::string_view name;
};

// Whatever is listed. The metadata services of cloud machines hand out credentials to any process:
// 169.254.169.254 and fd00:ec2::254 (AWS, Azure, Google and others), 100.100.100.200 (Alibaba),
// 168.63.129.16 (Azure, a public address).
constexpr Block kNever[] = {
    {"169.254.0.0/16", "link-local or metadata address"}, // RFC 3927
    {"fe80::/10", "link-local address"},                  // RFC 4291, 2.5.6
    {"fd00:ec2::254/128", "metadata address"},
    {"100.100.100.200/32", "metadata address"},
    {"168.63.129.16/32", "metadata address"},
};

// IANA registries of special-purpose addresses (RFC 6890 and its successors), multicast included.
constexpr Block kNotPublic4[] = {
    {"0.0.0.0/8", "unspecified address"},
    {"10.0.0.0/8", "private address"},
    {"100.64.0.0/10", "shared address of a carrier (CGNAT)"},
    {"127.0.0.0/8", "loopback address"},
    {"172.16.0.0/12", "private address"},
    {"192.0.0.0/24", "reserved address"},
    {"192.0.2.0/24", "documentation address"},
    {"192.88.99.0/24", "reserved address"},
    {"192.168.0.0/16", "private address"},
    {"198.18.0.0/15", "benchmarking address"},
    {"198.51.100.0/24", "documentation address"},
    {"203.0.113.0/24", "documentation address"},
    {"224.0.0.0/4", "multicast address"},
    {"240.0.0.0/4", "reserved address"},
};

// First fit counts: the last row takes all that is no global unicast (2000::/3).
constexpr Block kNotPublic6[] = {
    {"::/128", "unspecified address"},
    {"::1/128", "loopback address"},
    {"::ffff:0:0/96", "IPv4 address in IPv6 form"},
    {"64:ff9b::/96", "IPv4 address in IPv6 form (NAT64)"},
    {"64:ff9b:1::/48", "IPv4 address in IPv6 form (NAT64)"},
    {"2002::/16", "IPv4 address in IPv6 form (6to4)"},
    {"2001::/32", "IPv4 address in IPv6 form (Teredo)"},
    {"2001:db8::/32", "documentation address"},
    {"3fff::/20", "documentation address"},
    {"2001::/23", "reserved address"},
    {"fc00::/7", "private address (ULA)"},
    {"ff00::/8", "multicast address"},
};
constexpr Block kGlobalUnicast{"2000::/3", ""};

struct Named {
    Network network;
    std::string_view name;
};

std::optional<Network> parse(std::string_view cidr)
{
    auto const slash = cidr.find('/');
    auto const address = readAddress(cidr.substr(0, slash));
    if (!address) return std::nullopt;
    unsigned const widest = address->v6 ? 128 : 32;
    Network network{*address, widest};
    if (slash == std::string_view::npos) return network;
    auto const digits = cidr.substr(slash + 1);
    auto const* const end = digits.data() + digits.size();
    auto const [rest, error] = std::from_chars(digits.data(), end, network.prefix);
    bool const plain = !digits.empty() && (digits.size() == 1 || digits.front() != '0');
    if (error != std::errc{} || rest != end || !plain || network.prefix > widest)
        return std::nullopt;
    return network;
}

template <std::size_t Size>
std::vector<Named> networksOf(Block const (&blocks)[Size])
{
    std::vector<Named> networks;
    for (auto const& block : blocks) networks.push_back({*parse(block.cidr), block.name});
    return networks;
}

std::string_view nameIn(std::vector<Named> const& blocks, IpAddress const& address)
{
    auto const block = std::ranges::find_if(
        blocks, [&](Named const& candidate) { return candidate.network.contains(address); });
    return block == blocks.end() ? std::string_view{} : block->name;
}

IpAddress v4At(IpAddress const& address, std::size_t from, std::uint8_t mask = 0)
{
    IpAddress inner;
    for (std::size_t i = 0; i < 4; ++i)
        inner.bytes[i] = static_cast<std::uint8_t>(address.bytes[from + i] ^ mask);
    return inner;
}

struct Carrier {
    std::string_view cidr;
    std::size_t from;  // of the four bytes
    std::uint8_t mask; // Teredo inverts the client's address (RFC 4380, 4)
};

constexpr Carrier kCarriers[] = {
    {"::ffff:0:0/96", 12, 0},  {"::/96", 12, 0},    {"64:ff9b::/96", 12, 0},
    {"64:ff9b:1::/48", 12, 0}, {"2002::/16", 2, 0}, {"2001::/32", 4, 0},
    {"2001::/32", 12, 0xFF},
};

std::string_view neverAllowed(IpAddress const& address)
{
    static auto const never = networksOf(kNever);
    if (auto const name = nameIn(never, address); !name.empty()) return name;
    for (auto const& carrier : kCarriers) {
        if (!parse(carrier.cidr)->contains(address)) continue;
        auto const name = nameIn(never, v4At(address, carrier.from, carrier.mask));
        if (!name.empty()) return name;
    }
    return {};
}

std::string_view notPublic(IpAddress const& address)
{
    static auto const v4 = networksOf(kNotPublic4);
    static auto const v6 = networksOf(kNotPublic6);
    static auto const global = *parse(kGlobalUnicast.cidr);
    auto const name = nameIn(address.v6 ? v6 : v4, address);
    if (name.empty() && address.v6 && !global.contains(address)) return "reserved address";
    return name;
}

bool hasBitsBeyondPrefix(Network const& network)
{
    auto const bytes = network.first.v6 ? 16U : 4U;
    for (unsigned bit = network.prefix; bit < bytes * 8; ++bit)
        if ((network.first.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return true;
    return false;
}

bool liesInNeverAllowed(Network const& network)
{
    return std::ranges::any_of(kNever, [&](Block const& block) {
        auto const never = *parse(block.cidr);
        return network.prefix >= never.prefix && never.contains(network.first);
    });
}

Error fault(std::string_view cidr, std::string what, std::string fix)
{
    return {Error::Kind::Config, "", "\"" + std::string{cidr} + "\" " + std::move(what),
            std::move(fix)};
}

} // namespace

Result<Network> readNetwork(std::string_view cidr)
{
    auto const network = parse(cidr);
    if (!network)
        return fault(cidr, "is no network",
                     "write it like 10.20.0.0/16 or fd12:3456::/32, or a single address");
    if (hasBitsBeyondPrefix(*network))
        return fault(cidr, "has bits beyond its prefix",
                     "write the first address of the network, or a longer prefix");
    if (liesInNeverAllowed(*network))
        return fault(cidr, "is link-local or a metadata service, which no setting opens",
                     "remove it; name the network of the FHIR server instead");
    return *network;
}

std::string_view refusal(NetworkPolicy const& policy, IpAddress const& address)
{
    if (auto const never = neverAllowed(address); !never.empty()) return never;
    auto const name = notPublic(address);
    if (name.empty()) return {};
    bool const listed = std::ranges::any_of(
        policy.allowed, [&](Network const& network) { return network.contains(address); });
    return listed ? std::string_view{} : name;
}

} // namespace tcds::client
