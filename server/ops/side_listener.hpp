#pragma once

#include "fhir/base/result.hpp"
#include "server/http/log.hpp"
#include "server/http/server.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tcds::ops {

/// A listener beside that of the service, for those who run it: plain HTTP, one thread, few
/// connections, bodies of a kilobyte at most.
class SideListener
{
public:
    /// @param name     its events begin with it, "metrics: "; what it refuses is no request to the
    ///                 service and gets no record
    /// @param address  numeric, IPv4 or IPv6
    /// @param port     0: the kernel chooses
    /// @param handler, log  outlive the listener
    SideListener(std::string name, std::string address, std::uint16_t port, http::Handler& handler,
                 http::Log& log);
    /// Cuts what is under way.
    ~SideListener();
    SideListener(SideListener const&) = delete;
    SideListener& operator=(SideListener const&) = delete;

    /// @error Config, `where` = address and port, when the address cannot be bound
    [[nodiscard]] Result<void> start();
    /// 0 before `start`.
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::ops
