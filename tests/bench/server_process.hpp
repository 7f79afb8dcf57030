#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tcds::bench {

struct Command {
    std::vector<std::string> arguments;                           // the program first
    std::vector<std::pair<std::string, std::string>> environment; // beside that of this process
};

/// A server that runs as a process of its own and says `"port":"N"` when it listens.
class ServerProcess
{
public:
    /// Starts it and waits for its port.
    /// @throws std::runtime_error with what it has written when it ends without one
    explicit ServerProcess(Command const& command);
    ~ServerProcess(); // SIGTERM, and waits for its end
    ServerProcess(ServerProcess const&) = delete;
    ServerProcess& operator=(ServerProcess const&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// User and system time of all its threads since it began.
    [[nodiscard]] std::chrono::nanoseconds cpuTime() const;
    /// Memory in use now, in KiB.
    [[nodiscard]] std::size_t residentKib() const;

private:
    pid_t process_ = -1;
    int output_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace tcds::bench
