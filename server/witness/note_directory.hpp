#pragma once

#include "server/witness/destination.hpp"

#include <string>

namespace tcds::witness {

/// A folder, on another host or a medium that is written once:
/// DIR/TENANT/NODE/2026-03-03/000000001000.note, a file for each checkpoint.
class NoteDirectory final : public Destination
{
public:
    /// @param path  exists: it is never made, so that a file system that is not mounted is noticed
    explicit NoteDirectory(std::string path) : path_{std::move(path)} {}

    [[nodiscard]] std::string_view kind() const override { return "directory"; }
    /// Whole or not at all, and never in place of another one: two different checkpoints of one
    /// size are what an auditor wants to see, so the second is kept beside the first, as
    /// SIZE.2.note.
    Result<void> deliver(Publication const& publication, Attempt const& attempt) override;

private:
    std::string path_;
};

/// "mercy-west/cds-1/2026-03-03/000000001000.note"
/// @param copy  from 2 on where that name holds another checkpoint
std::string noteFileOf(Publication const& publication, unsigned copy = 1);

} // namespace tcds::witness
