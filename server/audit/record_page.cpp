#include "server/audit/record_page.hpp"

#include "fhir/base/plain_text.hpp"

#include <utility>

namespace tcds::audit {

namespace {

using json::Value;

constexpr std::size_t kLabel = 12; // width of the first column
constexpr std::string_view kIndent = "  ";

std::string_view nameOf(Value::ConstMemberIterator member)
{
    return {member->name.GetString(), member->name.GetStringLength()};
}

} // namespace

std::string flat(Value const& value)
{
    std::string text;
    auto const add = [&text](std::string_view piece) {
        text.append(text.empty() ? "" : ", ").append(piece);
    };
    if (value.IsObject()) {
        for (auto member = value.MemberBegin(); member != value.MemberEnd(); ++member)
            add(std::string{nameOf(member)} + " " + flat(member->value));
        return text;
    }
    if (value.IsArray()) {
        for (auto const& element : value.GetArray())
            add(element.IsArray() || element.IsObject() ? "(" + flat(element) + ")"
                                                        : flat(element));
        return text;
    }
    if (auto const given = json::text(&value)) return std::string{*given};
    if (auto const number = json::number(&value)) return std::string{*number};
    if (auto const flag = json::flag(&value)) return *flag ? "yes" : "no";
    return "null";
}

std::string around(std::string_view before, std::string const& text, std::string_view after)
{
    return text.empty() ? text : std::string{before} + text + std::string{after};
}

std::string at(Value const& object, std::initializer_list<std::string_view> names)
{
    auto const* const value = json::path(object, names);
    return value == nullptr || value->IsObject() || value->IsArray() ? std::string{} : flat(*value);
}

Page::Page(Value const& record)
    : record_{record}, shown_{"v", "type", "seq", "ts", "node", "tenant", "prev", "hash"}
{
    row("record", audit::at(record, {"type"}) + " " + audit::at(record, {"seq"}) + ", " +
                      audit::at(record, {"ts"}) + ", node " + audit::at(record, {"node"}) +
                      ", tenant " + audit::at(record, {"tenant"}));
}

Page& Page::row(std::string_view label, std::string_view text)
{
    if (text.empty()) return *this;
    auto const before = plainLine(label);
    text_ += before;
    text_.append(before.size() < kLabel ? kLabel - before.size() : 1, ' ');
    text_ += plainLine(text);
    text_ += '\n';
    return *this;
}

Page& Page::member(std::string_view name, std::string_view label)
{
    auto const* const value = part(name);
    return value == nullptr ? *this : row(label, flat(*value));
}

Page& Page::heading(std::string_view text)
{
    text_ += '\n';
    text_ += text;
    text_ += '\n';
    return *this;
}

Page& Page::item(std::string_view text)
{
    for (;;) {
        auto const end = std::min(text.find('\n'), text.size());
        if (end > 0) text_.append(kIndent).append(plainLine(text.substr(0, end)));
        text_ += '\n';
        if (end == text.size()) return *this;
        text.remove_prefix(end + 1);
    }
}

std::string Page::at(std::initializer_list<std::string_view> names)
{
    shown_.insert(*names.begin());
    return audit::at(record_, names);
}

Value const* Page::part(std::string_view name)
{
    shown_.insert(name);
    return json::child(record_, name);
}

std::string Page::take()
{
    auto isFirst = shown_.contains("decisionId"); // a page with headings ends them first
    for (auto member = record_.MemberBegin(); member != record_.MemberEnd(); ++member) {
        if (shown_.contains(nameOf(member))) continue;
        if (std::exchange(isFirst, false)) text_ += '\n';
        row(nameOf(member), flat(member->value));
    }
    if (isFirst && record_.HasMember("hash")) text_ += '\n';
    row("chain", audit::at(record_, {"hash"}) + around(", after ", audit::at(record_, {"prev"})));
    return std::move(text_);
}

} // namespace tcds::audit
