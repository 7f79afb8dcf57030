#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A book before it is a page: blocks of text without a notation. html.cpp and markdown.cpp write
// them out, so both say the same; they alone escape.

namespace tcds::rulebook {

/// A stretch of text inside a line.
struct Span {
    enum class Kind : std::uint8_t {
        Text,
        Strong,
        Code,
        Field,  // a place in a card that the patient's data fill
        Level,  // info, warning or critical
        Anchor, // leads to `target`, an id within the book
        Link    // leads to `target`, an https address
    };
    Kind kind = Kind::Text;
    std::string text;
    std::string target = {};
};
using Inline = std::vector<Span>;

Inline plain(std::string text);
Span strong(std::string text);
Span code(std::string text);
Span level(std::string_view name);
Span anchor(std::string text, std::string id);
Span link(std::string text, std::string address);

/// Puts one line behind another.
Inline& operator+=(Inline& line, Inline const& more);
Inline& operator+=(Inline& line, Span const& more);
Inline& operator+=(Inline& line, std::string_view more);

/// A list item with its own list.
struct Item {
    Inline text;
    std::vector<Item> parts = {};
};

struct Heading {
    int depth = 2; // 1 is the title of the book
    std::string id;
    Inline text;
};
struct Paragraph {
    Inline text;
};
struct List {
    std::vector<Item> items;
    bool ordered = false;
};
struct Table {
    std::string caption;
    std::vector<std::string> head;
    std::vector<std::vector<Inline>> rows; // the first cell of a row names it
};
/// Names and what they are, one a line.
struct Facts {
    std::vector<std::pair<std::string, Inline>> rows;
};
/// A picture; `text` follows it and says the same in words.
struct Figure {
    std::string svg;
    Inline caption;
};

struct Block;
/// Something long, shown when it is asked for (and always on paper).
struct Folded {
    std::string title;
    std::string id;
    std::vector<Block> blocks;
};
/// A card, set off from the text about it.
struct CardBox {
    std::string level;
    Inline summary;
    std::vector<Block> blocks;
};

struct Block {
    std::variant<Heading, Paragraph, List, Table, Facts, Figure, Folded, CardBox> is;
};

/// A part of the book that is a page of its own where the book is many files.
struct Section {
    enum class Kind : std::uint8_t { Front, Group, Rule, Appendix };
    Kind kind = Kind::Front;
    std::string id;     // anchor, and the name of its file
    std::string title;  // plain text
    std::string search; // Rule: words by which a reader may look for it
    std::vector<Block> blocks;
};

struct Document {
    std::string title;
    std::string footer; // what the book was made of
    std::vector<Section> sections;
};

} // namespace tcds::rulebook
