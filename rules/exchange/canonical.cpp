#include "rules/exchange/canonical.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

std::string fhirId(std::string_view name)
{
    constexpr std::size_t kLongest = 64; // R4, datatype id
    std::string id{name.substr(0, kLongest)};
    std::ranges::replace_if(
        id,
        [](char c) {
            auto const allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '-' || c == '.';
            return !allowed;
        },
        '-');
    return id;
}

std::string canonicalUrl(std::string_view base, std::string_view type, std::string_view id)
{
    return std::string{base} + '/' + std::string{type} + '/' + fhirId(id);
}

} // namespace tcds::rules::exchange
