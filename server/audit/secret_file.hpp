#pragma once

#include "fhir/base/result.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

// Key files: readable by their owner alone, wiped from memory when they are no longer needed
// (control CTL-14).

namespace tcds::audit {

/// The bytes of a key.
class SecretBytes
{
public:
    static constexpr std::size_t kMost = 4096; // a longer file is some other file

    SecretBytes() = default;
    SecretBytes(SecretBytes const&) = delete;
    SecretBytes& operator=(SecretBytes const&) = delete;
    ~SecretBytes();

    [[nodiscard]] std::span<unsigned char const> view() const { return {bytes_.data(), size_}; }

private:
    friend Result<void> readSecret(std::string const& path, std::string_view setting,
                                   SecretBytes& key);
    std::array<unsigned char, kMost + 1> bytes_{};
    std::size_t size_ = 0;
};

inline constexpr std::size_t kSecretBytes = 32; // what is made, and the least that is taken

/// Reads a key file.
/// @param setting  that names the file, for messages: "audit.key_file"
/// @error Config: it cannot be opened or read, is no regular file, can be read by others than its
///        owner, or has fewer than 32 or more than 4096 bytes
Result<void> readSecret(std::string const& path, std::string_view setting, SecretBytes& key);

/// Writes 32 random bytes to a file that need not exist, with its folder. It appears whole or not
/// at all; where there is one already, that one stays: processes that start at once agree on a key.
/// @error Config
Result<void> makeSecret(std::string const& path, std::string_view setting);

} // namespace tcds::audit
