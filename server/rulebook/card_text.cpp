#include "server/rulebook/card_text.hpp"

#include <algorithm>

namespace tcds::rulebook {

namespace {

/// `[text](https://...)` at the start of a text: the link, and how long it is; 0 when it is none.
std::pair<Span, std::size_t> linkAt(std::string_view text)
{
    auto const middle = text.find("](https://");
    auto const end = middle == std::string_view::npos ? middle : text.find(')', middle);
    if (end == std::string_view::npos || text.substr(1, middle - 1).find('[') != text.npos)
        return {{}, 0};
    auto const address = text.substr(middle + 2, end - middle - 2);
    return {link(std::string{text.substr(1, middle - 1)}, std::string{address}), end + 1};
}

void addParagraph(std::vector<Block>& blocks, Inline text)
{
    blocks.emplace_back().is = Paragraph{std::move(text)};
}

/// Items in a row are one list.
void addItem(std::vector<Block>& blocks, Inline text)
{
    if (blocks.empty() || !std::holds_alternative<List>(blocks.back().is))
        blocks.emplace_back().is = List{};
    std::get<List>(blocks.back().is).items.push_back({std::move(text)});
}

} // namespace

Inline detailLine(std::string_view text)
{
    Inline line;
    std::string run;
    auto isStrong = false;
    auto const flush = [&] {
        if (!run.empty()) line += isStrong ? strong(run) : plain(run).front();
        run.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\\' && at + 1 < text.size()) {
            run += text[at + 1];
            at += 2;
        } else if (text.substr(at).starts_with("**")) {
            flush();
            isStrong = !isStrong;
            at += 2;
        } else if (auto const [span, length] =
                       text[at] == '[' ? linkAt(text.substr(at)) : std::pair<Span, std::size_t>{};
                   length > 0) {
            flush();
            line += span;
            at += length;
        } else {
            run += text[at++];
        }
    }
    flush();
    return line;
}

std::vector<Block> detailBlocks(std::string_view detail)
{
    std::vector<Block> blocks;
    while (!detail.empty()) {
        auto const end = std::min(detail.find('\n'), detail.size());
        auto const line = detail.substr(0, end);
        detail.remove_prefix(std::min(end + 1, detail.size()));
        if (line.empty()) continue;
        if (line.starts_with("- "))
            addItem(blocks, detailLine(line.substr(2)));
        else
            addParagraph(blocks, detailLine(line));
    }
    return blocks;
}

} // namespace tcds::rulebook
