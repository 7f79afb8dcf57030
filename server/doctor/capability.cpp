#include "server/doctor/capability.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace tcds::doctor {

namespace {

using json::Value;

struct Asked {
    std::set<std::string, std::less<>> parameters; // of searches; empty for reads
    bool read = false;
};

/// What is asked of each resource type. `_sort` and `_count` are never relied on.
std::map<std::string, Asked, std::less<>> askedOf(std::span<std::string const> queries)
{
    std::map<std::string, Asked, std::less<>> asked;
    for (auto const& query : queries) {
        auto const mark = query.find('?');
        auto& type = asked[query.substr(0, query.find_first_of("/?"))];
        if (mark == std::string::npos) {
            type.read = true;
            continue;
        }
        for (auto at = mark; at != std::string::npos; at = query.find('&', at + 1)) {
            auto const name = query.substr(at + 1, query.find('=', at) - at - 1);
            if (!name.starts_with('_')) type.parameters.insert(name);
        }
    }
    return asked;
}

bool judgeVersion(std::string_view where, Value const& root, Findings& findings)
{
    constexpr std::string_view kFix =
        "name the base URL of the server's R4 endpoint; many servers have one a version";
    auto const version = json::textOf(root, "fhirVersion");
    auto const text = "the server speaks FHIR " + shown(version);
    // DSTU2 calls it Conformance; R4 is 4.0, R4B 4.3 with the same resources as we read them.
    if (json::textOf(root, "resourceType") == "Conformance") {
        findings.problem(where, text + " (DSTU2), and this service reads R4", std::string{kFix});
        return false;
    }
    if (version.starts_with("4.0") || version.starts_with("4.3")) {
        findings.ok(where, text + (version.starts_with("4.0") ? " (R4)" : " (R4B)"));
        return true;
    }
    if (version.empty()) {
        findings.note(where, "the server does not say which FHIR version it speaks",
                      "check that it is R4");
        return true;
    }
    auto const name = version.starts_with("5.")   ? " (R5)"
                      : version.starts_with("3.") ? " (STU3)"
                      : version.starts_with("1.") ? " (DSTU2)"
                                                  : "";
    findings.problem(where, text + name + ", and this service reads R4", std::string{kFix});
    return false;
}

void judgeFormats(std::string_view where, Value const& root, Findings& findings)
{
    auto const formats = json::items(root, "format");
    auto const isJson = [](Value const& format) {
        return json::text(&format).value_or("").find("json") != std::string_view::npos;
    };
    if (!formats.empty() && std::ranges::none_of(formats, isJson))
        findings.problem(where, "the server does not offer JSON",
                         "ask its operator to enable application/fhir+json");
}

/// Resources of the `server` side by type.
std::map<std::string_view, Value const*> resourcesOf(Value const& root)
{
    std::map<std::string_view, Value const*> resources;
    for (auto const& rest : json::items(root, "rest")) {
        if (json::textOf(rest, "mode") == "client") continue;
        for (auto const& resource : json::items(rest, "resource"))
            resources.emplace(json::textOf(resource, "type"), &resource);
    }
    return resources;
}

std::string missingParameters(Value const& resource, Asked const& asked)
{
    std::string missing;
    for (auto const& name : asked.parameters) {
        auto const states = [&](Value const& parameter) {
            return json::textOf(parameter, "name") == name;
        };
        if (std::ranges::none_of(json::items(resource, "searchParam"), states))
            missing += (missing.empty() ? "" : ", ") + name;
    }
    return missing;
}

bool offers(Value const& resource, std::string_view interaction)
{
    auto const interactions = json::items(resource, "interaction");
    return interactions.empty() ||
           std::ranges::any_of(interactions, [interaction](Value const& offered) {
               return json::textOf(offered, "code") == interaction;
           });
}

void judgeResources(std::string_view where, Value const& root, std::span<std::string const> queries,
                    Findings& findings)
{
    constexpr std::string_view kFix = "try it with --patient; if it is refused, ask the server's "
                                      "operator, or see `twitch-cds config prefetch --profile "
                                      "uscore` for wider queries";
    auto const resources = resourcesOf(root);
    std::string good;
    for (auto const& [type, asked] : askedOf(queries)) {
        auto const stated = resources.find(type);
        std::string lacking;
        if (stated == resources.end())
            lacking = "the resource itself";
        else if (asked.read && !offers(*stated->second, "read"))
            lacking = "read";
        else if (!asked.parameters.empty() && !offers(*stated->second, "search-type"))
            lacking = "search";
        else if (auto const missing = missingParameters(*stated->second, asked); !missing.empty())
            lacking = "the search parameters " + missing;
        if (lacking.empty())
            good += (good.empty() ? "" : ", ") + type;
        else
            findings.note(where, type + ": the CapabilityStatement lacks " + lacking,
                          std::string{kFix});
    }
    if (!good.empty()) findings.ok(where, "states what our queries need of " + good);
}

} // namespace

bool judgeCapability(std::string_view where, Value const& root,
                     std::span<std::string const> queries, Findings& findings)
{
    auto const type = json::textOf(root, "resourceType");
    if (type != "CapabilityStatement" && type != "Conformance") {
        findings.problem(where,
                         "metadata is no CapabilityStatement but " +
                             (type.empty() ? "some other JSON" : shown(type)),
                         "compare the base URL with the fhirServer that the EHR sends");
        return false;
    }
    if (!judgeVersion(where, root, findings)) return false;
    judgeFormats(where, root, findings);
    judgeResources(where, root, queries, findings);
    return true;
}

} // namespace tcds::doctor
