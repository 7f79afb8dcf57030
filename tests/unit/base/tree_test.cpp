#include "fhir/base/tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Reading {
    std::optional<Tree> tree;
    std::vector<Diagnostic> problems;

    [[nodiscard]] std::string json() const { return tree ? tree->toJson() : "nothing"; }
};

Reading read(std::string_view text)
{
    Problems problems;
    auto tree = Tree::fromYaml(text, "f.yaml", problems);
    return {std::move(tree), problems.sorted()};
}

std::vector<std::string> placesAndCodes(Reading const& reading)
{
    std::vector<std::string> result;
    for (auto const& problem : reading.problems) {
        EXPECT_EQ(problem.severity, Severity::Error);
        EXPECT_FALSE(problem.fix.empty()) << problem.what;
        result.push_back(problem.where + " " + problem.code);
    }
    return result;
}

TEST(Tree, EveryScalarIsTheTextThatWasWritten)
{
    std::vector<std::pair<std::string, std::string>> const rows{
        {"a: no\nb: 3.50\nc: 2026-01-31\nd: 0x1F\ne: 1e3\n",
         R"({"a":"no","b":"3.50","c":"2026-01-31","d":"0x1F","e":"1e3"})"},
        {"a: 'null'\nb: \"~\"\nc: ''\nd: \"\"\n", R"({"a":"null","b":"~","c":"","d":""})"},
        {"- a\n- [b, c]\n- {d: e}\n", R"(["a",["b","c"],{"d":"e"}])"},
        {"a: |\n  x\n  y\nb: >\n  x\n  y\n", R"({"a":"x\ny\n","b":"x y\n"})"},
        {"a: b # comment\n# more\n", R"({"a":"b"})"},
        {"---\na: b\n...\n", R"({"a":"b"})"},
        {"a: b\r\nc: d\r\n", R"({"a":"b","c":"d"})"},
        {"\xEF\xBB\xBF"
         "a: b\n",
         R"({"a":"b"})"},
        {"z: 1\na: 2\nm: 3\n", R"({"z":"1","a":"2","m":"3"})"}, // file order
        {"plain text", R"("plain text")"},
        {"\"<<\": a\n", R"({"<<":"a"})"},
        {"a: x*y & z!\n", R"({"a":"x*y & z!"})"},
        {"a: []\nb: {}\n", R"({"a":[],"b":{}})"},
        {"d\xC3\xBCrr: \xC3\xA4\n", "{\"d\xC3\xBCrr\":\"\xC3\xA4\"}"},
    };
    for (auto const& [yaml, json] : rows) {
        SCOPED_TRACE(yaml);
        auto const reading = read(yaml);
        EXPECT_EQ(reading.json(), json);
        EXPECT_TRUE(reading.problems.empty());
    }
}

TEST(Tree, JsonIsReadToo)
{
    auto const reading = read("{\n\t\"a\": \"b\\/\\u00e4\",\n\t\"c\":[1,true,{\"d\":\"\"}]\n}\n");

    EXPECT_EQ(reading.json(), "{\"a\":\"b/\xC3\xA4\",\"c\":[\"1\",\"true\",{\"d\":\"\"}]}");
    EXPECT_TRUE(reading.problems.empty());
}

TEST(Tree, ItsJsonReadsBackToTheSameJson)
{
    std::string const json = R"({"a":"q\"\\","b":["x","y: z"]})";
    EXPECT_EQ(read("a: \"q\\\"\\\\\"\nb: [x, 'y: z']\n").json(), json);
    EXPECT_EQ(read(json).json(), json);
}

struct ProblemRow {
    char const* name;
    std::string yaml;
    std::vector<std::string> problems; // place and code
    std::string json;                  // what is left
    std::string what;                  // part of the first message
};

TEST(Tree, WhatIsNotAllowedIsReportedAndLeftOut)
{
    std::vector<ProblemRow> const rows{
        {"anchor", "a: &x 1\nb: 2\n", {"f.yaml:1:4 L01"}, R"({"a":"1","b":"2"})", "anchor"},
        {"alias",
         "a: &x 1\nb: *x\nc: 3\n",
         {"f.yaml:1:4 L01", "f.yaml:2:4 L01"},
         R"({"a":"1","c":"3"})",
         "anchor"},
        {"alias in a list",
         "[&x 1, *x, 2]",
         {"f.yaml:1:2 L01", "f.yaml:1:8 L01"},
         R"(["1","2"])",
         "anchor"},
        {"alias as key",
         "a: &x 1\n*x : 2\nb: 3\n",
         {"f.yaml:1:4 L01", "f.yaml:2:1 L01"},
         R"({"a":"1","b":"3"})",
         "anchor"},
        {"anchored map", "a: &x {b: c}\n", {"f.yaml:1:4 L01"}, R"({"a":{"b":"c"}})", "anchor"},
        {"anchored key", "&x a: b\n", {"f.yaml:1:1 L01"}, R"({"a":"b"})", "anchor"},
        {"tag", "a: !!str 1\n", {"f.yaml:1:4 L01"}, R"({"a":"1"})", "tag"},
        {"own tag",
         "a: !unit x\nb: !set {c: d}\nc: !l [d]\n",
         {"f.yaml:1:4 L01", "f.yaml:2:4 L01", "f.yaml:3:4 L01"},
         R"({"a":"x","b":{"c":"d"},"c":["d"]})",
         "tag"},
        {"bare tag",
         "a: ! x\nb: ! \"y\"\n",
         {"f.yaml:1:4 L01", "f.yaml:2:4 L01"},
         R"({"a":"x","b":"y"})",
         "tag"},
        {"merge key", "<<: {a: b}\nc: d\n", {"f.yaml:1:1 L01"}, R"({"c":"d"})", "merge key"},
        {"list as key", "? [a, b]\n: c\nd: e\n", {"f.yaml:1:3 L01"}, R"({"d":"e"})", "key is due"},
        {"map as key", "{{a: b}: c, d: e}", {"f.yaml:1:2 L01"}, R"({"d":"e"})", "key is due"},
        {"map as key, its value too",
         "? {a: b}\n: {x: &y 1}\nc: d\n",
         {"f.yaml:1:3 L01", "f.yaml:2:7 L01"},
         R"({"c":"d"})",
         "key is due"},
        {"no key", ": v\na: b\n", {"f.yaml:1:1 L01"}, R"({"a":"b"})", "empty key"},
        {"no value", "a:\nb: c\n", {"f.yaml:1:1 L01"}, R"({"b":"c"})", "\"a\" has no value"},
        {"null words",
         "a: null\nb: ~\nc: Null\nd: e\n",
         {"f.yaml:1:1 L01", "f.yaml:2:1 L01", "f.yaml:3:1 L01"},
         R"({"d":"e"})",
         "no value"},
        {"JSON null", "{\"a\":null,\"b\":\"c\"}", {"f.yaml:1:2 L01"}, R"({"b":"c"})", "no value"},
        {"empty element",
         "- a\n-\n- b\n",
         {"f.yaml:3:1 L01"},
         R"(["a","b"])",
         "empty list element"},
        {"key twice",
         "a: b\nc: d\na: e\n",
         {"f.yaml:3:1 L02"},
         R"({"a":"b","c":"d"})",
         "key \"a\" stands twice, first in line 1"},
        {"key twice, quoted", "{a: b, \"a\": c}", {"f.yaml:1:8 L02"}, R"({"a":"b"})", "twice"},
        {"keys twice, nested",
         "a:\n  c: 1\n  c: {d: 1, d: 2}\n",
         {"f.yaml:3:3 L02", "f.yaml:3:13 L02"},
         R"({"a":{"c":"1"}})",
         "\"c\" stands twice"},
        {"same key in two maps",
         "a: {k: 1}\nb: {k: 1}\n",
         {},
         R"({"a":{"k":"1"},"b":{"k":"1"}})",
         ""},
        {"alias of nothing", "a: *x1\n", {"f.yaml:1:4 L01"}, "nothing", "alias"},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(row.name);
        auto const reading = read(row.yaml);
        EXPECT_EQ(placesAndCodes(reading), row.problems);
        EXPECT_EQ(reading.json(), row.json);
        if (!row.problems.empty() && !reading.problems.empty()) {
            EXPECT_THAT(reading.problems.front().what, HasSubstr(row.what));
        }
    }
}

TEST(Tree, WhatCannotBeReadIsReportedInOurWords)
{
    std::vector<ProblemRow> const rows{
        {"empty", "", {"f.yaml:1:1 L01"}, "", "empty"},
        {"comment only", "# nothing\n", {"f.yaml:1:1 L01"}, "", "empty"},
        {"marker only", "---\n", {"f.yaml:1:1 L01"}, "", "empty"},
        {"null only", "~\n", {"f.yaml:1:1 L01"}, "", "empty"},
        {"two documents", "a: b\n---\nc: d\n", {"f.yaml:2:1 L01"}, "", "more content"},
        {"after the end", "a: b\n...\nc: d\n", {"f.yaml:3:1 L01"}, "", "more content"},
        {"after a JSON root", "{a: b} {c: d}", {"f.yaml:1:8 L01"}, "", "more content"},
        {"tabs", "a:\n\tb: c\nd:\n  \te: f\n", {"f.yaml:2:1 L01", "f.yaml:4:3 L01"}, "", "tab"},
        {"not UTF-8", "a: b\n\xC3\xA4: \xFF\n", {"f.yaml:2:4 L01"}, "", "UTF-8"},
        {"NUL", std::string{"a: \0b\n", 6}, {"f.yaml:1:4 L01"}, "", "control character"},
        {"end of transmission", "a: b\n\x04\nc: d\n", {"f.yaml:2:1 L01"}, "", "control character"},
        {"open list", "a: [b,\n", {"f.yaml:2:1 L01"}, "", "list in brackets is not closed"},
        {"open map", "a: {b: c\n", {"f.yaml:2:1 L01"}, "", "map in braces is not closed"},
        {"open single quote", "a: 'b\nc: d\n", {"f.yaml:1:4 L01"}, "", "quoted text is not closed"},
        {"open double quote", "a: \"b\\\"\n", {"f.yaml:1:4 L01"}, "", "quoted text is not closed"},
        {"stray bracket", "a: ]\n", {"f.yaml:1:4 L01"}, "", "closes what was not opened"},
        {"colon in a text", "a: b: c\n", {"f.yaml:1:5 L01"}, "", "colon is not allowed"},
        {"indentation", "a:\n  b: c\n d: e\n", {"f.yaml:3:2 L01"}, "", "does not continue the map"},
        {"reserved character", "a: @x\n", {"f.yaml:1:4 L01"}, "", "cannot begin"},
        {"bad escape", "a: \"\\q\"\n", {"f.yaml:1:7 L01"}, "", "backslash"},
        {"list in a key line", "a: - b\n", {"f.yaml:1:4 L01"}, "", "list element is not allowed"},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(row.name);
        auto const reading = read(row.yaml);
        EXPECT_FALSE(reading.tree.has_value());
        EXPECT_EQ(placesAndCodes(reading), row.problems);
        if (!reading.problems.empty()) {
            EXPECT_THAT(reading.problems.front().what, HasSubstr(row.what));
        }
    }
}

TEST(Tree, FaultsBeforeASyntaxErrorAreReportedWithIt)
{
    auto const reading = read("a: &x 1\nb:\nc: 2\nc: 3\nd: ]\n");

    EXPECT_FALSE(reading.tree.has_value());
    EXPECT_THAT(placesAndCodes(reading), ElementsAre("f.yaml:1:4 L01", "f.yaml:2:1 L01",
                                                     "f.yaml:4:1 L02", "f.yaml:5:4 L01"));
}

TEST(Tree, OfAHundredFaultsNoMoreAreListed)
{
    std::string yaml;
    for (int i = 0; i < 200; ++i) yaml += "a: b\n";

    auto const reading = read(yaml);

    ASSERT_EQ(reading.problems.size(), 101U);
    EXPECT_THAT(reading.problems.back().what, HasSubstr("more than 100"));
}

TEST(Tree, DepthAndSizeHaveBounds)
{
    auto const nested = [](std::size_t depth) {
        return std::string(depth, '[') + "x" + std::string(depth, ']');
    };
    EXPECT_EQ(read(nested(32)).problems.size(), 0U);
    auto reading = read(nested(33));
    EXPECT_FALSE(reading.tree.has_value());
    EXPECT_THAT(placesAndCodes(reading), ElementsAre("f.yaml:1:33 L01"));

    std::string yaml = "a: ";
    yaml.resize(1024U * 1024U, 'x');
    EXPECT_TRUE(read(yaml).tree.has_value());
    yaml += 'x';
    reading = read(yaml);
    EXPECT_FALSE(reading.tree.has_value());
    EXPECT_THAT(placesAndCodes(reading), ElementsAre("f.yaml:1:1 L01"));
    EXPECT_THAT(reading.problems.front().what, HasSubstr("1048577 bytes"));
}

TEST(Tree, HostileNestingEndsAtTheLimit)
{
    for (std::string const unit : {"[", "{", "- ", "? ", "{a: ", "[a,"}) {
        SCOPED_TRACE(unit);
        std::string yaml;
        while (yaml.size() + unit.size() <= 1024U * 1024U) yaml += unit;
        auto const reading = read(yaml);
        EXPECT_FALSE(reading.tree.has_value());
        EXPECT_FALSE(reading.problems.empty());
    }
}

TEST(Node, KnowsWhereKeysAndValuesStand)
{
    auto const reading = read("# head\nrule: X\nwhen:\n  - lab: K\n    below: '3.5'\n  - [p, q]\n"
                              "d\xC3\xBCrr: {\xC3\xA4: z}\n");
    ASSERT_TRUE(reading.tree.has_value());
    auto const root = reading.tree->root();

    EXPECT_EQ(root.where(), "f.yaml:2:1");
    EXPECT_EQ(root.find("rule")->where(), "f.yaml:2:7");
    auto const members = root.members();
    ASSERT_EQ(members.size(), 3U);
    EXPECT_EQ(members[0].key, "rule");
    EXPECT_EQ(members[0].keyNode.where(), "f.yaml:2:1");
    EXPECT_EQ(members[1].keyNode.where(), "f.yaml:3:1");
    EXPECT_EQ(members[1].value.where(), "f.yaml:4:3");
    auto const elements = members[1].value.items();
    ASSERT_EQ(elements.size(), 2U);
    EXPECT_EQ(elements[0].where(), "f.yaml:4:5");
    EXPECT_EQ(elements[0].find("below")->where(), "f.yaml:5:12");
    EXPECT_EQ(elements[0].members()[1].keyNode.where(), "f.yaml:5:5");
    EXPECT_EQ(elements[1].items()[1].where(), "f.yaml:6:9");
    EXPECT_EQ(members[2].value.where(), "f.yaml:7:7"); // characters, not bytes
    EXPECT_EQ(members[2].value.find("\xC3\xA4")->where(), "f.yaml:7:11");
}

TEST(Node, PositionsStayRightBehindWhatIsLeftOut)
{
    auto const reading = read("a: 1\na: [x, y]\nb:\nc: {d: &x 1, d: 2, e: *x, f: g}\n");
    ASSERT_TRUE(reading.tree.has_value());

    auto const c = reading.tree->root().find("c");

    ASSERT_TRUE(c.has_value());
    EXPECT_EQ(c->where(), "f.yaml:4:4");
    EXPECT_EQ(c->find("f")->where(), "f.yaml:4:30");
}

TEST(Node, AsksAreTotal)
{
    auto const reading = read("t: x\nl: [a]\nm: {k: v}\n");
    ASSERT_TRUE(reading.tree.has_value());
    auto const root = reading.tree->root();
    auto const text = *root.find("t");
    auto const list = *root.find("l");
    auto const map = *root.find("m");

    EXPECT_TRUE(text.isText() && !text.isMap() && !text.isList());
    EXPECT_TRUE(list.isList() && !list.isMap() && !list.isText());
    EXPECT_TRUE(map.isMap() && !map.isList() && !map.isText());
    EXPECT_EQ(text.text(), "x");
    EXPECT_EQ(list.text(), "");
    EXPECT_EQ(map.text(), "");
    EXPECT_FALSE(text.find("k").has_value());
    EXPECT_FALSE(list.find("k").has_value());
    EXPECT_FALSE(map.find("absent").has_value());
    EXPECT_TRUE(text.members().empty());
    EXPECT_TRUE(list.members().empty());
    EXPECT_EQ(list.items().size(), 1U);
    ASSERT_EQ(text.items().size(), 1U); // a bare value is a list of one
    EXPECT_EQ(text.items()[0].text(), "x");
    ASSERT_EQ(map.items().size(), 1U);
    EXPECT_EQ(map.items()[0].find("k")->text(), "v");
    EXPECT_EQ(reading.tree->file(), "f.yaml");
}

TEST(TreeView, ShowsAJsonValueWithoutPositions)
{
    rapidjson::Document document;
    document.Parse(R"({"b":["x","y"],"a":{"k":"v"}})");
    auto const tree = Tree::view(document, "bundle.json");

    EXPECT_EQ(tree.toJson(), R"({"b":["x","y"],"a":{"k":"v"}})");
    EXPECT_EQ(tree.root().where(), "bundle.json");
    EXPECT_EQ(tree.root().find("a")->find("k")->where(), "bundle.json");
    EXPECT_EQ(tree.root().find("b")->items()[1].text(), "y");
    EXPECT_EQ(&tree.root().raw(), &document);
}

TEST(Tree, SurvivesBeingMoved)
{
    auto reading = read("a: b\n");
    ASSERT_TRUE(reading.tree.has_value());
    auto const node = *reading.tree->root().find("a");

    Tree const moved = *std::move(reading.tree);

    EXPECT_EQ(node.where(), "f.yaml:1:4");
    EXPECT_EQ(moved.root().find("a")->text(), "b");
}

} // namespace

} // namespace tcds
