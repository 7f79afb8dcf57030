#include "server/proof/note.hpp"

#include "fhir/base/base64.hpp"
#include "fhir/base/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace tcds::proof {

namespace {

constexpr std::size_t kMostBytes = 64U * 1024U;
constexpr std::size_t kMostSignatures = 100;
constexpr std::string_view kDash = "\xE2\x80\x94 "; // U+2014 and a space

Error bad(std::string what)
{
    return {Error::Kind::BadRequest, "", std::move(what),
            "name the file as the service wrote it (c2sp.org/signed-note)"};
}

/// The next line without its line feed; nothing when there is no whole one.
std::optional<std::string_view> takeLine(std::string_view& rest)
{
    auto const end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    auto const line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

bool isNameOfKey(std::string_view name)
{
    return !name.empty() && std::ranges::none_of(name, [](char c) {
        return c == '+' || static_cast<unsigned char>(c) <= ' ';
    });
}

std::optional<NoteSignature> readSignature(std::string_view line)
{
    if (!line.starts_with(kDash)) return std::nullopt;
    line.remove_prefix(kDash.size());
    auto const space = line.find(' ');
    if (space == std::string_view::npos || !isNameOfKey(line.substr(0, space))) return std::nullopt;
    auto const bytes = fromBase64(line.substr(space + 1));
    if (!bytes || bytes->size() < 5) return std::nullopt;
    NoteSignature signature;
    signature.keyName = line.substr(0, space);
    for (std::size_t i = 0; i < 4; ++i)
        signature.keyId = signature.keyId << 8U | static_cast<unsigned char>((*bytes)[i]);
    signature.bytes = bytes->substr(4);
    return signature;
}

std::string bigEndian(std::uint32_t value)
{
    std::string bytes;
    for (auto const shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift & 255U);
    return bytes;
}

} // namespace

std::string toText(Note const& note)
{
    auto text = note.text + '\n';
    for (auto const& signature : note.signatures)
        text += std::string{kDash} + signature.keyName + ' ' +
                toBase64(bigEndian(signature.keyId) + signature.bytes) + '\n';
    return text;
}

Result<Note> readNote(std::string_view bytes)
{
    if (bytes.size() > kMostBytes) return bad("has more than 64 KiB: it is no signed note");
    if (wellFormedUtf8(bytes) != bytes.size() || std::ranges::any_of(bytes, [](char c) {
            return c != '\n' && static_cast<unsigned char>(c) < ' ';
        }))
        return bad("holds bytes that no signed note may hold");
    auto const blank = bytes.rfind("\n\n");
    if (blank == std::string_view::npos) return bad("has no empty line before its signatures");
    Note note;
    note.text = bytes.substr(0, blank + 1);
    auto rest = bytes.substr(blank + 2);
    while (!rest.empty()) {
        auto const line = takeLine(rest);
        auto signature = line ? readSignature(*line) : std::nullopt;
        if (!signature) return bad("has a line below its text that is no signature");
        note.signatures.push_back(*std::move(signature));
        if (note.signatures.size() > kMostSignatures) return bad("has more than 100 signatures");
    }
    if (note.signatures.empty()) return bad("has no signature");
    return note;
}

std::string toText(CheckpointText const& checkpoint)
{
    return checkpoint.origin + '\n' + std::to_string(checkpoint.head.size) + '\n' +
           toBase64(audit::view(checkpoint.head.root)) + '\n';
}

Result<CheckpointText> readCheckpoint(std::string_view text)
{
    CheckpointText checkpoint;
    auto const origin = takeLine(text);
    auto const size = takeLine(text);
    auto const root = takeLine(text);
    if (!origin || !size || !root || origin->empty())
        return bad("is no checkpoint: it has not the lines origin, size and root");
    checkpoint.origin = *origin;
    auto const* const end = size->data() + size->size();
    auto const [stop, failure] = std::from_chars(size->data(), end, checkpoint.head.size);
    if (failure != std::errc{} || stop != end || (size->size() > 1 && size->front() == '0'))
        return bad("is no checkpoint: its second line is no number of records");
    auto const bytes = fromBase64(*root);
    if (!bytes || bytes->size() != checkpoint.head.root.size())
        return bad("is no checkpoint: its third line is no SHA-256 in base64");
    std::copy(bytes->begin(), bytes->end(), checkpoint.head.root.begin());
    return checkpoint;
}

std::string originOf(std::string_view tenant, std::string_view node)
{
    auto const plain = [](std::string_view name) {
        std::string text{name};
        std::ranges::replace_if(
            text,
            [](char c) {
                return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-');
            },
            '_');
        return text;
    };
    return "twitch-cds/" + plain(tenant) + "/" + plain(node);
}

} // namespace tcds::proof
