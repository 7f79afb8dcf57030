#pragma once

#include "rules/cards/escape.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace tcds::rules {

/// How far lists of names are shortened to make a text fit.
struct Shortening {
    std::size_t names = 99;      // at most so many, the others as "+n"
    std::size_t nameLength = 80; // code points of one name
};

/// The lists of names in a filled text: how many names the longest list shows, and the length of
/// the longest name.
struct Lists {
    std::size_t names = 0, nameLength = 0;
    /// Does the text read otherwise under this shortening?
    [[nodiscard]] bool shrinkUnder(Shortening const& shortening) const
    {
        return names > shortening.names || nameLength > shortening.nameLength;
    }
};

/// Plain: summary, labels. Markdown: detail.
enum class Writing : std::uint8_t { Plain, Markdown };

/// A text of a card while it is filled: each piece goes to its end, escaped as the writing wants
/// it.
class FilledText
{
public:
    explicit FilledText(Writing writing, Shortening const& shortening = {})
        : shortening_{shortening}, writing_{writing}
    {
        text_.reserve(kUsualBytes);
    }

    /// Begins a new text in the room of the last one.
    void restart(Shortening const& shortening);

    /// An author's words: his Markdown stays, block text is one paragraph.
    void author(std::string_view words);
    /// Our own words, numbers and days: nothing in them means anything to Markdown.
    void words(std::string_view words) { text_ += words; }
    /// A number and its unit, of which the comparator ("<2.5") and the unit may mean something.
    void quantity(std::string_view number, std::string_view unit);
    /// One name of our own tables, whole.
    void name(std::string_view name);
    /// Names of our own tables in a row, shortened, the others counted: "furosemide, omeprazole
    /// +2". Where they begin a sentence they get a capital (decision D56).
    /// @param most    instead of the shortening's own number of names
    /// @param nameOf  name of an item; the view must last until the next one is asked for
    template <class Items, class NameOf>
    void names(Items const& items, std::size_t most, NameOf const& nameOf)
    {
        auto const from = text_.size();
        auto const begins = beginsSentence();
        auto const shown = std::min<std::size_t>(items.size(), std::max<std::size_t>(most, 1));
        for (std::size_t i = 0; i < shown; ++i) {
            if (i > 0) text_ += ", ";
            shortName(nameOf(items[i]));
        }
        if (shown < items.size()) text_.append(" +").append(std::to_string(items.size() - shown));
        lists_.names = std::max(lists_.names, shown);
        if (begins) raiseFirst(text_, from);
    }

    [[nodiscard]] Shortening const& shortening() const { return shortening_; }
    [[nodiscard]] Lists const& lists() const { return lists_; }
    [[nodiscard]] std::string const& text() const { return text_; }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    static constexpr std::size_t kUsualBytes = 250; // of a finding with several values

    /// Emphasis, blanks and the mark of a list item do not count.
    [[nodiscard]] bool beginsSentence() const;
    void shortName(std::string_view name);

    std::string text_;
    std::string made_; // room for what has to be made of a name or unit
    Shortening shortening_;
    Lists lists_;
    Writing writing_;
};

} // namespace tcds::rules
