#pragma once

#include "server/audit/descriptor.hpp"

namespace tcds::witness {

/// Ends waiting for the network from another thread: a descriptor that becomes readable.
class StopSignal
{
public:
    /// @throws std::runtime_error when the system gives no descriptor
    StopSignal();

    void raise() const;
    [[nodiscard]] bool raised() const;
    /// To poll for reading.
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

private:
    audit::Descriptor descriptor_;
};

} // namespace tcds::witness
