#include "fhir/client/access_token.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <ostream>
#include <type_traits>

namespace tcds::client::test {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, T const& value)
{
    out << value;
};

// CTL-06: a type that no code can copy or print by accident.
static_assert(!std::is_copy_constructible_v<AccessToken>);
static_assert(!std::is_copy_assignable_v<AccessToken>);
static_assert(std::is_nothrow_move_constructible_v<AccessToken>);
static_assert(!std::is_convertible_v<std::string, AccessToken>);
static_assert(!std::is_convertible_v<AccessToken, std::string_view>);
static_assert(!Printable<AccessToken>);

// Short enough to lie inside of the string object, where a test can look for it.
constexpr char const* kShort = "canary-7";

template <class T>
bool holds(T const& object, std::string_view text)
{
    std::array<char, sizeof(T)> bytes;
    std::memcpy(bytes.data(), static_cast<void const*>(&object), sizeof(T));
    return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

TEST(AccessToken, HoldsWhatItWasGiven)
{
    AccessToken const token{std::string{kShort}};

    EXPECT_FALSE(token.empty());
    EXPECT_EQ(token.forAuthorizationHeader(), kShort);
    EXPECT_TRUE(AccessToken{}.empty());
    EXPECT_TRUE(holds(token, kShort)) << "else the tests below prove nothing";
}

// CTL-06: wiped in the string it was made of.
TEST(AccessToken, WipesItsSource)
{
    std::string source{kShort};

    AccessToken const token{std::move(source)};

    EXPECT_TRUE(source.empty()); // NOLINT: that it is empty is promised
    EXPECT_FALSE(holds(source, kShort));
}

// CTL-06: wiped when it moves.
TEST(AccessToken, WipesWhatItWasMovedFrom)
{
    AccessToken first{std::string{kShort}};

    AccessToken second{std::move(first)};
    EXPECT_TRUE(first.empty()); // NOLINT: that it is empty is promised
    EXPECT_FALSE(holds(first, kShort));

    AccessToken third{std::string{"other"}};
    third = std::move(second);
    EXPECT_FALSE(holds(second, kShort)); // NOLINT: as above
    EXPECT_FALSE(holds(third, "other"));
    EXPECT_EQ(third.forAuthorizationHeader(), kShort);
}

// CTL-06: wiped when it dies.
TEST(AccessToken, IsWipedByItsDestructor)
{
    alignas(AccessToken) std::array<char, sizeof(AccessToken)> place{};
    auto* const token = new (place.data()) AccessToken{std::string{kShort}};
    ASSERT_TRUE(holds(place, kShort));

    std::destroy_at(token);

    EXPECT_FALSE(holds(place, kShort));
}

TEST(AccessToken, FitsAHeaderOnlyAsVisibleAscii)
{
    EXPECT_TRUE(AccessToken{std::string{"eyJ0.a-b_c~d+/="}}.fitsHeader());
    for (auto const* text : {"a b", "a\r\nX-Evil: 1", "a\tb", "a\x7f", "caf\xc3\xa9"})
        EXPECT_FALSE(AccessToken{std::string{text}}.fitsHeader()) << text;
    EXPECT_FALSE((AccessToken{std::string{"a\0b", 3}}.fitsHeader()));
}

} // namespace
} // namespace tcds::client::test
