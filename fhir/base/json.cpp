#include "fhir/base/json.hpp"

namespace tcds::json {

namespace {

std::string_view viewOf(Value const& value) { return {value.GetString(), value.GetStringLength()}; }

/// Strings and numbers are both kept as texts that point into the buffer of the Document. A string
/// has its opening quote before it; a number cannot: what stands there is a separator, white space
/// or the pad of Document::parse.
bool isQuoted(Value const& value) { return *(value.GetString() - 1) == '"'; }

std::string escaped(std::string_view name)
{
    std::string result;
    result.reserve(name.size());
    for (char const c : name) {
        if (c == '~')
            result += "~0";
        else if (c == '/')
            result += "~1";
        else
            result += c;
    }
    return result;
}

} // namespace

Value const* child(Value const& object, std::string_view name)
{
    if (!object.IsObject()) return nullptr;
    // Length and first letter tell nearly all names of a resource apart without a call to memcmp.
    for (auto const& member : object.GetObject()) {
        auto const known = viewOf(member.name);
        if (known.size() != name.size() || (!name.empty() && known.front() != name.front())) continue;
        if (known == name) return member.value.IsNull() ? nullptr : &member.value;
    }
    return nullptr;
}

Value const* child(Value const* object, std::string_view name)
{
    return object == nullptr ? nullptr : child(*object, name);
}

Value const* path(Value const& object, std::initializer_list<std::string_view> names)
{
    auto const* value = &object;
    for (auto const name : names) value = child(value, name);
    return value;
}

std::optional<std::string_view> text(Value const* value)
{
    if (value == nullptr || !value->IsString() || !isQuoted(*value)) return std::nullopt;
    return viewOf(*value);
}

std::string_view textOf(Value const& object, std::string_view name)
{
    return text(child(object, name)).value_or(std::string_view{});
}

std::optional<std::string_view> number(Value const* value)
{
    if (value == nullptr || !value->IsString() || isQuoted(*value)) return std::nullopt;
    return viewOf(*value);
}

std::optional<Decimal> decimal(Value const* value)
{
    auto const raw = number(value);
    if (!raw) return std::nullopt;
    auto const parsed = Decimal::parse(*raw);
    return parsed ? std::optional{*parsed} : std::nullopt;
}

std::optional<bool> flag(Value const* value)
{
    if (value == nullptr || !value->IsBool()) return std::nullopt;
    return value->GetBool();
}

std::span<Value const> items(Value const* value)
{
    if (value == nullptr || value->IsNull()) return {};
    if (!value->IsArray()) return {value, 1};
    return {value->Begin(), value->Size()};
}

std::span<Value const> items(Value const& object, std::string_view name)
{
    return items(child(object, name));
}

std::string pointer(std::string_view parent, std::string_view name)
{
    return std::string{parent} + '/' + escaped(name);
}

std::string pointer(std::string_view parent, std::size_t index)
{
    return std::string{parent} + '/' + std::to_string(index);
}

} // namespace tcds::json
