#include "server/app/access_log.hpp"

#include <algorithm>
#include <utility>

namespace tcds::app {

bool AccessLog::keep(Tenant& tenant, AdminUser const& user, audit::AccessRecord record)
{
    record.actor = user.name;
    record.role = word(user.role);
    return tenant.journal.keepOrRefuse("access", audit::writeAccess(record));
}

bool AccessLog::mayRecord(Instant now)
{
    constexpr std::chrono::milliseconds kEach = std::chrono::minutes{1};
    if (now > last_) { // a clock that steps back gives nothing
        auto const grown = std::min<std::int64_t>((now - last_) / kEach, kBurst);
        if (grown > 0) last_ = now;
        level_ = std::min(level_ + grown, kBurst);
    }
    if (level_ == 0) return false;
    --level_;
    return true;
}

void AccessLog::stranger(audit::AccessRecord record)
{
    {
        std::scoped_lock const lock{mutex_};
        if (!mayRecord(clock_.now())) {
            ++unrecorded_;
            return;
        }
        record.unrecorded = std::exchange(unrecorded_, 0);
    }
    // Refused either way; what could not be kept is in the operations log.
    (void)tenants_.own().journal.keepOrRefuse("access", audit::writeAccess(record));
}

} // namespace tcds::app
