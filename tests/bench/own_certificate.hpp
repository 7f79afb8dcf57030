#pragma once

#include <string>

namespace tcds::bench {

/// Writes a self-signed P-256 certificate for localhost and its key as PEM files, good for a day.
/// @throws std::runtime_error when OpenSSL or the file system refuses
void writeOwnCertificate(std::string const& certificateFile, std::string const& keyFile);

} // namespace tcds::bench
