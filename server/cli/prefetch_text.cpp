#include "server/cli/prefetch_text.hpp"

#include "server/cds/services.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace tcds::cli {

namespace {

using cds::Need;

/// One query and the hooks that ask for it.
struct Asked {
    std::string key;
    std::string query;
    std::vector<std::string_view> hooks;
};

/// Every different pair of key and query, in the order of keyUses().
std::vector<Asked> asked(PrefetchWanted const& wanted, rules::RuleSet const& rules)
{
    std::vector<Asked> found;
    for (auto const& use : cds::keyUses())
        for (auto const& service : cds::services())
            for (auto const& [key, query] : cds::prefetchOf(service, wanted.choice, rules)) {
                if (key != use.key) continue;
                auto at = std::ranges::find(found, query, &Asked::query);
                if (at == found.end()) at = found.insert(at, Asked{key, query, {}});
                at->hooks.push_back(toText(service.hook));
            }
    return found;
}

std::string typedName(std::string_view key, PrefetchWanted const& wanted)
{
    auto const at = std::ranges::find(wanted.aliases, key, &config::Alias::ours);
    return at == wanted.aliases.end() ? std::string{key} : at->theirs;
}

std::string_view textOf(Need need)
{
    switch (need) {
    case Need::Always:
        return "yes";
    case Need::Complaint:
        return "one of group A";
    case Need::Finding:
        return "one of group B";
    case Need::Optional:
        return "no";
    }
    return "";
}

std::string hooksOf(Asked const& row)
{
    if (row.hooks.size() == cds::services().size()) return "all hooks";
    std::string text;
    for (auto const hook : row.hooks) {
        if (!text.empty()) text += ' ';
        text += hook;
    }
    return text;
}

std::string keysOf(Need need, std::vector<Asked> const& rows, PrefetchWanted const& wanted)
{
    std::vector<std::string> names;
    for (auto const& row : rows) {
        auto const name = typedName(row.key, wanted);
        auto const isNew = std::ranges::find(names, name) == names.end();
        if (isNew && cds::findKeyUse(row.key)->need == need) names.push_back(name);
    }
    std::string text;
    for (auto const& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

void replaceAll(std::string& text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// Quoted for a shell: what a query holds needs no more than double quotes.
std::string shellUrl(std::string query)
{
    replaceAll(query, "{{context.patientId}}", "$PATIENT");
    replaceAll(query, "{{context.encounterId}}", "$ENCOUNTER");
    replaceAll(query, "|", "%7C"); // curl sends it as it stands, and some servers refuse that
    return "\"$FHIR/" + query + "\"";
}

} // namespace

PrefetchWanted prefetchOf(config::ClientEntry const& client)
{
    PrefetchWanted wanted;
    wanted.choice.profile =
        cds::parseProfile(client.prefetchProfile).value_or(cds::Profile::Default);
    wanted.choice.extra = client.extraPrefetch;
    wanted.choice.codeSystem = client.codeSystem;
    wanted.aliases = client.aliases;
    if (!client.fhirServers.empty()) wanted.fhirServer = client.fhirServers.front();
    return wanted;
}

std::string prefetchJson(PrefetchWanted const& wanted, rules::RuleSet const& rules)
{
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> json{buffer};
    json.SetIndent(' ', 2);
    json.StartObject();
    for (auto const& service : cds::services()) {
        json.Key(service.id.data(), static_cast<rapidjson::SizeType>(service.id.size()));
        json.StartObject();
        for (auto const& [key, query] : cds::prefetchOf(service, wanted.choice, rules)) {
            json.Key(typedName(key, wanted).c_str());
            json.String(query.c_str(), static_cast<rapidjson::SizeType>(query.size()));
        }
        json.EndObject();
    }
    json.EndObject();
    return std::string{buffer.GetString(), buffer.GetSize()} + "\n";
}

std::string prefetchTable(PrefetchWanted const& wanted, rules::RuleSet const& rules)
{
    auto const rows = asked(wanted, rules);
    if (rows.empty())
        return "The profile context asks for no prefetch: the call has the context alone.\n";
    std::size_t widest = 0;
    for (auto const& row : rows) widest = std::max(widest, typedName(row.key, wanted).size());
    auto const width = static_cast<int>(widest) + 2;

    std::ostringstream text;
    text << std::left << std::setw(width) << "KEY" << std::setw(16) << "NEEDED"
         << "WITHOUT IT\n";
    std::string_view last;
    for (auto const& row : rows) {
        if (row.key == last) continue;
        last = row.key;
        auto const* use = cds::findKeyUse(row.key);
        text << std::setw(width) << typedName(row.key, wanted) << std::setw(16) << textOf(use->need)
             << use->without << "\n";
    }
    text << "\nGroup A, where the complaint is looked for: "
         << keysOf(Need::Complaint, rows, wanted)
         << "\nGroup B, once there is a complaint: " << keysOf(Need::Finding, rows, wanted)
         << "\n\n"
         << std::setw(width) << "KEY"
         << "QUERY, typed as it stands\n";
    for (auto const& row : rows)
        text << std::setw(width) << typedName(row.key, wanted) << row.query << "\n"
             << std::setw(width) << ""
             << "for " << hooksOf(row) << "\n";
    return text.str();
}

std::string prefetchCurl(PrefetchWanted const& wanted, rules::RuleSet const& rules)
{
    auto const rows = asked(wanted, rules);
    std::string text = "# Set these, then run the lines: each must answer 200.\n";
    text += "FHIR=\"${FHIR:-" +
            (wanted.fhirServer.empty() ? std::string{"https://fhir.example.org/r4"}
                                       : wanted.fhirServer) +
            "}\"\n";
    for (auto const* name : {"TOKEN", "PATIENT", "ENCOUNTER"})
        text += std::string{name} + "=\"${" + name + ":-" + name + "}\"\n";
    for (auto const& row : rows)
        text += "curl -sS -o /dev/null -w '" + row.key +
                " %{http_code}\\n' -H \"Authorization: Bearer $TOKEN\" "
                "-H 'Accept: application/fhir+json' " +
                shellUrl(row.query) + "\n";
    return text;
}

} // namespace tcds::cli
