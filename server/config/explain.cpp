#include "server/config/explain.hpp"

#include "server/config/client_keys.hpp"
#include "server/config/keys.hpp"
#include "server/config/tenants.hpp"

#include <algorithm>

namespace tcds::config {

namespace {

constexpr std::string_view kClients = "clients";
constexpr std::string_view kClientPrefix = "clients.";
constexpr std::string_view kTenants = "tenants";
constexpr std::string_view kTenantPrefix = "tenants.";

std::string orNone(std::string_view text) { return text.empty() ? "none" : std::string{text}; }

std::string line(std::string_view label, std::string_view text)
{
    std::string made = "  " + std::string{label};
    made.resize(14, ' ');
    return made + std::string{text} + "\n";
}

std::string variableOf(std::string_view key)
{
    std::string name = "TWITCH_CDS__";
    for (auto const c : key) {
        if (c == '.')
            name += "__";
        else
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return name;
}

/// "from file, site.yaml:3:5"
std::string originOf(Setting const& setting)
{
    auto text = "from " + std::string{toText(setting.origin)};
    if (setting.origin == Origin::Default) text = "the default";
    if (setting.origin == Origin::Mode) text = "the default of the mode";
    if (setting.origin == Origin::File) text += ", " + setting.where;
    if (setting.origin == Origin::Environment || setting.origin == Origin::Flag)
        text = "from " + setting.where;
    if (setting.origin == Origin::Setting) text += " " + setting.where;
    return text;
}

std::string defaultsOf(Key const& key, Sources const& sources)
{
    auto const production = defaultOf(key, Mode::Production, sources).text;
    auto const sandbox = defaultOf(key, Mode::Sandbox, sources).text;
    if (production == sandbox) return orNone(production) + ", in every mode";
    return orNone(production) + " in production, " + orNone(sandbox) + " in sandbox and dev";
}

std::string explainSetting(Key const& key, Sources const& sources, Loaded const& loaded)
{
    auto const at = std::ranges::find(loaded.settings, key.name, &Setting::key);
    return std::string{key.name} + "\n" + line("does", key.about) + line("may be", key.allowed) +
           line("default", defaultsOf(key, sources)) +
           line("in force", orNone(at->value) + ", " + originOf(*at)) +
           line("also set by", variableOf(key.name));
}

/// The value of a member in each entry.
std::string inForce(std::string_view name, std::vector<EntrySettings> const& entries)
{
    if (entries.empty()) return line("in force", "nowhere: there are no entries");
    std::string text;
    for (auto const& entry : entries) {
        auto const at = std::ranges::find(entry.settings, name, &Setting::key);
        text += line("in force", (entry.name.empty() ? entry.where : entry.name) + ": " +
                                     orNone(at->value) + ", " + originOf(*at));
    }
    return text;
}

std::string explainMember(ClientKey const& key, Loaded const& loaded)
{
    auto const name = std::string{kClientPrefix} + std::string{key.name};
    auto text = name + "\n" + line("does", key.about) + line("may be", key.allowed);
    text += line("default", key.inherits.empty() ? orNone(key.fallback) + ", in every mode"
                                                 : "the value of " + std::string{key.inherits} +
                                                       (findKey(key.inherits) ? "" : ".*"));
    return text + inForce(name, loaded.clients);
}

std::string explainMember(TenantKey const& key, Loaded const& loaded)
{
    auto const name = std::string{kTenantPrefix} + std::string{key.name};
    return name + "\n" + line("does", key.about) + line("may be", key.allowed) +
           line("default", key.fallback) + inForce(name, loaded.tenants);
}

template <class Keys>
std::string listOf(Keys const& keys, std::string_view prefix)
{
    std::size_t widest = 0;
    for (auto const& key : keys)
        if (key.name.starts_with(prefix)) widest = std::max(widest, key.name.size());
    std::string text;
    for (auto const& key : keys) {
        if (!key.name.starts_with(prefix)) continue;
        std::string name{key.name};
        name.resize(widest + 2, ' ');
        text += "  " + name + std::string{key.about} + "\n";
    }
    return text;
}

std::string namesOf(std::vector<EntrySettings> const& entries)
{
    std::string names;
    for (auto const& entry : entries) names += (names.empty() ? "" : ", ") + entry.name;
    return orNone(names);
}

std::string explainClients(Loaded const& loaded)
{
    auto text = std::string{kClients} + "\n" + line("does", "lists who may call, one entry each") +
                line("may be", "a list of maps with the members below, in the file only") +
                line("default", "none; production then answers nobody, sandbox and dev anybody");
    return text + line("in force", namesOf(loaded.clients)) + listOf(clientKeys(), "");
}

std::string explainTenants(Loaded const& loaded)
{
    auto const text =
        std::string{kTenants} + "\n" +
        line("does",
             "lists tenants beside that of `tenant`, each with a log and a key of its own") +
        line("may be", "a list of maps with the members below, in the file only") +
        line("default", "none: every client is of the tenant of `tenant`");
    return text + line("in force", namesOf(loaded.tenants)) + listOf(tenantKeys(), "");
}

Error unknown(std::string_view key)
{
    std::vector<std::string> names{std::string{kClients}, std::string{kTenants}};
    for (auto const& known : keys()) names.emplace_back(known.name);
    for (auto const& known : clientKeys())
        names.push_back(std::string{kClientPrefix} + std::string{known.name});
    for (auto const& known : tenantKeys())
        names.push_back(std::string{kTenantPrefix} + std::string{known.name});
    auto near = nearestWord(key, {names.begin(), names.end()});
    if (near.empty() && findClientKey(key) != nullptr)
        near = std::string{kClientPrefix} + std::string{key};
    return {Error::Kind::NotFound, std::string{key}, "no such key",
            near.empty() ? "see `twitch-cds config show` for the keys"
                         : "did you mean \"" + near + "\"?"};
}

} // namespace

Result<std::string> explainKey(std::string_view key, Sources const& sources, Loaded const& loaded)
{
    std::string name{key};
    for (auto const list : {kClients, kTenants})
        if (name.starts_with(std::string{list} + "[].")) name.erase(list.size(), 2);
    if (auto const* known = findKey(name)) return explainSetting(*known, sources, loaded);
    if (name == kClients) return explainClients(loaded);
    if (name.starts_with(kClientPrefix))
        if (auto const* known = findClientKey(name.substr(kClientPrefix.size())))
            return explainMember(*known, loaded);
    if (name == kTenants) return explainTenants(loaded);
    if (name.starts_with(kTenantPrefix))
        if (auto const* known = findTenantKey(name.substr(kTenantPrefix.size())))
            return explainMember(*known, loaded);
    if (auto const section = listOf(keys(), name + "."); !section.empty())
        return name + "\n" + section;
    return unknown(key);
}

} // namespace tcds::config
