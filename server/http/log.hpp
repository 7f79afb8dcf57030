#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tcds::http {

/// Where the listener reports what no handler sees. An interface, so that the listener need not
/// include a logging library.
class Log
{
public:
    enum class Level : std::uint8_t { Debug, Info, Warn, Error };
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    virtual ~Log() = default;

    /// Called from any thread, also from several at once; must not block and must not throw.
    ///
    /// | event | level | fields |
    /// |---|---|---|
    /// | `listening` | Info | address, port |
    /// | `request refused` | Info | status, where, what, remote |
    /// | `certificate loaded` | Info | file, valid_until |
    /// | `certificate` | Warn | what (is out of its time) |
    /// | `handshake failed` | Info | reason, remote |
    /// | `connection refused` | Warn | reason, remote |
    /// | `handler failed` | Error | error_id, what |
    /// | `accept failed` | Error | reason |
    /// | `connection failed` | Error | what |
    /// | `drained` | Info | cut_off (connections that were still busy at the deadline) |
    virtual void event(Level level, std::string_view name, std::span<Field const> fields) = 0;
};

} // namespace tcds::http
