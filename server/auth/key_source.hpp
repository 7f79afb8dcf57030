#pragma once

#include "fhir/base/result.hpp"
#include "server/auth/key.hpp"
#include "server/auth/trust.hpp"

#include <memory>
#include <string_view>

namespace tcds::auth {

/// Where the keys of a client come from. Called from several threads at once, never from one that
/// serves sockets: an implementation may wait for a key set to be fetched, within its deadline.
class KeySource
{
public:
    virtual ~KeySource() = default;

    /// The key of `entry` with that kid (JWT-09).
    ///
    /// @param jku  the token's `jku`, which is one of `entry.jkus`; "" when the token names none
    /// @error NotFound: the client's key set is at hand and has no such key; any other kind: there
    ///        is no key set to look into. `what` and `fix` hold nothing that the token said.
    virtual Result<std::shared_ptr<Key const>> find(TrustEntry const& entry, std::string_view jku,
                                                    std::string_view kid) = 0;
};

} // namespace tcds::auth
