#include "server/http/message.hpp"

#include <algorithm>

namespace tcds::http {
namespace {

// A connection that once carried a 10 MiB body must not hold that memory while it idles.
constexpr std::size_t kKeptBody = 256U * 1024U;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

} // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

void Headers::add(std::string_view name, std::string_view value)
{
    entries_.push_back({static_cast<std::uint32_t>(text_.size()),
                        static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(value.size())});
    text_.append(name).append(value);
}

void Headers::clear()
{
    text_.clear();
    entries_.clear();
}

std::optional<std::string_view> Headers::find(std::string_view name) const
{
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].nameSize != name.size()) continue;
        auto const field = at(i);
        if (equalsIgnoringCase(field.name, name)) return field.value;
    }
    return std::nullopt;
}

Headers::Field Headers::at(std::size_t index) const
{
    auto const& entry = entries_.at(index);
    auto const text = std::string_view{text_}.substr(entry.begin, entry.nameSize + entry.valueSize);
    return {text.substr(0, entry.nameSize), text.substr(entry.nameSize)};
}

void Request::clear()
{
    method.clear();
    path.clear();
    query.clear();
    headers.clear();
    body.clear();
    if (body.capacity() > kKeptBody) body.shrink_to_fit();
    remoteAddress.clear();
    peerNames.clear();
    settled = false;
}

} // namespace tcds::http
