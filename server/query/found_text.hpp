#pragma once

#include "server/query/question.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tcds::query {

enum class Form : std::uint8_t {
    Text, // a line a record, for people
    Json, // one object: "records", "matching", "shown"
    Csv,  // RFC 4180
    Lines // the records as they are stored
};

/// Writes records as they are found; holds none of them.
class FoundWriter
{
public:
    /// @param rule  that was asked for, "" = none: what became of it is said
    /// @param put   gets the text in pieces
    FoundWriter(Form form, std::string rule, std::function<void(std::string_view)> put);

    void take(Found const& found);
    /// Ends the text; call once, at the end.
    void finish(FoundCount const& count);

private:
    void begin();
    [[nodiscard]] std::string textRow(Found const& found) const;
    [[nodiscard]] std::string jsonRow(Found const& found) const;
    [[nodiscard]] std::string csvRow(Found const& found) const;

    Form form_;
    std::string rule_;
    std::function<void(std::string_view)> put_;
    bool begun_ = false, comma_ = false;
};

} // namespace tcds::query
