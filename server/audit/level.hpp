#pragma once

#include <cstdint>
#include <string_view>

namespace tcds::audit {

/// How much a record holds (integration specification 4.2, `phi`).
enum class Level : std::uint8_t {
    Digests, // no facts and no cards: their digests alone
    Facts,   // what was understood and what was answered
    Full     // that, and sealed what came and what left
};

/// digest | facts | full
constexpr std::string_view word(Level level)
{
    switch (level) {
    case Level::Digests:
        return "digest";
    case Level::Facts:
        return "facts";
    case Level::Full:
        return "full";
    }
    return "";
}

} // namespace tcds::audit
