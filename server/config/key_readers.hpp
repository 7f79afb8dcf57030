#pragma once

#include "server/config/config.hpp"

#include <chrono>
#include <string_view>

/// How the text of a setting gets into the configuration. Each takes the whole text or returns
/// false; what may stand there is said in the table of keys.cpp.
namespace tcds::config::take {

bool milliseconds(std::string_view text, std::chrono::milliseconds& value);
bool listen(Config& config, std::string_view text);
bool metricsListen(Config& config, std::string_view text);
bool adminListen(Config& config, std::string_view text);
bool trustedKeys(Config& config, std::string_view text);
bool mode(Config& config, std::string_view text);
bool zone(Config& config, std::string_view text);
bool publicUrl(Config& config, std::string_view text);
bool origins(Config& config, std::string_view text);
bool fhirServers(Config& config, std::string_view text);
bool fhirNetworks(Config& config, std::string_view text);
bool clientNames(Config& config, std::string_view text);
bool clientCertificate(Config& config, std::string_view text);
bool leastVersion(Config& config, std::string_view text);
bool fsync(Config& config, std::string_view text);
bool onFailure(Config& config, std::string_view text);
bool auditLevel(std::string_view text, AuditLevel& level);
bool inputDigest(Config& config, std::string_view text);
bool auditUser(Config& config, std::string_view text);
bool selectionBehavior(Config& config, std::string_view text);
bool logLevel(Config& config, std::string_view text);
bool logFormat(Config& config, std::string_view text);
bool acknowledgedOn(Config& config, std::string_view value);

} // namespace tcds::config::take
