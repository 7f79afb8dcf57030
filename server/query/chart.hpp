#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::query {

// Pictures as inline SVG: they need no script and no style sheet, though the style of the page has
// the last word on colours. Each has a title and a description for those who do not see it, and is
// as wide as a phone's column, so that texts keep their size there.

/// A stretch of a bar. Kinds, each with a look of its own: fired, accepted, overridden, none.
struct Stretch {
    std::uint64_t value = 0;
    std::string_view kind;
};

/// A line of a bar chart: its name, what stands at its end, and the bars below each other.
struct Bar {
    std::string name, note;
    std::vector<std::vector<Stretch>> lines;
};

/// What a picture is called and says, in words.
struct Caption {
    std::string id; // unique in the page
    std::string title, description;
};

/// Bars on a scale from 0 to the longest of all. Many are drawn as several pictures, so that paper
/// can part them.
std::string drawBars(Caption const& caption, std::vector<Bar> const& bars);

/// Values in their order, with the name of each place.
struct Curve {
    std::string_view kind; // as of a stretch
    std::vector<std::uint64_t> values;
};

/// Curves over the same places on a scale from 0.
std::string drawCurves(Caption const& caption, std::vector<std::string> const& places,
                       std::vector<Curve> const& curves);

/// A line that names kinds beside their colours: "accepted", "overridden", ..
std::string drawLegend(std::vector<std::pair<std::string_view, std::string_view>> const& kinds);

/// "12 345" with narrow blanks, for people.
std::string grouped(std::uint64_t number);

} // namespace tcds::query
