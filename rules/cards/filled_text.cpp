#include "rules/cards/filled_text.hpp"

namespace tcds::rules {

void FilledText::restart(Shortening const& shortening)
{
    text_.clear();
    shortening_ = shortening;
    lists_ = {};
}

void FilledText::author(std::string_view words)
{
    auto const from = text_.size();
    text_ += words;
    for (auto at = text_.find('\n', from); at != std::string::npos; at = text_.find('\n', at))
        text_[at] = ' ';
}

void FilledText::quantity(std::string_view number, std::string_view unit)
{
    auto const digits = std::min(number.find_first_not_of("<>="), number.size());
    if (writing_ == Writing::Markdown)
        appendEscaped(text_, number.substr(0, digits));
    else
        text_ += number.substr(0, digits);
    text_ += number.substr(digits);
    if (unit.empty()) return;
    text_ += ' ';
    if (writing_ == Writing::Markdown)
        appendEscapedUnit(text_, unit);
    else
        text_ += unit;
}

void FilledText::name(std::string_view name)
{
    if (writing_ == Writing::Markdown)
        appendEscapedName(text_, name);
    else
        text_ += name;
}

bool FilledText::beginsSentence() const
{
    auto const last = text_.find_last_not_of(" *_\n-");
    return last == std::string::npos || text_[last] == '.' || text_[last] == '?' ||
           text_[last] == '!';
}

void FilledText::shortName(std::string_view whole)
{
    constexpr std::string_view kEllipsis = "\u2026";
    auto const shown = cleaned(whole, made_);
    auto const length = cardLength(shown);
    lists_.nameLength = std::max(lists_.nameLength, std::min(length, shortening_.nameLength));
    if (length <= shortening_.nameLength) return name(shown);
    name(cutTo(shown, shortening_.nameLength - 1));
    text_ += kEllipsis;
}

} // namespace tcds::rules
