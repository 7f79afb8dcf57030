#include "server/rulebook/html.hpp"

#include "server/rulebook/escape.hpp"

namespace tcds::rulebook {

namespace {

std::string spanHtml(Span const& span)
{
    auto const text = escaped(span.text);
    switch (span.kind) {
    case Span::Kind::Text:
        return text;
    case Span::Kind::Strong:
        return "<strong>" + text + "</strong>";
    case Span::Kind::Code:
        return "<code>" + text + "</code>";
    case Span::Kind::Field:
        return "<span class=\"field\">[" + text + "]</span>";
    case Span::Kind::Level:
        return "<span class=\"level " + text + "\">" + text + "</span>";
    case Span::Kind::Anchor:
        return "<a href=\"#" + escaped(span.target) + "\">" + text + "</a>";
    case Span::Kind::Link:
        return "<a class=\"out\" href=\"" + escaped(span.target) + "\" rel=\"noreferrer\">" + text +
               "</a>";
    }
    return text;
}

/// Writes blocks as they come; headings of rules carry a way back to the index.
class Writer
{
public:
    explicit Writer(std::string section) : section_{std::move(section)} {}

    void blocks(std::vector<Block> const& list)
    {
        for (auto const& block : list)
            std::visit([this](auto const& one) { write(one); }, block.is);
    }

    std::string take() { return std::move(out_); }

private:
    void write(Heading const& heading)
    {
        auto const tag = "h" + std::to_string(heading.depth);
        auto const id = heading.id.empty() || heading.id == section_
                            ? std::string{}
                            : " id=\"" + escaped(heading.id) + '"';
        out_ += '<' + tag + id + '>' + toHtml(heading.text) + "</" + tag + ">\n";
    }

    void write(Paragraph const& paragraph) { out_ += "<p>" + toHtml(paragraph.text) + "</p>\n"; }

    void write(List const& list) { items(list.items, list.ordered); }

    void items(std::vector<Item> const& list, bool ordered)
    {
        std::string const tag = ordered ? "ol" : "ul";
        out_ += '<' + tag + ">\n";
        for (auto const& item : list) {
            out_ += "<li>" + toHtml(item.text);
            if (!item.parts.empty()) {
                out_ += '\n';
                items(item.parts, false);
            }
            out_ += "</li>\n";
        }
        out_ += "</" + tag + ">\n";
    }

    void write(Table const& table)
    {
        // Wide tables scroll inside their own frame, by keyboard too; each needs a name for that.
        out_ += "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" +
                escaped(table.caption) + "\"><table><caption>" + escaped(table.caption) +
                "</caption>\n<thead><tr>";
        for (auto const& name : table.head) out_ += "<th scope=\"col\">" + escaped(name) + "</th>";
        out_ += "</tr></thead>\n<tbody>\n";
        for (auto const& row : table.rows) {
            out_ += "<tr>";
            // On a narrow screen the cells stand below each other, each after the name of its
            // column.
            for (std::size_t i = 0; i < row.size(); ++i)
                out_ += i == 0 ? "<th scope=\"row\">" + toHtml(row[i]) + "</th>"
                               : "<td data-of=\"" + escaped(table.head[i]) + "\">" +
                                     toHtml(row[i]) + "</td>";
            out_ += "</tr>\n";
        }
        out_ += "</tbody></table></div>\n";
    }

    void write(Facts const& facts)
    {
        if (facts.rows.empty()) return;
        out_ += "<dl>\n";
        for (auto const& [name, text] : facts.rows)
            out_ += "<div><dt>" + escaped(name) + "</dt><dd>" + toHtml(text) + "</dd></div>\n";
        out_ += "</dl>\n";
    }

    void write(Figure const& figure)
    {
        out_ += "<figure>" + figure.svg + "<figcaption>" + toHtml(figure.caption) +
                "</figcaption></figure>\n";
    }

    void write(Folded const& folded)
    {
        auto const id = folded.id.empty() ? std::string{} : " id=\"" + escaped(folded.id) + '"';
        out_ += "<details" + id + "><summary>" + escaped(folded.title) + "</summary>\n";
        blocks(folded.blocks);
        out_ += "</details>\n";
    }

    void write(CardBox const& card)
    {
        out_ += "<div class=\"card\"><p class=\"summary\"><span class=\"level " +
                escaped(card.level) + "\">" + escaped(card.level) + "</span> <strong>" +
                toHtml(card.summary) + "</strong></p>\n";
        blocks(card.blocks);
        out_ += "</div>\n";
    }

    std::string section_; // carries the anchor of its own heading
    std::string out_;
};

std::string sectionHtml(Section const& section)
{
    auto const isRule = section.kind == Section::Kind::Rule;
    std::string open = "<section id=\"" + escaped(section.id) + '"';
    if (isRule) open += " class=\"rule\" data-search=\"" + escaped(section.search) + '"';
    if (section.kind == Section::Kind::Group) open += " class=\"group\"";
    Writer writer{section.id};
    writer.blocks(section.blocks);
    auto html = open + ">\n" + writer.take();
    if (isRule) html += "<p class=\"back\"><a href=\"#index\">Back to the index</a></p>\n";
    return html + "</section>\n";
}

std::string navigation(Document const& book)
{
    std::string html = "<nav aria-label=\"Parts of the book\"><ul>"
                       "<li><a href=\"#reading\">How to read it</a></li>"
                       "<li><a href=\"#index\">Index of rules</a></li>";
    for (auto const& section : book.sections)
        if (section.kind == Section::Kind::Group || section.kind == Section::Kind::Appendix)
            html += "<li><a href=\"#" + escaped(section.id) + "\">" + escaped(section.title) +
                    "</a></li>";
    return html + "</ul></nav>\n";
}

} // namespace

std::string toHtml(Inline const& line)
{
    std::string html;
    for (auto const& span : line) html += spanHtml(span);
    return html;
}

std::string toHtml(Document const& book)
{
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>" +
        escaped(book.title) + "</title>\n<style>\n" + kStyle +
        "</style>\n</head>\n<body>\n"
        "<a class=\"skip\" href=\"#index\">Skip to the index of rules</a>\n<header>\n<h1>" +
        escaped(book.title) + "</h1>\n" + navigation(book) + "</header>\n<main>\n";
    for (auto const& section : book.sections) html += sectionHtml(section);
    return html + "</main>\n<footer><p>" + escaped(book.footer) + "</p></footer>\n<script>\n" +
           kScript + "</script>\n</body>\n</html>\n";
}

} // namespace tcds::rulebook
