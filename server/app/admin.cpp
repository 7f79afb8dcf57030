#include "server/app/admin.hpp"

#include "fhir/base/datetime.hpp"
#include "server/app/admin_answers.hpp"
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
    std::string_view what; // in access records
    bool (*allows)(Role);
};
bool everyRole(Role) { return true; }
constexpr std::array kPaths{
    Path{"/admin/v1/content", "GET", "content", &everyRole},
    Path{"/admin/v1/reload", "POST", "reload", &mayReload},
    // Who may read decisions is said where it is recorded whose they are.
    Path{AdminDecisions::kPath, "GET", "decisions", &everyRole},
};
constexpr auto& kContent = kPaths[0];
constexpr auto& kDecisions = kPaths[2];

/// @return nullptr: no such path
Path const* pathOf(std::string_view path)
{
    for (auto const& known : kPaths)
        if (known.path == path) return &known;
    auto const isOne = path.starts_with(kDecisions.path) && path.size() > kDecisions.path.size() &&
                       path[kDecisions.path.size()] == '/';
    return isOne ? &kDecisions : nullptr;
}

std::string_view whatOf(std::string_view path)
{
    auto const* const known = pathOf(path);
    if (known == nullptr) return "other";
    return known == &kDecisions && path != kDecisions.path ? "decision" : known->what;
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
        if (last.refused) json.raw("why", errorBody(*last.refused));
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

Admin::Admin(AdminTokens tokens, Parts parts)
    : tokens_{std::move(tokens)}, content_{parts.content}, tenants_{parts.tenants}, ops_{parts.ops},
      access_{parts.tenants, parts.clock}, decisions_{parts.config, parts.tenants, access_}
{
}

bool Admin::mayBlock(http::Request const& request) const { return request.path != kContent.path; }

void Admin::turnAway(http::Request const& request, std::string_view reason,
                     http::Response const& response)
{
    audit::AccessRecord record;
    record.what = whatOf(request.path);
    record.http = response.status;
    record.reason = reason;
    record.remote = request.remoteAddress;
    access_.stranger(record);
}

void Admin::handle(http::Request&& request, http::Answer answer)
{
    if (request.headers.find("Origin")) {
        auto response = refusal({Error::Kind::Forbidden, "Origin", "a web page may not ask here",
                                 "use a tool such as curl"});
        turnAway(request, "origin", response);
        return answer(std::move(response));
    }
    auto const* const user = tokens_.holderOf(request.headers.find("Authorization").value_or(""));
    if (user == nullptr) {
        ops_.event(Level::Warn, "admin refused", {Field{"remote", request.remoteAddress}});
        auto response =
            refusal({Error::Kind::Unauthenticated, "Authorization", "no token of admin.token_file",
                     "send Authorization: Bearer TOKEN"});
        response.headers.add("WWW-Authenticate", "Bearer");
        turnAway(request, "token", response);
        return answer(std::move(response));
    }
    auto const* const path = pathOf(request.path);
    if (path == nullptr)
        return answer(refusal({Error::Kind::NotFound, request.path.substr(0, 200), "no such path",
                               "GET /admin/v1/content, POST /admin/v1/reload, GET "
                               "/admin/v1/decisions or GET /admin/v1/decisions/ID"}));
    if (request.method != path->method) {
        auto response = refusal({Error::Kind::BadRequest, "method", "not allowed on this path",
                                 "use " + std::string{path->method}},
                                http::status::kMethodNotAllowed);
        response.headers.add("Allow", path->method);
        return answer(std::move(response));
    }
    if (!path->allows(user->role)) return answer(refuseRole(*user, request));
    if (path == &kDecisions) return answer(decisions_.answer(*user, request));
    if (path == &kContent) return answer(json(bodyOf(content_.status())));
    content_.reload({"admin", user->name},
                    [answer = std::move(answer)](Result<ContentStatus> const& came) {
                        answer(answerTo(came));
                    });
}

http::Response Admin::refuseRole(AdminUser const& user, http::Request const& request) const
{
    auto response = refusal({Error::Kind::Forbidden, "role",
                             "a token of role " + std::string{word(user.role)} + " may not",
                             "use a token of an operator"});
    audit::AccessRecord record;
    record.what = whatOf(request.path);
    record.http = response.status;
    record.reason = "role";
    record.remote = request.remoteAddress;
    (void)AccessLog::keep(tenants_.own(), user, record); // refused either way
    return response;
}

} // namespace tcds::app
