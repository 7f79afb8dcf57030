#pragma once

#include "server/witness/destination.hpp"
#include "server/witness/wire.hpp"

#include <string>

namespace tcds::witness {

/// A collector of syslog messages over TLS (RFC 5425), a message for each checkpoint.
class Syslog final : public Destination
{
public:
    /// @param hostAndPort  "collector.example.org:6514"; without a port 6514
    /// @error Config: no host and port, or a file that cannot be used
    static Result<std::unique_ptr<Destination>> make(std::string const& hostAndPort,
                                                     TlsFiles const& files);

    [[nodiscard]] std::string_view kind() const override { return "syslog"; }
    /// RFC 5425 has no acknowledgement: a message has arrived when the connection was closed in
    /// order after it.
    Result<void> deliver(Publication const& publication, Attempt const& attempt) override;

private:
    Syslog(client::Origin origin, Wire::Context context);

    client::Origin origin_;
    Wire::Context context_;
};

/// The message in its frame: "LENGTH SP MESSAGE" (RFC 5425, 4.3), one line of RFC 5424 with
/// facility 13 (log audit), severity 5 (notice) and, as its text, origin, size, root and the whole
/// note in base64: line breaks do not survive most collectors.
std::string syslogFrame(Publication const& publication);

} // namespace tcds::witness
