#include "server/cli/lint_report.hpp"

#include "rules/load/lint_codes.hpp"
#include "server/app/version.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <string_view>

namespace tcds::cli {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void member(Writer& json, char const* name, std::string_view value)
{
    json.Key(name);
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// FILE:LINE:COLUMN taken apart; 0 where there is no number.
struct Place {
    std::string_view file;
    int line = 0, column = 0;
};

/// The number behind the last colon, which is cut off; 0 when there is none.
int takeNumber(std::string_view& text)
{
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos) return 0;
    auto const digits = text.substr(colon + 1);
    int number = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size()) return 0;
    text = text.substr(0, colon);
    return number;
}

Place placeOf(std::string_view where)
{
    Place place;
    auto const last = takeNumber(where);
    auto const first = takeNumber(where);
    place.file = where;
    place.line = first != 0 ? first : last;
    place.column = first != 0 ? last : 0;
    return place;
}

/// Characters that a URI does not hold are percent-encoded.
std::string uriOf(std::string const& folder, std::string_view file)
{
    constexpr std::string_view kPlain = "-._~/:@!$&'()*+,;=";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    auto path = folder.empty() ? std::string{} : folder + (folder.ends_with('/') ? "" : "/");
    path += file;
    std::string uri;
    for (auto const c : path) {
        auto const byte = static_cast<unsigned char>(c);
        auto const letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= '0' && byte <= '9');
        if (letter || kPlain.find(c) != std::string_view::npos)
            uri += c;
        else
            uri.append("%").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
    return uri;
}

void writeLocation(Writer& json, Diagnostic const& problem, std::string const& folder)
{
    auto const place = placeOf(problem.where);
    json.Key("locations");
    json.StartArray();
    json.StartObject();
    json.Key("physicalLocation");
    json.StartObject();
    json.Key("artifactLocation");
    json.StartObject();
    member(json, "uri", uriOf(folder, place.file));
    json.EndObject();
    if (place.line > 0) {
        json.Key("region");
        json.StartObject();
        json.Key("startLine");
        json.Int(place.line);
        if (place.column > 0) {
            json.Key("startColumn");
            json.Int(place.column);
        }
        json.EndObject();
    }
    json.EndObject();
    json.EndObject();
    json.EndArray();
}

/// @param reason  why the finding is accepted; nullptr when it is not
void writeResult(Writer& json, Diagnostic const& problem, std::string const& folder,
                 std::string const* reason)
{
    json.StartObject();
    if (!problem.code.empty()) member(json, "ruleId", problem.code);
    member(json, "level", problem.severity == Severity::Error ? "error" : "warning");
    json.Key("message");
    json.StartObject();
    member(json, "text", problem.what + ". Fix: " + problem.fix + ".");
    json.EndObject();
    writeLocation(json, problem, folder);
    if (reason != nullptr) {
        json.Key("suppressions");
        json.StartArray();
        json.StartObject();
        member(json, "kind", "inSource");
        member(json, "justification", *reason);
        json.EndObject();
        json.EndArray();
    }
    json.EndObject();
}

void writeTool(Writer& json)
{
    json.Key("tool");
    json.StartObject();
    json.Key("driver");
    json.StartObject();
    member(json, "name", "twitch-cds rules lint");
    member(json, "semanticVersion", kVersion);
    json.Key("rules");
    json.StartArray();
    for (auto const& code : rules::lintCodes()) {
        json.StartObject();
        member(json, "id", code.code);
        json.Key("shortDescription");
        json.StartObject();
        member(json, "text", code.title);
        json.EndObject();
        json.Key("help");
        json.StartObject();
        member(json, "text",
               "docs/lint.md, " + std::string{code.code} + ": a bad and a good example");
        json.EndObject();
        json.Key("defaultConfiguration");
        json.StartObject();
        member(json, "level", code.isError ? "error" : "warning");
        json.EndObject();
        json.EndObject();
    }
    json.EndArray();
    json.EndObject();
    json.EndObject();
}

} // namespace

std::string lintJson(std::vector<Diagnostic> const& problems)
{
    rapidjson::StringBuffer buffer;
    Writer json{buffer};
    json.StartArray();
    for (auto const& problem : problems) {
        json.StartObject();
        member(json, "severity", problem.severity == Severity::Error ? "error" : "warning");
        member(json, "code", problem.code);
        member(json, "where", problem.where);
        member(json, "what", problem.what);
        member(json, "fix", problem.fix);
        json.EndObject();
    }
    json.EndArray();
    return {buffer.GetString(), buffer.GetSize()};
}

std::string lintSarif(std::vector<Diagnostic> const& problems,
                      std::vector<rules::AcceptedWarning> const& accepted,
                      std::string const& folder)
{
    rapidjson::StringBuffer buffer;
    Writer json{buffer};
    json.StartObject();
    member(json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    member(json, "version", "2.1.0");
    json.Key("runs");
    json.StartArray();
    json.StartObject();
    writeTool(json);
    json.Key("results");
    json.StartArray();
    for (auto const& problem : problems) writeResult(json, problem, folder, nullptr);
    for (auto const& [problem, reason] : accepted) writeResult(json, problem, folder, &reason);
    json.EndArray();
    json.EndObject();
    json.EndArray();
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace tcds::cli
