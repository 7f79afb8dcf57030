#include "server/rulebook/markdown.hpp"

#include "server/rulebook/escape.hpp"

#include <map>

namespace tcds::rulebook {

namespace {

/// Where each anchor of the book is: "" in the same text, else the file.
using Places = std::map<std::string, std::string, std::less<>>;

class Writer
{
public:
    explicit Writer(Places const& places, std::string file)
        : places_{places}, file_{std::move(file)}
    {
    }

    void blocks(std::vector<Block> const& list)
    {
        for (auto const& block : list)
            std::visit([this](auto const& one) { write(one); }, block.is);
    }

    std::string take() { return std::move(out_); }

private:
    [[nodiscard]] std::string line(Inline const& text) const
    {
        std::string out;
        for (auto const& span : text) out += spanText(span);
        return out;
    }

    [[nodiscard]] std::string spanText(Span const& span) const
    {
        auto const text = escapedMarkdown(span.text);
        switch (span.kind) {
        case Span::Kind::Text:
            return text;
        case Span::Kind::Strong:
        case Span::Kind::Level:
            return "**" + text + "**";
        case Span::Kind::Code:
            return "<code>" + text +
                   "</code>"; // marks count inside it, so it is escaped like any text
        case Span::Kind::Field:
            return "\\[" + text + "\\]";
        case Span::Kind::Anchor:
            return '[' + text + "](" + target(span.target) + ')';
        case Span::Kind::Link:
            return '<' + escapedTarget(span.target) + '>';
        }
        return text;
    }

    [[nodiscard]] std::string target(std::string const& id) const
    {
        auto const place = places_.find(id);
        if (place == places_.end() || place->second == file_) return '#' + escapedTarget(id);
        return place->second + '#' + escapedTarget(id);
    }

    void anchorAt(std::string const& id)
    {
        if (!id.empty()) out_ += "<a id=\"" + escapedTarget(id) + "\"></a>\n\n";
    }

    void write(Heading const& heading)
    {
        anchorAt(heading.id);
        out_ += std::string(static_cast<std::size_t>(heading.depth), '#') + ' ' +
                line(heading.text) + "\n\n";
    }

    void write(Paragraph const& paragraph) { out_ += line(paragraph.text) + "\n\n"; }

    void write(List const& list)
    {
        items(list.items, 0, list.ordered);
        out_ += '\n';
    }

    void items(std::vector<Item> const& list, std::size_t indent, bool ordered)
    {
        for (std::size_t i = 0; i < list.size(); ++i) {
            auto const mark = ordered ? std::to_string(i + 1) + ". " : std::string{"- "};
            out_ += std::string(indent, ' ') + mark + line(list[i].text) + '\n';
            items(list[i].parts, indent + mark.size(), false);
        }
    }

    void write(Table const& table)
    {
        out_ += '|';
        for (auto const& name : table.head) out_ += ' ' + escapedMarkdown(name) + " |";
        out_ += "\n|";
        for (std::size_t i = 0; i < table.head.size(); ++i) out_ += " --- |";
        out_ += '\n';
        for (auto const& row : table.rows) {
            out_ += '|';
            for (auto const& cell : row) out_ += ' ' + line(cell) + " |";
            out_ += '\n';
        }
        out_ += '\n';
    }

    void write(Facts const& facts)
    {
        for (auto const& [name, text] : facts.rows)
            out_ += "- **" + escapedMarkdown(name) + ":** " + line(text) + '\n';
        out_ += '\n';
    }

    void write(Figure const& figure) { out_ += line(figure.caption) + "\n\n"; }

    void write(Folded const& folded)
    {
        anchorAt(folded.id);
        out_ += "**" + escapedMarkdown(folded.title) + "**\n\n";
        blocks(folded.blocks);
    }

    void write(CardBox const& card)
    {
        Writer inside{places_, file_};
        inside.out_ = "**" + escapedMarkdown(card.level) + "** **" + line(card.summary) + "**\n\n";
        inside.blocks(card.blocks);
        auto text = inside.take();
        while (text.ends_with('\n')) text.pop_back();
        out_ += "> ";
        for (auto const c : text) {
            out_ += c;
            if (c == '\n') out_ += "> ";
        }
        out_ += "\n\n";
    }

    Places const& places_;
    std::string file_;
    std::string out_;
};

void collectAnchors(std::vector<Block> const& blocks, std::string const& file, Places& places)
{
    for (auto const& block : blocks) {
        if (auto const* heading = std::get_if<Heading>(&block.is); heading && !heading->id.empty())
            places.emplace(heading->id, file);
        if (auto const* folded = std::get_if<Folded>(&block.is); folded && !folded->id.empty())
            places.emplace(folded->id, file);
    }
}

std::string titleText(Document const& book) { return "# " + escapedMarkdown(book.title) + "\n\n"; }

} // namespace

std::string toMarkdown(Document const& book)
{
    Places const nowhere;
    Writer writer{nowhere, ""};
    for (auto const& section : book.sections) writer.blocks(section.blocks);
    return titleText(book) + writer.take() + escapedMarkdown(book.footer) + '\n';
}

std::vector<std::pair<std::string, std::string>> toMarkdownFiles(Document const& book)
{
    auto const fileOf = [](Section const& section) {
        auto const isOwn =
            section.kind == Section::Kind::Rule || section.kind == Section::Kind::Appendix;
        return isOwn ? section.id + ".md" : std::string{"README.md"};
    };
    Places places;
    for (auto const& section : book.sections)
        collectAnchors(section.blocks, fileOf(section), places);
    std::vector<std::pair<std::string, std::string>> files{{"README.md", titleText(book)}};
    for (auto const& section : book.sections) {
        // The index of the front names the groups; a page of its own would say nothing more.
        if (section.kind == Section::Kind::Group) continue;
        auto const file = fileOf(section);
        Writer writer{places, file};
        writer.blocks(section.blocks);
        if (section.kind == Section::Kind::Front)
            files.front().second += writer.take();
        else
            files.emplace_back(file, writer.take());
    }
    files.front().second += escapedMarkdown(book.footer) + '\n';
    return files;
}

} // namespace tcds::rulebook
