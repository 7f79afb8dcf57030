#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tcds::http {

/// How a listener speaks TLS (control CTL-13, protocol rows SEC-01 and SEC-04). All files are PEM.
struct Tls {
    enum class Version : std::uint8_t { Tls12, Tls13 };
    enum class ClientCertificate : std::uint8_t {
        Required, // without one the handshake fails
        Optional  // who sends none has no names
    };

    std::string certificateFile; // the server's own first, then what leads to its root; "": plain
    std::string keyFile;         // not encrypted; readable by its owner, or by a group of root's
    std::string clientCaFile;    // roots of client certificates; "": clients are not asked for one
    std::vector<std::string> clientNames; // names that a client certificate may have; empty: any
    std::string crlFile; // a list of every authority in a client's chain; "": none is looked at
    Version leastVersion = Version::Tls12;
    ClientCertificate clientCertificate = ClientCertificate::Required;

    [[nodiscard]] bool enabled() const { return !certificateFile.empty(); }
};

} // namespace tcds::http
