#include "server/audit_export/record_json.hpp"

#include "fhir/base/datetime.hpp"
#include "server/cds/name_uuid.hpp"

#include <limits>
#include <stdexcept>
#include <string>

namespace tcds::audit_export {

Result<json::Document> parseRecord(std::string_view line)
{
    constexpr auto kMost = std::numeric_limits<std::size_t>::max();
    return json::Document::parse(std::string{line}, {kMost, 64, kMost, kMost, kMost, kMost, kMost});
}

std::string_view textAt(json::Value const& root, std::initializer_list<std::string_view> names)
{
    auto const* const value = json::path(root, names);
    if (auto const text = json::text(value)) return *text;
    return json::number(value).value_or("");
}

bool isInstant(std::string_view text)
{
    auto const read = parseDateTime(text);
    return read && toText(read->first()) == text;
}

bool isUuid(std::string_view text)
{
    try {
        return cds::toText(cds::parseUuid(text)) == text;
    } catch (std::invalid_argument const&) {
        return false;
    }
}

Error faultyRecord(std::string_view where, std::string_view what)
{
    return {Error::Kind::BadRequest, std::string{where}, std::string{what},
            "see audit verify: the line is not as the service wrote it"};
}

} // namespace tcds::audit_export
