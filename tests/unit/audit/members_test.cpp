#include "server/audit/members.hpp"

#include <gtest/gtest.h>

namespace tcds::audit {
namespace {

TEST(Members, StandInTheOrderOfTheCallsWithoutBraces)
{
    Members json;
    json.member("a", "x");
    json.member("n", -3);
    json.member("m", std::uint64_t{18446744073709551615U});
    json.flag("f", false);
    json.flagIfTrue("g", false);
    json.memberIfAny("h", "");
    json.raw("r", "{\"k\":[]}");

    EXPECT_EQ(json.take(), R"("a":"x","n":-3,"m":18446744073709551615,"f":false,"r":{"k":[]})");
}

TEST(Members, NestObjectsAndArraysWithTheirCommas)
{
    Members json;
    json.openObject("empty");
    json.close();
    json.openArray("list");
    json.text("a");
    json.openArray();
    json.text("b");
    json.text("c");
    json.close();
    json.openObject();
    json.member("d", 1);
    json.close();
    json.close();
    json.member("end", "");

    EXPECT_EQ(json.take(), R"("empty":{},"list":["a",["b","c"],{"d":1}],"end":"")");
}

TEST(Members, EscapeWhatJsonAsksForAndNothingElse) // RFC 8259, section 7
{
    Members json;
    json.member("t", std::string_view{"\"\\/\b\f\n\r\t\x01\x1f\x7f\0\xc3\xa9", 14});

    EXPECT_EQ(json.take(), "\"t\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\\u0000\xc3\xa9\"");
}

TEST(Members, PutACommaAfterAValueThatEndsLikeABracket)
{
    Members json;
    json.member("a", "{");
    json.openArray("c");
    json.text("[");
    json.text("{");
    json.close();

    EXPECT_EQ(json.take(), R"("a":"{","c":["[","{"])");
}

} // namespace
} // namespace tcds::audit
