#include "server/audit/disk.hpp"

#include <unistd.h>

namespace tcds::audit {

ssize_t Disk::write(int file, void const* bytes, std::size_t size) const
{
    return ::write(file, bytes, size);
}

ssize_t Disk::writeAt(int file, void const* bytes, std::size_t size, off_t at) const
{
    return ::pwrite(file, bytes, size, at);
}

int Disk::sync(int file) const { return ::fdatasync(file); }

int Disk::cut(int file, off_t size) const { return ::ftruncate(file, size); }

Disk const& Disk::ofSystem()
{
    static Disk const disk;
    return disk;
}

} // namespace tcds::audit
