#pragma once

#include "fhir/base/clock.hpp"
#include "server/app/access_log.hpp"
#include "server/app/admin_tokens.hpp"
#include "server/app/tenants.hpp"
#include "server/audit/access.hpp"
#include "server/config/config.hpp"
#include "server/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tcds::app {

/// Shows decisions of the log, each look recorded before its answer leaves (LOG-9):
///
/// | path | parameters |
/// |---|---|
/// | `/admin/v1/decisions/{id}` | `as` (json, auditevent, guidanceresponse, detectedissue, all),
/// `tenant` | | `/admin/v1/decisions` | `from` (required), `to`, `rule`, `limit`, `tenant` |
///
/// A decision is looked for near the time that its id tells, its feedback in the week after it, a
/// list spans 31 days at most: what a call costs does not grow with the log. From any thread.
class AdminDecisions
{
public:
    static constexpr std::string_view kPath = "/admin/v1/decisions";

    /// @param config, tenants, access  outlive it; the tenants are those of the configuration
    AdminDecisions(config::Config const& config, Tenants const& tenants, AccessLog& access)
        : config_{config}, tenants_{tenants}, access_{access}
    {
    }

    /// @param request  a GET of one of the paths
    [[nodiscard]] http::Response answer(AdminUser const& user, http::Request const& request) const;

private:
    struct Wish;
    [[nodiscard]] Result<Wish> wishOf(http::Request const& request) const;
    static void describe(audit::AccessRecord& record, Wish const& wish);
    [[nodiscard]] std::string tenantFor(AdminUser const& user, std::string_view wished) const;
    [[nodiscard]] std::optional<std::string> directoryOf(std::string_view tenant) const;
    [[nodiscard]] http::Response refuse(AdminUser const& user, audit::AccessRecord record,
                                        std::string_view tenant, Error const& error) const;
    [[nodiscard]] http::Response show(AdminUser const& user, Wish const& wish,
                                      audit::AccessRecord record, std::string const& tenant,
                                      std::string const& directory) const;

    config::Config const& config_;
    Tenants const& tenants_;
    AccessLog& access_;
};

} // namespace tcds::app
