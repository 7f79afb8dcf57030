#pragma once

#include "server/forward/connection.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::forward {

/// A statement that is put together from conditions; whatever comes from outside is a value and
/// never text of the statement.
class Conditions
{
public:
    /// The place of a value: "$3".
    std::string place(std::string value)
    {
        kept_.push_back(std::move(value));
        return "$" + std::to_string(kept_.size());
    }
    void add(std::string condition) { conditions_.push_back(std::move(condition)); }
    /// "r.client = $1"; not when the value is empty.
    void equal(std::string_view column, std::string const& value)
    {
        if (!value.empty()) add(std::string{column} + " = " + place(value));
    }
    /// " WHERE .. AND .."; "" when nothing is asked.
    [[nodiscard]] std::string where() const
    {
        std::string text;
        for (auto const& condition : conditions_)
            text += (text.empty() ? " WHERE " : " AND ") + condition;
        return text;
    }
    [[nodiscard]] std::vector<Connection::Value> values() const
    {
        std::vector<Connection::Value> values;
        for (auto const& text : kept_) values.push_back(Connection::text(text));
        return values;
    }

private:
    std::deque<std::string> kept_; // stay where they are
    std::vector<std::string> conditions_;
};

/// A text[] in the form that PostgreSQL reads: {"a","b"}.
std::string arrayText(std::vector<std::string> const& texts);

} // namespace tcds::forward
