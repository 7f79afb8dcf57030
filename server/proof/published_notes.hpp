#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/checkpoint.hpp"
#include "server/proof/note.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tcds::proof {

/// What the checkpoints that left the host say: the copy that whoever owns the log cannot change.
class PublishedNotes
{
public:
    struct Entry {
        audit::TreeHead head;
        std::uint32_t file = 0; // in files()
        std::uint64_t line = 0; // of a file with several notes, from 1; 0: the file is the note
    };
    using BySize = std::vector<Entry>;

    PublishedNotes() = default;

    /// Reads every note, bounded by 64 bytes of memory each.
    ///
    /// @param path  a folder, with its sub-folders: files NAME.note are notes, in other files lines
    ///              with ` note=BASE64` hold one, as the syslog message has it; or one such file
    /// @error NotFound when there is no such thing; BadRequest, `where` = the file, for a file that
    ///        should hold a note and does not
    static Result<PublishedNotes> read(std::string const& path);

    /// Ordered by size, for each origin.
    [[nodiscard]] std::map<std::string, BySize> const& byOrigin() const { return byOrigin_; }
    [[nodiscard]] std::uint64_t count() const;
    /// "DIR/2026-03-03/000000001000.note"
    [[nodiscard]] std::string placeOf(Entry const& entry) const;
    /// The whole note, read again.
    [[nodiscard]] Result<Note> noteOf(Entry const& entry) const;

private:
    Result<void> readFile(std::string const& path, bool alone);
    Result<void> readLines(std::string const& path, std::uint32_t file, bool alone);
    Result<void> add(std::string_view bytes, std::uint32_t file, std::uint64_t line);

    std::vector<std::string> files_; // of those with notes
    std::map<std::string, BySize> byOrigin_;
};

} // namespace tcds::proof
