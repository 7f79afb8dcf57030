#pragma once

#include "fhir/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::app {

/// Who may ask the admin listener (control CTL-17): names and the digests of their tokens. May be
/// used from several threads at once.
class AdminTokens
{
public:
    /// Reads a file that only its owner can read (control CTL-14): a line `NAME TOKEN` each, `#`
    /// begins a comment line. A token has 32 characters or more, none of them a blank.
    ///
    /// @error Config, `where` = the path and the line: nothing of a token is told
    static Result<AdminTokens> fromFile(std::string const& path);

    /// @param authorization  value of the field
    /// @return the name of who has that token; nothing: nobody
    [[nodiscard]] std::optional<std::string> nameOf(std::string_view authorization) const;

private:
    std::vector<std::pair<std::string, std::string>> byDigest_; // SHA-256 of the token, name
};

} // namespace tcds::app
