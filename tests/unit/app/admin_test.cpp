#include "server/app/admin.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/unit/app/contents.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <future>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using testing::HasSubstr;

constexpr auto kToken = "0123456789abcdef0123456789abcdef";

/// The admin interface of a service whose next content a test decides.
class AdminCalls : public testing::Test
{
protected:
    AdminCalls()
        : content_{service_.contentSwitch([this] { return next_; })}, admin_{tokens(), *content_,
                                                                             service_.ops()}
    {
    }

    http::Response ask(std::string_view method, std::string_view path,
                       std::string_view token = kToken, std::string_view origin = "")
    {
        http::Request request;
        request.method = method;
        request.path = path;
        request.remoteAddress = "127.0.0.1";
        if (!token.empty()) request.headers.add("Authorization", "Bearer " + std::string{token});
        if (!origin.empty()) request.headers.add("Origin", origin);
        std::promise<http::Response> given;
        auto coming = given.get_future();
        admin_.handle(std::move(request), [&given](http::Response&& response) {
            given.set_value(std::move(response));
        });
        return coming.get();
    }

    AdminTokens tokens()
    {
        auto const path = service_.folder() + "/tokens";
        std::ofstream{path} << "pharmacy " << kToken << "\n";
        ::chmod(path.c_str(), 0600);
        return *AdminTokens::fromFile(path);
    }

    Service service_;
    Result<ReadyContent> next_ = contentOf('a');
    std::unique_ptr<ContentSwitch> content_;
    Admin admin_;
};

TEST_F(AdminCalls, ReloadTheRulesAndSayWhichAreInUse)
{
    auto const answer = ask("POST", "/admin/v1/reload");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(at(answer.body, "/pack/version"), "A");
    EXPECT_EQ(at(answer.body, "/pack/signer"), "ed25519:board");
    EXPECT_EQ(at(answer.body, "/lastReload/outcome"), "in-use");
    EXPECT_EQ(at(answer.body, "/lastReload/actor"), "pharmacy");
    EXPECT_EQ(ask("GET", "/admin/v1/content").body, answer.body);
    EXPECT_EQ(at(service_.records("config").back(), "/actor"), "pharmacy");
}

TEST_F(AdminCalls, TellWhyTheOldRulesStay)
{
    ASSERT_EQ(ask("POST", "/admin/v1/reload").status, 200);
    next_ = Error{Error::Kind::Config, "content.bundle x", "it was altered", "sign it anew"};

    auto const answer = ask("POST", "/admin/v1/reload");

    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body,
              R"({"where":"content.bundle x","what":"it was altered","fix":"sign it anew"})");
    auto const status = ask("GET", "/admin/v1/content").body;
    EXPECT_EQ(at(status, "/pack/version"), "A");
    EXPECT_EQ(at(status, "/lastReload/outcome"), "refused");
    EXPECT_EQ(at(status, "/lastReload/why/what"), "it was altered");
}

TEST_F(AdminCalls, AreForThoseWithATokenAlone) // control CTL-17
{
    for (auto const* token : {"", "0123456789abcdef0123456789abcdee"})
        for (auto const& [method, path] :
             {std::pair{"GET", "/admin/v1/content"}, std::pair{"POST", "/admin/v1/reload"},
              std::pair{"GET", "/nowhere"}}) {
            auto const answer = ask(method, path, token);
            EXPECT_EQ(answer.status, 401) << path;
            EXPECT_EQ(header(answer, "WWW-Authenticate"), "Bearer");
        }
    EXPECT_TRUE(service_.records("config").empty());
    EXPECT_THAT(service_.events(), HasSubstr("admin refused remote=127.0.0.1"));
}

TEST_F(AdminCalls, AreNotForPages) // control CTL-17
{
    EXPECT_EQ(ask("POST", "/admin/v1/reload", kToken, "https://evil.example").status, 403);
    EXPECT_EQ(ask("POST", "/admin/v1/reload", kToken, "null").status, 403);
    EXPECT_TRUE(service_.records("config").empty());
}

TEST_F(AdminCalls, KnowTwoPathsAndTheirMethods)
{
    EXPECT_EQ(ask("GET", "/admin/v1").status, 404);
    EXPECT_EQ(ask("GET", "/admin/v1/content/").status, 404);
    auto const read = ask("GET", "/admin/v1/reload");
    EXPECT_EQ(read.status, 405);
    EXPECT_EQ(header(read, "Allow"), "POST");
    EXPECT_EQ(header(ask("DELETE", "/admin/v1/content"), "Allow"), "GET");
    EXPECT_TRUE(service_.records("config").empty());
}

} // namespace

} // namespace tcds::app::test
