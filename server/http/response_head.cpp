#include "server/http/response_head.hpp"

#include "server/http/status.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace tcds::http {
namespace {

void appendNumber(std::string& out, std::size_t number)
{
    std::array<char, 20>
        digits; // NOLINT(cppcoreguidelines-pro-type-member-init): written by to_chars
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void appendField(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ");
    auto const begin = static_cast<std::ptrdiff_t>(out.size());
    out += value;
    std::replace_if(
        out.begin() + begin, out.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    out += "\r\n";
}

} // namespace

bool mayHaveBody(int status)
{
    return status >= 200 && status != status::kNoContent && status != status::kNotModified;
}

void appendHead(std::string& head, Response const& response, AnswerForm const& form,
                CorsPolicy const& cors)
{
    head += "HTTP/1.1 ";
    appendNumber(head, static_cast<std::size_t>(response.status));
    head.append(" ").append(reasonOf(response.status)).append("\r\n");
    if (mayHaveBody(response.status)) {
        if (!response.contentType.empty()) appendField(head, "Content-Type", response.contentType);
        head += "Content-Length: ";
        appendNumber(head, response.body.size());
        head += "\r\n";
    }
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
        auto const field = response.headers.at(i);
        appendField(head, field.name, field.value);
    }
    if (!response.headers.find("Cache-Control")) head += "Cache-Control: no-store\r\n";
    appendCorsFields(head, cors, form.origin);
    if (form.preflight) appendPreflightFields(head, cors, form.origin);
    if (!form.keepAlive) {
        head += "Connection: close\r\n";
    } else if (form.http10) {
        head += "Connection: keep-alive\r\n";
    }
    head += "\r\n";
}

} // namespace tcds::http
