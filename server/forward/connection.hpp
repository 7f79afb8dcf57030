#pragma once

#include "fhir/base/result.hpp"
#include "server/forward/target.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::forward {

/// How long a connection waits for the server, and what ends a wait at once.
struct Patience {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds answer{60'000}; // between two rows, too
    std::stop_token stop;
};

/// A connection to PostgreSQL. Every wait has an end; one thread at a time.
class Connection
{
public:
    /// @error Config: the server refuses who asks, or there is no such database; Unavailable: it
    ///        cannot be reached or its certificate does not hold; Timeout; `where` is the target
    static Result<Connection> open(Target const& target, Patience patience);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// A value of a statement: null, a text, or a list of byte strings (bytea[]).
    struct Value {
        std::optional<std::string_view> text;
        std::optional<std::span<std::string const>> lines;
    };
    static Value text(std::string_view value) { return {value, std::nullopt}; }
    static Value null() { return {}; }
    static Value lines(std::span<std::string const> value) { return {std::nullopt, value}; }

    /// One row of an answer; its texts live until the next.
    class Row
    {
    public:
        /// "" for null
        [[nodiscard]] std::string_view text(int column) const;
        [[nodiscard]] bool isNull(int column) const;

    private:
        friend class Connection;
        Row(void const* result, int number) : result_{result}, number_{number} {}
        void const* result_;
        int number_;
    };

    /// Asks one statement with the values $1, $2, ... and hands over each row as it comes; memory
    /// is that of one row.
    /// @param each  false: enough, the rest is not asked for
    /// @error Config: schema or right is missing; Unavailable: the connection is gone, or the
    ///        server is at its end (disk full, shutting down); Timeout; BadRequest for data that
    ///        the statement refuses; Internal else. After an error but BadRequest use another one
    Result<void> ask(std::string const& statement, std::span<Value const> values,
                     std::function<bool(Row const&)> const& each);
    /// For a statement without rows or values.
    Result<void> tell(std::string const& statement);

private:
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::forward
