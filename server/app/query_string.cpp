#include "server/app/query_string.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tcds::app {

namespace {

Error faulty(std::string_view name, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, std::string{name}, std::move(what), std::move(fix)};
}

/// @return nothing for a broken escape and for control characters
std::optional<std::string> decoded(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        if (text[i] == '%') {
            unsigned value = 0;
            auto const digits = text.substr(i + 1, 2);
            auto const [end, failure] =
                std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            if (failure != std::errc{} || digits.size() != 2 || end != digits.data() + 2)
                return std::nullopt;
            byte = static_cast<unsigned char>(value);
            i += 2;
        }
        if (byte < ' ' || byte == 0x7f) return std::nullopt;
        plain += static_cast<char>(byte);
    }
    return plain;
}

std::string listOf(std::span<std::string_view const> known)
{
    std::string list;
    for (auto const name : known) list.append(list.empty() ? "" : ", ").append(name);
    return list;
}

} // namespace

Result<std::vector<Parameter>> readQuery(std::string_view query,
                                         std::span<std::string_view const> known)
{
    std::vector<Parameter> parameters;
    while (!query.empty()) {
        auto const end = query.find('&');
        auto const part = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (part.empty()) continue;
        auto const equals = part.find('=');
        auto const name = part.substr(0, equals);
        if (std::ranges::find(known, name) == known.end())
            return faulty("query", "a parameter that is not known here", "use " + listOf(known));
        if (std::ranges::find(parameters, name, &Parameter::name) != parameters.end())
            return faulty(name, "comes twice", "give it once");
        auto value = decoded(equals == std::string_view::npos ? std::string_view{}
                                                              : part.substr(equals + 1));
        if (!value)
            return faulty(name, "a broken escape or a control character",
                          "write %XX for what a URL cannot hold");
        parameters.push_back({std::string{name}, std::move(*value)});
    }
    return parameters;
}

std::string_view valueOf(std::span<Parameter const> parameters, std::string_view name)
{
    auto const at = std::ranges::find(parameters, name, &Parameter::name);
    return at == parameters.end() ? std::string_view{} : at->value;
}

} // namespace tcds::app
