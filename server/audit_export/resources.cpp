#include "server/audit_export/resources.hpp"

#include "server/audit/record_line.hpp"
#include "server/audit_export/audit_event.hpp"
#include "server/audit_export/detected_issue.hpp"
#include "server/audit_export/guidance_response.hpp"

#include <array>
#include <iterator>
#include <utility>

namespace tcds::audit_export {

namespace {

constexpr std::array kWords{std::pair{As::AuditEvent, std::string_view{"auditevent"}},
                            std::pair{As::GuidanceResponse, std::string_view{"guidanceresponse"}},
                            std::pair{As::DetectedIssue, std::string_view{"detectedissue"}},
                            std::pair{As::All, std::string_view{"all"}}};

bool wants(As as, As kind) { return as == As::All || as == kind; }

void append(std::vector<Resource>& all, std::vector<Resource> more)
{
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

} // namespace

std::optional<As> parseAs(std::string_view word)
{
    for (auto const& [as, known] : kWords)
        if (known == word) return as;
    return std::nullopt;
}

Result<std::vector<Resource>> resourcesOf(std::string_view line, As as,
                                          Supplement const& supplement)
{
    std::vector<Resource> resources;
    auto const parts = audit::splitLine(line);
    if (parts && parts->type == "access") {
        if (!wants(as, As::AuditEvent)) return resources;
        auto event = accessEvent(line);
        if (!event) return event.error();
        resources.push_back(std::move(*event));
        return resources;
    }
    if (parts && parts->type != "decision") return resources;
    auto const decision = Decision::read(line);
    if (!decision) return decision.error();
    if (wants(as, As::GuidanceResponse))
        resources.push_back(guidanceResponse(*decision, supplement));
    if (wants(as, As::DetectedIssue)) append(resources, detectedIssues(*decision, supplement));
    if (wants(as, As::AuditEvent)) append(resources, auditEvents(*decision));
    return resources;
}

std::string bundle(std::string_view type, std::span<Resource const> resources)
{
    audit::Members json{4096};
    json.member("resourceType", "Bundle");
    json.member("type", type);
    if (!resources.empty()) json.openArray("entry");
    for (auto const& resource : resources) {
        json.openObject();
        json.member("fullUrl", "urn:uuid:" + resource.id);
        json.raw("resource", resource.json);
        if (type == "transaction") {
            json.openObject("request");
            json.member("method", "PUT");
            json.member("url", resource.type + "/" + resource.id);
            json.close();
        }
        json.close();
    }
    if (!resources.empty()) json.close();
    return "{" + json.take() + "}";
}

} // namespace tcds::audit_export
