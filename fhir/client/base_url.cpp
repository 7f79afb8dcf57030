#include "fhir/client/base_url.hpp"

#include <algorithm>

namespace tcds::client {
namespace {

bool liesBelow(std::string_view path, std::string_view base)
{
    return path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/');
}

/// A colon in the first segment makes it an absolute URL (RFC 3986, 4.2).
bool namesScheme(std::string_view reference)
{
    auto const segment = reference.substr(0, reference.find_first_of("/?#"));
    return segment.find(':') != std::string_view::npos;
}

Result<Url> within(Origin const& origin, std::string path, std::string_view query)
{
    if (auto const good = checkPath(path); !good) return good.error();
    if (auto const good = checkQuery(query); !good) return good.error();
    return Url{origin, std::move(path), std::string{query}};
}

/// @param link  neither absolute nor "//host"
Result<Url> relativeTo(Url const& base, Url const& page, std::string_view link)
{
    auto const mark = std::min(link.find('?'), link.size());
    auto const path = link.substr(0, mark);
    auto const query = link.substr(mark);
    if (path.empty()) return within(page.origin, page.path, query);
    if (path.front() == '/') return within(page.origin, std::string{path}, query);
    // A page at the base itself ("/fhir?_getpages=1") has what lies below as its neighbours.
    auto folder = page.path.substr(0, page.path.rfind('/') + 1);
    if (page.path.size() <= base.path.size()) folder = base.path + "/";
    return within(page.origin, folder + std::string{path}, query);
}

} // namespace

Result<Url> readBaseUrl(std::string_view text)
{
    auto url = readUrl(text);
    if (!url) return url;
    if (!url->query.empty())
        return Error{Error::Kind::BadRequest, "", "the base URL has a query", "remove it"};
    if (url->path.ends_with('/')) url->path.pop_back();
    return url;
}

bool sameServer(std::string_view fhirServer, std::string_view listed)
{
    auto const one = readBaseUrl(fhirServer);
    auto const other = readBaseUrl(listed);
    return one && other && *one == *other;
}

std::optional<std::string> allowedBase(std::string_view fhirServer,
                                       std::span<std::string const> allowList)
{
    auto const base = std::ranges::find_if(
        allowList, [&](std::string const& listed) { return sameServer(fhirServer, listed); });
    if (base == allowList.end()) return std::nullopt;
    return *base;
}

Result<Url> join(Url const& base, std::string_view request)
{
    auto const mark = std::min(request.find('?'), request.size());
    auto const path = request.substr(0, mark);
    if (path.empty() || path.front() == '/' || namesScheme(request))
        return Error{Error::Kind::BadRequest, "", "the request is not relative to the base",
                     "write it like Observation?patient=ID"};
    return within(base.origin, base.path + "/" + std::string{path}, request.substr(mark));
}

Result<Url> follow(Url const& base, Url const& page, std::string_view link)
{
    bool const relative = !link.starts_with("//") && !namesScheme(link);
    auto next = relative && !link.empty() ? relativeTo(base, page, link) : readUrl(link);
    if (!next) return next;
    if (next->origin != base.origin || !liesBelow(next->path, base.path))
        return Error{Error::Kind::Forbidden, "", "the next page lies on another server",
                     "check the base URL that the FHIR server writes into its links"};
    return next;
}

} // namespace tcds::client
