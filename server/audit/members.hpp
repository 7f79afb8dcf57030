#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Writes the members of one record in the order of the calls; what take() gives has no braces
/// around it (Log::append puts the members of the chain at both sides).
///
/// A writer of its own because every answer waits for it: names are literals of this module and are
/// copied as they are, values are copied in runs. Measured on a decision of 5 KB: 10 us in all,
/// against 15 with rapidjson::Writer, which looks at each character of both.
class Members
{
public:
    Members() { text_.reserve(8192); }

    /// @param name   written as it is: a literal without quotes, backslashes and controls
    /// @param value  UTF-8, escaped here
    void member(std::string_view name, std::string_view value)
    {
        key(name);
        quoted(value);
    }
    void member(std::string_view name, std::integral auto value)
    {
        key(name);
        text_ += std::to_string(value);
    }
    void flag(std::string_view name, bool value)
    {
        key(name);
        text_ += value ? "true" : "false";
    }
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
    void raw(std::string_view name, std::string_view value)
    {
        key(name);
        text_ += value;
    }

    void openObject(std::string_view name);
    void openObject(); // as an element of an array
    void openArray(std::string_view name);
    void openArray();
    /// Ends the object or array that was opened last.
    void close();
    /// A string as an element of an array.
    void text(std::string_view value);

    /// Nothing more is written after this.
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void separate();
    void key(std::string_view name);
    void quoted(std::string_view value);
    void open(char begin, char end);

    std::string text_;
    std::string open_; // the closing brackets that are due, innermost last
};

} // namespace tcds::audit
