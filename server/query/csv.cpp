#include "server/query/csv.hpp"

namespace tcds::query {

std::string csvField(std::string_view text)
{
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string field;
    if (text.size() > 1 && kFormula.find(text.front()) != std::string_view::npos) field += '\'';
    field += text;
    if (field.find_first_of("\",\r\n") == std::string::npos) return field;
    std::string quoted = "\"";
    for (auto const c : field) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

} // namespace tcds::query
