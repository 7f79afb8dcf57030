#pragma once

#include "fhir/base/clock.hpp"
#include "server/app/admin_tokens.hpp"
#include "server/app/tenants.hpp"
#include "server/audit/access.hpp"

#include <cstdint>
#include <mutex>
#include <string_view>

namespace tcds::app {

/// Who asked for the log through the service, in the log itself (LOG-9). From any thread.
class AccessLog
{
public:
    /// @param tenants, clock  outlive it
    AccessLog(Tenants const& tenants, Clock const& clock) : tenants_{tenants}, clock_{clock} {}

    /// @param record  `actor`, `role` are filled in
    /// @return false: it could not be kept, and nothing of the log may be shown
    [[nodiscard]] static bool keep(Tenant& tenant, AdminUser const& user,
                                   audit::AccessRecord record);

    /// Records an attempt of somebody who is not known, in the service's own log: ten at once, then
    /// one a minute (some 700 kB a day), so that nobody fills the disk by asking. The next record
    /// says how many have none.
    void stranger(audit::AccessRecord record);

private:
    [[nodiscard]] bool mayRecord(Instant now);

    Tenants const& tenants_;
    Clock const& clock_;
    std::mutex mutex_;
    std::int64_t level_ = kBurst; // records that may be made now
    Instant last_{};              // when level_ last grew
    std::uint64_t unrecorded_ = 0;

    static constexpr std::int64_t kBurst = 10;
};

} // namespace tcds::app
