#include "server/cli/private_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace tcds::cli {

void keepMemoryPrivate()
{
    rlimit const none{0, 0};
    (void)setrlimit(RLIMIT_CORE, &none); // lowering a limit cannot fail
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

} // namespace tcds::cli
