#pragma once

#include "server/config/client_entry.hpp"

#include <span>
#include <string_view>

namespace tcds::config {

/// One member of a client entry: what it is for, its default, and how its text becomes a value.
struct ClientKey {
    enum class Shape : std::uint8_t {
        One,  // a text
        List, // a list of texts; one text is a list of one
        Map   // texts by name
    };

    std::string_view name;     // "jku"; its full name is "clients.jku"
    std::string_view fallback; // default, list items separated by blanks; "" = none
    std::string_view inherits; // the setting (for a map: the section) that gives the default
    std::string_view about;
    std::string_view allowed; // for the error: "active or silent"
    Shape shape = Shape::One;
    /// Takes one text into the entry; lists and maps are filled by one call an item.
    /// @param name  name of the item in a map, else ""
    /// @return false when the text is none of the allowed values
    bool (*take)(ClientEntry& entry, std::string_view name, std::string_view text);
};

/// Every member, in the order of the documentation.
std::span<ClientKey const> clientKeys();
/// @param name  without "clients."
ClientKey const* findClientKey(std::string_view name);

} // namespace tcds::config
