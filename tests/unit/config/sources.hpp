#pragma once

#include "server/config/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tcds::config::test {

/// Sources of a sandbox on host `ward-7` without file, environment or flags beyond the mode.
Sources sandbox();
/// The same with a configuration file `site.yaml` of this text.
Sources withFile(std::string_view yaml);
/// Production that nothing speaks against: loopback and a key file.
Sources production();

/// What loading came to.
struct Outcome {
    std::optional<Loaded> loaded;
    std::string report; // every problem, one a line
    std::vector<Diagnostic> problems;

    /// The setting of that key; fails the test when there is none.
    [[nodiscard]] Setting const& setting(std::string_view key) const;
};
Outcome load(Sources const& sources);

} // namespace tcds::config::test
