#include "server/audit/pseudonyms.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit/secret_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <span>
#include <utility>

namespace tcds::audit {

namespace {

constexpr std::string_view kSetting = "audit.key_file";
constexpr std::size_t kKeptBytes = 16; // of the HMAC (integration specification 4.2)
constexpr std::size_t kWritten = 22;   // characters of kKeptBytes, without padding

Result<void> makeIfAbsent(std::string const& path)
{
    if (::access(path.c_str(), F_OK) == 0 || errno != ENOENT) return {};
    return makeSecret(path, kSetting);
}

Result<KeyRing> readKeys(std::string const& path, Instant now, Pseudonyms::Making making)
{
    if (making == Pseudonyms::Making::EachPeriod)
        if (auto const made = makeIfAbsent(path + "/" + KeyPeriod::at(now).id() + ".key"); !made)
            return made.error();
    return KeyRing::read(path, now);
}

constexpr auto kNever = Instant::max().time_since_epoch().count();

} // namespace

struct Pseudonyms::Impl {
    Impl(std::string from, std::string ofTenant, Making how, KeyRing keys)
        : path{std::move(from)}, tenant{std::move(ofTenant)}, making{how},
          ring{std::make_shared<KeyRing const>(std::move(keys))}
    {
    }

    [[nodiscard]] std::shared_ptr<KeyRing const> now() const
    {
        std::lock_guard const lock{mutex};
        return ring;
    }

    std::string path, tenant;
    Making making;
    std::atomic<Instant::rep> due{kNever};
    mutable std::mutex mutex; // of `ring`, which never changes itself
    std::shared_ptr<KeyRing const> ring;
};

Result<Pseudonyms> Pseudonyms::fromFile(std::string const& path, std::string tenant)
{
    auto keys = KeyRing::read(path, std::nullopt);
    if (!keys) return keys.error();
    return Pseudonyms{
        std::make_unique<Impl>(path, std::move(tenant), Making::Never, std::move(*keys))};
}

Result<Pseudonyms> Pseudonyms::fromFileOrNew(std::string const& path, std::string tenant)
{
    if (auto const made = makeIfAbsent(path); !made) return made.error();
    return fromFile(path, std::move(tenant));
}

Result<Pseudonyms> Pseudonyms::open(std::string const& path, std::string tenant, Instant now,
                                    Making making)
{
    auto keys = readKeys(path, now, making);
    if (!keys) return keys.error();
    auto const turns = keys->turns();
    auto impl = std::make_unique<Impl>(path, std::move(tenant), making, std::move(*keys));
    if (turns) impl->due = KeyPeriod::at(now).end().time_since_epoch().count();
    return Pseudonyms{std::move(impl)};
}

Pseudonyms::Pseudonyms(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Pseudonyms::Pseudonyms(Pseudonyms&&) noexcept = default;
Pseudonyms& Pseudonyms::operator=(Pseudonyms&&) noexcept = default;
Pseudonyms::~Pseudonyms() = default;

ServerPseudonyms Pseudonyms::on(std::string_view fhirBase) const
{
    return {impl_->now()->inForce(), impl_->tenant, fhirBase};
}

std::vector<ServerPseudonyms> Pseudonyms::earlierOn(std::string_view fhirBase, Instant since) const
{
    auto const ring = impl_->now();
    std::vector<ServerPseudonyms> earlier;
    // A key stays in force until the next one begins, which may be long after its own period.
    auto next = Instant::max();
    auto isEarlier = false;
    for (auto const& key : ring->all()) {
        if (isEarlier && next >= since)
            earlier.push_back(ServerPseudonyms{key, impl_->tenant, fhirBase});
        isEarlier = isEarlier || key == ring->inForce();
        if (key->period) next = key->period->begin();
    }
    return earlier;
}

std::vector<std::string> Pseudonyms::inEveryPeriod(std::string_view fhirBase,
                                                   std::string_view identifier) const
{
    auto const ring = impl_->now();
    std::vector<std::string> pseudonyms;
    for (auto const& key : ring->all())
        pseudonyms.push_back(ServerPseudonyms{key, impl_->tenant, fhirBase}.of(identifier));
    return pseudonyms;
}

KeyIds Pseudonyms::keys() const { return impl_->now()->ids(); }

std::vector<Mac> Pseudonyms::marks() const { return impl_->now()->marks(); }

bool Pseudonyms::due(Instant now) const
{
    return now.time_since_epoch().count() >= impl_->due.load(std::memory_order_relaxed);
}

Result<KeyRing> Pseudonyms::readAgain(Instant now) const
{
    auto keys = readKeys(impl_->path, now, impl_->making);
    if (!keys) return keys.error();
    for (auto const& key : impl_->now()->all()) {
        auto const* const same = keys->find(key->id);
        if (same != nullptr && same->mark != key->mark)
            return Error{Error::Kind::Config, std::string{kSetting} + " " + impl_->path,
                         "holds another key under the id " + key->id + " than before",
                         "give each key a name of its own; put the old one back"};
    }
    return keys;
}

void Pseudonyms::use(KeyRing keys, Instant now)
{
    impl_->due = keys.turns() ? KeyPeriod::at(now).end().time_since_epoch().count() : kNever;
    auto ring = std::make_shared<KeyRing const>(std::move(keys));
    std::lock_guard const lock{impl_->mutex};
    impl_->ring = std::move(ring);
}

void Pseudonyms::tryAgainAt(Instant at) { impl_->due = at.time_since_epoch().count(); }

struct ServerPseudonyms::Impl {
    std::shared_ptr<PseudonymKey const> key;
    MacContext context;
    std::string tenant;               // "tenant|"
    std::string server;               // "tenant|fhirBase|"
    std::vector<std::string> ofFacts; // by FactId, "" where nobody has asked yet

    std::string of(std::initializer_list<std::string_view> parts)
    {
        auto const mac = KeyedMac::of(context, parts);
        std::string text;
        text.reserve(key->id.size() + 1 + kWritten);
        text += key->id;
        text += ':';
        appendBase64Url(text, std::span{mac}.first(kKeptBytes));
        return text;
    }
};

ServerPseudonyms::ServerPseudonyms(std::shared_ptr<PseudonymKey const> key, std::string_view tenant,
                                   std::string_view fhirBase)
    : impl_{new Impl{std::move(key), {}, std::string{tenant} + "|", {}, {}}}
{
    impl_->context = impl_->key->mac.take();
    impl_->server.append(impl_->tenant).append(fhirBase).append("|");
}

ServerPseudonyms::ServerPseudonyms(ServerPseudonyms&&) noexcept = default;

ServerPseudonyms::~ServerPseudonyms()
{
    if (impl_) impl_->key->mac.giveBack(std::move(impl_->context));
}

std::string ServerPseudonyms::of(std::string_view identifier)
{
    return impl_->of({impl_->server, identifier});
}

std::string_view ServerPseudonyms::of(FactId fact, SourceRef const& source)
{
    auto& known = impl_->ofFacts;
    if (fact.index() >= known.size()) known.resize(std::max(2 * known.size(), fact.index() + 1));
    auto& text = known[fact.index()];
    if (text.empty())
        text = source.version.empty()
                   ? impl_->of({impl_->server, source.resource})
                   : impl_->of({impl_->server, source.resource, "/", source.version});
    return text;
}

std::string ServerPseudonyms::ofParts(std::string_view parts)
{
    return impl_->of({impl_->tenant, parts});
}

} // namespace tcds::audit
