#include "server/config/config.hpp"

#include "fhir/base/tree.hpp"
#include "server/config/clients.hpp"
#include "server/config/keys.hpp"
#include "server/config/tenants.hpp"
#include "server/config/values.hpp"

#include <algorithm>
#include <array>
#include <map>

extern char** environ; // NOLINT: POSIX

namespace tcds::config {

namespace {

constexpr std::string_view kPrefix = "TWITCH_CDS__";
constexpr std::array<std::string_view, 2> kLists{"clients", "tenants"}; // of entries, file only

struct Given {
    std::string value;
    Origin origin = Origin::Default;
    std::string where;
};
using GivenByKey = std::map<std::string, Given, std::less<>>;

std::vector<std::string_view> knownNames()
{
    std::vector<std::string_view> names;
    for (auto const& key : keys()) names.push_back(key.name);
    names.insert(names.end(), kLists.begin(), kLists.end());
    return names;
}

void reportUnknown(std::string_view name, std::string const& where, Problems& problems)
{
    auto const near = nearestWord(name, knownNames());
    problems.error("", where, "unknown key \"" + std::string{name} + "\"",
                   near.empty() ? "see `twitch-cds config show` for the keys"
                                : "did you mean \"" + near + "\"?");
}

/// The list of entries that a key names or begins with; "" for another key.
std::string_view listOf(std::string_view name)
{
    auto const first = name.substr(0, name.find('.'));
    auto const at = std::ranges::find(kLists, first);
    return at == kLists.end() ? std::string_view{} : *at;
}

bool isSection(std::string_view name)
{
    auto const prefix = std::string{name} + ".";
    return std::ranges::any_of(keys(),
                               [&](Key const& key) { return key.name.starts_with(prefix); });
}

std::string joined(Node const& node)
{
    std::string text;
    for (auto const& item : node.items()) {
        if (!text.empty()) text += ' ';
        text += item.text();
    }
    return text;
}

void readFile(Node const& node, std::string const& prefix, GivenByKey& given, Problems& problems)
{
    for (auto const& member : node.members()) {
        auto const name = prefix + std::string{member.key};
        auto const where = member.keyNode.where();
        if (name == listOf(name)) continue; // read when the settings they start from are known
        auto const* key = findKey(name);
        if (key == nullptr) {
            if (isSection(name) && member.value.isMap())
                readFile(member.value, name + ".", given, problems);
            else
                reportUnknown(name, where, problems);
            continue;
        }
        if (member.value.isMap() || (member.value.isList() && !key->list)) {
            problems.error("", member.value.where(), name + " takes one value",
                           "write " + std::string{key->allowed});
            continue;
        }
        given[name] = {joined(member.value), Origin::File, member.value.where()};
    }
}

std::string keyOfVariable(std::string_view variable)
{
    std::string name;
    auto rest = variable.substr(kPrefix.size());
    while (!rest.empty()) {
        auto const next = rest.find("__");
        if (!name.empty()) name += '.';
        for (auto const c : rest.substr(0, next))
            name += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next + 2);
    }
    return name;
}

void readEnvironment(Sources const& sources, GivenByKey& given, Problems& problems)
{
    for (auto const& [variable, value] : sources.environment) {
        auto const name = keyOfVariable(variable);
        if (auto const list = std::string{listOf(name)}; !list.empty())
            problems.error("", "environment " + variable, list + " stand in the file only",
                           "write them under " + list + ": in the file that --config names");
        else if (findKey(name) == nullptr)
            reportUnknown(name, "environment " + variable, problems);
        else
            given[name] = {value, Origin::Environment, "environment " + variable};
    }
}

void readFlags(Sources const& sources, GivenByKey& given)
{
    for (auto const& [name, value] : sources.flags)
        given[name] = {value, Origin::Flag, "flag --" + name};
}

/// The mode decides about other defaults, so it is settled first.
/// @return nothing for a bad value, which is reported with the others
std::optional<Mode> settleMode(GivenByKey const& given)
{
    Config config;
    if (auto const at = given.find("mode"); at != given.end())
        if (!findKey("mode")->set(config, at->second.value)) return std::nullopt;
    return config.mode;
}

/// Numbers only: a host name that begins with "127." may lead anywhere.
bool isLoopback(std::string_view address)
{
    auto const isNumeric = address.find_first_not_of("0123456789.") == std::string_view::npos;
    return (isNumeric && address.starts_with("127.")) || address == "::1" || address == "localhost";
}

/// What of TLS builds on something that is not set.
void refuseHalfTls(TlsSettings const& tls, std::string const& where, Problems& problems)
{
    auto const need = [&](bool asks, bool has, std::string_view key, std::string_view missing) {
        if (asks && !has)
            problems.error("", where, std::string{key} + " is set without " + std::string{missing},
                           "set " + std::string{missing} + ", or leave " + std::string{key} +
                               " out");
    };
    auto const certificate = !tls.certificateFile.empty();
    auto const authorities = !tls.clientCaFile.empty();
    need(certificate, !tls.keyFile.empty(), "tls.certificate_file", "tls.key_file");
    need(!tls.keyFile.empty(), certificate, "tls.key_file", "tls.certificate_file");
    need(authorities, certificate, "tls.client_ca_file", "tls.certificate_file");
    need(!tls.clientNames.empty(), authorities, "tls.client_names", "tls.client_ca_file");
    need(!tls.crlFile.empty(), authorities, "tls.crl_file", "tls.client_ca_file");
}

/// Content that nobody signed reaches patients in no mode but dev (decision D7).
void refuseContent(Config const& config, std::string const& where, Problems& problems)
{
    if (config.mode != Mode::Dev && !config.contentFolder.empty())
        problems.error("", where, "content.folder is unsigned content, which only mode dev takes",
                       "leave it out, or start with --mode dev");
    if (!config.contentFolder.empty() && !config.contentBundle.empty())
        problems.error("", where, "content.folder and content.bundle are both set",
                       "leave one of them out");
    if (config.mode != Mode::Dev && !config.contentBundle.empty() && config.trustedKeys.empty())
        problems.error("", where, "content.bundle is set without content.trusted_keys",
                       "list the public keys of those who may sign it");
}

/// Its tokens cross the wire in the clear (control CTL-17).
void refuseAdmin(Config const& config, std::string const& where, Problems& problems)
{
    if (config.adminAddress.empty()) return;
    if (!isLoopback(config.adminAddress))
        problems.error("", where, "admin.listen is not loopback",
                       "listen on 127.0.0.1, and reach it through a tunnel");
    if (config.adminTokenFile.empty())
        problems.error("", where, "admin.listen is set without admin.token_file",
                       "make one with: (umask 077; echo \"NAME $(openssl rand -hex 32)\" > FILE)");
}

/// Secrets stand in files of their own (control CTL-14).
void refusePostgres(Config const& config, std::string const& where, Problems& problems)
{
    if (holdsPassword(config.postgresConnection))
        problems.error("", where, "audit.postgres.connection holds a password",
                       "write it into a file of mode 0600, and set audit.postgres.password_file");
    if (config.postgresConnection.empty() && !config.postgresPasswordFile.empty())
        problems.error("", where,
                       "audit.postgres.password_file is set without audit.postgres.connection",
                       "set audit.postgres.connection, or leave audit.postgres.password_file out");
}

/// What is published is a signed note, or nothing.
void refuseCheckpoints(Config const& config, std::string const& where, Problems& problems)
{
    auto const& to = config.checkpoints;
    if (to.any() && config.checkpointKeyFile.empty())
        problems.error(
            "", where, "audit.checkpoints is set without audit.checkpoint_key_file",
            "make a key with: (umask 077; openssl genpkey -algorithm ed25519 -out FILE)");
    if (to.syslogCertificateFile.empty() != to.syslogKeyFile.empty())
        problems.error(
            "", where,
            "of audit.checkpoints.syslog_certificate_file and syslog_key_file one is set",
            "set both, or leave both out");
}

void refuse(Config const& config, std::string const& file, Problems& problems)
{
    auto const where = file.empty() ? std::string{"configuration"} : file;
    refusePostgres(config, where, problems);
    refuseHalfTls(config.tls, where, problems);
    refuseContent(config, where, problems);
    refuseAdmin(config, where, problems);
    refuseCheckpoints(config, where, problems);
    if (config.auditLevel == AuditLevel::Full && config.sealKeyFile.empty())
        problems.error(
            "", where, "audit.level is full without audit.seal_key_file",
            "create one with `(umask 077; head -c 32 /dev/urandom > FILE)`, and name it");
    if (config.mode != Mode::Production) return;
    if (config.auditKeyFile.empty())
        problems.error("", where,
                       "audit.key_file is not set, and production makes no key by itself",
                       "create one with `head -c 32 /dev/urandom > FILE; chmod 600 FILE` and set "
                       "audit.key_file: FILE");
    if (std::ranges::find(config.corsOrigins, "*") != config.corsOrigins.end())
        problems.error("", where, "cors.origins holds *, which production refuses",
                       "list the exact origins");
    for (auto const& server : config.fhirServers)
        if (server.starts_with("http://"))
            problems.error("", where, "fhir.servers \"" + server + "\" is not https",
                           "production takes https only");
    if (config.publicUrl.starts_with("http://"))
        problems.error("", where, "public_url is not https, and links of production have to be",
                       "write the https URL under which clients reach the service");
    if (!config.metricsAddress.empty() && !isLoopback(config.metricsAddress) &&
        !config.metricsBeyondLoopback)
        problems.error("", where, "metrics.listen is not loopback, and anybody may read there",
                       "listen on 127.0.0.1, or set metrics.beyond_loopback: true where only the "
                       "monitoring reaches the port");
    if (!isLoopback(config.address) && !config.behindProxy && config.tls.certificateFile.empty())
        problems.error("", where, "listen is not loopback and this is plain HTTP",
                       "set tls.certificate_file and tls.key_file, or listen on 127.0.0.1 behind "
                       "a TLS proxy, or set behind_proxy: true");
}

/// Gives every key its value; a faulty one is reported and keeps its default.
void settle(GivenByKey const& given, Mode mode, Sources const& sources, Loaded& loaded,
            Problems& problems)
{
    for (auto const& key : keys()) {
        auto standard = defaultOf(key, mode, sources);
        Setting setting{
            std::string{key.name}, std::move(standard.text), standard.origin, key.about, {}};
        (void)key.set(loaded.config, setting.value); // a test sets every default
        if (auto const at = given.find(key.name); at != given.end()) {
            auto const& [value, origin, where] = at->second;
            if (key.set(loaded.config, value))
                setting = {std::string{key.name}, value, origin, key.about, where};
            else
                problems.error("", where, setting.key + " cannot be \"" + value + "\"",
                               "write " + std::string{key.allowed});
        }
        if (setting.key == "audit.postgres.connection" && holdsPassword(setting.value))
            setting.value = "(holds a password)"; // refused below, and never shown
        loaded.settings.push_back(std::move(setting));
    }
}

} // namespace

std::string_view toText(Mode mode)
{
    switch (mode) {
    case Mode::Production:
        return "production";
    case Mode::Sandbox:
        return "sandbox";
    case Mode::Dev:
        return "dev";
    }
    return "";
}

std::string_view toText(AuditLevel level)
{
    switch (level) {
    case AuditLevel::Digest:
        return "digest";
    case AuditLevel::Facts:
        return "facts";
    case AuditLevel::Full:
        return "full";
    }
    return "";
}

std::string_view toText(Origin origin)
{
    switch (origin) {
    case Origin::Default:
        return "default";
    case Origin::Mode:
        return "mode";
    case Origin::File:
        return "file";
    case Origin::Environment:
        return "environment";
    case Origin::Flag:
        return "flag";
    case Origin::Setting:
        return "setting";
    }
    return "";
}

std::optional<Loaded> load(Sources const& sources, Problems& problems)
{
    auto loaded = loadForReading(sources, problems);
    if (problems.hasErrors()) return std::nullopt;
    return loaded;
}

std::optional<Loaded> loadForReading(Sources const& sources, Problems& problems)
{
    GivenByKey given;
    std::optional<Tree> tree;
    std::optional<Node> clients;
    std::optional<Node> tenants;
    if (!sources.file.empty()) {
        tree = Tree::fromYaml(sources.fileText, sources.file, problems);
        if (!tree) return std::nullopt;
        if (tree->root().isMap()) {
            readFile(tree->root(), "", given, problems);
            clients = tree->root().find("clients");
            tenants = tree->root().find("tenants");
        } else
            problems.error("", sources.file, "the file is no map of settings",
                           "write `key: value` lines");
    }
    readEnvironment(sources, given, problems);
    readFlags(sources, given);

    auto const mode = settleMode(given);
    Loaded loaded;
    settle(given, mode.value_or(Mode::Production), sources, loaded, problems);
    if (tenants) readTenants(*tenants, mode, loaded, problems);
    if (clients) readClients(*clients, mode, loaded, problems);
    if (mode) refuse(loaded.config, sources.file, problems);
    return loaded;
}

std::vector<std::pair<std::string, std::string>> environment()
{
    std::vector<std::pair<std::string, std::string>> found;
    for (auto** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        std::string_view const text{*variable};
        auto const equals = text.find('=');
        if (equals != std::string_view::npos && text.starts_with(kPrefix))
            found.emplace_back(std::string{text.substr(0, equals)},
                               std::string{text.substr(equals + 1)});
    }
    return found;
}

} // namespace tcds::config
