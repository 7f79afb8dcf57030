#include "server/app/responses.hpp"

#include "server/cds/outcome.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <array>

namespace tcds::app {

http::Response json(std::string body)
{
    http::Response response;
    response.contentType = "application/json";
    response.body = std::move(body);
    return response;
}

http::Response outcome(Error const& error, std::chrono::seconds wait)
{
    http::Response response;
    response.status = http::statusOf(error.kind);
    response.contentType = cds::kFhirJson;
    response.body = cds::writeOutcome(error);
    if (error.kind == Error::Kind::Unauthenticated)
        response.headers.add("WWW-Authenticate", "Bearer");
    if (error.kind == Error::Kind::Unavailable)
        response.headers.add("Retry-After", std::to_string(wait.count()));
    return response;
}

http::Response methodNotAllowed(std::string_view allow)
{
    auto response = outcome({Error::Kind::BadRequest, "method", "not allowed on this path",
                             "use one of: " + std::string{allow}});
    response.status = http::status::kMethodNotAllowed;
    response.headers.add("Allow", allow);
    return response;
}

http::Response unsupportedMediaType()
{
    auto response = outcome({Error::Kind::BadRequest, "Content-Type", "not a JSON media type",
                             "send application/json"});
    response.status = http::status::kUnsupportedMediaType;
    return response;
}

bool isJson(std::optional<std::string_view> contentType)
{
    if (!contentType || contentType->empty()) return true;
    auto type = contentType->substr(0, contentType->find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return std::ranges::any_of(
        std::array<std::string_view, 3>{"application/json", "application/fhir+json",
                                        "application/json+fhir"},
        [&](std::string_view known) { return http::equalsIgnoringCase(type, known); });
}

} // namespace tcds::app
