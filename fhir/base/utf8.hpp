#pragma once

#include <cstddef>
#include <string_view>

namespace tcds {

/// How many bytes of `text`, from its start, are well-formed UTF-8: `text.size()` when all are,
/// else the offset of the first byte of the sequence that is not. Overlong forms, surrogates, code
/// points above U+10FFFF and cut sequences are refused (Unicode 15, table 3-7). ASCII runs at 64
/// bytes a step.
std::size_t wellFormedUtf8(std::string_view text);

} // namespace tcds
