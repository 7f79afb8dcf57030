#include "server/audit/unseal.hpp"

#include "fhir/base/json.hpp"
#include "server/audit/digest.hpp"
#include "server/audit/record_text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tcds::audit {

namespace {

using json::Value;

constexpr std::string_view kFetched = "fetched/";

std::string at(Value const& record, std::initializer_list<std::string_view> names)
{
    return std::string{json::text(json::path(record, names)).value_or("")};
}

bool hasBlankedToken(Value const& record)
{
    return std::ranges::any_of(json::items(record, "redacted"), [](Value const& pointer) {
        return json::text(&pointer).value_or("").starts_with("/sealed/request/");
    });
}

/// Digests of what was fetched by part: of several documents of a key that over their digests.
std::map<std::string, std::string> digestsOf(std::vector<OpenedRecord::Part> const& parts)
{
    std::map<std::string, std::vector<std::string>> all;
    for (auto const& part : parts)
        if (part.name.starts_with(kFetched)) all[part.name].push_back(sha256(part.text));
    std::map<std::string, std::string> digests;
    for (auto const& [name, each] : all) {
        std::string joined;
        for (auto const& digest : each) joined += digest;
        digests[name] = each.size() == 1 ? each.front() : sha256(joined);
    }
    return digests;
}

std::optional<bool> fetchedFits(Value const& record, std::string_view name,
                                std::string const& found)
{
    for (auto const& input : json::items(record, "inputs"))
        if (json::textOf(input, "key") == name.substr(kFetched.size()) &&
            json::textOf(input, "via") == "fhir" && !json::textOf(input, "sha256").empty())
            return json::textOf(input, "sha256") == found;
    return std::nullopt;
}

void compare(Value const& record, std::vector<OpenedRecord::Part>& parts)
{
    auto const digests = digestsOf(parts);
    for (auto& part : parts) {
        if (part.name == "request" && !hasBlankedToken(record))
            part.fits = sha256(part.text) == at(record, {"request", "sha256"});
        if (part.name == "answer")
            part.fits = sha256(part.text) == at(record, {"response", "sha256"});
        if (auto const digest = digests.find(part.name); digest != digests.end())
            part.fits = fetchedFits(record, part.name, digest->second);
    }
}

} // namespace

bool isSealed(std::string_view line)
{
    // A quote inside a string is always escaped, so this is a member.
    return line.find("\"sealed\":{\"key\":\"") != std::string_view::npos;
}

Result<OpenedRecord> openRecord(std::string_view line, SealKey const& key)
{
    auto const document = json::Document::parse(std::string{line}, boundsOfRecords());
    if (!document) return document.error();
    auto const& record = document->root();
    auto const type = at(record, {"type"});
    auto const jwe = at(record, {"sealed", "jwe"});
    if (jwe.empty())
        return Error{Error::Kind::BadRequest, "record", "nothing is sealed in it",
                     "audit.level was not full when it was written"};
    auto const id = type == "decision" ? at(record, {"decisionId"})
                                       : at(record, {"card"}) + " " + at(record, {"receivedAt"});
    auto const tenant = at(record, {"tenant"});
    auto unsealed = key.open({tenant, type, id}, jwe);
    if (!unsealed) return unsealed.error();
    OpenedRecord opened;
    opened.title = type + " " + std::string{json::number(json::child(record, "seq")).value_or("")} +
                   ", " + at(record, {"ts"});
    for (auto& part : unsealed->parts)
        opened.parts.push_back({std::move(part.name), std::move(part.text), std::nullopt});
    for (auto const& name : json::items(json::path(record, {"sealed", "leftOut"})))
        opened.leftOut.emplace_back(json::text(&name).value_or(""));
    compare(record, opened.parts);
    return opened;
}

} // namespace tcds::audit
