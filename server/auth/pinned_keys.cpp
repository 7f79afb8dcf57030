#include "server/auth/pinned_keys.hpp"

#include <fstream>
#include <utility>

namespace tcds::auth {

Result<std::string> readKeySetFile(std::string const& path)
{
    std::ifstream file{path, std::ios::binary};
    std::string text(kMaxKeySetBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    auto const size = static_cast<std::size_t>(file.gcount());
    if (!file.is_open() || file.bad() || size == 0)
        return Error{Error::Kind::Config, path, "cannot be read, or is empty",
                     "check the path and who may read the file"};
    if (size > kMaxKeySetBytes)
        return Error{Error::Kind::TooLarge, path, "more than 64 KiB",
                     "keep the keys of one client in it, without certificate chains"};
    text.resize(size);
    return text;
}

Result<PinnedKeys> PinnedKeys::make(std::vector<TrustEntry> const& entries)
{
    PinnedKeys pinned;
    for (auto const& entry : entries) {
        if (entry.jwks.empty()) continue;
        auto keys = KeySet::parse(entry.jwks, entry.jwksFrom);
        if (!keys) return keys.error();
        pinned.sets_.insert_or_assign(entry.client, Pinned{entry.jwksFrom, std::move(*keys)});
    }
    return pinned;
}

Result<std::shared_ptr<Key const>> PinnedKeys::find(TrustEntry const& entry,
                                                    std::string_view /*jku*/, std::string_view kid)
{
    auto const keys = sets_.find(entry.client);
    if (keys == sets_.end())
        return Error{Error::Kind::Unavailable, "key set", "none is pinned for this client",
                     "name the file of its key set (jwks_file)"};
    auto key = keys->second.keys.find(kid);
    if (!key)
        return Error{Error::Kind::NotFound, "key set", "no key with the kid of the token",
                     "compare the pinned key set with the one that the client uses now"};
    return key;
}

void PinnedKeys::tellOf(TellOfKeySet const& tell) const
{
    for (auto const& [client, set] : sets_)
        tell({client, set.from, set.keys.size(), set.keys.leftOut(), {}});
}

} // namespace tcds::auth
