#pragma once

#include <algorithm>
#include <memory_resource>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tcds::rules {

/// Memory of everything that is looked up and written while the cards of one call are made; all of
/// it goes at once when they are.
using Arena = std::pmr::monotonic_buffer_resource;

/// Texts that the arena or the rule set keeps.
using Texts = std::pmr::vector<std::string_view>;

/// Room for `count` objects that need no destructor, not yet begun.
template <class T>
T* roomFor(Arena& arena, std::size_t count)
{
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(arena.allocate(count * sizeof(T), alignof(T)));
}

/// A copy of a text that stays where it is as long as the arena.
inline std::string_view keptIn(Arena& arena, std::string_view text)
{
    if (text.empty()) return {};
    auto* const room = roomFor<char>(arena, text.size());
    std::copy_n(text.data(), text.size(), room);
    return {room, text.size()};
}

} // namespace tcds::rules
