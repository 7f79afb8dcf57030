#include "server/replay/card_lines.hpp"

#include <algorithm>

namespace tcds::replay {

namespace {

constexpr std::size_t kMostLines = 1000; // of a card; a real one has thirty
constexpr std::size_t kLongestName = 64; // that is shown: it stands on every line below it

class Lines
{
public:
    void add(std::string const& path, json::Value const& value)
    {
        if (value.IsObject()) {
            for (auto const& member : value.GetObject()) {
                if (full()) return;
                add(path.empty() ? nameOf(member.name) : path + "." + nameOf(member.name),
                    member.value);
            }
        } else if (value.IsArray()) {
            std::size_t place = 0;
            for (auto const& element : value.GetArray()) {
                if (full()) return;
                add(path + "[" + std::to_string(place++) + "]", element);
            }
        } else if (auto const text = json::text(&value)) {
            addText(path, *text);
        } else if (auto const digits = json::number(&value)) {
            line(path + ": " + std::string{*digits});
        } else {
            line(path + ": " + (json::flag(&value).value_or(false) ? "true" : "false"));
        }
    }

    std::vector<std::string> take() { return std::move(lines_); }

private:
    static std::string nameOf(json::Value const& name)
    {
        return {name.GetString(), std::min<std::size_t>(name.GetStringLength(), kLongestName)};
    }
    [[nodiscard]] bool full() const { return lines_.size() >= kMostLines; }

    void addText(std::string const& path, std::string_view text)
    {
        while (!text.empty()) {
            auto const end = std::min(text.find('\n'), text.size());
            if (end > 0) line(path + ": " + std::string{text.substr(0, end)});
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    void line(std::string text)
    {
        if (!full()) lines_.push_back(std::move(text));
    }

    std::vector<std::string> lines_;
};

} // namespace

std::vector<std::string> linesOfCard(std::string_view card)
{
    if (card.empty()) return {};
    auto const document = json::Document::parse(std::string{card}, recordLimits());
    Lines lines;
    if (document) lines.add("", document->root());
    return lines.take();
}

std::vector<CardLine> lineDifference(std::vector<std::string> const& was,
                                     std::vector<std::string> const& is)
{
    // Length of the longest common subsequence of the ends of both.
    std::vector<std::vector<std::size_t>> common(was.size() + 1,
                                                 std::vector<std::size_t>(is.size() + 1, 0));
    for (auto i = was.size(); i-- > 0;)
        for (auto k = is.size(); k-- > 0;)
            common[i][k] = was[i] == is[k] ? common[i + 1][k + 1] + 1
                                           : std::max(common[i + 1][k], common[i][k + 1]);
    std::vector<CardLine> lines;
    std::size_t i = 0, k = 0;
    while (i < was.size() || k < is.size()) {
        if (i < was.size() && k < is.size() && was[i] == is[k]) {
            lines.push_back({' ', was[i]});
            ++i, ++k;
        } else if (k == is.size() || (i < was.size() && common[i + 1][k] >= common[i][k + 1])) {
            lines.push_back({'-', was[i++]});
        } else {
            lines.push_back({'+', is[k++]});
        }
    }
    return lines;
}

} // namespace tcds::replay
