#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tcds
{

/// A small index with a meaning of its own; comparable, hashable by value, never arithmetic.
template <class Tag> struct Id {
    static constexpr std::uint16_t kNone = std::numeric_limits<std::uint16_t>::max();
    std::uint16_t value = kNone;

    [[nodiscard]] constexpr bool known() const { return value != kNone; }
    [[nodiscard]] constexpr std::size_t index() const { return value; }
    constexpr auto operator<=>(Id const&) const = default;
};

using IngredientId = Id<struct IngredientTag>; // row of the terminology's ingredient table
using AnalyteId = Id<struct AnalyteTag>;       // row of the terminology's analyte table
using SetId = Id<struct SetTag>;               // row of the terminology's value set table
using FactId = Id<struct FactTag>;   // place of a fact in PatientContext, in reading order
using InputId = Id<struct InputTag>; // place of an input in PatientContext::inputs

/// Which value sets something belongs to. Holds up to 512 sets; the loader refuses more.
class SetBits
{
public:
    static constexpr std::size_t kCapacity = 512;

    constexpr void add(SetId id)
    {
        words_[id.index() / 64] |= std::uint64_t{1} << (id.index() % 64);
    }
    [[nodiscard]] constexpr bool has(SetId id) const
    {
        return id.known() && ((words_[id.index() / 64] >> (id.index() % 64)) & 1U) != 0;
    }
    constexpr void addAll(SetBits const& other)
    {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    }
    constexpr void removeAll(SetBits const& other)
    {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    }
    constexpr void keepOnly(SetBits const& other)
    {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    }
    [[nodiscard]] constexpr bool meets(SetBits const& other) const
    {
        for (std::size_t i = 0; i < words_.size(); ++i)
            if ((words_[i] & other.words_[i]) != 0) return true;
        return false;
    }
    [[nodiscard]] constexpr bool none() const { return *this == SetBits{}; }

    /// Calls f(SetId) for each member in ascending order.
    template <class F> void forEach(F&& f) const
    {
        for (std::size_t i = 0; i < words_.size(); ++i)
            for (auto word = words_[i]; word != 0; word &= word - 1)
                f(SetId{static_cast<std::uint16_t>(
                    i * 64 + static_cast<std::size_t>(std::countr_zero(word)))});
    }

    constexpr bool operator==(SetBits const&) const = default;

private:
    std::array<std::uint64_t, kCapacity / 64> words_{};
};

} // namespace tcds
