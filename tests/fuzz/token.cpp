// Any bytes as the Authorization field of a call, as its token without the signature of anybody,
// and as a key set.

#include "server/auth/key_set.hpp"
#include "server/auth/pinned_keys.hpp"
#include "server/auth/replay_store.hpp"
#include "server/auth/verifier.hpp"
#include "tests/fuzz/claim.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds;
using fuzz::claim;

constexpr std::string_view kEndpoint = "https://cds.example.org/cds-services/twitch-patient-view";
constexpr Instant kNow{std::chrono::seconds{1'769'846'400}}; // 2026-01-31T08:00:00Z

// The example key of RFC 7517, appendix A.1. Nothing here can sign with it.
constexpr std::string_view kKeys = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k1",)"
                                   R"("x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
                                   R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})";

auth::Verifier const& verifier()
{
    static auto const made = [] {
        auth::TrustEntry entry;
        entry.client = "mercy";
        entry.issuers = {"https://ehr.example.org"};
        entry.jwks = kKeys;
        entry.jwksFrom = "keys";
        entry.jkus = {"https://ehr.example.org/jwks"};
        entry.algorithms = {auth::Algorithm::Es256, auth::Algorithm::Es384, auth::Algorithm::Rs384};
        auto keys = auth::PinnedKeys::make({entry});
        auto trust = auth::TrustList::make({entry}, auth::TrustMode::Production);
        if (!keys || !trust) throw std::logic_error{"the entry is not good"};
        return std::make_unique<auth::Verifier>(
            std::move(*trust), std::make_shared<auth::PinnedKeys>(std::move(*keys)),
            std::make_shared<auth::ReplayStore>());
    }();
    return *made;
}

void isRefused(std::string const& authorization)
{
    auto const verified = verifier().verify(authorization, kEndpoint, "digest", kNow);
    claim(!verified, "nobody signed it");
    claim(!auth::toText(verified.error().reason).empty(), "a refusal has a reason");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    std::string const text{bytes, bytes + size};
    isRefused(text);
    isRefused("Bearer " + text);
    (void)auth::KeySet::parse(text, "keys");
    return 0;
}
