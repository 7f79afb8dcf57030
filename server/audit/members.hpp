#pragma once

#include "fhir/facts/identifiers.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Writes the members of one record in the order of the calls; what take() gives has no braces
/// around it (Log::append puts the members of the chain at both sides).
///
/// A writer of its own because every answer waits for it: room is asked for once a member, names
/// are literals of this module and are copied as they are, and so are values without anything to
/// escape, which are nearly all.
class Members
{
public:
    /// @param expected  about how many bytes will be written; more is fine
    explicit Members(std::size_t expected = 1024);
    Members(Members const&) = delete;
    Members& operator=(Members const&) = delete;
    ~Members() = default;

    /// @param name   written as it is: a literal without quotes, backslashes and controls
    /// @param value  UTF-8, escaped here
    void member(std::string_view name, std::string_view value);
    void member(std::string_view name, std::signed_integral auto value)
    {
        number(name, static_cast<std::int64_t>(value));
    }
    void member(std::string_view name, std::unsigned_integral auto value)
    {
        number(name, static_cast<std::uint64_t>(value));
    }
    /// "f12": how rules and cards of the record name a fact.
    void member(std::string_view name, FactId fact);
    void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
    /// Left out when there is no value.
    void memberIfAny(std::string_view name, std::string_view value)
    {
        if (!value.empty()) member(name, value);
    }
    void flagIfTrue(std::string_view name, bool value)
    {
        if (value) flag(name, true);
    }
    /// A member whose value is compact JSON already.
    void raw(std::string_view name, std::string_view value);

    void openObject(std::string_view name);
    void openObject(); // as an element of an array
    void openArray(std::string_view name);
    void openArray();
    /// Ends the object or array that was opened last.
    void close();
    /// A string as an element of an array.
    void text(std::string_view value);
    void text(FactId fact);

    /// Nothing more is written after this.
    [[nodiscard]] std::string take();

private:
    void number(std::string_view name, std::int64_t value);
    void number(std::string_view name, std::uint64_t value);
    char* separated(std::size_t element);
    char* named(std::string_view name, std::size_t value);
    void makeRoom(std::size_t bytes);
    void open(char* at, bool array);
    void written(char* end);

    std::string text_;         // what is written, then room
    char* at_;                 // where the next byte goes
    char* end_;                // of the room
    bool comma_ = false;       // something stands before the next member or element
    std::uint64_t arrays_ = 0; // a bit for each that is open, innermost lowest: it is an array
};

} // namespace tcds::audit
