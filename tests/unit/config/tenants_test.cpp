#include "server/config/tenants.hpp"

#include "server/config/explain.hpp"
#include "tests/unit/config/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace tcds::config::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

Outcome inMode(std::string const& mode, std::string const& yaml)
{
    auto sources = withFile(yaml);
    sources.flags = {{"mode", mode}};
    return load(sources);
}
Outcome inSandbox(std::string const& yaml) { return inMode("sandbox", yaml); }

/// What every row builds on: the service's own tenant has /a/log, /a/key and /a/memory.
std::string const kOwn = "audit: {directory: /a/log, key_file: /a/key}\n"
                         "state: {file: /a/memory}\n";
std::string const kNorth = kOwn + "tenants:\n"
                                  "  - name: north\n"
                                  "    audit_directory: /n/log\n";

TEST(Tenants, AreTheOneOfTheSettingsByDefault)
{
    auto const outcome = inSandbox("tenant: west\n" + kOwn);

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_THAT(outcome.loaded->config.tenants, IsEmpty());
    auto const all = allTenants(outcome.loaded->config);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, "west");
    EXPECT_EQ(all[0].auditDirectory, "/a/log");
    EXPECT_EQ(all[0].auditKeyFile, "/a/key");
    EXPECT_FALSE(all[0].makesKey);
    EXPECT_EQ(all[0].stateFile, "/a/memory");
}

TEST(Tenants, HaveTheirKeyAndTheirStateBesideTheirLog) // CTL-15
{
    auto const outcome = inSandbox("audit: {directory: /a/log}\n"
                                   "tenants: [{name: north, audit_directory: /a/north/}]\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const all = allTenants(outcome.loaded->config);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].auditKeyFile, "/a/audit.keys");
    EXPECT_TRUE(all[0].makesKey);
    EXPECT_EQ(all[1].name, "north");
    EXPECT_EQ(all[1].auditKeyFile, "/a/north.keys");
    EXPECT_TRUE(all[1].makesKey);
    EXPECT_EQ(all[1].stateFile, "/a/north.db");
}

TEST(Tenants, TakeEveryMemberAndShowItsOrigin)
{
    auto const outcome = inMode("production", kNorth + "    audit_key_file: /n/key\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const& tenant = outcome.loaded->config.tenants.at(0);
    EXPECT_EQ(tenant.auditKeyFile, "/n/key");
    EXPECT_FALSE(tenant.makesKey);
    auto const& shown = outcome.loaded->tenants.at(0);
    EXPECT_EQ(shown.name, "north");
    EXPECT_EQ(shown.where, "site.yaml:4:5");
    ASSERT_EQ(shown.settings.size(), tenantKeys().size());
    EXPECT_EQ(shown.settings[1].key, "tenants.audit_directory");
    EXPECT_EQ(shown.settings[1].value, "/n/log");
    EXPECT_EQ(shown.settings[1].origin, Origin::File);
    EXPECT_EQ(shown.settings[1].where, "site.yaml:5:22");
    EXPECT_EQ(shown.settings[3].value, "/n/log.db");
    EXPECT_EQ(shown.settings[3].origin, Origin::Default);
}

TEST(Tenants, AreWhatAClientMayBelongTo) // CTL-15
{
    auto const outcome = inSandbox(
        kNorth + "clients:\n"
                 "  - {name: a, tenant: north, issuers: 'u:a', jku: https://a.example/k}\n"
                 "  - {name: b, issuers: 'u:b', jku: https://b.example/k}\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    EXPECT_EQ(outcome.loaded->config.clients[0].tenant, "north");
    EXPECT_EQ(outcome.loaded->config.clients[1].tenant, "default");
}

TEST(Tenants, HaveTheLevelOfTheServiceUnlessTheyHaveTheirOwn)
{
    auto const outcome = inSandbox("audit: {directory: /a/log, level: digest}\n"
                                   "tenants:\n"
                                   "  - {name: north, audit_directory: /n/log}\n"
                                   "  - {name: south, audit_directory: /s/log, audit_level: full, "
                                   "audit_seal_key_file: /s/seal.key}\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const all = allTenants(outcome.loaded->config);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].auditLevel, "digest");
    EXPECT_EQ(all[1].auditLevel, "digest");
    EXPECT_EQ(all[2].auditLevel, "full");
    EXPECT_EQ(all[2].sealKeyFile, "/s/seal.key");
}

TEST(Tenants, AreForwardedWhereTheServiceIsUnlessTheyHaveADatabase)
{
    auto const outcome =
        inSandbox("audit: {directory: /a/log, postgres: {connection: dbname=west, "
                  "password_file: /w}}\n"
                  "tenants:\n"
                  "  - {name: north, audit_directory: /n/log}\n"
                  "  - {name: south, audit_directory: /s/log, "
                  "postgres_connection: dbname=south, postgres_password_file: /w}\n"
                  "  - {name: east, audit_directory: /e/log, "
                  "postgres_connection: dbname=east}\n");

    ASSERT_TRUE(outcome.loaded) << outcome.report;
    auto const all = allTenants(outcome.loaded->config);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].postgresConnection, "dbname=west");
    EXPECT_EQ(all[1].postgresConnection, "dbname=west");
    EXPECT_EQ(all[1].postgresPasswordFile, "/w");
    EXPECT_EQ(all[2].postgresConnection, "dbname=south");
    EXPECT_EQ(all[2].postgresPasswordFile, "/w"); // two may have one password
    EXPECT_EQ(all[3].postgresConnection, "dbname=east");
    EXPECT_EQ(all[3].postgresPasswordFile, "");
}

struct Fault {
    std::string name, yaml, where, what, fix;
};

class FaultyTenants : public testing::TestWithParam<Fault>
{
};

TEST_P(FaultyTenants, AreReportedWhereTheyStand) // CTL-15
{
    auto const& row = GetParam();

    auto const outcome = inSandbox(row.yaml);

    EXPECT_FALSE(outcome.loaded);
    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_EQ(outcome.problems[0].where, row.where);
    EXPECT_THAT(outcome.problems[0].what, HasSubstr(row.what));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr(row.fix));
}

std::string const kClient = "issuers: 'u:a', jku: https://a.example/k}]\n";

INSTANTIATE_TEST_SUITE_P(
    Loading, FaultyTenants,
    testing::Values(
        Fault{"NoList", "tenants: {name: a}\n", "site.yaml:1:10", "tenants is a list", "- name"},
        Fault{"NoMap", "tenants: [north]\n", "site.yaml:1:11", "map", "name"},
        Fault{"UnknownMember", kNorth + "    audit_dir: /x\n", "site.yaml:6:5",
              "unknown key \"tenants.audit_dir\"", "config explain tenants"},
        Fault{"MistypedMember", kNorth + "    state_fil: /x\n", "site.yaml:6:5",
              "unknown key \"tenants.state_fil\"", "\"state_file\""},
        Fault{"MistypedList", "tenant: a\ntenents: []\n", "site.yaml:2:1",
              "unknown key \"tenents\"", "\"tenants\""},
        Fault{"ListForOne", kNorth + "    state_file: [/x]\n", "site.yaml:6:17",
              "tenants.state_file takes one value", "path"},
        Fault{"NoName", "tenants: [{audit_directory: /n/log}]\n", "site.yaml:1:11",
              "tenants.name is missing", "letters"},
        Fault{"NoDirectory", "tenants: [{name: north}]\n", "site.yaml:1:11",
              "tenants.audit_directory is missing", "folder"},
        Fault{"SameName", kNorth + "  - {name: north, audit_directory: /m/log}\n", "site.yaml:6:12",
              "\"north\" stands at site.yaml:4:11 already", "of its own"},
        Fault{"NameOfTheService", kNorth + "  - {name: default, audit_directory: /m/log}\n",
              "site.yaml:6:12", "\"default\" stands at the setting tenant already", "of its own"},
        Fault{"SameDirectory", kNorth + "  - {name: m, audit_directory: /n/./x/../log/}\n",
              "site.yaml:6:32", "is that of tenants.audit_directory at site.yaml:5:22 already",
              "nothing else"},
        Fault{"DirectoryOfTheService", kOwn + "tenants: [{name: m, audit_directory: /a/log}]\n",
              "site.yaml:3:38", "is that of audit.directory already", "nothing else"},
        Fault{"KeyOfTheService", kNorth + "    audit_key_file: /a/key\n", "site.yaml:6:21",
              "is that of audit.key_file already", "nothing else"},
        Fault{"KeyThatTheServiceMakes",
              "audit: {directory: /a/log}\n"
              "tenants: [{name: m, audit_directory: /m/log, audit_key_file: /a/audit.keys}]\n",
              "site.yaml:2:62", "is that of audit.key_file already", "nothing else"},
        Fault{"SameKey",
              kNorth + "    audit_key_file: /k\n"
                       "  - {name: m, audit_directory: /m/log, audit_key_file: /k}\n",
              "site.yaml:7:56", "is that of tenants.audit_key_file at site.yaml:6:21 already",
              "nothing else"},
        Fault{"LevelOfNoKind", kNorth + "    audit_level: all\n", "site.yaml:6:18",
              "tenants.audit_level cannot be \"all\"", "digest, facts or full"},
        Fault{"FullWithoutAKey", kNorth + "    audit_level: full\n", "site.yaml:4:5",
              "tenants.audit_seal_key_file is missing", "head -c 32 /dev/urandom"},
        Fault{"SealKeyThatIsTheOtherKey",
              kNorth + "    audit_key_file: /k\n    audit_seal_key_file: /k\n", "site.yaml:7:26",
              "is that of tenants.audit_key_file at site.yaml:6:21 already", "nothing else"},
        Fault{"StateOfTheService", kNorth + "    state_file: /a/memory\n", "site.yaml:6:17",
              "is that of state.file already", "nothing else"},
        Fault{"StateThatIsAKey", kNorth + "    state_file: /n/log.keys\n", "site.yaml:6:17",
              "is that of tenants.audit_key_file", "nothing else"},
        Fault{"LogWithinALog",
              kOwn + "tenants: [{name: m, audit_directory: /a/log/m, state_file: /m.db, "
                     "audit_key_file: /m.key}]\n",
              "site.yaml:3:38", "and that of audit.directory lie in each other", "of its own"},
        Fault{"LogAroundAKey",
              kOwn + "tenants: [{name: m, audit_directory: /a, state_file: /m.db, "
                     "audit_key_file: /m.key}]\n",
              "site.yaml:3:38", "lie in each other", "of its own"},
        Fault{"StateWithinALog", kNorth + "    state_file: /a/log/north.db\n", "site.yaml:6:17",
              "and that of audit.directory lie in each other", "of its own"},
        Fault{"PasswordOfADatabase",
              kNorth + "    postgres_connection: dbname=d password=swordfish\n", "site.yaml:6:26",
              "tenants.postgres_connection holds a password", "postgres_password_file"},
        Fault{"PasswordFileWithoutDatabase", kNorth + "    postgres_password_file: /p\n",
              "site.yaml:4:5", "tenants.postgres_connection is missing", "leave"},
        Fault{"ClientOfNoTenant", kNorth + "clients: [{name: a, tenant: mercy-west, " + kClient,
              "site.yaml:6:29", "clients.tenant \"mercy-west\" is no tenant", "under tenants:"},
        Fault{"ClientOfAMistypedTenant", kNorth + "clients: [{name: a, tenant: nort, " + kClient,
              "site.yaml:6:29", "clients.tenant \"nort\" is no tenant", "\"north\""}),
    [](auto const& row) { return row.param.name; });

TEST(FaultyTenants, AreFoundBehindALink) // CTL-15
{
    auto const folder =
        std::filesystem::path{testing::TempDir()} / ("tenants_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder / "own");
    std::filesystem::create_directory_symlink(folder / "own", folder / "north");

    auto const outcome = inSandbox(
        "audit: {directory: " + (folder / "own").string() +
        "}\ntenants: [{name: north, audit_directory: " + (folder / "north").string() + "}]\n");
    std::filesystem::remove_all(folder);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("is that of audit.directory already"));
}

TEST(FaultyTenants, HaveNoKeyOfTheirOwnInProduction) // CTL-15, decision D42
{
    auto const outcome = inMode("production", kNorth);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_EQ(outcome.problems[0].where, "site.yaml:4:5");
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("tenants.audit_key_file is missing"));
    EXPECT_THAT(outcome.problems[0].fix, HasSubstr("urandom"));
}

TEST(Tenants, OfTheEnvironmentAreRefused)
{
    auto sources = sandbox();
    sources.environment = {{"TWITCH_CDS__TENANTS__0__NAME", "x"}};

    auto const outcome = load(sources);

    ASSERT_EQ(outcome.problems.size(), 1U) << outcome.report;
    EXPECT_THAT(outcome.problems[0].what, HasSubstr("tenants stand in the file only"));
}

TEST(Tenants, AreExplained)
{
    auto const explained = [](std::string_view key, Sources const& sources) {
        Problems problems;
        auto const loaded = loadForReading(sources, problems);
        return *explainKey(key, sources, *loaded);
    };
    auto const list = explained("tenants", withFile(kNorth));
    EXPECT_THAT(list, AllOf(HasSubstr("in force    north"), HasSubstr("in the file only")));
    for (auto const& key : tenantKeys()) {
        EXPECT_THAT(list, HasSubstr("\n  " + std::string{key.name} + " "));
        EXPECT_THAT(explained("tenants." + std::string{key.name}, sandbox()),
                    HasSubstr("nowhere: there are no entries"));
    }
    EXPECT_EQ(
        explained("tenants[].state_file", withFile(kNorth)),
        "tenants.state_file\n"
        "  does        file that remembers its cards, made when absent; state.suppress: true\n"
        "  may be      a path\n"
        "  default     its audit_directory and \".db\"\n"
        "  in force    north: /n/log.db, the default\n");
}

} // namespace

} // namespace tcds::config::test
