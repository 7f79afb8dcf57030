#include "server/audit/record_line.hpp"

#include <algorithm>
#include <charconv>

namespace tcds::audit {

namespace {

constexpr std::string_view kTypeKey = "{\"v\":1,\"type\":\"";
constexpr std::string_view kSeqKey = "\",\"seq\":";
constexpr std::string_view kTimeKey = ",\"ts\":\"";
constexpr std::string_view kPrevKey = ",\"prev\":\"";
constexpr std::string_view kHashKey = ",\"hash\":\"";
constexpr std::size_t kHex = 64;
constexpr auto kHashMember = kHashKey.size() + kHex + 1; // ,"hash":".."
constexpr auto kPrevMember = kPrevKey.size() + kHex + 1;
constexpr auto kTail = kPrevMember + kHashMember + 1;

bool isHex(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Takes `expected` off the front of `text`.
bool skip(std::string_view& text, std::string_view expected)
{
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

std::optional<std::string_view> untilQuote(std::string_view& text)
{
    auto const end = text.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    auto const taken = text.substr(0, end);
    text.remove_prefix(end);
    return taken;
}

} // namespace

HexDigest noPrevious()
{
    HexDigest zeros;
    zeros.fill('0');
    return zeros;
}

HexDigest appendLine(std::string& out, LineHead const& head, std::string_view members,
                     HexDigest const& previous, Sha256& sha256)
{
    auto const start = out.size();
    out += kTypeKey;
    out += head.type;
    out += kSeqKey;
    out += std::to_string(head.seq);
    out += kTimeKey;
    out += head.time;
    out += '"';
    out += head.origin;
    if (!members.empty()) {
        out += ',';
        out += members;
    }
    out += kPrevKey;
    out += view(previous);
    out += '"';
    auto const hash = sha256.of(std::string_view{out}.substr(start), "}");
    out += kHashKey;
    out += view(hash);
    out += "\"}\n";
    return hash;
}

std::optional<LineParts> splitLine(std::string_view line)
{
    if (line.size() < kTypeKey.size() + kTail) return std::nullopt;
    LineParts parts;
    parts.hashed = line.substr(0, line.size() - 1 - kHashMember);

    auto tail = line.substr(line.size() - kTail);
    if (!skip(tail, kPrevKey)) return std::nullopt;
    parts.prev = tail.substr(0, kHex);
    tail.remove_prefix(kHex);
    if (!skip(tail, "\"") || !skip(tail, kHashKey)) return std::nullopt;
    parts.hash = tail.substr(0, kHex);
    if (tail.substr(kHex) != "\"}" || !isHex(parts.prev) || !isHex(parts.hash)) return std::nullopt;

    auto head = line.substr(0, line.size() - kTail);
    if (!skip(head, kTypeKey)) return std::nullopt;
    auto const type = untilQuote(head);
    if (!type || !skip(head, kSeqKey)) return std::nullopt;
    auto const [end, failure] = std::from_chars(head.data(), head.data() + head.size(), parts.seq);
    if (failure != std::errc{}) return std::nullopt;
    head.remove_prefix(static_cast<std::size_t>(end - head.data()));
    if (!skip(head, kTimeKey)) return std::nullopt;
    auto const time = untilQuote(head);
    if (!time) return std::nullopt;
    parts.type = *type;
    parts.time = *time;
    return parts;
}

bool hashFits(LineParts const& parts, Sha256& sha256)
{
    auto const computed = sha256.of(parts.hashed, "}");
    return view(computed) == parts.hash;
}

} // namespace tcds::audit
