#include "server/query/chart.hpp"

#include "fhir/base/html_escape.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <span>
#include <utility>

namespace tcds::query {

namespace {

constexpr double kWidth = 340, kLeft = 4, kRight = 336;

/// "12.5"
std::string place(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::string attribute(std::string_view name, std::string_view value)
{
    return " " + std::string{name} + "=\"" + std::string{value} + '"';
}
std::string attribute(std::string_view name, double value) { return attribute(name, place(value)); }

struct Look {
    std::string_view kind, fill;
};
constexpr std::array kLooks{Look{"fired", "#c9d3de"}, Look{"accepted", "#1f6f8b"},
                            Look{"overridden", "#d9822b"}, Look{"none", "#eef1f4"}};

/// Where there is no style sheet the picture has colours of its own.
std::string_view fillOf(std::string_view kind)
{
    auto const* const look = std::ranges::find(kLooks, kind, &Look::kind);
    return look == kLooks.end() ? "#c9d3de" : look->fill;
}

std::string rectangle(double x, double y, double width, double height, std::string_view kind)
{
    return "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
           attribute("height", height) + attribute("class", kind) +
           attribute("fill", fillOf(kind)) + "/>";
}

std::string text(double x, double y, std::string_view words, std::string_view more = {})
{
    return "<text" + attribute("x", x) + attribute("y", y) + std::string{more} + ">" +
           htmlEscaped(words) + "</text>";
}

std::string framed(Caption const& caption, double height, std::string const& inside)
{
    auto const title = caption.id + "-title";
    auto const description = caption.id + "-words";
    return "<svg" + attribute("viewBox", "0 0 " + place(kWidth) + " " + place(height)) +
           attribute("role", "img") + attribute("aria-labelledby", title + " " + description) +
           attribute("font-size", "11") + attribute("font-family", "sans-serif") + "><title" +
           attribute("id", title) + ">" + htmlEscaped(caption.title) + "</title><desc" +
           attribute("id", description) + ">" + htmlEscaped(caption.description) + "</desc>\n" +
           inside + "</svg>\n";
}

std::uint64_t lengthOf(std::vector<Stretch> const& line)
{
    return std::transform_reduce(line.begin(), line.end(), std::uint64_t{0}, std::plus{},
                                 [](Stretch const& stretch) { return stretch.value; });
}

/// The least of 1, 2, 5, 10, 20, .. that is not below the value.
std::uint64_t roundAbove(std::uint64_t value)
{
    for (std::uint64_t power = 1; power < UINT64_MAX / 10; power *= 10)
        for (auto const digit : {1U, 2U, 5U})
            if (digit * power >= value) return digit * power;
    return value;
}

std::string drawSome(Caption const& caption, std::span<Bar const> bars, double scale)
{
    constexpr double kName = 13, kLine = 9, kGap = 7;
    std::string inside;
    double y = 0;
    for (auto const& bar : bars) {
        inside += text(kLeft, y + kName - 3, bar.name, attribute("class", "who")) +
                  text(kRight, y + kName - 3, bar.note, attribute("text-anchor", "end"));
        y += kName;
        for (auto const& line : bar.lines) {
            auto x = kLeft;
            for (auto const& stretch : line) {
                auto const width = static_cast<double>(stretch.value) * scale;
                if (stretch.value > 0)
                    inside += rectangle(x, y, std::max(width, 0.5), kLine - 1, stretch.kind);
                x += width;
            }
            y += kLine;
        }
        inside += '\n';
        y += kGap;
    }
    return framed(caption, std::max(y, 1.0), inside);
}

} // namespace

std::string grouped(std::uint64_t number)
{
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), "\u202f");
    return text;
}

std::string drawBars(Caption const& caption, std::vector<Bar> const& bars)
{
    constexpr std::size_t kEach = 20; // of a picture: less than a page
    std::uint64_t longest = 1;
    for (auto const& bar : bars)
        for (auto const& line : bar.lines) longest = std::max(longest, lengthOf(line));
    auto const scale = (kRight - kLeft) / static_cast<double>(longest);
    auto const pictures = std::max<std::size_t>(1, (bars.size() + kEach - 1) / kEach);
    std::string html;
    for (std::size_t i = 0; i < pictures; ++i) {
        auto const first = i * kEach;
        auto const part = std::span{bars}.subspan(first, std::min(kEach, bars.size() - first));
        auto named = caption;
        if (pictures > 1) {
            named.id += "-" + std::to_string(i + 1);
            named.title += " (" + std::to_string(i + 1) + " of " + std::to_string(pictures) + ")";
        }
        html += drawSome(named, part, scale);
    }
    return html;
}

std::string drawCurves(Caption const& caption, std::vector<std::string> const& places,
                       std::vector<Curve> const& curves)
{
    constexpr double kTop = 8, kBottom = 150, kFirst = 40, kHeight = 172;
    constexpr std::size_t kLines = 4, kNames = 5;
    std::uint64_t most = 1;
    for (auto const& curve : curves)
        for (auto const value : curve.values) most = std::max(most, value);
    auto const top = std::max<std::uint64_t>(roundAbove(most), kLines);
    auto const x = [&](std::size_t at) {
        return places.size() < 2 ? (kFirst + kRight) / 2
                                 : kFirst + (kRight - 6 - kFirst) * static_cast<double>(at) /
                                                static_cast<double>(places.size() - 1);
    };
    auto const y = [&](std::uint64_t value) {
        return kBottom - (kBottom - kTop) * static_cast<double>(value) / static_cast<double>(top);
    };
    std::string inside;
    for (std::size_t i = 0; i <= kLines; ++i) {
        auto const value = top * i / kLines;
        inside += "<line" + attribute("x1", kFirst) + attribute("x2", kRight) +
                  attribute("y1", y(value)) + attribute("y2", y(value)) +
                  attribute("class", "grid") + attribute("stroke", "#b9c0c8") + "/>" +
                  text(kFirst - 4, y(value) + 4, grouped(value), attribute("text-anchor", "end"));
    }
    auto const step = std::max<std::size_t>(1, (places.size() + kNames - 2) / kNames);
    for (std::size_t i = 0; i < places.size(); i += step)
        inside += text(x(i), kBottom + 15, places[i],
                       attribute("text-anchor", i + step >= places.size() && i > 0 ? "end"
                                                : i == 0 && places.size() > 1      ? "start"
                                                                                   : "middle"));
    for (auto const& curve : curves) {
        std::string points, dots;
        for (std::size_t i = 0; i < curve.values.size(); ++i) {
            points += (i == 0 ? "" : " ") + place(x(i)) + "," + place(y(curve.values[i]));
            dots += "<circle" + attribute("cx", x(i)) + attribute("cy", y(curve.values[i])) +
                    attribute("r", "2.4") + attribute("class", curve.kind) +
                    attribute("fill", fillOf(curve.kind)) + "/>";
        }
        inside += "<polyline" + attribute("points", points) + attribute("class", curve.kind) +
                  attribute("fill", "none") + attribute("stroke", fillOf(curve.kind)) +
                  attribute("stroke-width", "2") + "/>" + dots + "\n";
    }
    return framed(caption, kHeight, inside);
}

std::string drawLegend(std::vector<std::pair<std::string_view, std::string_view>> const& kinds)
{
    std::string html = "<ul class=\"legend\">";
    for (auto const& [kind, words] : kinds)
        html += "<li><svg viewBox=\"0 0 12 12\" width=\"12\" height=\"12\" aria-hidden=\"true\">" +
                rectangle(0, 0, 12, 12, kind) + "</svg> " + htmlEscaped(words) + "</li>";
    return html + "</ul>\n";
}

} // namespace tcds::query
