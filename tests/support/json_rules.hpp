#pragma once

#include <rapidjson/document.h>

#include <string>
#include <vector>

// What CDS Hooks asks of every document: nothing null or empty, only published members.

namespace tcds::test {

/// JSON Pointers of everything that is null, "", [] or {}; the root itself is not looked at.
inline void findEmpty(rapidjson::Value const& value, std::string const& place,
                      std::vector<std::string>& found)
{
    auto const isEmpty = value.IsNull() || (value.IsString() && value.GetStringLength() == 0) ||
                         (value.IsArray() && value.Empty()) ||
                         (value.IsObject() && value.ObjectEmpty());
    if (isEmpty && !place.empty()) found.push_back(place);
    if (value.IsObject())
        for (auto const& member : value.GetObject())
            findEmpty(member.value, place + "/" + member.name.GetString(), found);
    if (value.IsArray())
        for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
            findEmpty(value[i], place + "/" + std::to_string(i), found);
}

inline std::vector<std::string> emptyPlaces(rapidjson::Value const& document)
{
    std::vector<std::string> found;
    findEmpty(document, "", found);
    return found;
}

inline std::vector<std::string> namesOf(rapidjson::Value const& object)
{
    std::vector<std::string> names;
    for (auto const& member : object.GetObject()) names.emplace_back(member.name.GetString());
    return names;
}

} // namespace tcds::test
