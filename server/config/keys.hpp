#pragma once

#include "server/config/config.hpp"

#include <span>

namespace tcds::config {

/// One setting: its key, what it is for, its default, and how its text becomes a value.
struct Key {
    std::string_view name;      // "audit.fsync"
    std::string_view fallback;  // default; "" = see `inSandbox` or computed
    std::string_view inSandbox; // default in sandbox and dev where it differs; "" = same
    std::string_view about;
    std::string_view allowed; // for the error: "always, interval or never"
    bool list = false;        // a YAML list is joined by blanks
    /// @return false when the text is none of the allowed values
    bool (*set)(Config& config, std::string_view text);
};

std::span<Key const> keys();
/// @return nullptr for an unknown name
Key const* findKey(std::string_view name);

/// What a key is when nobody sets it: text and whether the mode decided.
struct Default {
    std::string text;
    Origin origin = Origin::Default;
};
Default defaultOf(Key const& key, Mode mode, Sources const& sources);

} // namespace tcds::config
