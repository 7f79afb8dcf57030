#include "server/auth/base64url.hpp"

#include <gtest/gtest.h>

namespace tcds::auth {

TEST(Base64url, DecodesTheExamplesOfTheRfcs)
{
    // RFC 4648, 10, without padding; RFC 7515, appendix C.
    EXPECT_EQ(decodeBase64url(""), "");
    EXPECT_EQ(decodeBase64url("Zg"), "f");
    EXPECT_EQ(decodeBase64url("Zm8"), "fo");
    EXPECT_EQ(decodeBase64url("Zm9v"), "foo");
    EXPECT_EQ(decodeBase64url("Zm9vYg"), "foob");
    EXPECT_EQ(decodeBase64url("Zm9vYmE"), "fooba");
    EXPECT_EQ(decodeBase64url("Zm9vYmFy"), "foobar");
    EXPECT_EQ(decodeBase64url("A-z_4ME"), std::string("\x03\xec\xff\xe0\xc1", 5));
}

TEST(Base64url, RefusesPaddingForeignLettersAndOtherSpellings)
{
    for (auto const* text : {"Zg==", "Zm8=", "Zg=", "A+z/4ME", "Zm9v ", " Zm9v", "Zm\n9v", "Zm9v.",
                             "Z", "Zm9vY", "Zh", "Zm9", "Zm9w\xff", "\xc3\xa4zz"})
        EXPECT_EQ(decodeBase64url(text), std::nullopt) << text;
    EXPECT_EQ(decodeBase64url(std::string_view("Zm\0v", 4)), std::nullopt);
}

} // namespace tcds::auth
