#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>
#include <string_view>

namespace tcds::cases {

/// JSON that is written in the order in which it reads; numbers keep the digits they are given.
class JsonText
{
public:
    JsonText& key(std::string_view name)
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
    void null() { writer_.Null(); }
    /// A value that is JSON already.
    void json(std::string_view text)
    {
        writer_.RawValue(text.data(), text.size(), rapidjson::kObjectType);
    }

    void member(std::string_view name, std::string_view text) { key(name).value(text); }
    /// As member(), but writes nothing for an empty text.
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
    /// `"name": [{..}]`, the shape of most lists in FHIR
    template <class Body>
    void listOfOne(std::string_view name, Body body)
    {
        array(name, [&] { object(body); });
    }

    [[nodiscard]] std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    static rapidjson::SizeType size(std::string_view text)
    {
        return static_cast<rapidjson::SizeType>(text.size());
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

} // namespace tcds::cases
