#include "server/proof/prove.hpp"

#include "server/proof/note.hpp"

#include <algorithm>
#include <utility>

namespace tcds::proof {

using audit::Digest;
using audit::MerkleTree;
using audit::Sha256;
using audit::TreeHead;

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

Error notFound(std::string what, std::string fix)
{
    return {Error::Kind::NotFound, "", std::move(what), std::move(fix)};
}

Error contradicts(std::uint64_t seq)
{
    return {Error::Kind::BadRequest, "record " + number(seq),
            "the records of the log do not give the tree that it states",
            "run `twitch-cds audit verify`: it names the record that was changed"};
}

/// What the first reading of the log gathers.
struct Search {
    std::optional<Station> base; // the last tree that is stated before the record
    std::uint64_t seq = 0;       // of the record; 0: not found
    std::string record;
    Digest hash{};
    std::optional<Station> covered; // by this checkpoint
    std::optional<Station> unsignedOne;
    std::optional<Error> fault;
};

bool isWanted(WalkedLine const& line, Proven const& what, std::string const& decision)
{
    if (what.seq) return line.parts.seq == *what.seq;
    return line.parts.type == "decision" && line.text.find(decision) != std::string_view::npos;
}

/// The record, the tree before it and the checkpoint after it.
Result<Search> find(std::vector<std::string> const& paths, Proven const& what,
                    Progress const& progress)
{
    Search found;
    auto const decision = "\"decisionId\":\"" + what.decisionId + "\"";
    auto const walked = walk(
        paths, {},
        [&](WalkedLine const& line) {
            auto station = stationOf(line);
            if (!station) {
                found.fault = station.error();
                return false;
            }
            if (found.seq == 0 && *station) found.base = *station;
            if (found.seq == 0 && isWanted(line, what, decision)) {
                found.seq = line.parts.seq;
                found.record = line.text;
                found.hash = audit::bytesOf(line.parts.hash);
                return !what.size;
            }
            if (found.seq == 0) return !what.seq || line.parts.seq < *what.seq;
            if (!*station || !(*station)->checkpoint) return true;
            if (!(*station)->note.empty()) {
                found.covered = std::move(*station);
                return false;
            }
            if (!found.unsignedOne) found.unsignedOne = std::move(*station);
            return true;
        },
        progress);
    if (!walked) return walked.error();
    if (found.fault) return *found.fault;
    if (!found.covered) found.covered = std::move(found.unsignedOne);
    return found;
}

/// Trees and subtrees of a log from some station on.
struct Gathered {
    std::optional<TreeHead> from, to;
    std::string fromNote, toNote; // of checkpoints of these sizes
    std::string origin;
    std::vector<Digest> path;
};

/// Reads the leaves up to `to` once; `from` is a smaller size whose head is wanted as well, or 0.
Result<Gathered> gather(std::vector<std::string> const& paths, Station const& base,
                        std::span<Subtree const> wanted, std::uint64_t from, std::uint64_t to,
                        Progress const& progress)
{
    auto subtrees = SubtreeRoots::begin(wanted, base.tree.tree);
    if (!subtrees) return subtrees.error();
    Sha256 sha256;
    auto tree = base.tree;
    Gathered found;
    found.origin = base.origin;
    auto const headAt = [&](std::uint64_t size, std::optional<TreeHead>& head) {
        if (tree.tree.size() == size) head = TreeHead{size, tree.tree.root(sha256)};
    };
    std::optional<Error> fault;
    headAt(from, found.from);
    headAt(to, found.to);
    auto const walked = walk(
        paths, {{}, {}, base.file, base.offset},
        [&](WalkedLine const& line) {
            auto const station = stationOf(line);
            if (!station || line.parts.seq != tree.nextSeq()) {
                fault = station ? contradicts(line.parts.seq) : station.error();
                return false;
            }
            if (*station && (*station)->checkpoint && !(*station)->note.empty()) {
                if (tree.tree.size() == from) found.fromNote = (*station)->note;
                if (tree.tree.size() == to) found.toNote = (*station)->note;
            }
            // The line after the last leaf may be the checkpoint of just this size.
            if (tree.tree.size() >= to) return false;
            auto const leaf = audit::bytesOf(line.parts.hash);
            tree.tree.add(leaf, sha256);
            subtrees->add(leaf, sha256);
            headAt(from, found.from);
            headAt(to, found.to);
            return true;
        },
        progress);
    if (!walked) return walked.error();
    if (fault) return *fault;
    if (!found.to)
        return notFound("the tree of the log has " + number(tree.tree.size()) + " leaves, not " +
                            number(to),
                        "name a smaller size, or the files of the whole log");
    found.path = subtrees->roots(sha256);
    return found;
}

Error notFoundIn(Proven const& what)
{
    return notFound(what.seq ? "the log has no record " + number(*what.seq)
                             : "no record of the log is of decision " + what.decisionId,
                    "see `twitch-cds audit show --last 1` for what it has");
}

Error notCovered(std::uint64_t seq)
{
    return notFound("no checkpoint has been made since record " + number(seq),
                    "wait for the next one (audit.checkpoint_seconds)");
}

Error beforeTree(std::uint64_t seq)
{
    return notFound("record " + number(seq) +
                        " was written before the log had a tree: only the chain covers it",
                    "show it with the lines after it, up to the first `start` with a tree");
}

} // namespace

Result<InclusionProof> proveInclusion(std::vector<std::string> const& paths, Proven const& what,
                                      Progress const& progress)
{
    auto const found = find(paths, what, progress);
    if (!found) return found.error();
    if (found->seq == 0) return notFoundIn(what);
    if (!found->base) return beforeTree(found->seq);
    if (!what.size && !found->covered) return notCovered(found->seq);

    InclusionProof proof;
    proof.seq = found->seq;
    proof.hash = found->hash;
    if (what.withRecord) proof.record = found->record;
    proof.index = found->seq - found->base->tree.first;
    auto const size = what.size ? *what.size : found->covered->tree.tree.size();
    if (proof.index >= size)
        return notFound("a tree of " + number(size) + " leaves does not hold record " +
                            number(proof.seq),
                        "name a size of " + number(proof.index + 1) + " or more");
    auto const gathered =
        gather(paths, *found->base, inclusionPath(proof.index, size), 0, size, progress);
    if (!gathered) return gathered.error();
    proof.head = *gathered->to;
    proof.path = gathered->path;
    proof.note = gathered->toNote.empty() ? toText(CheckpointText{gathered->origin, proof.head})
                                          : gathered->toNote;
    if (!what.size && proof.head.root != found->covered->root)
        return contradicts(found->covered->seq);
    return proof;
}

Result<ConsistencyProof> proveConsistency(std::vector<std::string> const& paths, std::uint64_t from,
                                          std::uint64_t to, Progress const& progress)
{
    if (from == 0 || from > to)
        return Error{Error::Kind::BadRequest, "--from " + number(from) + " --to " + number(to),
                     "is no smaller and larger size of a tree", "name sizes of two checkpoints"};
    std::optional<Station> base;
    std::optional<Error> fault;
    auto const walked = walk(paths, {}, [&](WalkedLine const& line) {
        auto station = stationOf(line);
        if (!station) fault = station.error();
        if (!station || (*station && (*station)->tree.tree.size() > from)) return false;
        if (*station) base = std::move(*station);
        return true;
    });
    if (!walked) return walked.error();
    if (fault) return *fault;
    if (!base)
        return notFound("the files hold no tree of " + number(from) + " leaves or fewer",
                        "take the older files from the archive and name their folder");
    auto const gathered = gather(paths, *base, consistencyPath(from, to), from, to, progress);
    if (!gathered) return gathered.error();
    ConsistencyProof proof;
    proof.from = *gathered->from;
    proof.to = *gathered->to;
    proof.path = gathered->path;
    proof.fromNote = gathered->fromNote;
    proof.toNote = gathered->toNote;
    return proof;
}

} // namespace tcds::proof
