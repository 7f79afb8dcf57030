#include "server/query/packed_rules.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tcds::query {
namespace {

TEST(PackedRules, ComeOutAsTheyWentIn)
{
    std::vector<PackedRule> const rules{{1, Outcome::Fired, 0},
                                        {127, Outcome::NotMet, 128},
                                        {16'384, Outcome::OnCard, 0},
                                        {INT64_C(1) << 40, Outcome::Suppressed, 5}};
    std::string packed;
    for (auto const& rule : rules) pack(packed, rule);

    Unpacking unpacking{packed};
    for (auto const& rule : rules) {
        auto const out = unpacking.next();
        ASSERT_TRUE(out);
        EXPECT_EQ(out->rule, rule.rule);
        EXPECT_EQ(out->outcome, rule.outcome);
        EXPECT_EQ(out->why, rule.why);
    }
    EXPECT_FALSE(unpacking.next());
}

TEST(PackedRules, OtherBytesEndIt)
{
    for (auto const* const bytes :
         {"\x80", "\x01", "\x01\x02", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"})
        EXPECT_FALSE(Unpacking{bytes}.next());
}

TEST(PackedRules, WordsOfOutcomes)
{
    EXPECT_EQ(outcomeOf("fired"), Outcome::Fired);
    EXPECT_EQ(outcomeOf("not-met"), Outcome::NotMet);
    EXPECT_EQ(outcomeOf("unknown"), Outcome::Unknown);
    EXPECT_EQ(outcomeOf("suppressed"), Outcome::Suppressed);
    EXPECT_EQ(outcomeOf("silenced"), Outcome::Silenced);
    EXPECT_EQ(outcomeOf("error"), Outcome::Error);
    EXPECT_EQ(outcomeOf("Fired"), Outcome::Other);
}

} // namespace
} // namespace tcds::query
