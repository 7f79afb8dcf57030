#pragma once

#include <memory>
#include <string>

namespace tcds::state {

/// Moves what was written from the write-ahead log into the database file, on a thread and a
/// connection of its own: that waits for the disk, which no call should.
class Checkpoints
{
public:
    /// @param file  a database in WAL mode
    explicit Checkpoints(std::string file);
    Checkpoints(Checkpoints const&) = delete;
    Checkpoints& operator=(Checkpoints const&) = delete;
    /// Waits for a checkpoint that is under way.
    ~Checkpoints();

    /// Something was committed. From any thread; never waits for the disk.
    void wrote();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::state
