#include "server/rulebook/document.hpp"

namespace tcds::rulebook {

Inline plain(std::string text) { return {Span{Span::Kind::Text, std::move(text)}}; }

Span strong(std::string text) { return {Span::Kind::Strong, std::move(text)}; }

Span code(std::string text) { return {Span::Kind::Code, std::move(text)}; }

Span level(std::string_view name) { return {Span::Kind::Level, std::string{name}}; }

Span anchor(std::string text, std::string id)
{
    return {Span::Kind::Anchor, std::move(text), std::move(id)};
}

Span link(std::string text, std::string address)
{
    return {Span::Kind::Link, std::move(text), std::move(address)};
}

Inline& operator+=(Inline& line, Inline const& more)
{
    line.insert(line.end(), more.begin(), more.end());
    return line;
}

Inline& operator+=(Inline& line, Span const& more)
{
    line.push_back(more);
    return line;
}

Inline& operator+=(Inline& line, std::string_view more)
{
    line.push_back(Span{Span::Kind::Text, std::string{more}});
    return line;
}

} // namespace tcds::rulebook
