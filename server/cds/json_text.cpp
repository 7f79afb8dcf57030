#include "server/cds/json_text.hpp"

#include "fhir/base/json_escape.hpp"

#include <cstdint>
#include <cstring>

namespace tcds::cds {

namespace {

using json::escapeOf;

constexpr std::size_t kStride = sizeof(std::uint64_t);

std::uint64_t eightAt(char const* text)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, kStride);
    return bytes;
}

/// Where the bytes end that stand for themselves; eight at a time, as nearly all do.
std::size_t plainEnd(std::string_view text, std::size_t at)
{
    while (at + kStride <= text.size() && json::escapeMarks(eightAt(text.data() + at)) == 0)
        at += kStride;
    auto const rest = text.size() - at;
    // The end together with some bytes before it.
    if (rest < kStride && text.size() >= kStride &&
        json::escapeMarks(eightAt(text.data() + text.size() - kStride)) == 0)
        return text.size();
    while (at < text.size() && escapeOf(text[at]) == 0) ++at;
    return at;
}

void appendEscape(std::string& json, char c)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    auto const escape = escapeOf(c);
    json += '\\';
    json += escape;
    if (escape != 'u') return;
    auto const code = static_cast<unsigned char>(c);
    json += "00";
    json += kDigits[code >> 4U];
    json += kDigits[code & 15U];
}

} // namespace

void appendEscaped(std::string& json, std::string_view text)
{
    for (std::size_t at = 0;;) {
        auto const end = plainEnd(text, at);
        json.append(text.data() + at, end - at);
        if (end == text.size()) return;
        appendEscape(json, text[end]);
        at = end + 1;
    }
}

} // namespace tcds::cds
