#pragma once

#include "server/audit/log_tree.hpp"
#include "server/audit/record_line.hpp"
#include "server/proof/chain_check.hpp"
#include "server/proof/note_key.hpp"
#include "server/proof/published_notes.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::proof {

/// Compares the tree over the records with everything that states one: `start` and `checkpoint`
/// records, their signatures, and the checkpoints that were published.
class TreeCheck
{
public:
    /// What there is to tell besides a fault.
    struct Found {
        std::uint64_t checkpoints = 0, notSigned = 0; // records
        std::uint64_t signedTo = 0;                   // seq of the last record under a signature
        std::string signer;                           // of that
        std::uint64_t treeFrom = 0;                   // seq of the first leaf; 0: there is no tree
        bool beginningStated = false; // the tree before the first record is taken as it is stated
        std::uint64_t compared = 0, before = 0, others = 0; // of published notes: those that fit,
                                                            // of removed records, of other logs
    };

    /// @param keys  whose signatures count; empty: signatures are not checked
    /// @param published  nullptr: none are compared; outlives this object
    TreeCheck(TrustedNoteKeys keys, PublishedNotes const* published);

    /// The next record, whose place in the chain was checked.
    void next(audit::LineParts const& parts, std::string_view line, LinePlace const& place);
    /// After the last record of the log.
    /// @param part  only some of the files were read: later ones may hold what is missing here
    void end(LinePlace const& last, bool part);

    /// The first thing that does not fit; nothing when all does.
    [[nodiscard]] std::optional<Break> const& fault() const { return fault_; }
    [[nodiscard]] Found const& found() const { return found_; }

private:
    struct Log { // published notes of one origin of this log
        PublishedNotes::BySize const* notes = nullptr;
        std::size_t next = 0;
    };

    void stated(audit::LineParts const& parts, audit::StatedTree const& stated,
                LinePlace const& place);
    void enter(std::string const& origin);
    void checkNote(audit::LineParts const& parts, audit::StatedTree const& stated,
                   LinePlace const& place);
    void compareUpTo(std::uint64_t size);
    void compare(PublishedNotes::Entry const& entry);
    void planNext();
    [[nodiscard]] std::string signatureFault(PublishedNotes::Entry const& entry);
    void wrong(LinePlace const& place, std::uint64_t seq, std::string what, std::string fix);

    TrustedNoteKeys keys_;
    PublishedNotes const* published_;
    audit::Sha256 sha256_;
    std::optional<audit::LogTree> tree_;
    std::uint64_t base_ = 0; // size of the tree before the first record
    std::map<std::string, Log> logs_;
    std::uint64_t nextSize_ = UINT64_MAX; // of the published note that comes next
    Found found_;
    std::optional<Break> fault_;
};

} // namespace tcds::proof
