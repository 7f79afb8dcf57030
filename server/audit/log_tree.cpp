#include "server/audit/log_tree.hpp"

#include "fhir/base/base64.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <vector>

namespace tcds::audit {

namespace {

Error bad(std::string where, std::string what)
{
    return {Error::Kind::BadRequest, std::move(where), std::move(what),
            "compare the record with the backup or the forwarded copy"};
}

std::optional<Digest> digestOf(rapidjson::Value const& value)
{
    if (!value.IsString()) return std::nullopt;
    auto const bytes = fromBase64({value.GetString(), value.GetStringLength()});
    Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), digest.begin());
    return digest;
}

rapidjson::Value const* memberOf(rapidjson::Value const& object, char const* name)
{
    auto const at = object.FindMember(name);
    return at == object.MemberEnd() ? nullptr : &at->value;
}

std::string textOf(rapidjson::Value const& object, char const* name)
{
    auto const* const member = memberOf(object, name);
    if (member == nullptr || !member->IsString()) return {};
    return {member->GetString(), member->GetStringLength()};
}

Result<MerkleTree> readPeaks(rapidjson::Value const& tree)
{
    auto const* const size = memberOf(tree, "size");
    auto const* const peaks = memberOf(tree, "peaks");
    if (size == nullptr || !size->IsUint64()) return bad("/tree/size", "is no number of records");
    if (peaks == nullptr || !peaks->IsArray() || peaks->Size() > 64)
        return bad("/tree/peaks", "is no list of up to 64 digests");
    std::vector<Digest> digests;
    for (auto const& each : peaks->GetArray()) {
        auto const digest = digestOf(each);
        if (!digest)
            return bad("/tree/peaks/" + std::to_string(digests.size()), "is no SHA-256 in base64");
        digests.push_back(*digest);
    }
    auto const made = MerkleTree::of(size->GetUint64(), digests);
    if (!made)
        return bad("/tree/peaks", "has " + std::to_string(digests.size()) +
                                      " digests, another number than a tree of " +
                                      std::to_string(size->GetUint64()) + " leaves");
    return *made;
}

} // namespace

void writeTree(Members& members, LogTree const& tree, Sha256& sha256)
{
    members.openObject("tree");
    if (tree.first != 1) members.member("first", tree.first);
    members.member("size", tree.tree.size());
    members.member("root", toBase64(view(tree.tree.root(sha256))));
    members.openArray("peaks");
    for (auto const& peak : tree.tree.peaks()) members.text(toBase64(view(peak)));
    members.close();
    members.close();
}

Result<std::optional<StatedTree>> readTree(std::string_view line)
{
    rapidjson::Document record;
    record.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
    if (record.HasParseError() || !record.IsObject()) return bad("", "the record is not JSON");
    auto const* const tree = memberOf(record, "tree");
    if (tree == nullptr) return std::optional<StatedTree>{};
    if (!tree->IsObject()) return bad("/tree", "is no object");

    StatedTree stated;
    if (auto const* const first = memberOf(*tree, "first")) {
        if (!first->IsUint64() || first->GetUint64() < 2)
            return bad("/tree/first", "is no sequence number after 1");
        stated.tree.first = first->GetUint64();
    }
    auto const made = readPeaks(*tree);
    if (!made) return made.error();
    stated.tree.tree = *made;
    auto const* const root = memberOf(*tree, "root");
    auto const digest = root == nullptr ? std::nullopt : digestOf(*root);
    if (!digest) return bad("/tree/root", "is no SHA-256 in base64");
    stated.root = *digest;
    stated.atStart = textOf(record, "type") == "start";
    stated.node = textOf(record, "node");
    stated.tenant = textOf(record, "tenant");
    stated.note = textOf(record, "note");
    return std::optional{std::move(stated)};
}

} // namespace tcds::audit
