#pragma once

#include "fhir/base/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::rules {

/// Every content that ever answered calls, as a bundle file under the digest that the decision
/// records name (`pack.sha256`): DIGEST.json, and DIGEST.json.sig where it was signed. Nothing is
/// ever changed or removed here (LOG-7): whoever explains or replays a decision finds its rules.
class PackStore
{
public:
    /// @param directory  made when absent
    /// @error Config, `where` = "content.store PATH", when it cannot be made
    static tcds::Result<PackStore> open(std::string directory);

    /// Keeps a content once: what is there already stays as it is. From one thread at a time.
    ///
    /// @param digest     lower-case hexadecimal digits
    /// @param bytes      gives the bundle file; only asked when the store does not have it
    /// @param signature  "" = it is not signed
    /// @return the path of its file
    /// @error Config when it cannot be written, or the digest is none
    tcds::Result<std::string> keep(std::string_view digest,
                                   std::function<std::string()> const& bytes,
                                   std::string_view signature) const;

    /// The bundle file of a digest; nothing when the store has none.
    /// @error Config when it is there and cannot be read
    [[nodiscard]] tcds::Result<std::optional<std::string>> find(std::string_view digest) const;

private:
    explicit PackStore(std::string directory) : directory_{std::move(directory)} {}
    [[nodiscard]] std::string pathOf(std::string_view digest) const;

    std::string directory_;
};

} // namespace tcds::rules
