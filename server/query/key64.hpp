#pragma once

#include <cstdint>
#include <string_view>

namespace tcds::query {

/// A number for a text that is looked for as a whole (an id, a pseudonym): 64-bit FNV-1a, well
/// mixed. Two texts seldom have the same; what is found by it is compared with the text itself.
constexpr std::int64_t key64(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (auto const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<std::int64_t>(hash ^ (hash >> 31U));
}

} // namespace tcds::query
