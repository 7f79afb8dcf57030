#include "server/app/admin_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tcds::app::test {

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto kToken = "0123456789abcdef0123456789abcdef";

class TokenFile
{
public:
    explicit TokenFile(std::string const& text, ::mode_t mode = 0600)
    {
        path_ = (std::filesystem::temp_directory_path() / "tcds-tokens-XXXXXX").string();
        ::close(::mkstemp(path_.data()));
        std::ofstream{path_} << text;
        ::chmod(path_.c_str(), mode);
    }
    ~TokenFile() { std::filesystem::remove(path_); }
    TokenFile(TokenFile const&) = delete;
    TokenFile& operator=(TokenFile const&) = delete;
    [[nodiscard]] std::string const& path() const { return path_; }

private:
    std::string path_;
};

TEST(AdminTokens, NameWhoHasAToken)
{
    TokenFile const file{"# who may reload\n\npharmacy " + std::string{kToken} +
                         "\nops ffffffffffffffffffffffffffffffff\n"};

    auto const tokens = AdminTokens::fromFile(file.path());

    ASSERT_TRUE(tokens) << toText(tokens.error());
    ASSERT_NE(tokens->holderOf("Bearer " + std::string{kToken}), nullptr);
    EXPECT_EQ(tokens->holderOf("Bearer " + std::string{kToken})->name, "pharmacy");
    EXPECT_EQ(tokens->holderOf("Bearer ffffffffffffffffffffffffffffffff")->name, "ops");
    for (auto const* wrong : {"", "Bearer ", "Bearer 0123456789abcdef0123456789abcdee",
                              "0123456789abcdef0123456789abcdef", "Basic cGhhcm1hY3k6eA==",
                              "Bearer pharmacy", "Bearer # who may reload"})
        EXPECT_EQ(tokens->holderOf(wrong), nullptr) << wrong;
}

// A line of before there were roles does what it did, and does not begin to show patients.
TEST(AdminTokens, HaveARoleAndATenant) // control CTL-17
{
    std::string const a(32, 'a'), b(32, 'b'), c(32, 'c'), d(32, 'd'), e(32, 'e');
    TokenFile const file{"old " + a + "\nv " + b + " viewer\naud " + c + " auditor north\nall " +
                         d + " admin *\nops " + e + " operator\n"};

    auto const tokens = AdminTokens::fromFile(file.path());

    ASSERT_TRUE(tokens) << toText(tokens.error());
    struct Row {
        std::string token;
        Role role;
        std::string tenant;
        bool reloads, reads;
    };
    for (auto const& row :
         {Row{a, Role::Operator, "", true, false}, Row{b, Role::Viewer, "", false, false},
          Row{c, Role::Auditor, "north", false, true}, Row{d, Role::Admin, "*", true, true},
          Row{e, Role::Operator, "", true, false}}) {
        SCOPED_TRACE(row.token);
        auto const* user = tokens->holderOf("Bearer " + row.token);
        ASSERT_NE(user, nullptr);
        EXPECT_EQ(user->role, row.role);
        EXPECT_EQ(user->tenant, row.tenant);
        EXPECT_EQ(mayReload(user->role), row.reloads);
        EXPECT_EQ(mayReadDecisions(user->role), row.reads);
        EXPECT_EQ(parseRole(word(user->role)), user->role);
    }
    EXPECT_THAT(tokens->tenants(), testing::ElementsAre("north"));
}

TEST(AdminTokens, AreRefusedWithPlaceAndWithoutTellingThem)
{
    struct Row {
        std::string text;
        ::mode_t mode;
        std::string what;
    };
    for (auto const& row : {
             Row{"pharmacy " + std::string{kToken} + "\n", 0644, "can be read by others"},
             Row{"pharmacy " + std::string{kToken} + "\n", 0640, "can be read by others"},
             Row{"", 0600, "holds no token"},
             Row{"# nobody\n", 0600, "holds no token"},
             Row{"pharmacy 0123456789abcdef\n", 0600, "32 characters"},
             Row{std::string{kToken} + "\n", 0600, "32 characters"},
             Row{"the pharmacy " + std::string{kToken} + "\n", 0600, "32 characters"},
             Row{"pharmacy " + std::string{kToken} + " boss\n", 0600, "no role that is known"},
             Row{"pharmacy " + std::string{kToken} + " \n", 0600, "no role that is known"},
             Row{"pharmacy " + std::string{kToken} + " auditor a/b\n", 0600, "a tenant"},
             Row{"pharmacy " + std::string{kToken} + " auditor a b\n", 0600, "a tenant"},
             Row{"pharmacy " + std::string{kToken} + "\nops " + std::string{kToken} + "\n", 0600,
                 "token of a line before"},
             Row{"phar/macy " + std::string{kToken} + "\n", 0600, "begin with a name"},
         }) {
        SCOPED_TRACE(row.text);
        TokenFile const file{row.text, row.mode};
        auto const tokens = AdminTokens::fromFile(file.path());
        ASSERT_FALSE(tokens);
        EXPECT_THAT(tokens.error().where, HasSubstr(file.path()));
        EXPECT_THAT(tokens.error().what, HasSubstr(row.what));
        EXPECT_THAT(toText(tokens.error()), Not(HasSubstr("0123456789")));
    }
    EXPECT_FALSE(AdminTokens::fromFile("/nowhere/tokens"));
    EXPECT_FALSE(AdminTokens::fromFile("/"));
}

} // namespace

} // namespace tcds::app::test
