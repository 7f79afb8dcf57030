#include "rules/store/snapshot.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tcds::rules {
namespace {

TEST(Snapshot, KeepsTheOldValueForThoseWhoHoldIt)
{
    Snapshot<int> snapshot{std::make_shared<int const>(1)};

    auto const held = snapshot.load();
    auto const before = snapshot.swap(std::make_shared<int const>(2));

    EXPECT_EQ(*held, 1);
    EXPECT_EQ(before, held);
    EXPECT_EQ(*snapshot.load(), 2);
}

TEST(Snapshot, GivesEachReaderOneWholeValueWhileItIsSwapped)
{
    struct Pair {
        int first, second;
    };
    Snapshot<Pair> snapshot{std::make_shared<Pair const>(Pair{0, 0})};
    std::atomic<int> torn{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            for (int round = 0; round < 2000; ++round) {
                auto const value = snapshot.load();
                if (value->first != value->second) ++torn;
            }
        });
    for (int i = 1; i <= 2000; ++i) snapshot.swap(std::make_shared<Pair const>(Pair{i, i}));
    for (auto& reader : readers) reader.join();

    EXPECT_EQ(torn, 0);
    EXPECT_EQ(snapshot.load()->first, 2000);
}

} // namespace
} // namespace tcds::rules
