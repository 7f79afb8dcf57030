#include "fhir/base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds {

namespace {

struct Row {
    std::string bytes;
    bool good;
    char const* what;
};

// Unicode 15, table 3-7: each first byte with the ends of the range of its second.
std::vector<Row> const kSequences{
    {"\x7F", true, "last of one byte"},
    {"\x80", false, "continuation byte alone"},
    {"\xC0\x80", false, "overlong NUL"},
    {"\xC1\xBF", false, "overlong, two bytes"},
    {"\xC2\x80", true, "first of two bytes"},
    {"\xDF\xBF", true, "last of two bytes"},
    {"\xC3\x28", false, "no continuation"},
    {"\xC3", false, "cut after one of two"},
    {"\xE0\x9F\xBF", false, "overlong, three bytes"},
    {"\xE0\xA0\x80", true, "first of three bytes"},
    {"\xED\x9F\xBF", true, "last before the surrogates"},
    {"\xED\xA0\x80", false, "first surrogate"},
    {"\xED\xBF\xBF", false, "last surrogate"},
    {"\xEE\x80\x80", true, "first after the surrogates"},
    {"\xEF\xBF\xBF", true, "last of three bytes"},
    {"\xE2\x82", false, "cut after two of three"},
    {"\xE2\x28\xAC", false, "second byte wrong"},
    {"\xE2\x82\x28", false, "third byte wrong"},
    {"\xF0\x8F\xBF\xBF", false, "overlong, four bytes"},
    {"\xF0\x90\x80\x80", true, "first of four bytes"},
    {"\xF4\x8F\xBF\xBF", true, "last code point"},
    {"\xF4\x90\x80\x80", false, "beyond the last code point"},
    {"\xF5\x80\x80\x80", false, "F5 never"},
    {"\xFF", false, "FF never"},
    {"\xF0\x9F\x98", false, "cut after three of four"},
    {"\xF0\x9F\x98\x28", false, "fourth byte wrong"},
};

TEST(Utf8, EachKindOfSequenceIsJudgedAtEveryDistanceFromAStrideOfSixteen)
{
    for (auto const& row : kSequences) {
        for (std::size_t before = 0; before < 35; ++before) {
            for (std::size_t after : {0U, 1U, 20U}) {
                SCOPED_TRACE(std::string{row.what} + " behind " + std::to_string(before));
                auto const text = std::string(before, 'a') + row.bytes + std::string(after, 'z');
                EXPECT_EQ(wellFormedUtf8(text), row.good ? text.size() : before);
            }
        }
    }
}

TEST(Utf8, EmptyTextAndNulBytesAreWellFormed)
{
    EXPECT_EQ(wellFormedUtf8(""), 0U);
    EXPECT_EQ(wellFormedUtf8(std::string_view{"a\0b", 3}), 3U);
}

} // namespace

} // namespace tcds
