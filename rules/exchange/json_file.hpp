#pragma once

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <string>
#include <string_view>

namespace tcds::rules::exchange {

/// JSON in the order in which it is written, two blanks a level; numbers keep the digits they are
/// given. For sources of this folder only: it brings RapidJSON along.
class JsonFile
{
public:
    JsonFile() { writer_.SetIndent(' ', 2); }

    JsonFile& key(std::string_view name)
    {
        writer_.Key(name.data(), size(name));
        return *this;
    }
    void value(std::string_view text) { writer_.String(text.data(), size(text)); }
    void number(std::string_view digits)
    {
        writer_.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
    }
    void flag(bool yes) { writer_.Bool(yes); }

    void member(std::string_view name, std::string_view text) { key(name).value(text); }
    /// As member(), but writes nothing for an empty text: FHIR knows no empty strings.
    void given(std::string_view name, std::string_view text)
    {
        if (!text.empty()) member(name, text);
    }

    template <class Body>
    void object(Body body)
    {
        writer_.StartObject();
        body();
        writer_.EndObject();
    }
    template <class Body>
    void object(std::string_view name, Body body)
    {
        key(name).object(body);
    }
    template <class Body>
    void array(std::string_view name, Body body)
    {
        key(name);
        writer_.StartArray();
        body();
        writer_.EndArray();
    }
    /// `"name": [{..}]`
    template <class Body>
    void listOfOne(std::string_view name, Body body)
    {
        array(name, [&] { object(body); });
    }
    void coding(std::string_view system, std::string_view code, std::string_view display = {})
    {
        object([&] {
            given("system", system);
            member("code", code);
            given("display", display);
        });
    }
    /// `"name": {"coding": [{..}]}`
    void codeable(std::string_view name, std::string_view system, std::string_view code,
                  std::string_view display = {})
    {
        object(name, [&] { array("coding", [&] { coding(system, code, display); }); });
    }

    /// The text; a line feed ends it.
    [[nodiscard]] std::string text() const
    {
        return std::string{buffer_.GetString(), buffer_.GetSize()} + '\n';
    }

private:
    static rapidjson::SizeType size(std::string_view text)
    {
        return static_cast<rapidjson::SizeType>(text.size());
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_{buffer_};
};

} // namespace tcds::rules::exchange
