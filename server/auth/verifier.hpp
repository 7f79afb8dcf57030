#pragma once

#include "fhir/base/clock.hpp"
#include "server/auth/key_source.hpp"
#include "server/auth/rejection.hpp"
#include "server/auth/replay_store.hpp"
#include "server/auth/trust.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tcds::auth {

/// Who calls, proven by a token.
struct Caller {
    std::string client, tenant; // of the trust entry
    std::string iss, kid;
    std::string jtiDigest; // first 128 bits of the SHA-256 of `jti`, 32 lower-case digits
    bool retry = false;    // the same token and body as a call of a moment ago (TOL-16)
    std::string retryOf{}; // the id of that call, "" without one
    Instant retriedAt{};   // when that call came

    bool operator==(Caller const&) const = default;
};

using Verified = boost::system::result<Caller, Rejection>;

/// Verifies the tokens of CDS clients (JWT-01 to JWT-12; controls CTL-02 to CTL-05). Thread safe;
/// one verification takes up to a millisecond and may wait for keys, so it is no work for a thread
/// that serves sockets.
class Verifier
{
public:
    /// @param keys, replays  never null; a verifier with other trust entries goes on with the same
    ///                       replay store
    Verifier(TrustList trust, std::shared_ptr<KeySource> keys,
             std::shared_ptr<ReplayStore> replays);

    /// Checks in order of cost: form and header, trust entry, `alg` and `jku` of the client,
    /// claims, then key and signature, then whether the token was used before. So a token that is
    /// not good uses up no place in the replay store.
    ///
    /// @param authorization  value of the field, "" without one
    /// @param audience       URL of the called endpoint, from the configured public URL (CTL-05)
    /// @param bodyDigest     SHA-256 of the body, compared when a token comes again; "" never is
    /// equal
    /// @param call        id of the call, which a retry will name; "" without one
    Verified verify(std::string_view authorization, std::string_view audience,
                    std::string_view bodyDigest, Instant now, std::string_view call = {}) const;

    [[nodiscard]] TrustList const& trust() const { return trust_; }

private:
    TrustList trust_;
    std::shared_ptr<KeySource> keys_;
    std::shared_ptr<ReplayStore> replays_;
};

} // namespace tcds::auth
