#pragma once

namespace tcds::cli {

/// What is in memory, access tokens among it, is not written to a disk when the process dies
/// (control CTL-06), nor readable to other processes of the same user.
void keepMemoryPrivate();

} // namespace tcds::cli
