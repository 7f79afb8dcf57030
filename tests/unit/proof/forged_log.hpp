#pragma once

#include "server/audit/log_tree.hpp"
#include "server/proof/note_key.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What somebody can do who owns the files of a log, but not the key of the service.

namespace tcds::proof::test {

/// Node and tenant in the records of a SignedLog.
inline constexpr std::string_view kOrigin = R"(,"node":"cds-1","tenant":"mercy-west")";

/// A log as whoever owns its files sees it.
struct Files {
    std::vector<std::pair<std::string, std::vector<std::string>>> files; // path and lines

    static Files in(std::string const& directory);
    void write() const;
    /// Calls visit(lines of the file, index) for each line, in order.
    void each(std::function<void(std::vector<std::string>&, std::size_t)> const& visit);

    struct At {
        std::vector<std::string>* lines = nullptr;
        std::size_t index = 0;
        [[nodiscard]] std::string& line() const { return (*lines)[index]; }
        [[nodiscard]] auto here() const
        {
            return lines->begin() + static_cast<std::ptrdiff_t>(index);
        }
        [[nodiscard]] bool lastOfFile() const { return index + 1 == lines->size(); }
    };
    At at(std::uint64_t seq);
};

std::string type(std::string const& line);
/// One digit of the time is another one: a record that still looks like one.
std::string altered(std::string line);
/// What the record itself says, between head and tail.
std::string membersOf(std::string const& line);
std::string withTree(std::string members, audit::LogTree const& tree);
std::string withoutNote(std::string members);

enum class Forger {
    Chain,    // makes `seq`, `prev` and `hash` right again to the end
    Trees,    // and every tree that is stated
    Stripped, // and takes the notes away, as if there had been no key
    OwnKey    // and signs with a key of their own
};

/// Writes the whole log anew.
void rebuild(Files& files, Forger forger, NoteSigner const& own);

} // namespace tcds::proof::test
