#pragma once

#include "server/auth/fetched_keys.hpp"
#include "server/auth/pinned_keys.hpp"

#include <vector>

namespace tcds::auth {

/// The keys of all clients: of a pinned set where an entry has one, else of the sets at its URLs.
class ClientKeys final : public KeySource
{
public:
    /// @error as PinnedKeys::make
    static Result<std::shared_ptr<ClientKeys>> make(std::vector<TrustEntry> const& entries,
                                                    TrustMode mode, FetchedKeys::Outside outside);

    Result<std::shared_ptr<Key const>> find(TrustEntry const& entry, std::string_view jku,
                                            std::string_view kid) override;

    /// Tells of each pinned set and starts to fetch the others, without waiting for them.
    void begin();

    /// Whether tokens can be verified: every set that is to be fetched was tried, and some client
    /// has keys. So one dead key server takes no other client's service away. Starts to fetch what
    /// is missing, so that a service without calls recovers too.
    [[nodiscard]] bool known();

private:
    ClientKeys(PinnedKeys pinned, std::vector<TrustEntry> const& entries, TrustMode mode,
               FetchedKeys::Outside outside);

    PinnedKeys pinned_;
    TellOfKeySet tell_;
    FetchedKeys fetched_;
};

} // namespace tcds::auth
