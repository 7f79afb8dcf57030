#include "server/audit_export/fhir_json.hpp"

#include <algorithm>

namespace tcds::audit_export {

namespace {

bool isBlank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

void referenceMembers(audit::Members& json, Logical const& reference)
{
    if (!reference.value.empty()) {
        json.memberIfAny("type", reference.type);
        json.openObject("identifier");
        json.memberIfAny("system", reference.system);
        json.member("value", reference.value);
        json.close();
    }
    json.memberIfAny("display", reference.display);
}

} // namespace

bool isCode(std::string_view text)
{
    if (text.empty() || isBlank(text.front()) || isBlank(text.back())) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (isBlank(text[i]) && (text[i] != ' ' || text[i + 1] == ' ')) return false;
    return true;
}

bool isUri(std::string_view text) { return !text.empty() && std::ranges::none_of(text, isBlank); }

void codingMembers(audit::Members& json, Coding const& coding)
{
    if (isUri(coding.system)) json.member("system", coding.system);
    if (isCode(coding.code)) json.member("code", coding.code);
    json.memberIfAny("display", coding.display);
}

void coding(audit::Members& json, std::string_view name, Coding const& coding)
{
    json.openObject(name);
    codingMembers(json, coding);
    json.close();
}

void codings(audit::Members& json, std::string_view name, Coding const& coding)
{
    json.openArray(name);
    json.openObject();
    codingMembers(json, coding);
    json.close();
    json.close();
}

void codeable(audit::Members& json, std::string_view name, Coding const& coding)
{
    json.openObject(name);
    codings(json, "coding", coding);
    json.close();
}

void identifier(audit::Members& json, std::string_view system, std::string_view value)
{
    json.openObject();
    json.member("system", system);
    json.member("value", value);
    json.close();
}

void logical(audit::Members& json, std::string_view name, Logical const& reference)
{
    if (reference.value.empty() && reference.display.empty()) return;
    json.openObject(name);
    referenceMembers(json, reference);
    json.close();
}

void logical(audit::Members& json, Logical const& reference)
{
    json.openObject();
    referenceMembers(json, reference);
    json.close();
}

std::string plainText(std::string_view markdown)
{
    std::string text;
    for (std::size_t i = 0; i < markdown.size(); ++i) {
        if (markdown[i] == '\\' && i + 1 < markdown.size())
            ++i;
        else if (markdown.substr(i, 2) == "**") {
            ++i;
            continue;
        }
        text += markdown[i];
    }
    return text;
}

} // namespace tcds::audit_export
