#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tcds::fuzz {

/// Ends the process when something that must hold for every input does not: the fuzzer then keeps
/// the input, and a replay fails.
inline void claim(bool holds, std::string_view what)
{
    if (holds) return;
    std::fprintf(stderr, "not true for this input: %.*s\n", static_cast<int>(what.size()),
                 what.data());
    std::abort();
}

} // namespace tcds::fuzz
