#include "rules/cards/fill.hpp"

#include "rules/cards/escape.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

constexpr std::string_view kNoData = "not on record"; // rule language section 6

/// A piece of a filled text: the author's words, or a value that must stay whole.
struct Part {
    std::string text;
    bool author = false;
};

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

/// Follows a text piece by piece and tells whether the next one begins a sentence: emphasis, blanks
/// and the mark of a list item do not count.
class SentenceStart
{
public:
    void pass(std::string_view text)
    {
        auto const last = text.find_last_not_of(" *_\n-");
        if (last == std::string_view::npos) return;
        here_ = text[last] == '.' || text[last] == '?' || text[last] == '!';
    }
    [[nodiscard]] bool here() const { return here_; }

private:
    bool here_ = true;
};

enum class Writing : std::uint8_t { Plain, Markdown };

/// Hands the filled pieces of a text to `take` one by one, as (text, whether they are the
/// author's).
template <class Take>
void fill(Chart const& chart, FiredRule const& rule, Template const& text, Writing writing,
          Shortening const& shortening, Take const& take)
{
    SentenceStart start;
    std::string made;
    for (auto const& piece : text) {
        std::string_view part = piece.literal;
        auto const author = !isField(piece);
        if (author && part.find('\n') != std::string_view::npos) {
            made = part; // block text of an author is one paragraph
            std::ranges::replace(made, '\n', ' ');
            part = made;
        } else if (!author) {
            auto value = valueOf(chart, rule, piece.name, piece.field, shortening,
                                 saysDateOf(text, piece.name));
            if (value) {
                made = std::move(writing == Writing::Plain ? value->plain : value->markdown);
                if (value->name && start.here()) made = withCapital(std::move(made));
                part = made;
            } else {
                part = piece.fallback ? std::string_view{*piece.fallback} : kNoData;
            }
        }
        start.pass(part);
        take(part, author);
    }
}

std::string filled(Chart const& chart, FiredRule const& rule, Template const& text, Writing writing,
                   Shortening const& shortening)
{
    std::string whole;
    fill(chart, rule, text, writing, shortening,
         [&whole](std::string_view part, bool) { whole += part; });
    return whole;
}

std::vector<Part> partsOf(Chart const& chart, FiredRule const& rule, Template const& text,
                          Shortening const& shortening)
{
    std::vector<Part> parts;
    fill(chart, rule, text, Writing::Plain, shortening,
         [&parts](std::string_view part, bool author) {
             parts.push_back({std::string{part}, author});
         });
    return parts;
}

/// Without trailing blanks, signs that promise more, and the mark of a shortened name.
std::string_view withoutLooseEnd(std::string_view text)
{
    constexpr std::string_view kEllipsis = "\u2026";
    if (text.ends_with(kEllipsis)) text.remove_suffix(kEllipsis.size());
    auto const last = text.find_last_not_of(" ,;:(+-");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// The longest beginning that ends at a word of the author or behind a whole value.
std::string cutBetweenValues(std::vector<Part> const& parts, std::size_t most)
{
    auto const room = most - 1; // the ellipsis
    std::string kept;
    for (auto const& part : parts) {
        if (cardLength(kept) + cardLength(part.text) <= room) {
            kept += part.text;
            continue;
        }
        if (part.author) {
            auto const head = cutTo(part.text, room - cardLength(kept));
            auto const blank = head.rfind(' ');
            if (blank != std::string_view::npos) kept += head.substr(0, blank);
        }
        break;
    }
    return std::string{withoutLooseEnd(kept)} + "\u2026";
}

} // namespace

bool namesCanShrink(Template const& text)
{
    return std::ranges::any_of(text, [](TemplatePiece const& piece) {
        return isField(piece) && (piece.field == Field::List || piece.field == Field::Display ||
                                  piece.field == Field::Drugs || piece.field == Field::Analytes);
    });
}

std::string markdownOf(Chart const& chart, FiredRule const& rule, Template const& text,
                       Shortening const& shortening)
{
    return filled(chart, rule, text, Writing::Markdown, shortening);
}

std::string plainOf(Chart const& chart, FiredRule const& rule, Template const& text)
{
    return filled(chart, rule, text, Writing::Plain, {});
}

std::string summaryOf(Chart const& chart, FiredRule const& rule, Template const& text,
                      std::size_t most)
{
    static constexpr std::array kSteps{Shortening{}, Shortening{2, 80}, Shortening{1, 80},
                                       Shortening{1, 24}, Shortening{1, 12}};
    for (auto const& step : kSteps) {
        auto whole = filled(chart, rule, text, Writing::Plain, step);
        if (cardLength(whole) <= most) return whole;
    }
    return cutBetweenValues(partsOf(chart, rule, text, kSteps.back()), most);
}

} // namespace tcds::rules
