#include "server/http/message.hpp"

#include <gtest/gtest.h>

namespace tcds::http {

TEST(Headers, AreFoundWithoutCaseAndTheFirstOneCounts)
{
    Headers headers;
    headers.add("Content-type", "application/json");
    headers.add("X-Empty", "");
    headers.add("CONTENT-TYPE", "text/html");

    EXPECT_EQ(headers.find("content-TYPE"), "application/json");
    EXPECT_EQ(headers.find("x-empty"), "");
    EXPECT_EQ(headers.find("Content-Typ"), std::nullopt);
    EXPECT_EQ(headers.find("ontent-typeX"), std::nullopt);
}

TEST(Headers, KeepOrderAndSpelling)
{
    Headers headers;
    headers.add("b", "1");
    headers.add("A", "2");

    ASSERT_EQ(headers.size(), 2U);
    EXPECT_EQ(headers.at(0).name, "b");
    EXPECT_EQ(headers.at(1).name, "A");
    EXPECT_EQ(headers.at(1).value, "2");
}

TEST(Headers, AreEmptyAfterClear)
{
    Headers headers;
    headers.add("Host", "x");

    headers.clear();

    EXPECT_EQ(headers.size(), 0U);
    EXPECT_EQ(headers.find("Host"), std::nullopt);
}

TEST(Request, DoesNotKeepTheMemoryOfALargeBody)
{
    Request request;
    request.body.assign(10'000'000, 'x');

    request.clear();

    EXPECT_LT(request.body.capacity(), 1'000'000U);
}

TEST(EqualsIgnoringCase, FoldsAsciiLettersOnly)
{
    EXPECT_TRUE(equalsIgnoringCase("Chunked", "cHUNKED"));
    EXPECT_FALSE(equalsIgnoringCase("chunked", "chunked "));
    EXPECT_FALSE(equalsIgnoringCase("@", "`")); // differ in the case bit, but are no letters
}

} // namespace tcds::http
