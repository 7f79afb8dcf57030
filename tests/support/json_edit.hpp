#pragma once

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <stdexcept>
#include <string>
#include <string_view>

// JSON texts for tests: a good one is written once, each test changes what it is about.

namespace tcds::test {

inline rapidjson::Document parseJson(std::string_view text)
{
    rapidjson::Document document;
    document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
    if (document.HasParseError())
        throw std::runtime_error{"no JSON at byte " + std::to_string(document.GetErrorOffset()) +
                                 ": " + std::string{text.substr(0, 400)}};
    return document;
}

inline std::string writeJson(rapidjson::Value const& value)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

/// The text with the value at a JSON Pointer set to another JSON text; members are made as needed.
inline std::string with(std::string_view text, std::string const& pointer, std::string_view value)
{
    auto document = parseJson(text);
    rapidjson::Document replacement{&document.GetAllocator()};
    replacement.Parse(value.data(), value.size());
    if (replacement.HasParseError()) throw std::runtime_error{"no JSON: " + std::string{value}};
    rapidjson::Pointer{pointer.c_str()}.Set(document, replacement);
    return writeJson(document);
}

/// The text without the member at a JSON Pointer.
inline std::string without(std::string_view text, std::string const& pointer)
{
    auto document = parseJson(text);
    if (!rapidjson::Pointer{pointer.c_str()}.Erase(document))
        throw std::runtime_error{"nothing at " + pointer};
    return writeJson(document);
}

/// The value at a JSON Pointer as JSON text, strings without their quotes; "" when absent.
inline std::string at(std::string_view text, std::string const& pointer)
{
    auto document = parseJson(text);
    auto const* value = rapidjson::Pointer{pointer.c_str()}.Get(document);
    if (value == nullptr) return {};
    if (value->IsString()) return {value->GetString(), value->GetStringLength()};
    return writeJson(*value);
}

} // namespace tcds::test
