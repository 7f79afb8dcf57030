#include "server/audit/digest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tcds::audit {
namespace {

TEST(Sha256, GivesTheDigestsOfTheStandard) // FIPS 180-4, examples
{
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(UuidV7, HoldsTheMillisecondsVersionAndVariant) // RFC 9562, appendix A.6: 0x017F22E279B0
{
    auto const id = uuidV7(1645557742000);

    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id.substr(0, 15), "017f22e2-79b0-7");
    EXPECT_EQ(id[18], '-');
    EXPECT_NE(std::string{"89ab"}.find(id[19]), std::string::npos);
}

TEST(UuidV7, IsNewInEveryCallOfOneMillisecond)
{
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) ids.insert(uuidV7(1645557742000));
    EXPECT_EQ(ids.size(), 1000U);
}

} // namespace
} // namespace tcds::audit
