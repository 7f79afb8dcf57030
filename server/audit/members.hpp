#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit {

/// Writes the members of one record in the order of the calls; what take() gives has no braces
/// around it (Log::append puts the members of the chain at both sides).
class Members
{
public:
    Members() { json_.StartObject(); }

    void member(std::string_view name, std::string_view value)
    {
        key(name);
        text(value);
    }
    void member(std::string_view name, std::unsigned_integral auto value)
    {
        key(name);
        json_.Uint64(value);
    }
    void member(std::string_view name, int value)
    {
        key(name);
        json_.Int(value);
    }
    void flag(std::string_view name, bool value)
    {
        key(name);
        json_.Bool(value);
    }
    /// Left out when there is no value.
    void memberIfAny(std::string_view name, std::string_view value)
    {
        if (!value.empty()) member(name, value);
    }
    void flagIfTrue(std::string_view name, bool value)
    {
        if (value) flag(name, true);
    }
    /// A member whose value is JSON already.
    void raw(std::string_view name, std::string_view value)
    {
        key(name);
        json_.RawValue(value.data(), value.size(), rapidjson::kObjectType);
    }

    void openObject(std::string_view name)
    {
        key(name);
        openObject();
    }
    void openObject()
    {
        json_.StartObject();
        open_.push_back('}');
    }
    void openArray(std::string_view name)
    {
        key(name);
        openArray();
    }
    void openArray()
    {
        json_.StartArray();
        open_.push_back(']');
    }
    /// Ends the object or array that was opened last.
    void close()
    {
        if (open_.back() == '}')
            json_.EndObject();
        else
            json_.EndArray();
        open_.pop_back();
    }
    void text(std::string_view value)
    {
        json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }

    /// Nothing more is written after this.
    [[nodiscard]] std::string take()
    {
        json_.EndObject();
        return {buffer_.GetString() + 1, buffer_.GetSize() - 2};
    }

private:
    void key(std::string_view name)
    {
        json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> json_{buffer_};
    std::vector<char> open_;
};

} // namespace tcds::audit
