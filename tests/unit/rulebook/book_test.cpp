#include "server/rulebook/book.hpp"

#include "rules/load/compile.hpp"
#include "rules/load/content.hpp"
#include "server/rulebook/html.hpp"
#include "server/rulebook/markdown.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace tcds::rulebook {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The book of the shipped rules and their cases, with one made-up lint warning.
struct Shipped {
    rules::Content content;
    std::shared_ptr<rules::RuleSet const> rules;
    Document book;
    std::string html;
};

Shipped const& shipped()
{
    static auto const kShipped = [] {
        Problems problems;
        Shipped made;
        auto content = rules::loadFolder(
            TCDS_RULES_DIR, [](auto) { return "0"; }, problems);
        if (!content) throw std::runtime_error{toText(content.error())};
        made.content = std::move(*content);
        made.rules = rules::compile(made.content, problems);
        if (!made.rules) throw std::runtime_error{problems.asError().what};
        std::vector<cases::CaseFile> files;
        for (auto const& tree : made.content.tests)
            files.push_back(cases::readCaseFile(tree, problems));
        auto const& rule = *made.rules->find("EL-K-LOW");
        std::vector<Diagnostic> const lint{
            {Severity::Warning, "L99", rule.file + ":1:1", "a made-up <warning>", "mend it"}};
        std::vector<rules::AcceptedWarning> const accepted{
            {{Severity::Warning, "L98", rule.file, "another one", ""}, "a made-up reason"}};
        made.book = makeBook({*made.rules, files, lint, accepted});
        made.html = toHtml(made.book);
        return made;
    }();
    return kShipped;
}

std::string sectionOf(std::string_view id)
{
    auto const& html = shipped().html;
    auto const at = html.find("<section id=\"" + std::string{id} + '"');
    if (at == std::string::npos) throw std::runtime_error{"no section " + std::string{id}};
    return html.substr(at, html.find("</section>", at) - at);
}

/// The values of an attribute, in the order of the page.
std::vector<std::string> attributes(std::string const& html, std::string const& name)
{
    std::vector<std::string> values;
    auto const start = ' ' + name + "=\"";
    for (auto at = html.find(start); at != std::string::npos; at = html.find(start, at)) {
        at += start.size();
        values.push_back(html.substr(at, html.find('"', at) - at));
    }
    return values;
}

/// The first tag that is not closed where it must be, or "".
std::string unbalanced(std::string const& html)
{
    std::vector<std::string> open;
    auto const end = html.find("<script>"); // its text is no markup
    for (auto at = html.find("<html"); at < end; at = html.find('<', at + 1)) {
        auto const close = html.find('>', at);
        if (html[close - 1] == '/') continue;
        auto const isEnd = html[at + 1] == '/';
        auto const from = at + (isEnd ? 2 : 1);
        auto const name = html.substr(from, html.find_first_of(" >", from) - from);
        if (name == "style") {
            if (!isEnd) at = html.find("</style>", at);
            continue;
        }
        if (!isEnd) {
            open.push_back(name);
            continue;
        }
        if (open.empty() || open.back() != name) return html.substr(at, 60);
        open.pop_back();
    }
    return open == std::vector<std::string>{"html", "body"} ? "" : open.back();
}

TEST(Book, EveryTagIsClosedWhereItMustBe) { EXPECT_EQ(unbalanced(shipped().html), ""); }

TEST(Book, IdsAreUniqueAndEveryLinkInsideLeadsToOne)
{
    auto const list = attributes(shipped().html, "id");
    std::set<std::string> const ids{list.begin(), list.end()};

    EXPECT_EQ(ids.size(), list.size());
    for (auto const& target : attributes(shipped().html, "href")) {
        if (target.starts_with('#')) {
            EXPECT_TRUE(ids.contains(target.substr(1))) << target;
        } else {
            EXPECT_THAT(target, testing::StartsWith("https://"));
        }
    }
}

TEST(Book, HasASectionAndAnIndexLineForEveryRule)
{
    auto const index = sectionOf("front");
    for (auto const& rule : shipped().rules->rules) {
        EXPECT_THAT(index, HasSubstr("<a href=\"#" + rule.id + "\">")) << rule.id;
        EXPECT_THAT(sectionOf(rule.id), HasSubstr("Fires when")) << rule.id;
    }
}

TEST(Book, SaysThatNoClinicalBoardApprovedThePack)
{
    EXPECT_THAT(sectionOf("front"), HasSubstr("No clinical board has approved this pack."));
}

TEST(Book, NeedsNothingFromOutside)
{
    for (auto const* mark : {" src=", "<link", "@import", "url(", "<iframe", "<img"})
        EXPECT_THAT(shipped().html, Not(HasSubstr(mark)));
}

TEST(Book, StaysBelowThirtyThousandBytesARule)
{
    // A hundred rules must fit in 3 MB.
    EXPECT_LT(shipped().html.size(), 30'000U * shipped().rules->rules.size());
}

TEST(Book, ARuleTellsEverythingAboutItself)
{
    auto const text = sectionOf("EL-K-LOW");

    for (auto const* part : {"<dt>Version</dt><dd>1.0.0</dd>",
                             "<dt>Status</dt><dd>active</dd>",
                             "info to critical",
                             "Potassium (K)",
                             "<code>open-cramp</code>",
                             "<code>patient-view</code>",
                             "Latest Potassium below its lower limit (called <code>k</code>)",
                             "(band <code>severe</code>): latest Potassium below 2.5 mmol/L",
                             "One level lower, but critical stays critical, when active medicine: "
                             "Potassium replacement",
                             "<strong>probable</strong>",
                             "Is silent on order hooks while a draft treats it",
                             "<span class=\"field\">[Potassium: value]</span>",
                             "Order basic metabolic panel (S-BMP)",
                             "LOINC <code>51990-0</code>",
                             "(<code>lab-spurious</code>)",
                             "Too little potassium shifts",
                             "Sees the last laboratory potassium only",
                             "https://mypanotes.co.uk",
                             "guideline",
                             "next review 2027-11-22",
                             "Use of Date of birth",
                             "test cases</summary>",
                             "a made-up &lt;warning&gt; (open)",
                             "another one (accepted: a made-up reason)"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, HasSubstr("<svg"));
}

TEST(Book, TheExampleCardIsTheAnswerToACaseOfTheRule)
{
    auto const text = sectionOf("CMB-DIURETIC-LOWK");

    // Case "mild" of its test file: furosemide and potassium 3.1 mmol/L of 2026-01-29.
    EXPECT_THAT(text, HasSubstr("The answer to the test case &quot;mild&quot;."));
    EXPECT_THAT(text,
                HasSubstr("Furosemide with potassium 3.1 mmol/L (2026-01-29): likely contributor"));
}

TEST(Book, TheSameSourcesMakeTheSameBook)
{
    auto const& made = shipped();
    EXPECT_EQ(toHtml(makeBook({*made.rules, {}, {}, {}})),
              toHtml(makeBook({*made.rules, {}, {}, {}})));
}

TEST(BookInMarkdown, SaysWhatThePageSays)
{
    auto const text = toMarkdown(shipped().book);

    EXPECT_THAT(text,
                HasSubstr("<a id=\"EL-K-LOW\"></a>\n\n### <code>EL-K-LOW</code> Low potassium\n"));
    EXPECT_THAT(text, HasSubstr("| below 2.5 mmol/L | **critical** |"));
    EXPECT_THAT(text, HasSubstr("[RF-MND](#RF-MND)"));
}

TEST(BookInMarkdown, AsAFolderEachRuleIsAFileAndLinksLeadThere)
{
    std::map<std::string, std::string> files;
    for (auto& [name, text] : toMarkdownFiles(shipped().book)) files.emplace(name, text);

    EXPECT_EQ(files.size(), shipped().rules->rules.size() + 4); // README and three appendices
    EXPECT_THAT(files.at("README.md"), HasSubstr("[EL-K-LOW](EL-K-LOW.md#EL-K-LOW)"));
    EXPECT_THAT(files.at("EL-K-LOW.md"), HasSubstr("(value-sets.md#set-K_REPLACEMENT)"));
    EXPECT_THAT(files.at("EL-K-LOW.md"), HasSubstr("(analytes.md#lab-K)"));
}

} // namespace
} // namespace tcds::rulebook
