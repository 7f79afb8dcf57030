#include "server/app/content_switch.hpp"

#include "server/audit/decision.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace tcds::app {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;

constexpr std::size_t kMostWaiting =
    4; // a reload takes a second or two; more wishes are one too many

struct Wanted {
    ReloadWish wish;
    ContentSwitch::Done done;
};

Error unkept()
{
    return {Error::Kind::Unavailable, "decision log",
            "the record of the change of rules could not be kept",
            "see the operations log; no rule answers without its record"};
}

std::vector<audit::ConfigRecord::Pack> packsOf(rules::RuleSet const& rules)
{
    std::vector<audit::ConfigRecord::Pack> packs;
    packs.reserve(rules.packs.size());
    for (auto const& pack : rules.packs) packs.push_back({pack.id, pack.version, pack.approval});
    return packs;
}

audit::ConfigRecord recordOf(ReadyContent const& content,
                             std::vector<audit::ConfigRecord::Pack> const& packs)
{
    audit::ConfigRecord record;
    record.id = content.rules->id;
    record.version = content.rules->version;
    record.sha256 = content.rules->digest;
    record.signer = content.rules->signer;
    record.packs = packs;
    record.stored = content.stored;
    record.acknowledgedPack = content.acknowledged.pack;
    record.acknowledgedVersion = content.acknowledged.version;
    record.acknowledgedBy = content.acknowledged.by;
    record.acknowledgedOn = content.acknowledged.on;
    return record;
}

} // namespace

struct ContentSwitch::Impl {
    Impl(Parts given, ReadyContent first, Load loader)
        : parts{given}, load{std::move(loader)}, current{std::move(first)},
          since{parts.clock.now()}, worker{[this] { work(); }}
    {
    }

    ~Impl()
    {
        {
            std::lock_guard const lock{mutex};
            ends = true;
        }
        wake.notify_one();
        worker.join();
    }

    void work()
    {
        for (;;) {
            Wanted next;
            {
                std::unique_lock lock{mutex};
                wake.wait(lock, [this] { return ends || !waiting.empty(); });
                if (ends) return;
                next = std::move(waiting.front());
                waiting.pop_front();
            }
            parts.tenants.takeUpKeys(next.wish.via, next.wish.actor, parts.clock.now());
            auto const came = reload(next.wish);
            if (next.done) next.done(came);
        }
    }

    Result<ReadyContent> loaded() const
    {
        try {
            return load();
        } catch (std::exception const& error) {
            return Error{Error::Kind::Internal, "content", error.what(),
                         "report it; the rules in use stay"};
        }
    }

    Result<ContentStatus> reload(ReloadWish const& wish)
    {
        auto content = loaded();
        if (!content) return refuse(wish, content.error());
        auto const packs = packsOf(*content->rules);
        auto record = recordOf(*content, packs);
        record.via = wish.via;
        record.actor = wish.actor;
        record.before = current.rules->digest;
        if (!parts.tenants.keepInEach("config", audit::writeConfig(record)))
            return refuse(wish, unkept());
        return use(wish, std::move(*content));
    }

    ContentStatus use(ReloadWish const& wish, ReadyContent content)
    {
        // The words of the new rules first: they may be counted as soon as they answer.
        parts.tally.contentInUse(*content.rules);
        parts.app.use(content.rules);
        parts.app.reloadRefused(false);
        parts.tally.contentReloaded(false);
        parts.ops.event(Level::Info, "content reloaded",
                        {Field{"via", wish.via}, Field{"pack", content.rules->id},
                         Field{"pack_version", content.rules->version},
                         Field{"sha256", content.rules->digest},
                         Field{"signer", content.rules->signer}});
        std::lock_guard const lock{mutex};
        current = std::move(content);
        since = parts.clock.now();
        last = ContentStatus::Reload{since, wish, std::nullopt};
        return statusLocked();
    }

    Error refuse(ReloadWish const& wish, Error const& why)
    {
        parts.app.reloadRefused(true);
        parts.tally.contentReloaded(true);
        parts.ops.event(Level::Error, "content reload refused",
                        {Field{"via", wish.via}, Field{"why", toText(why)},
                         Field{"in_use", current.rules->version}});
        auto const packs = packsOf(*current.rules);
        auto record = recordOf(current, packs);
        record.refused = true;
        record.via = wish.via;
        record.actor = wish.actor;
        record.where = why.where;
        record.why = why.what;
        // Refused all the same; that a record is lost is counted and logged by the journal.
        (void)parts.tenants.keepInEach("config", audit::writeConfig(record));
        std::lock_guard const lock{mutex};
        last = ContentStatus::Reload{parts.clock.now(), wish, why};
        return why;
    }

    [[nodiscard]] ContentStatus statusLocked() const
    {
        auto const& rules = *current.rules;
        return {rules.id,       rules.version,      rules.digest, rules.signer,
                current.stored, rules.rules.size(), since,        last};
    }

    Parts parts;
    Load load;
    mutable std::mutex mutex; // of all below
    std::condition_variable wake;
    std::deque<Wanted> waiting;
    bool ends = false;
    ReadyContent current; // written by the worker alone, which reads it without the lock
    Instant since;
    std::optional<ContentStatus::Reload> last;
    std::thread worker; // last: it uses all others
};

ContentSwitch::ContentSwitch(Parts parts, ReadyContent first, Load load)
    : impl_{std::make_unique<Impl>(parts, std::move(first), std::move(load))}
{
}

ContentSwitch::~ContentSwitch() = default;

Result<void> ContentSwitch::recordStart()
{
    std::lock_guard const lock{impl_->mutex};
    auto const packs = packsOf(*impl_->current.rules);
    auto record = recordOf(impl_->current, packs);
    record.via = "start";
    if (!impl_->parts.tenants.keepInEach("config", audit::writeConfig(record))) return unkept();
    return {};
}

void ContentSwitch::reload(ReloadWish wish, Done done)
{
    {
        std::lock_guard const lock{impl_->mutex};
        if (impl_->waiting.size() < kMostWaiting) {
            impl_->waiting.push_back({std::move(wish), std::move(done)});
            impl_->wake.notify_one();
            return;
        }
    }
    if (done)
        done(Error{Error::Kind::Unavailable, "content", "too many reloads wait already",
                   "wait for them to end"});
}

ContentStatus ContentSwitch::status() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->statusLocked();
}

} // namespace tcds::app
