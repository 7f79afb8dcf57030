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
    EXPECT_EQ(tokens->nameOf("Bearer " + std::string{kToken}), "pharmacy");
    EXPECT_EQ(tokens->nameOf("Bearer ffffffffffffffffffffffffffffffff"), "ops");
    for (auto const* wrong : {"", "Bearer ", "Bearer 0123456789abcdef0123456789abcdee",
                              "0123456789abcdef0123456789abcdef", "Basic cGhhcm1hY3k6eA==",
                              "Bearer pharmacy", "Bearer # who may reload"})
        EXPECT_EQ(tokens->nameOf(wrong), std::nullopt) << wrong;
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
