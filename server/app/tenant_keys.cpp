#include "server/app/tenant_keys.hpp"

#include <algorithm>
#include <utility>

namespace tcds::app {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;

// The key before goes on meanwhile, so nothing is lost by waiting.
constexpr std::chrono::hours kUntilTriedAgain{1};

std::string listed(std::vector<std::string> const& ids)
{
    std::string text;
    for (auto const& id : ids) text += (text.empty() ? "" : " ") + id;
    return text;
}

} // namespace

Result<void> KeyOwners::claim(std::string const& tenant, std::vector<audit::Mac> marks)
{
    std::lock_guard const lock{mutex_};
    for (auto const& [other, theirs] : marks_) {
        if (other == tenant) continue;
        if (std::ranges::find_first_of(marks, theirs) != marks.end())
            return Error{Error::Kind::Config, "audit.key_file",
                         "holds the key of tenant " + other + " too",
                         "make a new one: head -c 32 /dev/urandom > FILE"};
    }
    marks_[tenant] = std::move(marks);
    return {};
}

TenantKeys::TenantKeys(audit::Pseudonyms pseudonyms, std::shared_ptr<KeyOwners> owners,
                       Journal& journal, ops::OpsLog& ops, std::string tenant)
    : pseudonyms_{std::move(pseudonyms)}, owners_{std::move(owners)}, journal_{journal}, ops_{ops},
      tenant_{std::move(tenant)}
{
}

audit::ServerPseudonyms TenantKeys::on(std::string_view fhirBase, Instant now)
{
    if (pseudonyms_.due(now)) takeUp("period", "", now);
    return pseudonyms_.on(fhirBase);
}

bool TenantKeys::recordStart()
{
    audit::KeyRecord record;
    record.via = "start";
    record.keys = pseudonyms_.keys();
    return journal_.keep("config", audit::writeKeys(record));
}

void TenantKeys::takeUp(std::string_view via, std::string_view actor, Instant now)
{
    std::unique_lock const turn{turning_, std::try_to_lock};
    if (!turn) return; // somebody is at it
    auto const before = pseudonyms_.keys();
    audit::KeyRecord record;
    record.via = via;
    record.actor = actor;
    record.keys = before;
    record.before = before.inForce;
    auto keys = usableKeys(now);
    if (!keys) return refuse(std::move(record), keys.error(), now);
    record.keys = keys->ids();
    auto const changed = record.keys != before;
    if (changed && !journal_.keep("config", audit::writeKeys(record)))
        return pseudonyms_.tryAgainAt(now); // no key is used without its record
    pseudonyms_.use(std::move(*keys), now);
    if (changed)
        ops_.event(Level::Info, "keys taken up",
                   {Field{"tenant", tenant_}, Field{"via", via},
                    Field{"in_force", record.keys.inForce},
                    Field{"kept", listed(record.keys.others)}});
}

Result<audit::KeyRing> TenantKeys::usableKeys(Instant now) const
{
    auto keys = pseudonyms_.readAgain(now);
    if (!keys) return keys.error();
    if (auto const claimed = owners_->claim(tenant_, keys->marks()); !claimed)
        return claimed.error();
    return keys;
}

void TenantKeys::refuse(audit::KeyRecord record, Error const& why, Instant now)
{
    pseudonyms_.tryAgainAt(now + kUntilTriedAgain);
    record.refused = true;
    record.before = {};
    record.where = why.where;
    record.why = why.what;
    (void)journal_.keep("config", audit::writeKeys(record)); // refused either way
    ops_.event(Level::Error, "keys refused",
               {Field{"tenant", tenant_}, Field{"in_force", record.keys.inForce},
                Field{"why", toText(why)}});
}

} // namespace tcds::app
