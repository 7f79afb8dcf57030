#include "server/rulebook/escape.hpp"

#include "fhir/base/html_escape.hpp"

namespace tcds::rulebook {

std::string escaped(std::string_view text) { return htmlEscaped(text); }

std::string escapedMarkdown(std::string_view text)
{
    constexpr std::string_view kMarks = "\\`*_[]<>#|~&";
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (auto const c : text) {
        if (static_cast<unsigned char>(c) < 0x20) {
            out += ' ';
            continue;
        }
        if (kMarks.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string escapedTarget(std::string_view target)
{
    constexpr std::string_view kPlain = "-._~:/?#@!$&'*+,;=%";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (auto const c : target) {
        auto const isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
        if (isPlain) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
    return out;
}

} // namespace tcds::rulebook
