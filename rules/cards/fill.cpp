#include "rules/cards/fill.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

constexpr std::string_view kNoData = "not on record"; // rule language section 6

bool isField(TemplatePiece const& piece)
{
    return piece.name.known() || piece.field == Field::Onset; // {complaint.onset} binds nothing
}

bool saysDateOf(Template const& text, Slot name)
{
    return std::ranges::any_of(text, [name](TemplatePiece const& piece) {
        return piece.name == name && name.known() && piece.field == Field::Date;
    });
}

/// Fills a template and calls seen(whether it is the author's) behind each piece.
template <class Seen>
void fill(FilledText& filled, Chart const& chart, FiredRule const& rule, Template const& text,
          Seen const& seen)
{
    for (auto const& piece : text) {
        auto const author = !isField(piece);
        if (author) {
            filled.author(piece.literal);
        } else {
            auto const dateElsewhere = piece.field == Field::Value && saysDateOf(text, piece.name);
            if (!writeValue(filled, chart, rule, piece.name, piece.field, dateElsewhere))
                filled.words(piece.fallback ? std::string_view{*piece.fallback} : kNoData);
        }
        seen(author);
    }
}

/// Without trailing blanks, signs that promise more, and the mark of a shortened name.
std::string_view withoutLooseEnd(std::string_view text)
{
    constexpr std::string_view kEllipsis = "\u2026";
    if (text.ends_with(kEllipsis)) text.remove_suffix(kEllipsis.size());
    auto const last = text.find_last_not_of(" ,;:(+-");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// A piece of a filled text: the author's words, or a value that must stay whole.
struct Part {
    std::size_t end = 0;
    bool author = false;
};

/// The longest beginning that ends at a word of the author or behind a whole value.
std::string cutBetweenValues(std::string_view text, std::vector<Part> const& parts,
                             std::size_t most)
{
    auto const room = most - 1; // the ellipsis
    std::size_t kept = 0;
    for (auto const& part : parts) {
        if (cardLength(text.substr(0, part.end)) <= room) {
            kept = part.end;
            continue;
        }
        if (part.author) {
            auto const words = text.substr(kept, part.end - kept);
            auto const blank = cutTo(words, room - cardLength(text.substr(0, kept))).rfind(' ');
            if (blank != std::string_view::npos) kept += blank;
        }
        break;
    }
    return std::string{withoutLooseEnd(text.substr(0, kept))} + "\u2026";
}

} // namespace

void fill(FilledText& filled, Chart const& chart, FiredRule const& rule, Template const& text)
{
    fill(filled, chart, rule, text, [](bool) {});
}

bool isOneLine(Template const& text)
{
    return text.size() == 1 && !isField(text.front()) &&
           text.front().literal.find('\n') == std::string::npos;
}

std::string plainOf(Chart const& chart, FiredRule const& rule, Template const& text)
{
    FilledText filled{Writing::Plain};
    fill(filled, chart, rule, text);
    return filled.take();
}

std::string summaryOf(Chart const& chart, FiredRule const& rule, Template const& text,
                      std::size_t most)
{
    static constexpr std::array kSteps{Shortening{}, Shortening{2, 80}, Shortening{1, 80},
                                       Shortening{1, 24}, Shortening{1, 12}};
    FilledText filled{Writing::Plain};
    std::vector<Part> parts;
    for (auto const& step : kSteps) {
        filled.restart(step);
        parts.clear();
        fill(filled, chart, rule, text, [&](bool author) {
            parts.push_back({filled.text().size(), author});
        });
        if (cardLength(filled.text()) <= most) return filled.take();
    }
    return cutBetweenValues(filled.text(), parts, most);
}

} // namespace tcds::rules
