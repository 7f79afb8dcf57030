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

TEST(Members, EscapeAtEveryPlaceOfATextOfAnyLength) // texts are looked at several bytes at a time
{
    struct Escaped {
        char byte;
        char const* as;
    };
    for (auto const& [byte, as] :
         {Escaped{'"', "\\\""}, Escaped{'\\', "\\\\"}, Escaped{'\n', "\\n"},
          Escaped{'\x1f', "\\u001F"}, Escaped{'\0', "\\u0000"}, Escaped{' ', " "},
          Escaped{'!', "!"}, Escaped{'\x7f', "\x7f"}, Escaped{'\x80', "\x80"},
          Escaped{'\xff', "\xff"}})
        for (std::size_t size = 1; size <= 26; ++size)
            for (std::size_t place = 0; place < size; ++place) {
                SCOPED_TRACE(std::to_string(size) + ", " + std::to_string(place) + ": " + as);
                std::string text(size, 'x');
                text[place] = byte;
                auto expected = std::string(size, 'x').replace(place, 1, as);
                Members json;
                json.member("t", text);

                EXPECT_EQ(json.take(), "\"t\":\"" + expected + "\"");
            }
}

TEST(Members, NameFactsByTheirNumber)
{
    Members json;
    json.member("id", FactId{0});
    json.openArray("facts");
    json.text(FactId{12});
    json.text(FactId{65534});
    json.close();

    EXPECT_EQ(json.take(), R"("id":"f0","facts":["f12","f65534"])");
}

TEST(Members, GrowBeyondWhatWasExpected)
{
    Members json{0};
    std::string expected;
    for (int i = 0; i < 200; ++i) {
        json.openArray(i % 2 == 0 ? "even" : "odd");
        json.text(std::string(static_cast<std::size_t>(i), '"'));
        json.close();
        expected += expected.empty() ? "" : ",";
        expected += i % 2 == 0 ? "\"even\":[\"" : "\"odd\":[\"";
        for (int quote = 0; quote < i; ++quote) expected += "\\\"";
        expected += "\"]";
    }

    EXPECT_EQ(json.take(), expected);
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
