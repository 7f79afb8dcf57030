#include "server/witness/stop_signal.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <stdexcept>

namespace tcds::witness {

StopSignal::StopSignal() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
{
    if (!descriptor_.open()) throw std::runtime_error{"the system gives no event descriptor"};
}

void StopSignal::raise() const
{
    // Only a counter at its end could refuse, and then it is raised.
    (void)::eventfd_write(descriptor_.get(), 1);
}

bool StopSignal::raised() const
{
    pollfd poll{descriptor_.get(), POLLIN, 0};
    return ::poll(&poll, 1, 0) > 0;
}

} // namespace tcds::witness
