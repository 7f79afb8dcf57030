#pragma once

#include "server/auth/key_set.hpp"
#include "server/auth/key_set_news.hpp"
#include "server/auth/key_source.hpp"

#include <map>
#include <string>
#include <vector>

namespace tcds::auth {

/// Reads the text of a key set that was agreed on out of band (JWT-10).
///
/// @error Config: it cannot be read; TooLarge: more than 64 KiB. `where` = the path
Result<std::string> readKeySetFile(std::string const& path);

/// Keys that the settings pin, one set a client; nothing is fetched.
class PinnedKeys final : public KeySource
{
public:
    /// Reads `jwks` of each entry that has one.
    /// @error as KeySet::parse, of the first set that is refused
    static Result<PinnedKeys> make(std::vector<TrustEntry> const& entries);

    Result<std::shared_ptr<Key const>> find(TrustEntry const& entry, std::string_view jku,
                                            std::string_view kid) override;

    [[nodiscard]] bool empty() const { return sets_.empty(); }
    /// Tells of each set: how many keys it has and which were left out.
    void tellOf(TellOfKeySet const& tell) const;

private:
    struct Pinned {
        std::string from;
        KeySet keys;
    };
    std::map<std::string, Pinned, std::less<>> sets_; // by client; read only once made
};

} // namespace tcds::auth
