#include "server/rulebook/escape.hpp"

#include "server/rulebook/html.hpp"
#include "server/rulebook/markdown.hpp"

#include <gmock/gmock.h>

namespace tcds::rulebook {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto kHostile = "<script>alert(\"1\")</script> & 'x' | *y* [z](https://example.org)";

/// A book in which every place for text holds the hostile one.
Document hostileBook()
{
    Inline line{{Span::Kind::Text, kHostile, {}},
                {Span::Kind::Strong, kHostile, {}},
                {Span::Kind::Code, kHostile, {}},
                {Span::Kind::Field, kHostile, {}},
                {Span::Kind::Anchor, kHostile, kHostile}};
    Section section{Section::Kind::Rule, kHostile, kHostile, kHostile, {}};
    auto& blocks = section.blocks;
    blocks.push_back({Heading{3, kHostile, line}});
    blocks.push_back({Paragraph{line}});
    blocks.push_back({List{{{line, {{line}}}}, true}});
    blocks.push_back({Table{kHostile, {kHostile, kHostile}, {{line, line}}}});
    blocks.push_back({Facts{{{kHostile, line}}}});
    blocks.push_back({Folded{kHostile, kHostile, {}}});
    blocks.push_back({CardBox{kHostile, line, {}}});
    return {kHostile, kHostile, {section}};
}

TEST(Escape, WritesTheMarksOfHtmlAsReferences)
{
    EXPECT_EQ(escaped("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
}

TEST(Escape, ControlCharactersBecomeBlanks)
{
    EXPECT_EQ(escaped(std::string_view{"a\x01"
                                       "b\0c\nd",
                                       7}),
              "a b c\nd");
}

TEST(Escape, PutsABackslashBeforeTheMarksOfMarkdown)
{
    EXPECT_EQ(escapedMarkdown("*a* [b] <c> | #d `e`\nf"), R"(\*a\* \[b\] \<c\> \| \#d \`e\` f)");
}

TEST(Escape, ALinkOfMarkdownCannotBeEndedByItsTarget)
{
    EXPECT_EQ(escapedTarget("https://example.org/a?b=1&c=(d) <e>"),
              "https://example.org/a?b=1&c=%28d%29%20%3Ce%3E");
}

TEST(Escape, NoTextOfABookBecomesMarkupInHtml)
{
    auto const html = toHtml(hostileBook());

    EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(html, Not(HasSubstr("\"1\"")));
    EXPECT_THAT(html,
                HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"));
}

TEST(Escape, NoTextOfABookBecomesMarkupInMarkdown)
{
    auto const text = toMarkdown(hostileBook());

    EXPECT_THAT(text, Not(HasSubstr("<script>")));
    EXPECT_THAT(text, Not(HasSubstr("[z](https")));
    EXPECT_THAT(text, HasSubstr(R"(\<script\>alert("1")\</script\> \& 'x' \| \*y\* \[z\])"));
}

} // namespace
} // namespace tcds::rulebook
