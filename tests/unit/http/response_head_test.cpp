#include "server/http/response_head.hpp"

#include <gtest/gtest.h>

namespace tcds::http {
namespace {

std::string headOf(Response const& response, AnswerForm const& form = {.keepAlive = true})
{
    std::string head;
    appendHead(head, response, form, CorsPolicy{});
    return head;
}

} // namespace

TEST(ResponseHead, OfAPlainAnswer)
{
    Response response;
    response.contentType = "application/json";
    response.body = "{}";

    EXPECT_EQ(headOf(response), "HTTP/1.1 200 OK\r\n"
                                "Content-Type: application/json\r\n"
                                "Content-Length: 2\r\n"
                                "Cache-Control: no-store\r\n"
                                "\r\n");
}

TEST(ResponseHead, LeavesTheHandlersCacheControlAlone)
{
    Response response;
    response.headers.add("cache-control", "public, max-age=60");

    auto const head = headOf(response);

    EXPECT_NE(head.find("cache-control: public, max-age=60\r\n"), std::string::npos);
    EXPECT_EQ(head.find("no-store"), std::string::npos);
}

TEST(ResponseHead, SaysWhatBecomesOfTheConnection)
{
    EXPECT_EQ(headOf({}, {.keepAlive = true}).find("Connection"), std::string::npos);
    EXPECT_NE(headOf({}, {.keepAlive = false}).find("Connection: close\r\n"), std::string::npos);
    EXPECT_NE(headOf({}, {.keepAlive = true, .http10 = true}).find("Connection: keep-alive\r\n"),
              std::string::npos);
}

TEST(ResponseHead, OfAnAnswerWithoutBodyHasNoLength)
{
    for (int const status : {204, 304}) {
        Response response;
        response.status = status;
        response.contentType = "text/plain";
        auto const head = headOf(response);
        EXPECT_EQ(head.find("Content-Length"), std::string::npos) << status;
        EXPECT_EQ(head.find("Content-Type"), std::string::npos) << status;
    }
}

TEST(ResponseHead, CannotBeSplitByAValue)
{
    Response response;
    response.headers.add("X-Decision-Id", "a\r\nSet-Cookie: b");

    EXPECT_NE(headOf(response).find("X-Decision-Id: a  Set-Cookie: b\r\n"), std::string::npos);
}

} // namespace tcds::http
