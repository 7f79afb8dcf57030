#pragma once

#include <sys/types.h>

#include <cstddef>

namespace tcds::audit {

/// The calls by which the log reaches its disk, as the system has them. A test puts slow and
/// failing ones in their place. From any thread.
class Disk
{
public:
    Disk() = default;
    virtual ~Disk() = default;
    Disk(Disk const&) = delete;
    Disk& operator=(Disk const&) = delete;

    /// write(2)
    virtual ssize_t write(int file, void const* bytes, std::size_t size) const;
    /// pwrite(2)
    virtual ssize_t writeAt(int file, void const* bytes, std::size_t size, off_t at) const;
    /// fdatasync(2)
    virtual int sync(int file) const;
    /// ftruncate(2)
    virtual int cut(int file, off_t size) const;

    static Disk const& ofSystem();
};

} // namespace tcds::audit
