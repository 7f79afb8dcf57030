#pragma once

#include "fhir/base/result.hpp"
#include "server/forward/target.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace tcds::forward {

/// Whose log.
struct Origin {
    std::string tenant, node;
    bool operator==(Origin const&) const = default;
};

/// A record by its place in the log and its hash (64 hexadecimal digits).
struct Place {
    std::uint64_t seq = 0;
    std::string hash;
    bool operator==(Place const&) const = default;
};

/// What became of lines that were sent.
struct Sent {
    std::uint64_t added = 0;
    std::uint64_t present = 0; // were there before, the same
    std::uint64_t refused = 0; // altered, no record, or in the place of another record
};

/// Where records are forwarded to. What is sent twice is kept once.
class Destination
{
public:
    virtual ~Destination() = default;

    /// The newest record that is there of a log.
    virtual Result<std::optional<Place>> newest(Origin const& origin) = 0;
    /// Whether exactly this record is there.
    virtual Result<bool> holds(Origin const& origin, Place const& place) = 0;
    /// Keeps lines of a log; all of them, or none.
    virtual Result<Sent> append(std::span<std::string const> lines) = 0;
};

/// Connects to a destination. Called again after every failure.
using Connect = std::function<Result<std::unique_ptr<Destination>>(std::stop_token const&)>;

/// The database of deploy/postgres.
/// @error as Connection::open; Config for a schema of another version
Connect toPostgres(Target target);

} // namespace tcds::forward
