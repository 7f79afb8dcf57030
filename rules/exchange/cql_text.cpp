#include "rules/exchange/cql_text.hpp"

#include <array>

namespace tcds::rules::exchange {

namespace {

std::string quoted(std::string_view text, char quote)
{
    std::string written{quote};
    for (auto const c : text) {
        if (c == '\\' || c == quote) written += '\\';
        written += c == '\n' ? ' ' : c;
    }
    return written + quote;
}

} // namespace

std::string cqlString(std::string_view text) { return quoted(text, '\''); }

std::string cqlName(std::string_view text) { return quoted(text, '"'); }

std::string cqlDecimal(Decimal const& value)
{
    constexpr int kMostPlaces = 8;
    auto text = value.decimals() > kMostPlaces ? value.rounded(kMostPlaces).text() : value.text();
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
}

std::string cqlDuration(Duration const& duration)
{
    static constexpr std::array<std::string_view, 5> kUnits{"hour", "day", "week", "month", "year"};
    auto text = std::to_string(duration.count) + ' ' +
                std::string{kUnits[static_cast<std::size_t>(duration.unit)]};
    return duration.count == 1 ? text : text + 's';
}

std::string cqlBefore(Duration const& duration)
{
    return "(Tcds.\"Now\" - " + cqlDuration(duration) + ')';
}

std::string cqlList(std::vector<std::string> const& texts)
{
    if (texts.empty()) return "List<String>{}";
    std::string list = "{ ";
    for (std::size_t i = 0; i < texts.size(); ++i)
        list += (i > 0 ? ", " : "") + cqlString(texts[i]);
    return list + " }";
}

std::string cqlJoined(std::vector<std::string> const& parts, std::string_view word,
                      std::string_view otherwise)
{
    if (parts.empty()) return std::string{otherwise};
    if (parts.size() == 1) return parts.front();
    std::string joined = "(";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) joined += ' ' + std::string{word} + ' ';
        joined += parts[i];
    }
    return joined + ')';
}

} // namespace tcds::rules::exchange
