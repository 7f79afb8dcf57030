// Any bytes as what an auditor is handed besides the log: a proof, a signed note, lines of syslog
// with notes, a key. Whatever the bytes are, a proof that passes under the key of the service says
// what is so.

#include "server/proof/proof_file.hpp"
#include "fhir/base/base64.hpp"
#include "rules/store/signature.hpp"
#include "server/audit/merkle.hpp"
#include "server/proof/note_key.hpp"
#include "server/proof/published_notes.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/fuzz/scratch_folder.hpp"

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds;
using fuzz::claim;

// The key of the example of golang.org/x/mod/sumdb/note; the notes of the corpus are signed with
// its private half, with which nothing here can sign.
constexpr auto kPublicPem = "-----BEGIN PUBLIC KEY-----\n"
                            "MCowBQYDK2VwAyEAGlzZBxQ8OExB6DDFvOEqqIF+xWSaqr8sMTiLNbLXRNY=\n"
                            "-----END PUBLIC KEY-----\n";

// The log that the notes of the corpus sign: leaf i is the SHA-256 of i in decimal digits.
constexpr std::uint64_t kLeaves = 11;

fuzz::ScratchFolder& folder()
{
    static fuzz::ScratchFolder made;
    return made;
}

proof::TrustedNoteKeys& keys()
{
    static auto made = [] {
        fuzz::ScratchFolder forKey;
        std::vector<std::string> const path{forKey.holdOnly("service.pem", kPublicPem)};
        auto read = proof::TrustedNoteKeys::read(path);
        claim(read.has_value(), "the key can be read");
        return *std::move(read);
    }();
    return made;
}

audit::Digest leaf(std::uint64_t index)
{
    audit::Sha256 sha256;
    return sha256.bytesOf(std::to_string(index));
}

audit::TreeHead headOf(std::uint64_t size)
{
    audit::Sha256 sha256;
    audit::MerkleTree tree;
    for (std::uint64_t i = 0; i < size; ++i) tree.add(leaf(i), sha256);
    return {size, tree.root(sha256)};
}

std::string rootIn(rapidjson::Value const& head)
{
    auto const bytes = fromBase64(head["root"].GetString());
    return bytes.value_or(std::string{});
}

void isTrue(std::string const& text)
{
    rapidjson::Document proof;
    proof.Parse(text.c_str(), text.size());
    claim(!proof.HasParseError() && proof.IsObject(), "a proof that passes is a JSON object");
    if (proof.HasMember("index")) {
        auto const index = proof["index"].GetUint64();
        claim(index < kLeaves, "a leaf that passes is one of the log");
        claim(audit::view(audit::hexOf(leaf(index))) == proof["record"]["hash"].GetString(),
              "a leaf that passes is the one of the log");
        return;
    }
    for (auto const* const side : {"from", "to"}) {
        auto const size = proof[side]["size"].GetUint64();
        claim(size <= kLeaves && rootIn(proof[side]) == audit::view(headOf(size).root),
              "a tree that passes is one of the log");
    }
}

void checkAsProof(std::string const& text)
{
    proof::TrustedNoteKeys nobody;
    auto const unsignedOne = proof::checkProof(text, nobody);
    auto const checked = proof::checkProof(text, keys());
    claim(checked.has_value() == unsignedOne.has_value(), "a key makes no proof of what is none");
    if (!checked) {
        claim(!checked.error().what.empty(), "what is no proof is explained");
        return;
    }
    claim(!checked->fault.empty() || unsignedOne->fault.empty(), "a key proves nothing by itself");
    auto const isSigned =
        checked->fault.empty() && checked->proven.back().starts_with("signed by ");
    if (isSigned) isTrue(text);
}

void checkAsNote(std::string const& text)
{
    auto const note = proof::readNote(text);
    if (!note) return;
    claim(toText(*note) == text, "a note reads as it is written");
    auto const checkpoint = proof::readCheckpoint(note->text);
    if (!checkpoint) return;
    claim(note->text.starts_with(toText(*checkpoint)), "a checkpoint reads as it is written");
    auto const fault = faultOf(*note, keys().of(checkpoint->origin));
    claim(!fault.empty() || checkpoint->head == headOf(checkpoint->head.size),
          "the key signed trees of the log alone");
}

void checkAsPublished(std::string const& text, std::string_view name)
{
    auto const notes = proof::PublishedNotes::read(folder().holdOnly(name, text));
    if (!notes) {
        claim(!notes.error().what.empty(), "what holds no note is explained");
        return;
    }
    for (auto const& [origin, entries] : notes->byOrigin())
        for (auto const& entry : entries)
            claim(notes->noteOf(entry).has_value(), "a note is found again");
}

void checkAsKey(std::string const& text)
{
    (void)proof::NoteVerifier::fromText(text);
    auto const& path = folder().holdOnly("key.pem", text);
    std::vector<std::string> const given{path};
    (void)proof::TrustedNoteKeys::read(given);
    (void)rules::SigningKey::fromFile(path);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    std::string const text{bytes, bytes + size};
    checkAsProof(text);
    checkAsNote(text);
    checkAsPublished(text, "00012.note");
    checkAsPublished(text, "syslog");
    checkAsKey(text);
    return 0;
}
