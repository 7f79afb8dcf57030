#include "server/audit/access.hpp"

#include "server/audit/members.hpp"

namespace tcds::audit {

std::string writeAccess(AccessRecord const& record)
{
    Members json{512};
    json.memberIfAny("actor", record.actor);
    json.memberIfAny("role", record.role);
    json.member("what", record.what);
    json.memberIfAny("decisionId", record.decisionId);
    if (!record.from.empty() || !record.to.empty() || !record.rule.empty() || record.limit) {
        json.openObject("filter");
        json.memberIfAny("from", record.from);
        json.memberIfAny("to", record.to);
        json.memberIfAny("rule", record.rule);
        if (record.limit) json.member("limit", *record.limit);
        json.close();
    }
    json.memberIfAny("as", record.as);
    json.member("http", record.http);
    json.memberIfAny("reason", record.reason);
    if (record.records) json.member("records", *record.records);
    json.memberIfAny("remote", record.remote);
    if (record.unrecorded > 0) json.member("unrecorded", record.unrecorded);
    return json.take();
}

} // namespace tcds::audit
