#include "server/config/clients.hpp"

#include "server/config/client_keys.hpp"
#include "server/config/values.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

namespace tcds::config {

namespace {

constexpr std::string_view kPublicSandbox = "https://sandbox.cds-hooks.org"; // trap T-15
constexpr std::array<std::string_view, 8> kOfTokens{"issuers",      "tenant_claim",    "jku",
                                                    "jwks_file",    "algorithms",      "audiences",
                                                    "jwt_max_life", "jwt_retry_window"};

std::string fullName(std::string_view member) { return "clients." + std::string{member}; }

/// Quoted for a message; credentials in a URL are not repeated.
std::string inQuotes(std::string_view text)
{
    if (text.find('@') != std::string_view::npos && text.find("//") != std::string_view::npos)
        return "a URL with credentials";
    return "\"" + std::string{text} + "\"";
}

bool isReadableFile(std::string const& path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && std::ifstream{path}.good();
}

bool isPublicSandbox(std::string_view url)
{
    if (!url.starts_with(kPublicSandbox)) return false;
    auto const rest = url.substr(kPublicSandbox.size());
    return rest.empty() || rest.front() == '/' || rest.front() == ':';
}

std::vector<std::string_view> memberNames()
{
    std::vector<std::string_view> names;
    for (auto const& key : clientKeys()) names.push_back(key.name);
    return names;
}

/// One entry while it is read: the value of each member and where it stands.
struct Reading {
    ClientEntry entry;
    EntrySettings shown;
    std::map<std::string_view, Node> given;

    [[nodiscard]] std::string placeOf(std::string_view member) const
    {
        auto const at = given.find(member);
        return at == given.end() ? shown.where : at->second.where();
    }

    /// What was written, faulty or not.
    [[nodiscard]] std::vector<Node> itemsOf(std::string_view member) const
    {
        auto const at = given.find(member);
        return at == given.end() ? std::vector<Node>{} : at->second.items();
    }
};

class ClientReader
{
public:
    ClientReader(std::optional<Mode> mode, Loaded& loaded, Problems& problems)
        : mode_{mode}, loaded_{loaded}, problems_{problems}
    {
    }

    void read(Node const& node)
    {
        Reading reading;
        reading.shown.where = node.where();
        if (!node.isMap())
            return fault(node.where(), "a client entry is a map", "write `- name: NAME` and more");
        gather(node, reading);
        for (auto const& key : clientKeys()) {
            auto const at = reading.given.find(key.name);
            reading.shown.settings.push_back(at == reading.given.end()
                                                 ? takeDefault(key, reading)
                                                 : takeGiven(key, at->second, reading));
        }
        reading.shown.name = reading.entry.name;
        checkName(reading);
        checkTenant(reading);
        checkTrust(reading);
        checkPrefetch(reading);
        if (mode_ == Mode::Production) refuseInProduction(reading);
        loaded_.config.clients.push_back(std::move(reading.entry));
        loaded_.clients.push_back(std::move(reading.shown));
    }

private:
    void fault(std::string where, std::string what, std::string fix)
    {
        problems_.error("", std::move(where), std::move(what), std::move(fix));
    }

    void gather(Node const& node, Reading& reading)
    {
        for (auto const& member : node.members()) {
            if (auto const* key = findClientKey(member.key)) {
                reading.given.emplace(key->name, member.value);
                continue;
            }
            auto const near = nearestWord(member.key, memberNames());
            fault(member.keyNode.where(), "unknown key \"" + fullName(member.key) + "\"",
                  near.empty() ? "see `twitch-cds config explain clients` for the keys"
                               : "did you mean \"" + near + "\"?");
        }
    }

    Setting takeDefault(ClientKey const& key, Reading& reading)
    {
        Setting setting{
            fullName(key.name), std::string{key.fallback}, Origin::Default, key.about, {}};
        if (!key.inherits.empty() && key.shape != ClientKey::Shape::Map) {
            auto const from = std::ranges::find(loaded_.settings, key.inherits, &Setting::key);
            setting.value = from->value;
            setting.origin = Origin::Setting;
            setting.where = key.inherits;
        }
        if (key.shape == ClientKey::Shape::Map) takeSection(key, reading, setting);
        std::string_view rest = setting.value;
        if (key.shape == ClientKey::Shape::One && !rest.empty())
            (void)key.take(reading.entry, {}, rest); // a test takes every default
        while (key.shape == ClientKey::Shape::List && !rest.empty()) {
            auto const blank = std::min(rest.find(' '), rest.size());
            (void)key.take(reading.entry, {}, rest.substr(0, blank));
            rest.remove_prefix(std::min(blank + 1, rest.size()));
        }
        return setting;
    }

    /// The settings of a section, by their last name, as the items of a map.
    void takeSection(ClientKey const& key, Reading& reading, Setting& setting)
    {
        if (key.inherits.empty()) return;
        auto const prefix = std::string{key.inherits} + ".";
        for (auto const& from : loaded_.settings) {
            if (!from.key.starts_with(prefix)) continue;
            auto const name = from.key.substr(prefix.size());
            (void)key.take(reading.entry, name, from.value);
            setting.value += (setting.value.empty() ? "" : " ") + name + "=" + from.value;
        }
        setting.origin = Origin::Setting;
        setting.where = key.inherits;
    }

    Setting takeGiven(ClientKey const& key, Node const& value, Reading& reading)
    {
        Setting setting{fullName(key.name), {}, Origin::File, key.about, value.where()};
        if (key.shape == ClientKey::Shape::Map && value.isMap()) {
            Setting section; // what the map does not name
            takeSection(key, reading, section);
            for (auto const& member : value.members())
                takeItem(key, member.key, member.value, reading, setting);
        } else if (key.shape == ClientKey::Shape::List && !value.isMap()) {
            for (auto const& item : value.items()) takeItem(key, {}, item, reading, setting);
        } else if (key.shape == ClientKey::Shape::One && value.isText()) {
            takeItem(key, {}, value, reading, setting);
        } else {
            fault(value.where(),
                  setting.key + (key.shape == ClientKey::Shape::Map    ? " is a map"
                                 : key.shape == ClientKey::Shape::List ? " is a list"
                                                                       : " takes one value"),
                  "write " + std::string{key.allowed});
        }
        return setting;
    }

    void takeItem(ClientKey const& key, std::string_view name, Node const& item, Reading& reading,
                  Setting& setting)
    {
        auto const text = item.text();
        if (!item.isText() || !key.take(reading.entry, name, text)) {
            auto const near =
                key.name == "aliases"
                    ? nearestWord(text, {kPrefetchNames.begin(), kPrefetchNames.end()})
                    : std::string{};
            auto const subject = setting.key + (name.empty() ? "" : "." + std::string{name});
            fault(item.where(), subject + " cannot be " + inQuotes(text),
                  "write " + std::string{key.allowed} +
                      (near.empty() || near == text ? "" : "; did you mean \"" + near + "\"?"));
            return;
        }
        if (!setting.value.empty()) setting.value += ' ';
        if (!name.empty()) setting.value += std::string{name} + "=";
        setting.value += text;
    }

    void checkName(Reading const& reading)
    {
        auto const& name = reading.entry.name;
        if (name.empty()) {
            if (!reading.given.contains("name"))
                fault(reading.shown.where, "clients.name is missing",
                      "give the entry a name: letters, digits, '.', '_' or '-'");
            return;
        }
        claim(names_, name, reading.placeOf("name"), "clients.name");
    }

    /// Its records and pseudonyms need a place (control CTL-15).
    void checkTenant(Reading const& reading)
    {
        std::vector<std::string_view> known{loaded_.config.tenant};
        for (auto const& tenant : loaded_.config.tenants) known.push_back(tenant.name);
        auto const& name = reading.entry.tenant;
        if (std::ranges::find(known, name) != known.end()) return;
        auto const near = nearestWord(name, known);
        fault(reading.placeOf("tenant"),
              "clients.tenant " + inQuotes(name) + " is no tenant of this service",
              near.empty() ? "list it under tenants:, with a log and a key of its own"
                           : "did you mean " + inQuotes(near) + "?");
    }

    /// One owner each: the first keeps it, the others are told where that one stands.
    void claim(std::map<std::string, std::string>& owners, std::string_view text,
               std::string const& where, std::string_view key)
    {
        auto const [owner, isNew] = owners.emplace(std::string{text}, where);
        if (!isNew)
            fault(where,
                  std::string{key} + " " + inQuotes(text) + " stands at " + owner->second +
                      " already",
                  "let each belong to one entry");
    }

    /// One issuer may speak for several clients that its tokens tell apart (TOL-04).
    void claimIssuer(Node const& issuer, std::string const& tenantClaim)
    {
        auto const [owner, isNew] =
            issuers_.emplace(std::pair{std::string{issuer.text()}, tenantClaim}, issuer.where());
        if (!isNew)
            fault(issuer.where(),
                  "clients.issuers " + inQuotes(issuer.text()) + " stands at " + owner->second +
                      " already" + (tenantClaim.empty() ? "" : ", with the same tenant_claim"),
                  "let each belong to one entry, or tell the entries apart by tenant_claim");
    }

    void checkTrust(Reading const& reading)
    {
        switch (reading.entry.auth) {
        case Auth::Jwt:
            return checkTokens(reading);
        case Auth::Mtls:
            return checkCertificates(reading);
        case Auth::None:
            return checkAnonymous(reading);
        }
    }

    void checkTokens(Reading const& reading)
    {
        refuseMember(reading, "certificate_names", "jwt reads no certificate", "mtls");
        auto const issuers = reading.itemsOf("issuers");
        if (issuers.empty())
            fault(reading.placeOf("issuers"), "clients.issuers is empty, and auth is jwt",
                  "list the exact iss of its tokens");
        for (auto const& issuer : issuers) claimIssuer(issuer, reading.entry.tenantClaim);
        checkKeySet(reading);
    }

    void checkKeySet(Reading const& reading)
    {
        auto const& file = reading.entry.jwksFile;
        if (reading.itemsOf("jku").empty() && file.empty())
            fault(reading.shown.where,
                  "neither clients.jku nor clients.jwks_file is set, and auth is jwt",
                  "name the key set by one of them");
        if (!file.empty() && !isReadableFile(file))
            fault(reading.placeOf("jwks_file"),
                  "clients.jwks_file " + inQuotes(file) + " cannot be read",
                  "give the path of a file that the service may read");
    }

    void refuseMember(Reading const& reading, std::string_view member, std::string_view why,
                      std::string_view auth)
    {
        if (reading.given.contains(member))
            fault(reading.placeOf(member),
                  fullName(member) + " means nothing, for auth: " + std::string{why},
                  "leave it out, or set auth: " + std::string{auth});
    }

    void checkCertificates(Reading const& reading)
    {
        for (auto const member : kOfTokens)
            refuseMember(reading, member, "mtls reads no token", "jwt");
        if (loaded_.config.tls.clientCaFile.empty())
            fault(reading.placeOf("auth"), "clients.auth is mtls, and no client can be verified",
                  "set tls.client_ca_file to the authorities of client certificates");
        auto const names = reading.itemsOf("certificate_names");
        if (names.empty())
            fault(reading.placeOf("certificate_names"),
                  "clients.certificate_names is empty, and auth is mtls",
                  "list the alternative names of its certificates");
        for (auto const& name : names)
            if (auto const read = readCertificateName(name.text()))
                claim(certificateNames_, *read, name.where(), "clients.certificate_names");
    }

    void checkAnonymous(Reading const& reading)
    {
        for (auto const member : kOfTokens)
            refuseMember(reading, member, "none reads no token", "jwt");
        refuseMember(reading, "certificate_names", "none reads no certificate", "mtls");
        if (anonymous_.empty())
            anonymous_ = reading.shown.where;
        else
            fault(reading.placeOf("auth"),
                  "the entry at " + anonymous_ +
                      " has auth: none already, and nothing tells them "
                      "apart",
                  "keep one entry with auth: none");
    }

    void checkPrefetch(Reading const& reading)
    {
        if (reading.entry.prefetchProfile == "context" && !reading.entry.extraPrefetch.empty())
            fault(reading.placeOf("extra_prefetch"),
                  "clients.extra_prefetch asks for prefetch, and the profile context for none",
                  "leave it out, or take another prefetch_profile");
    }

    void refuseInProduction(Reading const& reading)
    {
        if (reading.entry.auth == Auth::None)
            fault(reading.placeOf("auth"), "clients.auth is none, which production refuses",
                  "set auth: jwt with issuers and a key set, or auth: mtls");
        for (std::string_view const member : {"jku", "fhir_servers"})
            for (auto const& url : reading.itemsOf(member))
                if (url.text().starts_with("http://"))
                    fault(url.where(),
                          fullName(member) + " " + inQuotes(url.text()) + " is not https",
                          "production takes https only");
        for (std::string_view const member : {"issuers", "jku"})
            for (auto const& url : reading.itemsOf(member))
                if (isPublicSandbox(url.text()))
                    fault(url.where(),
                          fullName(member) + " " + inQuotes(url.text()) +
                              " is the public sandbox, whose private key anybody can read",
                          "leave it out; test with --mode sandbox");
    }

    std::optional<Mode> mode_;
    Loaded& loaded_;
    Problems& problems_;
    std::map<std::string, std::string> names_, certificateNames_;        // where each stands
    std::map<std::pair<std::string, std::string>, std::string> issuers_; // with tenant_claim
    std::string anonymous_; // where the entry without tokens stands
};

} // namespace

void readClients(Node const& list, std::optional<Mode> mode, Loaded& loaded, Problems& problems)
{
    if (!list.isList()) {
        problems.error("", list.where(), "clients is a list of entries",
                       "begin each with `- name: NAME`");
        return;
    }
    ClientReader reader{mode, loaded, problems};
    for (auto const& entry : list.items()) reader.read(entry);
}

} // namespace tcds::config
