#pragma once

#include "server/app/admin_tokens.hpp"
#include "server/app/content_switch.hpp"
#include "server/http/server.hpp"
#include "server/ops/ops_log.hpp"

namespace tcds::app {

/// The admin interface, behind a listener of its own (control CTL-17):
///
/// | method | path | answer |
/// |---|---|---|
/// | GET | `/admin/v1/content` | which rules answer, and what came of the last reload |
/// | POST | `/admin/v1/reload` | loads the rules anew; the same when they are in use, 409 with the
/// reason when the old ones stay |
///
/// Each call brings `Authorization: Bearer TOKEN`, else 401. One that a web page sends (with an
/// Origin) is refused with 403: this is for tools.
class Admin final : public http::Handler
{
public:
    /// @param content, ops  outlive the handler
    Admin(AdminTokens tokens, ContentSwitch& content, ops::OpsLog& ops);

    [[nodiscard]] bool mayBlock(http::Request const&) const override { return false; }
    void handle(http::Request&& request, http::Answer answer) override;

private:
    AdminTokens tokens_;
    ContentSwitch& content_;
    ops::OpsLog& ops_;
};

} // namespace tcds::app
