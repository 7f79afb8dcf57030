#include "server/query/chart.hpp"

#include <gmock/gmock.h>

namespace tcds::query {
namespace {

using testing::HasSubstr;
using testing::Not;

// The scale runs from 4 to 336 over the longest bar.
TEST(Bars, AreAsLongAsTheirValues)
{
    auto const svg = drawBars({"b", "T", "D"}, {{"A", "100", {{{100, "fired"}}}},
                                                {"B", "50", {{{25, "accepted"}, {25, "none"}}}}});
    EXPECT_THAT(svg, HasSubstr(R"(x="4.0" y="13.0" width="332.0" height="8.0" class="fired")"));
    EXPECT_THAT(svg, HasSubstr(R"(x="4.0" y="42.0" width="83.0" height="8.0" class="accepted")"));
    EXPECT_THAT(svg, HasSubstr(R"(x="87.0" y="42.0" width="83.0" height="8.0" class="none")"));
}

TEST(Bars, NothingIsDrawnForNothing)
{
    auto const svg = drawBars({"b", "T", "D"}, {{"A", "0", {{{0, "fired"}}}}});
    EXPECT_THAT(svg, Not(HasSubstr("<rect")));
    EXPECT_THAT(drawBars({"b", "T", "D"}, {}), HasSubstr("<title id=\"b-title\">T</title>"));
}

TEST(Bars, ManyAreSeveralPicturesOnOneScale)
{
    std::vector<Bar> bars(21, Bar{"A", "", {{{50, "fired"}}}});
    bars.front().lines = {{{100, "fired"}}};
    auto const svg = drawBars({"b", "T", "D"}, bars);
    auto const second = svg.substr(svg.find("<svg", 1));
    EXPECT_THAT(svg, HasSubstr("<title id=\"b-1-title\">T (1 of 2)</title>"));
    EXPECT_THAT(second, HasSubstr("<title id=\"b-2-title\">T (2 of 2)</title>"));
    EXPECT_THAT(second, HasSubstr(R"(width="166.0")")) << "half of the longest";
}

TEST(Bars, NamesAreText)
{
    EXPECT_THAT(drawBars({"b", "T", "D"}, {{"<script>", "&", {}}}),
                testing::AllOf(HasSubstr("&lt;script&gt;"), HasSubstr("&amp;</text>"),
                               Not(HasSubstr("<script>"))));
}

// From 40 to 330 and from 150 up to 8; 30 is drawn on a scale to 50.
TEST(Curves, PointsStandAtTheirPlaces)
{
    auto const svg = drawCurves({"c", "T", "D"}, {"w1", "w2"}, {{"accepted", {0, 30}}});
    EXPECT_THAT(svg, HasSubstr(R"(points="40.0,150.0 330.0,64.8")"));
    EXPECT_THAT(svg, HasSubstr(">50</text>"));
    EXPECT_THAT(svg, HasSubstr(">w1</text>"));
}

TEST(Curves, OneAndNoPlaceAreDrawnToo)
{
    EXPECT_THAT(drawCurves({"c", "T", "D"}, {"w1"}, {{"accepted", {3}}}), HasSubstr("188.0,"));
    EXPECT_THAT(drawCurves({"c", "T", "D"}, {}, {{"accepted", {}}}), HasSubstr("points=\"\""));
}

TEST(Grouped, HasNarrowBlanks)
{
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1\u202f000");
    EXPECT_EQ(grouped(1234567), "1\u202f234\u202f567");
}

} // namespace
} // namespace tcds::query
