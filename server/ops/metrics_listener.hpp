#pragma once

#include "fhir/base/result.hpp"
#include "server/http/log.hpp"
#include "server/ops/metrics.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tcds::ops {

/// A listener of its own for whoever scrapes: `GET /metrics`, and `GET /healthz` that says that the
/// process lives. Plain HTTP without login, few connections, no bodies.
class MetricsListener
{
public:
    /// @param address  numeric, IPv4 or IPv6
    /// @param port     0: the kernel chooses
    /// @param metrics, log  outlive the listener; the events of this listener begin with "metrics:
    /// "
    MetricsListener(std::string address, std::uint16_t port, Metrics const& metrics,
                    http::Log& log);
    /// Cuts what is under way.
    ~MetricsListener();
    MetricsListener(MetricsListener const&) = delete;
    MetricsListener& operator=(MetricsListener const&) = delete;

    /// @error Config, `where` = address and port, when the address cannot be bound
    [[nodiscard]] Result<void> start();
    /// 0 before `start`.
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::ops
