#pragma once

#include "server/rulebook/stretches.hpp"

#include <string>

namespace tcds::rulebook {

/// Where things are in a picture, in units of its view box.
namespace geometry {
inline constexpr double kWidth = 340; // a phone's column, so that texts keep their size there
inline constexpr double kLeft = 10;
inline constexpr double kRight = 330;
} // namespace geometry

/// The number line from which every line of a picture is drawn.
struct Scale {
    double low = 0, high = 1; // values at kLeft and kRight
    [[nodiscard]] double x(double value) const;
};

/// A scale with all edges inside and three tenths of their span (of the value, if there is one
/// edge only) free on both sides; it does not go below zero when no edge does.
Scale scaleOf(ValuePicture const& picture);

/// The picture as inline SVG: one bar a line, coloured and named by level, below it a narrower bar
/// where further conditions can raise the level, and the edges with their values, a row for each
/// unit. Title and description say the same in words; colours come from the style sheet.
/// @param id  unique in the page, for title and description
std::string drawPicture(ValuePicture const& picture, rules::Rule const& rule,
                        rules::RuleSet const& set, std::string const& id);

/// What a stretch does, in a few words: "critical", "does not fire", "info; up to critical".
std::string stretchText(Stretch const& stretch);

} // namespace tcds::rulebook
