#include "server/proof/tree_check.hpp"

#include <algorithm>
#include <utility>

namespace tcds::proof {

using audit::LineParts;
using audit::StatedTree;

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

constexpr auto kForged =
    "whoever wrote the files anew from some record on could not sign: compare them with the backup "
    "or the forwarded copy, from the last checkpoint that fits";

} // namespace

TreeCheck::TreeCheck(TrustedNoteKeys keys, PublishedNotes const* published)
    : keys_{std::move(keys)}, published_{published}
{
}

void TreeCheck::next(LineParts const& parts, std::string_view line, LinePlace const& place)
{
    if (parts.type == "start" || parts.type == "checkpoint") {
        auto const read = audit::readTree(line);
        if (!read)
            wrong(place, parts.seq, read.error().where + " " + read.error().what, kForged);
        else if (*read)
            stated(parts, **read, place);
        else if (parts.type == "checkpoint")
            wrong(place, parts.seq, "the checkpoint states no tree", kForged);
    }
    if (!tree_) return;
    tree_->tree.add(audit::bytesOf(parts.hash), sha256_);
    if (tree_->tree.size() >= nextSize_) compareUpTo(tree_->tree.size());
}

void TreeCheck::stated(LineParts const& parts, StatedTree const& stated, LinePlace const& place)
{
    auto const& tree = stated.tree.tree;
    if (tree.root(sha256_) != stated.root || stated.tree.nextSeq() != parts.seq)
        wrong(place, parts.seq, "the tree that it states contradicts itself", kForged);
    if (!tree_) {
        tree_ = stated.tree;
        base_ = tree.size();
        found_.treeFrom = stated.tree.first;
        found_.beginningStated = base_ > 0;
    } else if (stated.tree.first != tree_->first || tree.size() != tree_->tree.size() ||
               stated.root != tree_->tree.root(sha256_)) {
        wrong(place, parts.seq,
              "it states another tree than that of the " + number(tree_->tree.size()) +
                  " records before it",
              kForged);
    }
    enter(originOf(stated.tenant, stated.node));
    if (stated.atStart) return;
    ++found_.checkpoints;
    checkNote(parts, stated, place);
}

/// The log goes on under this name; its published checkpoints count from here on.
void TreeCheck::enter(std::string const& origin)
{
    if (!logs_.try_emplace(origin).second || published_ == nullptr) return;
    auto const notes = published_->byOrigin().find(origin);
    if (notes == published_->byOrigin().end()) return;
    auto& log = logs_[origin];
    log.notes = &notes->second;
    while (log.next < log.notes->size() && (*log.notes)[log.next].head.size < base_) ++log.next;
    found_.before += log.next;
    planNext();
    if (tree_->tree.size() >= nextSize_) compareUpTo(tree_->tree.size());
}

void TreeCheck::checkNote(LineParts const& parts, StatedTree const& stated, LinePlace const& place)
{
    if (stated.note.empty()) {
        ++found_.notSigned;
        if (found_.signedTo > 0)
            wrong(place, parts.seq, "it is not signed, though the checkpoints before it are",
                  "ask whether the service ran without audit.checkpoint_key_file then; if not, " +
                      std::string{kForged});
        return;
    }
    auto const note = readNote(stated.note);
    auto const checkpoint = note ? readCheckpoint(note->text) : note.error();
    if (!note || !checkpoint)
        return wrong(place, parts.seq,
                     "its note " + (note ? checkpoint.error().what : note.error().what), kForged);
    auto const origin = originOf(stated.tenant, stated.node);
    if (checkpoint->origin != origin)
        return wrong(place, parts.seq, "its note is of another log: " + checkpoint->origin,
                     kForged);
    if (checkpoint->head != audit::TreeHead{stated.tree.tree.size(), stated.root})
        return wrong(place, parts.seq, "its note states another tree than the record", kForged);
    if (keys_.empty()) return;
    auto const fault = faultOf(*note, keys_.of(origin));
    if (!fault.empty())
        return wrong(place, parts.seq, fault,
                     "name the key that the service used then with another --key; if there was "
                     "none, " +
                         std::string{kForged});
    found_.signedTo = parts.seq - 1;
    found_.signer = note->signatures.front().keyName;
}

void TreeCheck::planNext()
{
    nextSize_ = UINT64_MAX;
    for (auto const& [origin, log] : logs_)
        if (log.notes != nullptr && log.next < log.notes->size())
            nextSize_ = std::min(nextSize_, (*log.notes)[log.next].head.size);
}

void TreeCheck::compareUpTo(std::uint64_t size)
{
    for (auto& [origin, log] : logs_) {
        if (log.notes == nullptr) continue;
        for (; log.next < log.notes->size() && (*log.notes)[log.next].head.size <= size; ++log.next)
            compare((*log.notes)[log.next]);
    }
    planNext();
}

void TreeCheck::compare(PublishedNotes::Entry const& entry)
{
    // One of a smaller size belongs to a name of the log that came later than it did.
    if (entry.head.size == tree_->tree.size() && entry.head.root == tree_->tree.root(sha256_)) {
        ++found_.compared;
        return;
    }
    auto const place = published_->placeOf(entry);
    auto const forged = signatureFault(entry);
    wrong({&place, 0}, tree_->first + entry.head.size - 1,
          forged.empty()
              ? "this checkpoint was published, and the first " + number(entry.head.size) +
                    " records of the log do not give its root: one of them was changed since"
              : forged,
          forged.empty()
              ? "compare the files with the backup or the forwarded copy, from the last published "
                "checkpoint that fits"
              : "somebody put it there who is not the service, or another --key is needed");
}

/// Why a published note does not count; "" when it does, or no key is known.
std::string TreeCheck::signatureFault(PublishedNotes::Entry const& entry)
{
    if (keys_.empty()) return {};
    auto const note = published_->noteOf(entry);
    if (!note) return note.error().what;
    auto const checkpoint = readCheckpoint(note->text);
    return checkpoint ? faultOf(*note, keys_.of(checkpoint->origin)) : checkpoint.error().what;
}

void TreeCheck::end(LinePlace const& last, bool part)
{
    if (!keys_.empty() && found_.signedTo == 0)
        wrong(last, 0, "no checkpoint of the log is signed by the key that was given",
              tree_ ? std::string{kForged} : "the log is of a version without checkpoints");
    if (published_ == nullptr) return;
    std::uint64_t own = 0;
    for (auto const& [origin, log] : logs_) {
        if (log.notes == nullptr) continue;
        own += log.notes->size();
        if (part || log.next == log.notes->size()) continue;
        auto const& note = log.notes->back();
        auto const place = published_->placeOf(note);
        auto const forged = signatureFault(note);
        wrong({&place, 0}, tree_->first + note.head.size - 1,
              forged.empty() ? "this checkpoint of " + number(note.head.size) +
                                   " records was published, and the log has " +
                                   number(tree_->tree.size()) + ": its end was cut off"
                             : forged,
              forged.empty() ? "look for the missing records in the backup or the forwarded copy"
                             : "somebody put it there who is not the service, or another --key is "
                               "needed");
    }
    found_.others = published_->count() - own;
    if (own == 0 && !part)
        wrong(last, 0,
              "among " + number(published_->count()) +
                  " published checkpoints is none of this log" +
                  (logs_.empty() ? std::string{} : " (" + logs_.begin()->first + ")"),
              "name the folder where the checkpoints of this log are kept");
}

void TreeCheck::wrong(LinePlace const& place, std::uint64_t seq, std::string what, std::string fix)
{
    if (!fault_) fault_ = Break{*place.file, place.line, seq, std::move(what), std::move(fix)};
}

} // namespace tcds::proof
