#include "server/app/admin_answers.hpp"

#include "server/app/responses.hpp"
#include "server/audit/members.hpp"
#include "server/http/status.hpp"

namespace tcds::app {

std::string errorBody(Error const& error)
{
    audit::Members json;
    json.member("where", error.where);
    json.member("what", error.what);
    json.memberIfAny("fix", error.fix);
    return "{" + json.take() + "}";
}

http::Response refusal(Error const& error, int status)
{
    auto response = json(errorBody(error));
    response.status = status;
    return response;
}

http::Response refusal(Error const& error) { return refusal(error, http::statusOf(error.kind)); }

} // namespace tcds::app
