#include "fhir/base/plain_text.hpp"

#include <gtest/gtest.h>

namespace tcds {
namespace {

TEST(PlainText, LeavesTextAsItIs)
{
    for (auto const* const text : {"", "EL-MG-LOW",
                                   "Kalium 2,9 mmol/l \xC2\xB7 \xCE\xBC"
                                   "g",
                                   "\xE2\x80\x94 caf\xC3\xA9", "\xF0\x9F\xA9\xBA"})
        EXPECT_EQ(plainLine(text), text);
}

TEST(PlainText, WritesControlCharactersOut)
{
    EXPECT_EQ(plainLine("a\x1b[31mb\x07"
                        "c\x7f"),
              "a\\u001b[31mb\\u0007c\\u007f");
    EXPECT_EQ(plainLine("\r\n\t"), "\\u000d\\u000a\\u0009");
    EXPECT_EQ(plainLine(std::string_view{"a\0b", 3}), "a\\u0000b");
    EXPECT_EQ(plainLine("\xC2\x9B"
                        "2J"),
              "\\u009b2J"); // CSI as one character
}

TEST(PlainText, WritesTurnsOfTheDirectionOut)
{
    EXPECT_EQ(plainLine("ok\xE2\x80\xAE"
                        "ko"),
              "ok\\u202eko");
    EXPECT_EQ(plainLine("\xE2\x81\xA6"
                        "a\xE2\x81\xA9"),
              "\\u2066a\\u2069");
}

TEST(PlainText, LeavesWhatIsNoUtf8)
{
    for (auto const* const text : {"\xC2", "\xE2\x80", "\xFF",
                                   "a\x80"
                                   "b",
                                   "\xC2"
                                   "a"})
        EXPECT_EQ(plainLine(text), text);
}

TEST(PlainText, KeepsLineFeedsOfLines) { EXPECT_EQ(plainLines("a\nb\x1b\n"), "a\nb\\u001b\n"); }

} // namespace
} // namespace tcds
