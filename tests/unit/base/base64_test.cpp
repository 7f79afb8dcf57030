#include "fhir/base/base64.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace tcds {

// RFC 4648, section 10
TEST(Base64, IsThatOfTheStandard)
{
    std::pair<char const*, char const*> const rows[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"},
                                                        {"\xfb\xff", "+/8="}};
    for (auto const& [bytes, text] : rows) {
        EXPECT_EQ(toBase64(bytes), text);
        EXPECT_EQ(fromBase64(text), bytes);
    }
}

TEST(Base64, HasOneSpellingForEachValue)
{
    for (char const* const text : {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z g=", "====", "=",
                                   "===", "Z===", "Zg==Zg==", "Zm9-", "Zm=v", "\n\n\n\n"})
        EXPECT_FALSE(fromBase64(text)) << text;
}

// RFC 4648, section 10, in the alphabet of section 5 and without padding; RFC 7515, appendix C.
TEST(Base64Url, IsThatOfTheRfcs)
{
    std::pair<char const*, char const*> const rows[] = {{"", ""},
                                                        {"f", "Zg"},
                                                        {"fo", "Zm8"},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg"},
                                                        {"fooba", "Zm9vYmE"},
                                                        {"foobar", "Zm9vYmFy"},
                                                        {"\x03\xec\xff\xe0\xc1", "A-z_4ME"},
                                                        {"\xfb\xff", "-_8"}};
    for (auto const& [bytes, text] : rows) {
        EXPECT_EQ(toBase64Url(std::string_view{bytes}), text);
        EXPECT_EQ(fromBase64Url(text), bytes);
        std::string before{"k:"};
        appendBase64Url(before, std::span{reinterpret_cast<unsigned char const*>(bytes),
                                          std::string_view{bytes}.size()});
        EXPECT_EQ(before, std::string{"k:"} + text);
    }
}

TEST(Base64Url, RefusesPaddingForeignLettersAndOtherSpellings)
{
    for (auto const* text : {"Zg==", "Zm8=", "Zg=", "A+z/4ME", "Zm9v ", " Zm9v", "Zm\n9v", "Zm9v.",
                             "Z", "Zm9vY", "Zh", "Zm9", "Zm+v", "Zm 9", "Zm9w\xff", "\xc3\xa4zz"})
        EXPECT_EQ(fromBase64Url(text), std::nullopt) << text;
    EXPECT_EQ(fromBase64Url(std::string_view("Zm\0v", 4)), std::nullopt);
}

} // namespace tcds
