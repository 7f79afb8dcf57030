#pragma once

#include "fhir/base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tcds::audit {

/// Makes gzip (RFC 1952) of a text that comes in blocks. Each block becomes a member of its own,
/// which `zcat` and every other reader join again; an extra field of its head says how long the
/// member is, so that GunzipStream reaches any place of the text without unpacking what is before.
class GzipBlocks
{
public:
    static constexpr std::size_t kMostText = 1024U * 1024U; // of a block

    GzipBlocks();
    ~GzipBlocks();
    GzipBlocks(GzipBlocks const&) = delete;
    GzipBlocks& operator=(GzipBlocks const&) = delete;

    /// @param text  at most kMostText
    /// @return the member; valid until the next call
    std::span<unsigned char const> pack(std::span<char const> text);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The text of an open gzip file, from its beginning to its end: all members, also those that
/// another program made. Memory does not grow with the file.
class GunzipStream
{
public:
    /// @param path  for messages
    explicit GunzipStream(std::string path);
    ~GunzipStream();
    GunzipStream(GunzipStream const&) = delete;
    GunzipStream& operator=(GunzipStream const&) = delete;

    /// Fills `into` as far as there is text.
    /// @param file  the same at each call, read by nobody else
    /// @return how many bytes; 0 at the end
    /// @error BadRequest when the file is cut or damaged, once all text before that was given;
    ///        Internal when it cannot be read
    Result<std::size_t> read(int file, std::span<char> into);

    /// Goes on at the byte `at` of the text, or at its end.
    /// @error as read()
    Result<void> skipTo(int file, std::uint64_t at);

    /// Bytes of the compressed file that were unpacked so far.
    [[nodiscard]] std::uint64_t fileBytes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::audit
