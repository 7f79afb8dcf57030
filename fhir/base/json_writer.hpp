#pragma once

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tcds {

/// JSON in the order in which it is written; numbers keep the digits they are given. For sources,
/// not for headers that travel: it brings RapidJSON along. What is on the path of a call has
/// writers of its own.
template <class Writer>
class JsonWriter
{
public:
    JsonWriter()
    {
        if constexpr (kForPeople) writer_.SetIndent(' ', 2);
    }

    JsonWriter& key(std::string_view name)
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
    void count(std::string_view name, std::uint64_t number)
    {
        key(name);
        writer_.Uint64(number);
    }
    void texts(std::string_view name, std::span<std::string const> each)
    {
        array(name, [&] {
            for (auto const& text : each) value(text);
        });
    }
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
    /// `"name": [{..}]`, the shape of most lists in FHIR
    template <class Body>
    void listOfOne(std::string_view name, Body body)
    {
        array(name, [&] { object(body); });
    }
    /// A Coding as an element of an array.
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

    [[nodiscard]] std::string text() const
    {
        std::string text{buffer_.GetString(), buffer_.GetSize()};
        if constexpr (kForPeople) text += '\n';
        return text;
    }

private:
    static constexpr bool kForPeople = requires(Writer writer) { writer.SetIndent(' ', 2); };

    static rapidjson::SizeType size(std::string_view text)
    {
        return static_cast<rapidjson::SizeType>(text.size());
    }

    rapidjson::StringBuffer buffer_;
    Writer writer_{buffer_};
};

/// All on one line.
using JsonText = JsonWriter<rapidjson::Writer<rapidjson::StringBuffer>>;
/// For files that people look at: two blanks a level, and a line feed ends it.
using JsonFile = JsonWriter<rapidjson::PrettyWriter<rapidjson::StringBuffer>>;

} // namespace tcds
