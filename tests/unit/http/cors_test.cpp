#include "server/http/cors.hpp"

#include <gtest/gtest.h>

namespace tcds::http {
namespace {

using Mode = CorsPolicy::Mode;

CorsPolicy listed() { return {Mode::Listed, {"https://ehr.example", "http://localhost:8081"}}; }

std::string fields(CorsPolicy const& policy, std::string_view origin)
{
    std::string head;
    appendCorsFields(head, policy, origin);
    return head;
}

std::string preflight(CorsPolicy const& policy, std::string_view origin)
{
    std::string head;
    appendPreflightFields(head, policy, origin);
    return head;
}

} // namespace

TEST(Cors, OffSaysNothing)
{
    EXPECT_EQ(fields({}, "https://ehr.example"), "");
    EXPECT_EQ(preflight({}, "https://ehr.example"), "");
}

TEST(Cors, EchoesTheListedOriginThatMatched) // CORS-01
{
    EXPECT_EQ(fields(listed(), "http://localhost:8081"),
              "Vary: Origin\r\n"
              "Access-Control-Allow-Origin: http://localhost:8081\r\n"
              "Access-Control-Expose-Headers: X-Decision-Id\r\n");
}

TEST(Cors, ForeignOriginGetsVaryOnly) // CORS-04, CTL-18: a table of origins
{
    for (auto const* origin : {"https://evil.example", "https://ehr.example.evil.example",
                               "http://ehr.example", "https://ehr.example:444", "null", ""}) {
        EXPECT_EQ(fields(listed(), origin), "Vary: Origin\r\n") << origin;
        EXPECT_EQ(preflight(listed(), origin), "") << origin;
    }
}

TEST(Cors, AnyOriginEchoesAndNeverSaysStar) // CORS-01
{
    auto const head = fields({Mode::AnyOrigin, {}}, "https://a.example");

    EXPECT_NE(head.find("Access-Control-Allow-Origin: https://a.example\r\n"), std::string::npos);
    EXPECT_EQ(head.find('*'), std::string::npos);
    EXPECT_EQ(head.find("Credentials"), std::string::npos);
}

TEST(Cors, PreflightNamesMethodsHeadersAndAge) // CORS-02
{
    EXPECT_EQ(preflight(listed(), "https://ehr.example"),
              "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
              "Access-Control-Allow-Headers: Authorization, Content-Type\r\n"
              "Access-Control-Max-Age: 600\r\n");
}

} // namespace tcds::http
