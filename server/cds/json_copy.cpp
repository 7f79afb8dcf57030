#include "server/cds/json_copy.hpp"

namespace tcds::cds {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

void text(Json& json, std::string_view value)
{
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// The text that stands for a member, when it is a reference that has another one.
std::string const* replacement(std::string_view member, json::Value const& value,
                               References const& references)
{
    if (member != "reference") return nullptr;
    auto const found = references.find(json::text(&value).value_or(std::string_view{}));
    return found == references.end() ? nullptr : &found->second;
}

} // namespace

void copy(Json& json, json::Value const& value, References const& references)
{
    if (auto const number = json::number(&value)) {
        json.RawValue(number->data(), number->size(), rapidjson::kNumberType);
    } else if (value.IsObject()) {
        json.StartObject();
        for (auto const& entry : value.GetObject()) {
            std::string_view const name{entry.name.GetString(), entry.name.GetStringLength()};
            json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
            if (auto const* other = replacement(name, entry.value, references))
                text(json, *other);
            else
                copy(json, entry.value, references);
        }
        json.EndObject();
    } else if (value.IsArray()) {
        json.StartArray();
        for (auto const& item : value.GetArray()) copy(json, item, references);
        json.EndArray();
    } else if (value.IsString()) {
        text(json, {value.GetString(), value.GetStringLength()});
    } else if (value.IsBool()) {
        json.Bool(value.GetBool());
    } else {
        json.Null();
    }
}

} // namespace tcds::cds
