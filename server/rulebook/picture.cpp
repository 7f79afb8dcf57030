#include "server/rulebook/picture.hpp"

#include "server/rulebook/escape.hpp"
#include "server/rulebook/statement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace tcds::rulebook {

namespace {

using geometry::kLeft;
using geometry::kRight;
using geometry::kWidth;

constexpr double kBar = 24;     // height of a bar
constexpr double kMoreBar = 17; // height of the bar of further conditions
constexpr double kRow = 15;     // height of a row of text
constexpr double kLetter = 6.3; // average width of a letter at the size of the style sheet

// Drawing only: no comparison of a patient's value ever uses this.
double drawn(Decimal const& value) { return std::strtod(value.text().c_str(), nullptr); }

std::string number(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

double widthOf(std::string_view text) { return kLetter * static_cast<double>(text.size()); }

/// The number of a limit without its unit: the unit stands once, at the end of the row.
std::string numberOf(terms::Measure const& measure)
{
    return measure.text.substr(0, measure.text.find(' '));
}

std::vector<Edge> edgesOf(ValueLine const& line)
{
    std::vector<Edge> edges;
    for (auto const& stretch : line.stretches)
        if (stretch.to &&
            (edges.empty() || edges.back().limit.front().value != stretch.to->limit.front().value))
            edges.push_back(*stretch.to);
    return edges;
}

std::string_view classOf(Stretch const& stretch)
{
    if (!stretch.fires) return "none";
    return stretch.sure ? rules::toText(*stretch.sure) : std::string_view{"perhaps"};
}

std::string barWord(Stretch const& stretch)
{
    if (stretch.suppressed) return "silent";
    if (!stretch.fires) return "does not fire";
    return stretch.sure ? std::string{rules::toText(*stretch.sure)} : "needs more";
}

/// A sign for a stretch that is too narrow for its word.
std::string_view barSign(std::string_view name)
{
    if (name == "critical") return "!!";
    if (name == "warning") return "!";
    if (name == "info") return "i";
    return name == "perhaps" ? "?" : "\u2013";
}

class Drawing
{
public:
    Drawing(ValuePicture const& picture, rules::RuleSet const& set)
        : picture_{picture}, set_{set}, scale_{scaleOf(picture)}
    {
    }

    std::string body()
    {
        auto const several = picture_.lines.size() > 1;
        for (auto const& line : picture_.lines) {
            if (several) {
                label(capital(populationsText(line.populations, set_)));
            }
            bars(line);
            ticks(edgesOf(line));
            y_ += 8;
        }
        return std::move(out_);
    }

    [[nodiscard]] double height() const { return y_; }

private:
    void text(double x, double y, std::string_view anchor, std::string_view name,
              std::string_view content)
    {
        out_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" +
                std::string{anchor} + "\" class=\"" + std::string{name} + "\">" + escaped(content) +
                "</text>";
    }

    void label(std::string_view content)
    {
        y_ += kRow;
        text(kLeft, y_ - 4, "start", "who", content);
    }

    [[nodiscard]] std::pair<double, double> span(Stretch const& stretch) const
    {
        return {stretch.from ? scale_.x(drawn(stretch.from->limit.front().value)) : kLeft,
                stretch.to ? scale_.x(drawn(stretch.to->limit.front().value)) : kRight};
    }

    void box(std::pair<double, double> const& at, double height, std::string_view name,
             std::string_view word)
    {
        auto const [from, to] = at;
        out_ += "<rect x=\"" + number(from) + "\" y=\"" + number(y_) + "\" width=\"" +
                number(std::max(to - from, 1.0)) + "\" height=\"" + number(height) + "\" class=\"" +
                std::string{name} + "\"/>";
        auto const fits = widthOf(word) + 4 <= to - from;
        auto const shown = fits ? word : barSign(name);
        if (widthOf(shown) <= to - from + 2)
            text((from + to) / 2, y_ + height / 2 + 4, "middle", "on-" + std::string{name}, shown);
    }

    void bars(ValueLine const& line)
    {
        for (auto const& stretch : line.stretches)
            if (stretch.from || stretch.to || line.stretches.size() == 1)
                box(span(stretch), kBar, classOf(stretch), barWord(stretch));
        y_ += kBar;
        auto const more = [](Stretch const& stretch) {
            return stretch.fires && (!stretch.sure || stretch.highest > *stretch.sure);
        };
        if (std::ranges::none_of(line.stretches, more)) return;
        y_ += 2;
        for (auto const& stretch : line.stretches)
            if (more(stretch))
                box(span(stretch), kMoreBar, rules::toText(stretch.highest),
                    "up to " + std::string{rules::toText(stretch.highest)});
        y_ += kMoreBar;
    }

    /// The values of the edges, a row for each unit in which all of them are written; what would
    /// touch its neighbour moves a row down.
    void ticks(std::vector<Edge> const& edges)
    {
        if (edges.empty()) return;
        auto const barEnd = y_;
        for (auto const& edge : edges) {
            auto const x = number(scale_.x(drawn(edge.limit.front().value)));
            out_ += "<path d=\"M" + x + ' ' + number(barEnd) + "v4\" class=\"tick\"/>";
        }
        y_ += 4;
        auto units = edges.front().limit.size();
        for (auto const& edge : edges) units = std::min(units, edge.limit.size());
        for (std::size_t unit = 0; unit < units; ++unit) unitRows(edges, unit);
    }

    void unitRows(std::vector<Edge> const& edges, std::size_t unit)
    {
        auto const& name = edges.front().limit[unit].ucum;
        std::vector<double> rowEnds;
        auto const unitStart = kRight - widthOf(name);
        for (auto const& edge : edges) {
            auto const shown = numberOf(edge.limit[unit]);
            auto const half = widthOf(shown) / 2;
            auto const x =
                std::clamp(scale_.x(drawn(edge.limit.front().value)), kLeft + half, kRight - half);
            std::size_t row = 0;
            while (row < rowEnds.size() && x - half < rowEnds[row] + 4) ++row;
            if (row == 0 && x + half > unitStart - 4) row = std::max<std::size_t>(row, 1);
            if (row >= rowEnds.size()) rowEnds.resize(row + 1, 0.0);
            rowEnds[row] = x + half;
            text(x, y_ + 12 + kRow * static_cast<double>(row), "middle", "value", shown);
        }
        text(kRight, y_ + 12, "end", "unit", name);
        y_ += kRow * static_cast<double>(rowEnds.size());
    }

    ValuePicture const& picture_;
    rules::RuleSet const& set_;
    Scale scale_;
    std::string out_;
    double y_ = 2;
};

std::string descriptionOf(ValuePicture const& picture, rules::RuleSet const& set)
{
    std::string text;
    for (auto const& line : picture.lines) {
        if (picture.lines.size() > 1)
            text += capital(populationsText(line.populations, set)) + ": ";
        for (auto const& stretch : line.stretches)
            text += rangeText(stretch) + ": " + stretchText(stretch) +
                    (&stretch == &line.stretches.back() ? ". " : "; ");
    }
    if (!text.empty()) text.pop_back();
    return capital(text);
}

} // namespace

double Scale::x(double value) const
{
    return kLeft + (kRight - kLeft) * (value - low) / (high - low);
}

Scale scaleOf(ValuePicture const& picture)
{
    std::vector<double> values;
    for (auto const& line : picture.lines)
        for (auto const& edge : edgesOf(line)) values.push_back(drawn(edge.limit.front().value));
    if (values.empty()) return {};
    auto const [least, most] = std::ranges::minmax(values);
    auto free = 0.3 * (most > least ? most - least : std::abs(most));
    if (free == 0) free = 1;
    auto const low = least >= 0 ? std::max(0.0, least - free) : least - free;
    return {low, most + free};
}

std::string stretchText(Stretch const& stretch)
{
    if (stretch.suppressed) return "silent";
    if (!stretch.fires) return "does not fire";
    if (!stretch.sure)
        return "up to " + std::string{rules::toText(stretch.highest)} + ", only with more";
    std::string text{rules::toText(*stretch.sure)};
    if (stretch.highest > *stretch.sure)
        text += ", with more up to " + std::string{rules::toText(stretch.highest)};
    return text;
}

std::string drawPicture(ValuePicture const& picture, rules::Rule const& rule,
                        rules::RuleSet const& set, std::string const& id)
{
    Drawing drawing{picture, set};
    auto const body = drawing.body();
    auto const& analyte = set.terms->analyte(picture.analyte);
    return "<svg viewBox=\"0 0 " + number(kWidth) + ' ' + number(drawing.height()) +
           "\" role=\"img\" aria-labelledby=\"" + id + "-t " + id + "-d\"><title id=\"" + id +
           "-t\">" + escaped(rule.id + ": level by " + analyte.title) + "</title><desc id=\"" + id +
           "-d\">" + escaped(descriptionOf(picture, set)) + "</desc>" + body + "</svg>";
}

} // namespace tcds::rulebook
