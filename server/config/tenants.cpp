#include "server/config/tenants.hpp"

#include "server/config/key_readers.hpp"
#include "server/config/values.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <utility>

namespace tcds::config {

namespace {

constexpr std::array kKeys{
    TenantKey{"name", "none, required", "name of the tenant in records; unique",
              "letters, digits, '.', '_' or '-', at most 64", &TenantEntry::name},
    TenantKey{"audit_directory", "none, required", "where its decision log is written", "a path",
              &TenantEntry::auditDirectory},
    TenantKey{
        "audit_key_file", "required in production, else its audit_directory and \".keys\"",
        "file with the key of its pseudonyms, or folder with one a quarter; outside production "
        "made at first start",
        "a path", &TenantEntry::auditKeyFile},
    TenantKey{"state_file", "its audit_directory and \".db\"",
              "file that remembers its cards, made when absent; state.suppress: true", "a path",
              &TenantEntry::stateFile},
    TenantKey{"postgres_connection", "the value of audit.postgres.connection",
              "PostgreSQL to which its records are forwarded besides",
              "a connection string of libpq without password", &TenantEntry::postgresConnection},
    TenantKey{"postgres_password_file", "without postgres_connection that of audit.postgres",
              "file with the password of its postgres_connection, mode 0600", "a path",
              &TenantEntry::postgresPasswordFile},
    TenantKey{"audit_level", "as audit.level", "what its decision records hold",
              "digest, facts or full", &TenantEntry::auditLevel},
    TenantKey{"audit_seal_key_file", "none, required with audit_level: full",
              "file with the 32 bytes that seal its records", "a path", &TenantEntry::sealKeyFile},
};

/// Whether a member is a place of the tenant that nobody else may have.
bool isOwnPlace(TenantKey const& key)
{
    return key.name != "name" && key.name != "audit_level" && !key.name.starts_with("postgres_");
}

std::string fullName(std::string_view member) { return "tenants." + std::string{member}; }
std::string inQuotes(std::string_view text) { return "\"" + std::string{text} + "\""; }

/// One spelling of a path, with links followed as far as there is something.
std::filesystem::path realPlace(std::string const& path)
{
    std::error_code failure;
    auto const whole = std::filesystem::absolute(path, failure);
    auto place = std::filesystem::weakly_canonical(whole, failure);
    if (failure) place = whole.lexically_normal(); // a folder that may not be looked into
    return place.has_filename() ? place : place.parent_path(); // "audit/" is "audit"
}

bool isWithin(std::filesystem::path const& inner, std::filesystem::path const& outer)
{
    return !outer.empty() &&
           std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first ==
               outer.end();
}

/// What is made beside the log where no file is named.
std::string beside(std::string directory, std::string_view ending)
{
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    return directory + std::string{ending};
}

TenantEntry ownTenant(Config const& config)
{
    auto const folder = std::filesystem::path{config.auditDirectory}.parent_path();
    auto const isMade = config.auditKeyFile.empty();
    return {config.tenant,
            config.auditDirectory,
            isMade ? (folder / "audit.keys").string() : config.auditKeyFile,
            isMade,
            config.stateFile,
            config.postgresConnection,
            config.postgresPasswordFile,
            std::string{toText(config.auditLevel)},
            config.sealKeyFile};
}

std::vector<std::string_view> memberNames()
{
    std::vector<std::string_view> names;
    for (auto const& key : kKeys) names.push_back(key.name);
    return names;
}

/// One entry while it is read.
struct Reading {
    TenantEntry entry;
    std::string where;
    std::map<std::string_view, Node> given; // good members alone

    [[nodiscard]] std::string placeOf(std::string_view member) const
    {
        auto const at = given.find(member);
        return at == given.end() ? where : at->second.where();
    }
};

class TenantReader
{
public:
    TenantReader(std::optional<Mode> mode, Loaded& loaded, Problems& problems)
        : mode_{mode}, loaded_{loaded}, problems_{problems}
    {
        auto const own = ownTenant(loaded_.config);
        names_.emplace(own.name, "the setting tenant");
        taken_ = {{realPlace(own.auditDirectory), own.name, "audit.directory", true},
                  {realPlace(own.auditKeyFile), own.name, "audit.key_file", false},
                  {realPlace(own.stateFile), own.name, "state.file", false}};
        if (!own.sealKeyFile.empty())
            taken_.push_back({realPlace(own.sealKeyFile), own.name, "audit.seal_key_file", false});
    }

    void read(Node const& node)
    {
        if (!node.isMap())
            return fault(node.where(), "a tenant is a map", "write `- name: NAME` and more");
        Reading reading;
        reading.where = node.where();
        for (auto const& member : node.members()) take(member, reading);
        need(reading, "name", "give the tenant a name: letters, digits, '.', '_' or '-'");
        need(reading, "audit_directory", "name a folder for its decision log alone");
        if (mode_ == Mode::Production)
            need(reading, "audit_key_file",
                 "create one with `head -c 32 /dev/urandom > FILE; chmod 600 FILE`, and name it");
        if (reading.given.contains("postgres_password_file"))
            need(reading, "postgres_connection",
                 "name the database too, or leave postgres_password_file out");
        claimName(reading);
        fillIn(reading);
        if (reading.entry.auditLevel == "full")
            need(reading, "audit_seal_key_file",
                 "create one with `(umask 077; head -c 32 /dev/urandom > FILE)`, and name it");
        claimPlaces(reading);
        show(reading);
        loaded_.config.tenants.push_back(std::move(reading.entry));
    }

private:
    /// A path that belongs to somebody.
    struct Taken {
        std::filesystem::path place;
        std::string tenant, by; // "tenants.state_file at site.yaml:4:17"
        bool isLog = false;
    };

    void fault(std::string where, std::string what, std::string fix)
    {
        problems_.error("", std::move(where), std::move(what), std::move(fix));
    }

    void take(Node::Member const& member, Reading& reading)
    {
        auto const* key = findTenantKey(member.key);
        if (key == nullptr) {
            auto const near = nearestWord(member.key, memberNames());
            return fault(member.keyNode.where(), "unknown key " + inQuotes(fullName(member.key)),
                         near.empty() ? "see `twitch-cds config explain tenants` for the keys"
                                      : "did you mean " + inQuotes(near) + "?");
        }
        auto const text = member.value.text();
        if (member.value.isText() && key->name == "postgres_connection" && holdsPassword(text))
            return fault(
                member.value.where(), fullName(key->name) + " holds a password",
                "write it into a file of mode 0600, and set tenants.postgres_password_file");
        if (!member.value.isText() || text.empty() || !isFit(*key, text))
            return fault(member.value.where(),
                         fullName(key->name) + (member.value.isText()
                                                    ? " cannot be " + inQuotes(text)
                                                    : std::string{" takes one value"}),
                         "write " + std::string{key->allowed});
        reading.entry.*key->member = std::string{text};
        reading.given.emplace(key->name, member.value);
    }

    static bool isFit(TenantKey const& key, std::string_view text)
    {
        AuditLevel level{};
        if (key.name == "audit_level") return take::auditLevel(text, level);
        return key.name != "name" || isName(text);
    }

    void need(Reading const& reading, std::string_view member, std::string fix)
    {
        if (!reading.given.contains(member))
            fault(reading.where, fullName(member) + " is missing", std::move(fix));
    }

    void claimName(Reading const& reading)
    {
        auto const& name = reading.entry.name;
        if (name.empty()) return;
        auto const where = reading.placeOf("name");
        auto const [owner, isNew] = names_.emplace(name, where);
        if (!isNew)
            fault(where,
                  "tenants.name " + inQuotes(name) + " stands at " + owner->second + " already",
                  "give each tenant a name of its own");
    }

    void fillIn(Reading& reading) const
    {
        auto& entry = reading.entry;
        if (entry.postgresConnection.empty() && entry.postgresPasswordFile.empty()) {
            entry.postgresConnection = loaded_.config.postgresConnection;
            entry.postgresPasswordFile = loaded_.config.postgresPasswordFile;
        }
        entry.makesKey = entry.auditKeyFile.empty();
        if (entry.auditLevel.empty()) entry.auditLevel = toText(loaded_.config.auditLevel);
        if (entry.auditDirectory.empty()) return;
        if (entry.makesKey && mode_ != Mode::Production)
            entry.auditKeyFile = beside(entry.auditDirectory, ".keys");
        if (entry.stateFile.empty()) entry.stateFile = beside(entry.auditDirectory, ".db");
    }

    /// Whoever may read the log of one tenant, or copies it, gets nothing of another.
    void claimPlaces(Reading const& reading)
    {
        auto isGood = true; // so is what lies beside it
        for (auto const& key : kKeys) {
            auto const& path = reading.entry.*key.member;
            if (!isOwnPlace(key) || path.empty()) continue;
            if (!isGood && !reading.given.contains(key.name)) continue;
            isGood = claimPlace(reading, key, path) && isGood;
        }
    }

    /// @return false for a path that cannot be had
    bool claimPlace(Reading const& reading, TenantKey const& key, std::string const& path)
    {
        auto const where = reading.placeOf(key.name);
        Taken mine{realPlace(path), reading.entry.name, fullName(key.name) + " at " + where,
                   key.name == "audit_directory"};
        auto const said = fullName(key.name) + " " + inQuotes(path);
        for (auto const& other : taken_) {
            if (mine.place == other.place) {
                fault(where, said + " is that of " + other.by + " already",
                      "name one that nothing else uses");
                return false;
            }
            if (mine.tenant != other.tenant && lieInEachOther(mine, other)) {
                fault(where, said + " and that of " + other.by + " lie in each other",
                      "keep the log of a tenant in a folder of its own");
                return false;
            }
        }
        taken_.push_back(std::move(mine));
        return true;
    }

    static bool lieInEachOther(Taken const& one, Taken const& other)
    {
        return (other.isLog && isWithin(one.place, other.place)) ||
               (one.isLog && isWithin(other.place, one.place));
    }

    void show(Reading const& reading)
    {
        EntrySettings shown{reading.entry.name, reading.where, {}};
        for (auto const& key : kKeys) {
            auto const isGiven = reading.given.contains(key.name);
            shown.settings.push_back({fullName(key.name), reading.entry.*key.member,
                                      isGiven ? Origin::File : Origin::Default, key.about,
                                      isGiven ? reading.placeOf(key.name) : std::string{}});
        }
        loaded_.tenants.push_back(std::move(shown));
    }

    std::optional<Mode> mode_;
    Loaded& loaded_;
    Problems& problems_;
    std::map<std::string, std::string> names_; // where each stands
    std::vector<Taken> taken_;
};

} // namespace

std::span<TenantKey const> tenantKeys() { return kKeys; }

TenantKey const* findTenantKey(std::string_view name)
{
    auto const at = std::ranges::find(kKeys, name, &TenantKey::name);
    return at == kKeys.end() ? nullptr : &*at;
}

std::vector<TenantEntry> allTenants(Config const& config)
{
    std::vector<TenantEntry> all{ownTenant(config)};
    all.insert(all.end(), config.tenants.begin(), config.tenants.end());
    return all;
}

void readTenants(Node const& list, std::optional<Mode> mode, Loaded& loaded, Problems& problems)
{
    if (!list.isList()) {
        problems.error("", list.where(), "tenants is a list of entries",
                       "begin each with `- name: NAME`");
        return;
    }
    TenantReader reader{mode, loaded, problems};
    for (auto const& entry : list.items()) reader.read(entry);
}

} // namespace tcds::config
