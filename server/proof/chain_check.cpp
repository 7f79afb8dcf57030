#include "server/proof/chain_check.hpp"

#include <algorithm>
#include <utility>

namespace tcds::proof {

using audit::LineParts;

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string notARecord(std::string_view line)
{
    if (line.empty()) return "an empty line: no record of this log";
    return line.front() == '{' ? "the line is no record of this log (head or tail differ)"
                               : "the line is not JSON";
}

std::string recordsTo(std::uint64_t first, std::uint64_t last)
{
    return first == last ? "record " + number(first) + " is"
                         : "records " + number(first) + " to " + number(last) + " are";
}

} // namespace

std::optional<LineParts> ChainCheck::next(std::string_view line, LinePlace const& place)
{
    auto const parts = audit::splitLine(line);
    if (!parts) {
        broken(place, expected(), notARecord(line), keepFix());
        return std::nullopt;
    }
    if (!hashFits(*parts, sha256_)) {
        broken(place, parts->seq,
               "the bytes of the line do not give the hash that it states: it was altered after it "
               "was written",
               keepFix());
        return std::nullopt;
    }
    if (records_ > 0 ? !follows(*parts, place) : !begins(*parts, place)) return std::nullopt;
    note(*parts, line);
    return parts;
}

bool ChainCheck::begins(LineParts const& parts, LinePlace const& place)
{
    if (parts.seq == 1 && parts.prev != audit::view(noPrevious_))
        broken(place, 1, "record 1 names a record before it", keepFix());
    else if (parts.type != "start")
        broken(place, parts.seq,
               "the file does not begin with a `start` record: lines before it are missing",
               keepFix());
    return !fault_;
}

bool ChainCheck::follows(LineParts const& parts, LinePlace const& place)
{
    if (parts.seq > expected())
        broken(place, expected(), gap(parts.seq, place),
               place.line == 1 ? "look for the missing file in the backup; " + keepFix()
                               : keepFix());
    else if (parts.seq < expected())
        broken(place, parts.seq,
               "record " + number(parts.seq) + " stands after record " + number(lastSeq_) +
                   ": a line was inserted, repeated or moved",
               keepFix());
    else if (parts.prev != audit::view(last_))
        broken(place, parts.seq,
               "it does not continue record " + number(lastSeq_) +
                   ": this record or the one before it was exchanged, with a hash of its own",
               keepFix());
    else if (place.line == 1 && parts.type != "start")
        broken(place, parts.seq, "the file does not begin with a `start` record", keepFix());
    return !fault_;
}

void ChainCheck::note(LineParts const& parts, std::string_view line)
{
    if (records_++ == 0) {
        firstSeq_ = parts.seq;
        firstTime_ = parts.time;
        before_ = parts.prev;
    }
    lastSeq_ = parts.seq;
    lastTime_.assign(parts.time);
    std::copy(parts.hash.begin(), parts.hash.end(), last_.begin());
    if (firstSeq_ == 1 || removed_) return;
    auto removal = audit::readRemoval(line);
    if (removal && removal->lastSeq + 1 == firstSeq_ && removal->hash == before_)
        removed_ = std::move(removal);
}

void ChainCheck::tornEnd(std::size_t bytes, bool newest, LinePlace const& place)
{
    auto const cut = "the file ends inside a line, after " + number(bytes) + " bytes of it";
    if (newest)
        broken(place, expected(), cut + ": it was cut, or its writer was interrupted",
               "if the service or its host had stopped, start the service once: it takes the rest "
               "away and notes it in `start`; else " +
                   keepFix());
    else
        broken(place, expected(), cut + ", and a later file goes on", keepFix());
}

void ChainCheck::unreadable(Error const& error, LinePlace const& place)
{
    broken(place, expected(), error.what, error.fix);
}

void ChainCheck::end(std::string const& firstFile)
{
    if (fault_ || records_ == 0 || firstSeq_ == 1 || removed_) return;
    broken({&firstFile, 1}, 1,
           recordsTo(1, firstSeq_ - 1) + " not here, and no record of retention accounts for it",
           "look for the missing files in the backup; " + keepFix());
}

std::string ChainCheck::gap(std::uint64_t seq, LinePlace const& place) const
{
    return recordsTo(expected(), seq - 1) + " not here: " +
           (place.line == 1 ? "a file before this one is missing, or the end of it was cut off"
                            : "lines were dropped or moved");
}

std::string ChainCheck::keepFix() const
{
    return (records_ > 0
                ? "records " + number(firstSeq_) + " to " + number(lastSeq_) + " are intact; "
                : std::string{}) +
           "keep the files as they are and compare them with the backup or the forwarded copy";
}

void ChainCheck::broken(LinePlace const& place, std::uint64_t seq, std::string what,
                        std::string fix)
{
    fault_ = Break{*place.file, place.line, seq, std::move(what), std::move(fix)};
}

} // namespace tcds::proof
