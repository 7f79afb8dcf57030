#pragma once

#include "fhir/base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tcds::auth {

/// A SHA-256, as a key of tables.
using TokenId = std::array<unsigned char, 32>;

/// Which tokens have been used (JWT-07, CTL-04). In memory of this process: a restart forgets, and
/// nodes do not know of each other. Each client has places of its own, so that one in a loop takes
/// none from the others (CTL-12). Thread safe.
class ReplayStore
{
public:
    /// Places of one client, about 15 MB when full: 27 tokens a second that live for an hour.
    static constexpr std::size_t kDefaultCapacity = 100'000;

    explicit ReplayStore(std::size_t capacityOfAClient = kDefaultCapacity)
        : capacity_{capacityOfAClient}
    {
    }

    enum class Use : std::uint8_t {
        First,  // never seen: remembered now
        Retry,  // seen within the retry window with the same body
        Replay, // seen before
        Full,   // not remembered: every place of the client is held by a token that is still valid
        Past,   // so old that it may have been forgotten: not to be trusted as never seen
    };

    struct Presented {
        TokenId id{};
        Instant until;                  // from then on the token is refused for its age
        std::chrono::seconds window{0}; // time after the first use in which a retry may come
        std::string_view bodyDigest;    // of the call; "" is equal to nothing
        std::string_view client = {};   // whose places it takes
        std::string_view call = {};     // id of the call, for a retry to name
    };

    struct Answer {
        Use use = Use::First;
        std::string firstCall{}; // of a Retry: id of the call that used the token first
        Instant firstAt{};       // of a Retry: when that was

        bool operator==(Use other) const { return use == other; }
    };

    /// Notes the use of a token whose signature is good. Looks up and remembers in one step, so of
    /// two threads with the same token one gets First. A place is freed only when its token has
    /// expired; a clock that steps back revives no token (it gets Past).
    Answer use(Presented const& token, Instant now);

    [[nodiscard]] std::size_t size() const;

private:
    struct Hash {
        std::size_t operator()(TokenId const& id) const
        {
            std::size_t value = 0; // the digest is uniform: any of its bytes do
            std::memcpy(&value, id.data(), sizeof value);
            return value;
        }
    };
    struct Used {
        Instant first;
        std::string bodyDigest, call; // kept only where a retry may come
        std::size_t* held;            // how many places its client has taken
    };
    struct Expiry {
        Instant until;
        TokenId id{};
        bool operator>(Expiry const& other) const { return until > other.until; }
    };

    void forgetExpired(Instant now);

    std::size_t const capacity_;
    mutable std::mutex mutex_;
    std::map<std::string, std::size_t, std::less<>> held_; // places taken, by client
    std::unordered_map<TokenId, Used, Hash> used_;
    std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiries_;
    Instant forgottenUntil_ = Instant::min(); // the latest `until` that was ever forgotten
};

} // namespace tcds::auth
