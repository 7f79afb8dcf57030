#pragma once

#include "server/auth/key_set.hpp"
#include "server/doctor/doctor.hpp"
#include "tests/unit/client/certificates.hpp"
#include "tests/unit/client/mock_server.hpp"

#include <map>
#include <memory>
#include <string>

namespace tcds::doctor::test {

// Neither may ever be printed.
inline constexpr auto kToken = "canary-token-7f3a";
inline constexpr auto kPatient = "canary-patient-5d";
inline constexpr auto kVisit = "canary-visit-9c";

/// One answer of the server.
struct Reply {
    int status = 200;
    std::string body;
    std::string type = "application/fhir+json";
};

/// An EHR on loopback, with FHIR server and key set behind one port, and the client entry for it.
/// As made, all is well; a test breaks one thing before `visit`.
struct Hospital {
    Hospital();

    // The entry and the settings around it.
    config::Config config;
    config::ClientEntry entry;
    std::string host = "fhir.example.org"; // of the FHIR base
    std::string path = "/fhir";
    std::string token = kToken;
    bool listed = true;  // loopback in fhir.networks
    bool trusted = true; // the authority in fhir.ca_file
    bool listens = true; // else the port is nobody's

    // The server.
    std::string names = "DNS:fhir.example.org,DNS:keys.example.org";
    client::test::Life life{-3600, 90L * 24 * 3600};
    std::chrono::seconds clockAhead{0};
    std::map<std::string, Reply> answers; // by path, without query; the longest that fits
    Reply keySet;

    /// Starts the server and looks at the entry.
    Report visit();
    /// Requests that the server has heard.
    std::vector<client::test::Heard> heard;
};

/// The CapabilityStatement of a server that has all we ask for.
std::string capabilityStatement(std::string const& version = "4.0.1");
/// {"keys":[...]}
std::string keySetOf(std::string const& keys);

} // namespace tcds::doctor::test
