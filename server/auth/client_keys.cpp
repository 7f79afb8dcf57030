#include "server/auth/client_keys.hpp"

#include <utility>

namespace tcds::auth {

ClientKeys::ClientKeys(PinnedKeys pinned, std::vector<TrustEntry> const& entries, TrustMode mode,
                       FetchedKeys::Outside outside)
    : pinned_{std::move(pinned)}, tell_{outside.told}, fetched_{entries, mode, std::move(outside)}
{
}

Result<std::shared_ptr<ClientKeys>> ClientKeys::make(std::vector<TrustEntry> const& entries,
                                                     TrustMode mode, FetchedKeys::Outside outside)
{
    auto pinned = PinnedKeys::make(entries);
    if (!pinned) return pinned.error();
    return std::shared_ptr<ClientKeys>{
        new ClientKeys{std::move(*pinned), entries, mode, std::move(outside)}};
}

Result<std::shared_ptr<Key const>> ClientKeys::find(TrustEntry const& entry, std::string_view jku,
                                                    std::string_view kid)
{
    return entry.jwks.empty() ? fetched_.find(entry, jku, kid) : pinned_.find(entry, jku, kid);
}

void ClientKeys::begin()
{
    pinned_.tellOf(tell_);
    fetched_.fetchMissing();
}

bool ClientKeys::known()
{
    fetched_.fetchMissing();
    return fetched_.tried() && (!pinned_.empty() || fetched_.some());
}

} // namespace tcds::auth
