#pragma once

#include "server/auth/key_set.hpp"
#include "server/auth/key_set_news.hpp"
#include "server/auth/key_source.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::auth {

/// Starts to fetch the text at exactly that URL, at most kMaxKeySetBytes long. `done` is called
/// once, soon, on any thread, which may be the caller's.
using FetchKeySet =
    std::function<void(std::string const& jku, std::function<void(Result<std::string>)> done)>;

/// When key sets are fetched (JWT-09, CTL-02), and for how long they count.
struct KeySetTimes {
    std::chrono::seconds fresh{3'600};       // until then a set is not fetched without need
    std::chrono::seconds usable{24 * 3'600}; // until then a set counts that cannot be renewed
    std::chrono::seconds refresh{60};        // between two fetches for the same reason: an unknown
                                             // kid, or a set past `fresh`
    std::chrono::seconds retry{10};          // between two fetches of a set that is not at hand
    std::chrono::milliseconds patience{2'500}; // of a call that waits for a set
    std::size_t mostWaiting = 4; // calls that wait at once, so that one key server stalls not all
};

/// Keys from the URLs of the trust entries, one set for each client and URL: what one client
/// publishes never counts for another. Only listed URLs are ever fetched, compared byte by byte.
///
/// A call waits for a fetch only when nothing else is known: no set yet, a set past `fresh`, or a
/// kid that it lacks. After a fetch that failed nobody waits until one succeeds, so a dead key
/// server costs a call no time; calls at the same time share one fetch. Thread safe.
class FetchedKeys final : public KeySource
{
public:
    using Steady = std::chrono::steady_clock;
    struct Outside {
        FetchKeySet fetch;                                     // outlives what it has started
        TellOfKeySet told = [](KeySetNews const&) {};          // called from any thread
        std::function<Steady::time_point()> now = Steady::now; // never steps back
    };

    /// @param entries  those without a pinned set are fetched
    /// @param mode     production takes no set that holds the public test key (CTL-19)
    FetchedKeys(std::vector<TrustEntry> const& entries, TrustMode mode, Outside outside,
                KeySetTimes times = {});
    ~FetchedKeys() override;

    /// As KeySource::find. A token without a `jku` may be signed by a key of any listed set
    /// (JWT-10); of two keys with the same kid the set listed first counts.
    Result<std::shared_ptr<Key const>> find(TrustEntry const& entry, std::string_view jku,
                                            std::string_view kid) override;

    /// Starts to fetch each set that is not at hand, as often as the times allow; waits for none.
    void fetchMissing();

    /// Whether the first fetch of every set has ended, well or not.
    [[nodiscard]] bool tried() const;
    /// Whether some client has a set that counts.
    [[nodiscard]] bool some() const;

private:
    class Set;
    enum class Need : std::uint8_t { Time, UnknownKid }; // why a set is fetched
    using SetPtr = std::shared_ptr<Set>;
    using Sets = std::vector<SetPtr>;

    [[nodiscard]] Sets setsOf(std::string_view client, std::string_view jku) const;
    [[nodiscard]] Steady::time_point now() const { return outside_->now(); }
    void fetchIfDue(SetPtr const& set, Need need) const;
    void waitFor(Sets const& sets);

    std::shared_ptr<Outside const> outside_; // what is under way holds it too
    TrustMode mode_;
    KeySetTimes times_;
    std::map<std::string, Sets, std::less<>> byClient_; // fixed once made; sets guard themselves
    std::atomic<std::size_t> waiting_{0};
};

} // namespace tcds::auth
