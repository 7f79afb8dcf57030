#include "server/proof/proof_file.hpp"

#include "fhir/base/base64.hpp"
#include "server/audit/members.hpp"
#include "server/audit/record_line.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace tcds::proof {

using audit::Digest;
using audit::TreeHead;

namespace {

constexpr std::string_view kInclusion = "twitch-cds/inclusion-proof/v1";
constexpr std::string_view kConsistency = "twitch-cds/consistency-proof/v1";

// --- writing

std::string base64(Digest const& digest) { return toBase64(audit::view(digest)); }

void writeHead(audit::Members& json, std::string_view name, TreeHead const& head)
{
    json.openObject(name);
    json.member("size", head.size);
    json.member("root", base64(head.root));
    json.close();
}

void writePath(audit::Members& json, std::vector<Digest> const& path)
{
    json.openArray("path");
    for (auto const& each : path) json.text(base64(each));
    json.close();
}

// --- reading

Error bad(std::string where, std::string what)
{
    return {Error::Kind::BadRequest, std::move(where), std::move(what),
            "name a file that `twitch-cds audit prove` or `audit consistency` wrote"};
}

/// Reads members of one object; the first fault stays.
class Reader
{
public:
    explicit Reader(std::string_view text)
    {
        document_.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
        if (document_.HasParseError() || !document_.IsObject())
            fault_ = bad("", "is no JSON object");
    }

    std::string text(std::initializer_list<char const*> names, bool mayLack = false)
    {
        auto const* const value = find(names);
        if (value == nullptr && mayLack) return {};
        if (value != nullptr && value->IsString())
            return {value->GetString(), value->GetStringLength()};
        fail(names, "is no text");
        return {};
    }
    std::uint64_t number(std::initializer_list<char const*> names)
    {
        auto const* const value = find(names);
        if (value != nullptr && value->IsUint64()) return value->GetUint64();
        fail(names, "is no whole number");
        return 0;
    }
    Digest digest(std::initializer_list<char const*> names)
    {
        auto const* const value = find(names);
        if (auto const read = value == nullptr ? std::nullopt : digestOf(*value)) return *read;
        fail(names, "is no SHA-256 in base64");
        return {};
    }
    TreeHead head(char const* name) { return {number({name, "size"}), digest({name, "root"})}; }
    std::vector<Digest> path()
    {
        std::vector<Digest> path;
        auto const* const value = find({"path"});
        if (value == nullptr || !value->IsArray() || value->Size() > 128) {
            fail({"path"}, "is no list of digests");
            return path;
        }
        for (auto const& each : value->GetArray()) {
            auto const read = digestOf(each);
            if (!read) fail({"path"}, "holds something that is no SHA-256 in base64");
            path.push_back(read.value_or(Digest{}));
        }
        return path;
    }

    [[nodiscard]] std::optional<Error> const& fault() const { return fault_; }

private:
    static std::optional<Digest> digestOf(rapidjson::Value const& value)
    {
        if (!value.IsString()) return std::nullopt;
        auto const bytes = fromBase64({value.GetString(), value.GetStringLength()});
        Digest digest{};
        if (!bytes || bytes->size() != digest.size()) return std::nullopt;
        std::copy(bytes->begin(), bytes->end(), digest.begin());
        return digest;
    }

    rapidjson::Value const* find(std::initializer_list<char const*> names) const
    {
        rapidjson::Value const* value = &document_;
        for (auto const* const name : names) {
            if (!value->IsObject()) return nullptr;
            auto const at = value->FindMember(name);
            if (at == value->MemberEnd()) return nullptr;
            value = &at->value;
        }
        return value;
    }

    void fail(std::initializer_list<char const*> names, std::string what)
    {
        if (fault_) return;
        std::string where;
        for (auto const* const name : names) where += std::string{"/"} + name;
        fault_ = bad(std::move(where), std::move(what));
    }

    rapidjson::Document document_;
    std::optional<Error> fault_;
};

// --- checking

/// Compares a note with the head that the proof is about.
/// @return what is wrong with it; "" when nothing is
std::string noteFault(std::string const& bytes, TreeHead const& head, TrustedNoteKeys& keys,
                      ProofCheck& check)
{
    auto const tree = "the first " + std::to_string(head.size) + " records of log ";
    auto const note = readNote(bytes);
    auto const text = note ? readCheckpoint(note->text) : readCheckpoint(bytes);
    if (!text) return "its checkpoint " + text.error().what;
    if (text->head != head) return "its checkpoint is of another tree";
    check.proven.push_back("the tree is that of " + tree + text->origin);
    if (!note) {
        check.caution = "nobody signed this tree: it counts only if its root was seen elsewhere";
        return keys.empty() ? std::string{} : "its checkpoint is not signed";
    }
    if (keys.empty()) {
        check.caution = "the signature was not checked: name the key with --key";
        return {};
    }
    auto const fault = faultOf(*note, keys.of(text->origin));
    if (fault.empty()) check.proven.push_back("signed by " + note->signatures.front().keyName);
    return fault.empty() ? fault : "of its checkpoint, " + fault;
}

Result<ProofCheck> checkInclusion(Reader& proof, TrustedNoteKeys& keys)
{
    auto const seq = proof.number({"record", "seq"});
    auto const hash = proof.text({"record", "hash"});
    auto const line = proof.text({"record", "line"}, true);
    auto const index = proof.number({"index"});
    auto const head = proof.head("tree");
    auto const path = proof.path();
    auto const note = proof.text({"checkpoint"});
    if (proof.fault()) return *proof.fault();
    if (hash.size() != 64 || hash != audit::view(audit::hexOf(audit::bytesOf(hash))))
        return bad("/record/hash", "is no SHA-256 in lower-case hexadecimal digits");

    ProofCheck check;
    audit::Sha256 sha256;
    if (!line.empty()) {
        auto const parts = audit::splitLine(line);
        if (!parts || parts->seq != seq || parts->hash != hash || !hashFits(*parts, sha256)) {
            check.fault = "the record was changed: its bytes do not give the hash that is proven";
            return check;
        }
    }
    if (!proves(head, index, audit::bytesOf(hash), path, sha256)) {
        check.fault = "the path does not lead from the record to the root of the tree";
        return check;
    }
    check.proven.push_back((line.empty()
                                ? "the record whose hash is " + hash
                                : "record " + std::to_string(seq) + ", as it stands here,") +
                           " is leaf " + std::to_string(index) + " of the tree");
    check.fault = noteFault(note, head, keys, check);
    return check;
}

Result<ProofCheck> checkConsistency(Reader& proof, TrustedNoteKeys& keys)
{
    auto const from = proof.head("from");
    auto const to = proof.head("to");
    auto const path = proof.path();
    auto const fromNote = proof.text({"fromCheckpoint"}, true);
    auto const toNote = proof.text({"toCheckpoint"}, true);
    if (proof.fault()) return *proof.fault();

    ProofCheck check;
    audit::Sha256 sha256;
    if (!provesPrefix(from, to, path, sha256)) {
        check.fault = "the path does not lead from the one root to the other";
        return check;
    }
    check.proven.push_back("the tree of " + std::to_string(from.size) +
                           " records is the beginning of the tree of " + std::to_string(to.size) +
                           ": nothing was changed or taken away between the two");
    if (!fromNote.empty()) check.fault = noteFault(fromNote, from, keys, check);
    if (check.fault.empty() && !toNote.empty()) check.fault = noteFault(toNote, to, keys, check);
    if (fromNote.empty() || toNote.empty())
        check.caution = "compare the roots with those of the checkpoints that you have: the proof "
                        "brings none of just these sizes";
    return check;
}

} // namespace

std::string toJson(InclusionProof const& proof)
{
    audit::Members json{4096 + 2 * proof.record.size()};
    json.member("format", kInclusion);
    json.openObject("record");
    json.member("seq", proof.seq);
    json.member("hash", audit::view(audit::hexOf(proof.hash)));
    json.memberIfAny("line", proof.record);
    json.close();
    json.member("index", proof.index);
    writeHead(json, "tree", proof.head);
    writePath(json, proof.path);
    json.member("checkpoint", proof.note);
    return "{" + json.take() + "}\n";
}

std::string toJson(ConsistencyProof const& proof)
{
    audit::Members json{4096};
    json.member("format", kConsistency);
    writeHead(json, "from", proof.from);
    writeHead(json, "to", proof.to);
    writePath(json, proof.path);
    json.memberIfAny("fromCheckpoint", proof.fromNote);
    json.memberIfAny("toCheckpoint", proof.toNote);
    return "{" + json.take() + "}\n";
}

Result<ProofCheck> checkProof(std::string_view text, TrustedNoteKeys& keys)
{
    Reader proof{text};
    if (proof.fault()) return *proof.fault();
    auto const format = proof.text({"format"});
    if (format == kInclusion) return checkInclusion(proof, keys);
    if (format == kConsistency) return checkConsistency(proof, keys);
    return bad("/format", "is neither an inclusion nor a consistency proof of this program");
}

} // namespace tcds::proof
