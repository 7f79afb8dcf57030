#pragma once

#include "fhir/base/clock.hpp"
#include "server/app/access_log.hpp"
#include "server/app/admin_decisions.hpp"
#include "server/app/admin_tokens.hpp"
#include "server/app/content_switch.hpp"
#include "server/app/tenants.hpp"
#include "server/config/config.hpp"
#include "server/http/server.hpp"
#include "server/ops/ops_log.hpp"

namespace tcds::app {

/// The admin interface, behind a listener of its own (control CTL-17):
///
/// | method | path | roles | answer |
/// |---|---|---|---|
/// | GET | `/admin/v1/content` | every | which rules answer, and what came of the last reload |
/// | POST | `/admin/v1/reload` | operator, admin | loads the rules anew; the same when they are in
/// use, 409 with the reason when the old ones stay |
/// | GET | `/admin/v1/decisions`, `/admin/v1/decisions/{id}` | auditor, admin | see AdminDecisions
/// |
///
/// Each call brings `Authorization: Bearer TOKEN`, else 401; what the role of the token does not
/// cover is refused with 403, and so is a call that a web page sends (with an Origin): this is for
/// tools. What is refused for want of a token or a role is recorded (see AccessLog).
class Admin final : public http::Handler
{
public:
    /// What the interface works on; all of it outlives the handler.
    struct Parts {
        config::Config const& config;
        ContentSwitch& content;
        Tenants const& tenants;
        Clock const& clock;
        ops::OpsLog& ops;
    };
    Admin(AdminTokens tokens, Parts parts);

    /// All but the status reads or writes the log.
    [[nodiscard]] bool mayBlock(http::Request const& request) const override;
    void handle(http::Request&& request, http::Answer answer) override;

private:
    void turnAway(http::Request const& request, std::string_view reason,
                  http::Response const& response);
    [[nodiscard]] http::Response refuseRole(AdminUser const& user,
                                            http::Request const& request) const;

    AdminTokens tokens_;
    ContentSwitch& content_;
    Tenants const& tenants_;
    ops::OpsLog& ops_;
    AccessLog access_;
    AdminDecisions decisions_;
};

} // namespace tcds::app
