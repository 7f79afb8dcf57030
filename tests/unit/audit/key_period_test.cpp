#include "server/audit/key_period.hpp"

#include "tests/unit/audit/log_stage.hpp"

namespace tcds::audit {
namespace {

using test::instant;

TEST(KeyPeriod, IsAQuarterInUtc)
{
    struct Row {
        char const* at;
        char const* id;
    };
    for (auto const& row : {Row{"2026-01-01T00:00:00Z", "k26q1"},
                            {"2026-03-31T23:59:59.999Z", "k26q1"},
                            {"2026-04-01T00:00:00Z", "k26q2"},
                            {"2026-04-01T01:00:00+02:00", "k26q1"},
                            {"2026-12-31T23:00:00Z", "k26q4"},
                            {"2005-08-01", "k05q3"},
                            {"1999-12-31", "k00q1"},
                            {"2100-01-01", "k99q4"}})
        EXPECT_EQ(KeyPeriod::at(instant(row.at)).id(), row.id) << row.at;
}

TEST(KeyPeriod, BeginsAndEndsWithItsQuarter)
{
    auto const period = KeyPeriod::ofId("k26q4");

    ASSERT_TRUE(period);
    EXPECT_EQ(period->id(), "k26q4");
    EXPECT_EQ(period->begin(), instant("2026-10-01T00:00:00Z"));
    EXPECT_EQ(period->end(), instant("2027-01-01T00:00:00Z"));
    EXPECT_LT(*period, *KeyPeriod::ofId("k27q1"));
}

TEST(KeyPeriod, IsNothingForOtherNames)
{
    for (auto const* const id :
         {"", "k", "k26q0", "k26q5", "k26q", "k26q11", "26q1x", "k2aq1", "K26q1"})
        EXPECT_FALSE(KeyPeriod::ofId(id)) << id;
}

} // namespace
} // namespace tcds::audit
