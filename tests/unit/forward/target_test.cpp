#include "server/forward/target.hpp"

#include "tests/unit/audit/log_stage.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>

namespace tcds::forward {

namespace {

using audit::test::TemporaryDirectory;
using testing::HasSubstr;
using testing::Not;

std::string setting(Target const& target, std::string_view name)
{
    for (auto const& [key, value] : target.settings)
        if (key == name) return value;
    return {};
}

struct Row {
    std::string name, connection;
    bool local = false;
    std::string sslmode;
};

class TargetForms : public testing::TestWithParam<Row>
{
};

TEST_P(TargetForms, CheckTheServersNameUnlessItIsHereOrSomebodySaysOtherwise)
{
    auto const& row = GetParam();

    auto const target = readTarget(row.connection, "", "--to");

    ASSERT_TRUE(target) << toText(target.error());
    EXPECT_EQ(target->local, row.local);
    EXPECT_EQ(setting(*target, "sslmode"), row.sslmode);
    EXPECT_EQ(target->verified, row.sslmode == "verify-full");
}

INSTANTIATE_TEST_SUITE_P(
    All, TargetForms,
    testing::Values(Row{"Host", "host=db.example.org dbname=d user=u", false, "verify-full"},
                    Row{"Address", "hostaddr=192.0.2.7 dbname=d", false, "verify-full"},
                    Row{"AddressOfALocalName", "host=localhost hostaddr=192.0.2.7 dbname=d", false,
                        "verify-full"},
                    Row{"NameThatLooksLikeLoopback", "host=127.evil.example dbname=d", false,
                        "verify-full"},
                    Row{"OneOfTwo", "host=localhost,db.example.org dbname=d", false, "verify-full"},
                    Row{"Service", "service=cds", false, "verify-full"},
                    Row{"Url", "postgresql://u@db.example.org:5433/d", false, "verify-full"},
                    Row{"Said", "host=db.example.org dbname=d sslmode=require", false, "require"},
                    Row{"Socket", "dbname=d", true, ""},
                    Row{"SocketFolder", "host=/run/postgresql dbname=d", true, ""},
                    Row{"Loopback", "host=127.0.0.1 dbname=d", true, ""},
                    Row{"Loopback6", "host=::1 dbname=d", true, ""}),
    [](auto const& row) { return row.param.name; });

TEST(Target, IsNotLocalWhereTheEnvironmentNamesAnotherHost)
{
    ASSERT_EQ(::setenv("PGHOST", "db.example.org", 1), 0);
    auto const away = readTarget("dbname=d", "", "--to");
    auto const here = readTarget("host=/run/postgresql dbname=d", "", "--to");
    ASSERT_EQ(::unsetenv("PGHOST"), 0);

    ASSERT_TRUE(away && here);
    EXPECT_FALSE(away->local);
    EXPECT_EQ(setting(*away, "sslmode"), "verify-full");
    EXPECT_TRUE(here->local);
}

TEST(Target, HoldsNoPasswordAndSaysNothingOfIt) // control CTL-14
{
    for (auto const* text :
         {"host=h dbname=d password=swordfish", "postgresql://u:swordfish@h/d",
          "postgresql://h/d?password=swordfish", "dbname=d sslpassword=swordfish",
          "dbname=d password=swordfish nonsense"}) {
        SCOPED_TRACE(text);
        auto const target = readTarget(text, "", "audit.postgres.connection");

        ASSERT_FALSE(target);
        EXPECT_EQ(target.error().kind, Error::Kind::Config);
        EXPECT_EQ(target.error().where, "audit.postgres.connection");
        EXPECT_THAT(toText(target.error()), Not(HasSubstr("swordfish")));
    }
}

TEST(Target, IsNamedForPeople)
{
    EXPECT_EQ(readTarget("host=db.example.org port=5433 dbname=d user=u", "", "")->shown,
              "d at db.example.org:5433");
    EXPECT_EQ(readTarget("dbname=d", "", "")->shown, "d at the local socket");
}

TEST(Target, NeedsADatabaseAndAForm)
{
    for (auto const* text : {"", "host=h", "dbname", "nonsense=1 dbname=d"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(readTarget(text, "", "--to"));
    }
}

TEST(Password, IsTheFirstLineOfAFileOfItsOwnerAlone)
{
    TemporaryDirectory const directory;
    auto const file = directory.path("password");
    audit::test::writeFile(file, "sword fish\n");
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    EXPECT_EQ(readPassword(file).value(), "sword fish");

    ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
    auto const open = readPassword(file);
    ASSERT_FALSE(open);
    EXPECT_THAT(open.error().fix, HasSubstr("chmod 600"));

    audit::test::writeFile(file, "\n");
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    EXPECT_FALSE(readPassword(file));
    EXPECT_FALSE(readPassword(directory.path("absent")));
    EXPECT_FALSE(readPassword(directory.path()));
}

} // namespace

} // namespace tcds::forward
