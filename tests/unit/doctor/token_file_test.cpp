#include "server/doctor/token_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace tcds::doctor {

namespace {

using testing::HasSubstr;
using testing::Not;

std::string fileWith(std::string_view text, mode_t mode)
{
    auto path = testing::TempDir() + "tcds_doctor_token_" + std::to_string(::getpid());
    (void)::unlink(path.c_str());
    std::ofstream{path} << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
}

TEST(TokenFile, HoldsTheTokenAlone)
{
    auto const token = readTokenFile(fileWith("canary-1\r\n", 0600));

    ASSERT_TRUE(token) << token.error().what;
    EXPECT_EQ(token->forAuthorizationHeader(), "canary-1");
}

// CTL-14: secrets are files whose mode is checked; they are never shown.
TEST(TokenFile, IsRefusedWithAFixAndWithoutItsContent)
{
    struct Row {
        std::string text;
        mode_t mode;
        char const* what;
        char const* fix;
    };
    for (auto const& row :
         {Row{"canary", 0644, "others", "chmod 600"}, Row{"canary", 0640, "others", "chmod 600"},
          Row{"", 0600, "no token", "write"}, Row{"Bearer canary", 0600, "Bearer", "alone"},
          Row{"canary\nX-Other: 1", 0600, "characters", "one line"},
          Row{"canary" + std::string(20'000, 'a'), 0600, "16 KiB", "alone"}}) {
        SCOPED_TRACE(row.what);

        auto const token = readTokenFile(fileWith(row.text, row.mode));

        ASSERT_FALSE(token);
        EXPECT_EQ(token.error().kind, Error::Kind::Config);
        EXPECT_THAT(token.error().what, HasSubstr(row.what));
        EXPECT_THAT(token.error().fix, HasSubstr(row.fix));
        EXPECT_THAT(toText(token.error()), Not(HasSubstr("canary")));
    }
    EXPECT_FALSE(readTokenFile("no/such/file"));
    EXPECT_FALSE(readTokenFile(testing::TempDir()));
}

} // namespace

} // namespace tcds::doctor
