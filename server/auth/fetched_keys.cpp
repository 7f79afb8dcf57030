#include "server/auth/fetched_keys.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace tcds::auth {

namespace {

using KeyPtr = std::shared_ptr<Key const>;
using Time = FetchedKeys::Steady::time_point;

Error unavailable(std::string what, std::string fix)
{
    return {Error::Kind::Unavailable, "key set", std::move(what), std::move(fix)};
}

/// Reads what was fetched.
Result<KeySet> read(Result<std::string> text, std::string const& jku, TrustMode mode)
{
    if (!text) return text.error();
    auto keys = KeySet::parse(std::move(*text), jku);
    if (keys && mode == TrustMode::Production && holdsPublicTestKey(*keys))
        return Error{
            Error::Kind::Forbidden, jku,
            "holds the key of the public CDS Hooks sandbox, whose private key is published",
            "have the client publish keys of its own"};
    return keys;
}

} // namespace

/// One key set: what was fetched last, and how the fetching goes.
class FetchedKeys::Set
{
public:
    Set(std::string client, std::string jku) : client_{std::move(client)}, jku_{std::move(jku)} {}

    [[nodiscard]] std::string const& jku() const { return jku_; }

    /// The key of that kid in a set that is not older; nullptr without one.
    [[nodiscard]] KeyPtr find(std::string_view kid, std::chrono::seconds age, Time now) const
    {
        std::lock_guard const lock{mutex_};
        return isWithin(age, now) ? keys_->find(kid) : nullptr;
    }

    [[nodiscard]] bool counts(std::chrono::seconds age, Time now) const
    {
        std::lock_guard const lock{mutex_};
        return isWithin(age, now);
    }

    /// Takes the right to fetch; false: another has it, or it is too early.
    [[nodiscard]] bool begin(Need need, KeySetTimes const& times, Time now)
    {
        std::lock_guard const lock{mutex_};
        auto const isAtHand = isWithin(times.usable, now);
        auto const& last = isAtHand && need == Need::UnknownKid ? searched_ : begun_;
        auto const pause = isAtHand ? times.refresh : times.retry;
        if (fetching_ || (last && now - *last < pause)) return false;
        fetching_ = true;
        begun_ = now;
        if (need == Need::UnknownKid) searched_ = now;
        return true;
    }

    /// What was asked for at `begun` has come, or not.
    void end(Result<KeySet> keys, Time begun, TellOfKeySet const& tell)
    {
        KeySetNews news{client_, jku_, 0, {}, {}};
        {
            std::lock_guard const lock{mutex_};
            fetching_ = false;
            failed_ = !keys;
            if (keys)
                take(std::move(*keys), begun, news);
            else
                news.fault = fault_ = keys.error();
        }
        ended_.notify_all();
        tell(news);
    }

    /// Whether a fetch is under way that is worth waiting for: not after one that failed.
    [[nodiscard]] bool isPromising() const
    {
        std::lock_guard const lock{mutex_};
        return fetching_ && !failed_;
    }
    void wait(Steady::time_point until)
    {
        std::unique_lock lock{mutex_};
        (void)ended_.wait_until(lock, until, [this] { return !fetching_; }); // late: looked at next
    }

    [[nodiscard]] bool tried() const
    {
        std::lock_guard const lock{mutex_};
        return failed_ || keys_.has_value();
    }

    /// Why there is nothing to look into; absent when there is a set that lacks the key.
    [[nodiscard]] std::optional<Error> missing(std::chrono::seconds usable, Time now) const
    {
        std::lock_guard const lock{mutex_};
        if (fetching_ && !failed_)
            return unavailable("is being fetched", "send the call again in a moment");
        if (isWithin(usable, now)) return std::nullopt;
        if (!fault_) return unavailable("has not been fetched yet", "send the call again");
        return unavailable("cannot be had: " + fault_->where + ": " + fault_->what, fault_->fix);
    }

private:
    [[nodiscard]] bool isWithin(std::chrono::seconds age, Time now) const
    {
        return keys_ && now - fetched_ < age;
    }

    void take(KeySet keys, Time begun, KeySetNews& news)
    {
        news.keys = keys.size();
        if (!keys_ || keys_->leftOut() != keys.leftOut()) news.leftOut = keys.leftOut();
        keys_ = std::move(keys);
        fetched_ = begun;
        fault_.reset();
    }

    std::string const client_, jku_;
    mutable std::mutex mutex_;
    std::condition_variable ended_;
    std::optional<KeySet> keys_;   // the last good ones
    Time fetched_{};               // when the fetch of `keys_` began: they were not younger
    std::optional<Time> begun_;    // the last fetch
    std::optional<Time> searched_; // the last one for a kid that was not there
    bool fetching_ = false;
    bool failed_ = false; // the last fetch that ended
    std::optional<Error> fault_;
};

FetchedKeys::FetchedKeys(std::vector<TrustEntry> const& entries, TrustMode mode, Outside outside,
                         KeySetTimes times)
    : outside_{std::make_shared<Outside const>(std::move(outside))}, mode_{mode}, times_{times}
{
    for (auto const& entry : entries) {
        if (!entry.jwks.empty()) continue;
        auto& sets = byClient_[entry.client];
        for (auto const& jku : entry.jkus) sets.push_back(std::make_shared<Set>(entry.client, jku));
    }
}

FetchedKeys::~FetchedKeys() = default;

Result<KeyPtr> FetchedKeys::find(TrustEntry const& entry, std::string_view jku,
                                 std::string_view kid)
{
    auto const sets = setsOf(entry.client, jku);
    if (sets.empty()) return unavailable("none is listed for this client", "list its URL (jku)");
    for (auto const& set : sets)
        if (auto key = set->find(kid, times_.fresh, now())) return key;

    // A set past its time that has the key is renewed alone: the others were not asked for.
    Sets old;
    for (auto const& set : sets)
        if (set->find(kid, times_.usable, now())) old.push_back(set);
    auto const& wanted = old.empty() ? sets : old;
    for (auto const& set : wanted) fetchIfDue(set, old.empty() ? Need::UnknownKid : Need::Time);
    waitFor(wanted);

    for (auto const& set : sets)
        if (auto key = set->find(kid, times_.usable, now())) return key;
    for (auto const& set : sets)
        if (auto error = set->missing(times_.usable, now())) return *std::move(error);
    return Error{Error::Kind::NotFound, "key set", "no key with the kid of the token",
                 "publish the key before tokens are signed with it; a set is fetched anew for an "
                 "unknown kid, at most once a minute"};
}

void FetchedKeys::fetchMissing()
{
    for (auto const& [client, sets] : byClient_)
        for (auto const& set : sets)
            if (!set->counts(times_.usable, now())) fetchIfDue(set, Need::Time);
}

bool FetchedKeys::tried() const
{
    return std::ranges::all_of(byClient_, [](auto const& client) {
        return std::ranges::all_of(client.second, [](auto const& set) { return set->tried(); });
    });
}

bool FetchedKeys::some() const
{
    return std::ranges::any_of(byClient_, [this](auto const& client) {
        return std::ranges::any_of(
            client.second, [this](auto const& set) { return set->counts(times_.usable, now()); });
    });
}

FetchedKeys::Sets FetchedKeys::setsOf(std::string_view client, std::string_view jku) const
{
    auto const found = byClient_.find(client);
    if (found == byClient_.end()) return {};
    if (jku.empty()) return found->second;
    Sets named;
    for (auto const& set : found->second)
        if (set->jku() == jku) named.push_back(set);
    return named;
}

void FetchedKeys::fetchIfDue(SetPtr const& set, Need need) const
{
    auto const begun = now();
    if (!set->begin(need, times_, begun)) return;
    outside_->fetch(set->jku(),
                    [set, begun, mode = mode_, outside = outside_](Result<std::string> text) {
                        set->end(read(std::move(text), set->jku(), mode), begun, outside->told);
                    });
}

void FetchedKeys::waitFor(Sets const& sets)
{
    if (waiting_.fetch_add(1) < times_.mostWaiting) {
        auto const until = Steady::now() + times_.patience;
        for (auto const& set : sets)
            if (set->isPromising()) set->wait(until);
    }
    waiting_.fetch_sub(1);
}

} // namespace tcds::auth
