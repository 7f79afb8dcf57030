#include "server/cds/json_text.hpp"

#include <gtest/gtest.h>

namespace tcds::cds {
namespace {

std::string escaped(std::string_view text)
{
    std::string json;
    appendEscaped(json, text);
    return json;
}

TEST(JsonText, EscapesQuotesBackslashesAndControls) // RFC 8259, section 7
{
    EXPECT_EQ(escaped(R"(say "low" \ high)"), R"(say \"low\" \\ high)");
    EXPECT_EQ(escaped("\b\f\n\r\t"), R"(\b\f\n\r\t)");
    EXPECT_EQ(escaped(std::string_view{"\0\x01\x1F", 3}), R"(\u0000\u0001\u001F)");
}

TEST(JsonText, LeavesEverythingElse)
{
    EXPECT_EQ(escaped("a/b <c> \x7F 5 \xC2\xB5mol \xF0\x9F\x92\x8A"),
              "a/b <c> \x7F 5 \xC2\xB5mol \xF0\x9F\x92\x8A");
    EXPECT_EQ(escaped(""), "");
}

/// Texts are looked at eight bytes at a time: a sign is found at each place of texts of any length.
TEST(JsonText, FindsASignWhereverItStands)
{
    for (std::size_t size = 1; size <= 40; ++size)
        for (std::size_t place = 0; place < size; ++place)
            for (auto const sign : {'"', '\\', '\n', '\x1F', '\0'}) {
                std::string text(size, place % 2 == 0 ? '\x20' : '\xC3');
                text[place] = sign;
                std::string one;
                appendEscaped(one, std::string_view{&sign, 1});
                ASSERT_EQ(escaped(text), text.substr(0, place) + one + text.substr(place + 1))
                    << size << ' ' << place;
            }
}

} // namespace
} // namespace tcds::cds
