#include "server/rulebook/html.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace tcds::rulebook {
namespace {

using Colours = std::map<std::string, std::string>;

/// The colours of the n-th `:root` block of the style sheet: 0 light, 1 dark, 2 paper.
Colours coloursOf(std::size_t block)
{
    std::string const style = kStyle;
    std::size_t at = 0;
    for (std::size_t i = 0; i <= block; ++i) at = style.find(":root {", at + (i > 0 ? 1 : 0));
    auto const text = style.substr(at, style.find('}', at) - at);
    Colours colours;
    for (auto name = text.find("--"); name != std::string::npos; name = text.find("--", name + 2)) {
        auto const colon = text.find(':', name);
        auto const hash = text.find('#', colon);
        colours[text.substr(name + 2, colon - name - 2)] = text.substr(hash + 1, 6);
    }
    return colours;
}

/// Relative luminance, WCAG 2.2.
double luminance(std::string const& hex)
{
    auto const part = [&](std::size_t at) {
        auto const value = std::stoi(hex.substr(at, 2), nullptr, 16) / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4);
}

double contrast(std::string const& a, std::string const& b)
{
    auto const x = luminance(a);
    auto const y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

class Contrast : public testing::TestWithParam<std::size_t>
{
};

TEST_P(Contrast, OfTextIsAtLeastFourAndAHalf)
{
    auto const colours = coloursOf(GetParam());
    std::vector<std::pair<std::string, std::string>> const pairs{
        {"ink", "ground"},   {"quiet", "ground"},         {"link", "ground"},
        {"ink", "soft"},     {"quiet", "soft"},           {"link", "soft"},
        {"ink", "field"},    {"on-critical", "critical"}, {"on-warning", "warning"},
        {"on-info", "info"}, {"on-none", "none"}};
    for (auto const& [text, ground] : pairs)
        EXPECT_GE(contrast(colours.at(text), colours.at(ground)), 4.5) << text << " on " << ground;
}

TEST_P(Contrast, OfLinesIsAtLeastThree)
{
    auto const colours = coloursOf(GetParam());

    EXPECT_GE(contrast(colours.at("line"), colours.at("ground")), 3.0);
}

std::string nameOf(testing::TestParamInfo<std::size_t> const& scheme)
{
    constexpr std::array<char const*, 3> kNames{"Light", "Dark", "Paper"};
    return kNames.at(scheme.index);
}

INSTANTIATE_TEST_SUITE_P(Schemes, Contrast, testing::Values(0U, 1U, 2U), nameOf);

TEST(ContrastFormula, BlackOnWhiteIsTwentyOne)
{
    EXPECT_NEAR(contrast("000000", "ffffff"), 21.0, 1e-9);
}

} // namespace
} // namespace tcds::rulebook
