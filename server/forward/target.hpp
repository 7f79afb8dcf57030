#pragma once

#include "fhir/base/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tcds::forward {

/// A PostgreSQL database and who asks it.
struct Target {
    std::vector<std::pair<std::string, std::string>>
        settings;             // of libpq: "host" -> "db.example.org"
    std::string passwordFile; // "" = none
    std::string shown;        // "twitch_cds at db.example.org:5432", for people
    bool local = false;       // on this host: a Unix socket or loopback
    bool verified = false;    // the server has to prove its name (sslmode verify-full)
};

/// Reads a connection string of libpq, `key=value ...` or `postgresql://...`, without password.
/// Where the host is another one and sslmode is not said, it is verify-full: TLS, and a certificate
/// that is checked and has the name of the host.
///
/// @param where  key or option that the text was given by, for messages
/// @param passwordFile  "" = none is needed, or libpq has its own (~/.pgpass)
/// @error Config: the text cannot be read, holds a password, or names no database
Result<Target> readTarget(std::string const& connection, std::string passwordFile,
                          std::string const& where);

/// The password, from a file that its owner alone can read; a line feed at its end is no part of
/// it. Read anew for each connection, so that it can be exchanged while the service runs.
/// @error Config
Result<std::string> readPassword(std::string const& file);

} // namespace tcds::forward
