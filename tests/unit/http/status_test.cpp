#include "server/http/status.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace tcds::http {

TEST(Status, OfEachErrorKindIsTheOneOfTheStatusMap)
{
    using Kind = Error::Kind;
    std::pair<Kind, int> const expected[] = {
        {Kind::BadRequest, 400}, {Kind::Unauthenticated, 401}, {Kind::Forbidden, 403},
        {Kind::NotFound, 404},   {Kind::TooLarge, 413},        {Kind::MissingData, 412},
        {Kind::Timeout, 503},    {Kind::Unavailable, 503},     {Kind::Config, 500},
        {Kind::Internal, 500},
    };
    for (auto const& [kind, status] : expected) {
        EXPECT_EQ(statusOf(kind), status) << "kind " << static_cast<int>(kind);
    }
}

TEST(Status, EveryStatusInUseHasItsReasonPhrase)
{
    EXPECT_EQ(reasonOf(200), "OK");
    EXPECT_EQ(reasonOf(405), "Method Not Allowed");
    EXPECT_EQ(reasonOf(408), "Request Timeout");
    EXPECT_EQ(reasonOf(412), "Precondition Failed");
    EXPECT_EQ(reasonOf(417), "Expectation Failed");
    EXPECT_EQ(reasonOf(429), "Too Many Requests");
    EXPECT_EQ(reasonOf(431), "Request Header Fields Too Large");
    EXPECT_EQ(reasonOf(501), "Not Implemented");
    EXPECT_EQ(reasonOf(503), "Service Unavailable");
    EXPECT_EQ(reasonOf(299), "Status");
    EXPECT_EQ(reasonOf(999), "Status");
}

} // namespace tcds::http
