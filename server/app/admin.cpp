#include "server/app/admin.hpp"

#include "fhir/base/datetime.hpp"
#include "server/app/responses.hpp"
#include "server/audit/members.hpp"
#include "server/http/status.hpp"

#include <array>
#include <string_view>

namespace tcds::app {

namespace {

using Field = http::Log::Field;
using Level = http::Log::Level;

struct Path {
    std::string_view path, method;
};
constexpr Path kContent{"/admin/v1/content", "GET"};
constexpr Path kReload{"/admin/v1/reload", "POST"};

std::string bodyOf(Error const& error)
{
    audit::Members json;
    json.member("where", error.where);
    json.member("what", error.what);
    json.memberIfAny("fix", error.fix);
    return "{" + json.take() + "}";
}

http::Response refusal(Error const& error, int status)
{
    auto response = json(bodyOf(error));
    response.status = status;
    return response;
}

std::string bodyOf(ContentStatus const& status)
{
    audit::Members json;
    json.openObject("pack");
    json.member("id", status.id);
    json.member("version", status.version);
    json.member("sha256", status.sha256);
    json.memberIfAny("signer", status.signer);
    json.close();
    json.member("rules", status.rules);
    json.memberIfAny("stored", status.stored);
    json.member("since", toText(status.since));
    if (status.last) {
        auto const& last = *status.last;
        json.openObject("lastReload");
        json.member("outcome", last.refused ? "refused" : "in-use");
        json.member("at", toText(last.at));
        json.member("via", last.wish.via);
        json.memberIfAny("actor", last.wish.actor);
        if (last.refused) json.raw("why", bodyOf(*last.refused));
        json.close();
    }
    return "{" + json.take() + "}";
}

/// What came of a reload.
http::Response answerTo(Result<ContentStatus> const& came)
{
    if (came) return json(bodyOf(*came));
    auto const& error = came.error();
    auto const isBusy = error.kind == Error::Kind::Unavailable;
    return refusal(error, isBusy ? http::status::kUnavailable : http::status::kConflict);
}

} // namespace

Admin::Admin(AdminTokens tokens, ContentSwitch& content, ops::OpsLog& ops)
    : tokens_{std::move(tokens)}, content_{content}, ops_{ops}
{
}

void Admin::handle(http::Request&& request, http::Answer answer)
{
    if (request.headers.find("Origin"))
        return answer(refusal({Error::Kind::Forbidden, "Origin", "a web page may not ask here",
                               "use a tool such as curl"},
                              http::statusOf(Error::Kind::Forbidden)));
    auto const name = tokens_.nameOf(request.headers.find("Authorization").value_or(""));
    if (!name) {
        ops_.event(Level::Warn, "admin refused", {Field{"remote", request.remoteAddress}});
        auto response =
            refusal({Error::Kind::Unauthenticated, "Authorization", "no token of admin.token_file",
                     "send Authorization: Bearer TOKEN"},
                    http::statusOf(Error::Kind::Unauthenticated));
        response.headers.add("WWW-Authenticate", "Bearer");
        return answer(std::move(response));
    }
    auto const isContent = request.path == kContent.path;
    if (!isContent && request.path != kReload.path)
        return answer(refusal({Error::Kind::NotFound, request.path.substr(0, 200), "no such path",
                               "GET /admin/v1/content or POST /admin/v1/reload"},
                              http::statusOf(Error::Kind::NotFound)));
    auto const& path = isContent ? kContent : kReload;
    if (request.method != path.method) {
        auto response = refusal({Error::Kind::BadRequest, "method", "not allowed on this path",
                                 "use " + std::string{path.method}},
                                http::status::kMethodNotAllowed);
        response.headers.add("Allow", path.method);
        return answer(std::move(response));
    }
    if (isContent) return answer(json(bodyOf(content_.status())));
    content_.reload({"admin", *name},
                    [answer = std::move(answer)](Result<ContentStatus> const& came) {
                        answer(answerTo(came));
                    });
}

} // namespace tcds::app
