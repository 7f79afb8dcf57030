#pragma once

#include "tests/support/temporary_folder.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tcds::http::test {

/// A certificate and its key, both PEM.
struct Issued {
    std::string certificate, key;
};

/// What a certificate says. Times in days from now.
struct Wanted {
    std::vector<std::string> names{"DNS:localhost", "IP:127.0.0.1"}; // as in openssl.cnf
    long serial = 100;
    int from = -1, until = 30;
};

/// A certificate authority of the tests, with P-256 keys.
class Authority
{
public:
    explicit Authority(std::string_view name);

    [[nodiscard]] Issued issue(Wanted const& wanted = {}) const;
    /// A revocation list, PEM.
    /// @param nextUpdate  in days from now
    [[nodiscard]] std::string revoke(std::vector<long> const& serials, int nextUpdate = 30) const;
    /// Its own certificate, PEM.
    [[nodiscard]] std::string const& certificate() const { return own_.certificate; }

private:
    Issued own_;
};

/// The same private key, PEM, behind a password.
std::string withPassword(std::string const& key);

/// A folder of its own for files of a test; gone with the object.
class Folder
{
public:
    /// Writes or replaces a file.
    /// @return its path
    std::string put(std::string_view name, std::string_view text, unsigned mode = 0600) const;
    [[nodiscard]] std::string path(std::string_view name) const { return folder_.path(name); }

private:
    tcds::test::TemporaryFolder folder_;
};

} // namespace tcds::http::test
