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
constexpr auto kViewer = "11111111111111111111111111111111";
constexpr auto kAuditor = "22222222222222222222222222222222";

/// The admin interface of a service whose next content a test decides.
class AdminCalls : public testing::Test
{
protected:
    AdminCalls()
        : content_{service_.contentSwitch([this] { return next_; })}, admin_{tokens(),
                                                                             service_.adminParts(
                                                                                 *content_)}
    {
    }

    http::Response ask(std::string_view method, std::string_view path,
                       std::string_view token = kToken, std::string_view origin = "")
    {
        http::Request request;
        request.method = method;
        request.path = path.substr(0, path.find('?'));
        if (auto const mark = path.find('?'); mark != std::string_view::npos)
            request.query = path.substr(mark + 1);
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
        std::ofstream{path} << "pharmacy " << kToken << "\n"
                            << "watch " << kViewer << " viewer\n"
                            << "audit " << kAuditor << " auditor\n";
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

TEST_F(AdminCalls, DependOnTheRole) // control CTL-17
{
    struct Row {
        std::string_view method, path, token;
        int status;
    };
    for (auto const& row : {Row{"GET", "/admin/v1/content", kViewer, 200},
                            Row{"GET", "/admin/v1/content", kAuditor, 200},
                            Row{"POST", "/admin/v1/reload", kViewer, 403},
                            Row{"POST", "/admin/v1/reload", kAuditor, 403},
                            Row{"GET", "/admin/v1/decisions?", kViewer, 403},
                            Row{"GET", "/admin/v1/decisions?", kToken, 403}}) {
        SCOPED_TRACE(row.path);
        EXPECT_EQ(ask(row.method, row.path, row.token).status, row.status) << row.token;
    }
    EXPECT_TRUE(service_.records("config").empty());
    auto const attempts = service_.records("access");
    ASSERT_EQ(attempts.size(), 4U);
    EXPECT_EQ(at(attempts[0], "/actor"), "watch");
    EXPECT_EQ(at(attempts[0], "/role"), "viewer");
    EXPECT_EQ(at(attempts[0], "/what"), "reload");
    EXPECT_EQ(at(attempts[0], "/http"), "403");
    EXPECT_EQ(at(attempts[0], "/reason"), "role");
}

TEST_F(AdminCalls, OfNobodyKnownAreRecordedAndCannotFillTheDisk) // LOG-9
{
    for (int i = 0; i < 30; ++i) (void)ask("GET", "/admin/v1/decisions", "wrong");
    ASSERT_EQ(service_.records("access").size(), 10U);
    EXPECT_EQ(at(service_.records("access").front(), "/reason"), "token");
    EXPECT_EQ(at(service_.records("access").front(), "/what"), "decisions");
    EXPECT_EQ(at(service_.records("access").front(), "/remote"), "127.0.0.1");
    EXPECT_EQ(at(service_.records("access").front(), "/actor"), "");

    service_.wait(std::chrono::seconds{59});
    (void)ask("GET", "/admin/v1/content", kToken, "https://evil.example");
    EXPECT_EQ(service_.records("access").size(), 10U);
    service_.wait(std::chrono::seconds{1});
    (void)ask("GET", "/admin/v1/content", kToken, "https://evil.example");

    auto const records = service_.records("access");
    ASSERT_EQ(records.size(), 11U);
    EXPECT_EQ(at(records.back(), "/reason"), "origin");
    EXPECT_EQ(at(records.back(), "/unrecorded"), "21");
}

TEST_F(AdminCalls, KnowTheirPathsAndMethods)
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
