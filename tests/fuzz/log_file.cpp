// Any bytes as a file of a decision log, plain or compressed, as somebody hands it to an auditor:
// read, searched, verified, and once more with a chain made right by whoever made it up, so that
// what is behind the first hash is reached as well.

#include "server/audit/gzip.hpp"
#include "server/audit/line_reader.hpp"
#include "server/audit/reader.hpp"
#include "server/audit/record_line.hpp"
#include "server/proof/proof_file.hpp"
#include "server/proof/prove.hpp"
#include "server/proof/verify.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/fuzz/scratch_folder.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds;
using audit::LineReader;
using fuzz::claim;

constexpr std::string_view kPlain = "decisions-2026-03-03.jsonl";
constexpr std::string_view kPacked = "decisions-2026-03-03.jsonl.gz";

fuzz::ScratchFolder& folder()
{
    static fuzz::ScratchFolder made;
    return made;
}

struct Line {
    std::string text;
    std::uint64_t offset = 0;
    bool operator==(Line const&) const = default;
};

struct Text {
    std::vector<Line> lines;
    bool whole = true; // ends after a line
    bool operator==(Text const&) const = default;
};

/// @return nothing when the file is damaged
std::optional<Text> textOf(std::string const& path, std::uint64_t from = 0)
{
    auto reader = LineReader::open(path);
    claim(reader.has_value(), "a file that is there can be opened");
    Text text;
    if (from > 0 && !reader->skipTo(from)) return std::nullopt;
    for (;;) {
        auto const next = reader->next();
        if (!next) {
            claim(!next.error().what.empty(), "damage is explained");
            return std::nullopt;
        }
        text.whole = *next != LineReader::Found::Partial;
        if (*next != LineReader::Found::Line) return text;
        text.lines.push_back({{reader->line().begin(), reader->line().end()}, reader->offset()});
    }
}

std::string packed(std::string_view text)
{
    constexpr std::size_t kBlock = 777; // small, so that there are many
    audit::GzipBlocks blocks;
    std::string file;
    for (std::size_t at = 0; at < text.size(); at += kBlock) {
        auto const block = text.substr(at, kBlock);
        auto const member = blocks.pack({block.data(), block.size()});
        file.append(reinterpret_cast<char const*>(member.data()), member.size());
    }
    return file;
}

void readsAlikeWhenPacked(std::string_view bytes, Text const& plain)
{
    if (bytes.empty()) return;
    auto const& path = folder().holdOnly(kPacked, packed(bytes));
    claim(textOf(path) == plain, "a file reads alike, plain and compressed");
    if (plain.lines.empty()) return;
    auto const middle = plain.lines.size() / 2;
    auto const rest = textOf(path, plain.lines[middle].offset);
    claim(rest && std::ranges::equal(rest->lines, std::span{plain.lines}.subspan(middle)),
          "reading goes on at any line");
}

bool isJson(std::string const& line)
{
    rapidjson::Document record;
    record.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag |
                 rapidjson::kParseNumbersAsStringsFlag>(line.data(), line.size());
    return !record.HasParseError() && record.IsObject();
}

/// What the log says holds for each of its lines.
void believe(Text const& text, proof::Verification const& found)
{
    claim(found.records == text.lines.size(), "an intact log has every line for a record");
    claim(found.records == 0 || found.lastSeq == found.firstSeq + found.records - 1,
          "numbers have no gaps");
    for (auto const& line : text.lines) {
        auto const parts = audit::splitLine(line.text);
        audit::Sha256 sha256;
        claim(parts && hashFits(*parts, sha256) && isJson(line.text), "an intact line is a record");
    }
}

/// A record of an intact log whose trees fit can be proven to whoever has not got the log.
void prove(std::string const& path, proof::Verification const& found)
{
    std::vector<std::string> const paths{path};
    proof::Proven what;
    what.seq = found.firstSeq + found.records / 2;
    auto const proof = proof::proveInclusion(paths, what);
    if (!proof) {
        claim(!proof.error().what.empty(), "what cannot be proven is explained");
        return;
    }
    proof::TrustedNoteKeys nobody;
    auto const checked = proof::checkProof(toJson(*proof), nobody);
    claim(checked && checked->fault.empty(), "a proof that was made holds");
    auto const prefix = proof::proveConsistency(paths, 1, proof->head.size);
    if (!prefix) return;
    auto const again = proof::checkProof(toJson(*prefix), nobody);
    claim(again && again->fault.empty(), "a proof that was made holds");
}

void searchFor(audit::Wanted const& wanted, std::size_t most)
{
    std::size_t count = 0;
    auto const read = audit::forEachRecord(folder().path(), wanted,
                                           [&](std::string_view line) { count += !line.empty(); });
    claim(!read || count <= most, "no record is found that is not there");
}

void search(Text const& text)
{
    searchFor({}, text.lines.size());
    audit::Wanted wanted;
    wanted.last = 1;
    searchFor(wanted, 1);
    wanted = {};
    wanted.from = "2026-03-03";
    wanted.rule = "EL-MG-LOW";
    searchFor(wanted, text.lines.size());
}

/// @param text  of the file; nothing: it is damaged
void examine(std::string const& path, std::optional<Text> const& text)
{
    proof::VerifyRequest request;
    request.directory = folder().path();
    auto const found = proof::verify(std::move(request), {});
    claim(found.has_value(), "whatever a file holds, there is a verdict");
    claim(found->firstBreak || text, "a damaged file is broken");
    if (found->firstBreak) {
        claim(!found->firstBreak->what.empty(), "a break is explained");
        return;
    }
    believe(*text, *found);
    if (!found->mismatch && found->records > 0) prove(path, *found);
}

/// The lines with numbers, `prev` and `hash` made right; what is no record is left out.
std::string forged(Text const& text)
{
    std::string made;
    auto previous = audit::noPrevious();
    std::optional<std::uint64_t> seq;
    audit::Sha256 sha256;
    for (auto const& [line, offset] : text.lines) {
        auto const parts = audit::splitLine(line);
        if (!parts) continue;
        if (!seq) seq = parts->seq;
        auto const* const from = parts->time.data() + parts->time.size() + 1;
        auto const* const to = parts->prev.data() - std::string_view{",\"prev\":\""}.size();
        audit::LineHead const head{
            parts->type, (*seq)++, parts->time, {from, static_cast<std::size_t>(to - from)}};
        previous = audit::appendLine(made, head, {}, previous, sha256);
    }
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    std::string const sent{bytes, bytes + size};
    auto const& path = folder().holdOnly(sent.starts_with("\x1f\x8b") ? kPacked : kPlain, sent);
    auto const text = textOf(path);
    // A last line that is not finished may still be written: verifying waits for it, which would
    // be most of the time here.
    if (!text || text->whole) examine(path, text);
    if (!text) return 0;
    search(*text);
    auto const& again = folder().holdOnly(kPlain, forged(*text));
    examine(again, textOf(again));
    if (!sent.starts_with("\x1f\x8b")) readsAlikeWhenPacked(sent, *text);
    return 0;
}
