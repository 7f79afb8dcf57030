#pragma once

#include "fhir/base/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds {

/// Content that is put together of pieces of trees. Each piece remembers where it was authored, so
/// that a fault in the result names the file that somebody can mend.
struct Draft {
    enum class Kind : std::uint8_t { Text, List, Map };
    struct Member;

    Kind kind = Kind::Text;
    std::string text;            // of a Text
    std::string where;           // as Node::where()
    std::vector<Draft> items;    // of a List
    std::vector<Member> members; // of a Map, in order

    /// A copy of a node and of all that is in it.
    static Draft of(Node node);
    static Draft ofText(std::string content, std::string place);
    static Draft list(std::string place);
    static Draft map(std::string place);

    /// A member of a map, nullptr when there is none; valid until the map changes.
    [[nodiscard]] Draft* find(std::string_view key);
    /// Puts a member in place of the one of that name, or behind the others.
    void set(std::string key, Draft value);
    /// Adds an element; a text or a map becomes a list of one before.
    void add(Draft item);
};

struct Draft::Member {
    std::string key, keyWhere;
    Draft value;
};

} // namespace tcds
