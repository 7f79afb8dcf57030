#include "fhir/base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tcds::json {

namespace {

using testing::HasSubstr;

Document read(std::string text)
{
    auto parsed = Document::parse(std::move(text));
    if (!parsed) throw std::runtime_error(toText(parsed.error()));
    return *std::move(parsed);
}

struct Refused {
    char const* name;
    std::string text;
    std::string where;
    std::string what; // part of it
};

void expectRefused(Refused const& row, Limits const& limits = {})
{
    SCOPED_TRACE(row.name);
    auto const parsed = Document::parse(row.text, limits);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(parsed.error().where, row.where);
    EXPECT_THAT(parsed.error().what, HasSubstr(row.what));
    EXPECT_FALSE(parsed.error().fix.empty());
}

TEST(Json, BrokenSyntaxIsRefusedAtItsByte)
{
    std::vector<Refused> const rows{
        {"empty", "", "byte 0", "no JSON value"},
        {"white space only", " \n\t", "byte 3", "no JSON value"},
        {"garbage after the end", "{}xyz", "byte 2", "more follows"},
        {"second document", "{} {}", "byte 3", "more follows"},
        {"second number", "1 2", "byte 2", "more follows"},
        {"name without quotes", "{a:1}", "byte 1", "member name"},
        {"comma before brace", "{\"a\":1,}", "byte 7", "member name"},
        {"no colon", "{\"a\" 1}", "byte 5", "followed by \":\""},
        {"no comma", "{\"a\":1 \"b\":2}", "byte 7", "followed by \",\" or \"}\""},
        {"object cut", "{\"a\":1", "byte 6", "followed by \",\" or \"}\""},
        {"array cut", "[1,2", "byte 4", "followed by \",\" or \"]\""},
        {"comma before bracket", "[1,]", "byte 3", "no JSON value begins"},
        {"string cut", "[\"ab", "byte 4", "closing quotation mark"},
        {"comment", "/* x */ 1", "byte 0", "no JSON value begins"},
        {"single quotes", "['a']", "byte 1", "no JSON value begins"},
        {"word", "[nul]", "byte 4", "no JSON value begins"},
        {"NaN", "[NaN]", "byte 1", "no JSON value begins"},
        {"Infinity", "[-Infinity]", "byte 2", "no JSON value begins"},
        {"plus sign", "[+1]", "byte 1", "no JSON value begins"},
        {"no whole part", "[.5]", "byte 1", "no JSON value begins"},
        {"no fraction", "[1.]", "byte 3", "decimal point"},
        {"no exponent", "[1e]", "byte 3", "followed by digits"},
        {"leading zero", "[01]", "byte 2", "followed by \",\" or \"]\""},
        {"bad escape", "[\"a\\q\"]", "byte 3", "backslash"},
        {"bad hexadecimal", "[\"\\u12G4\"]", "byte 2", "hexadecimal"},
        {"line break in a string", "[\"a\nb\"]", "byte 3", "control character"},
    };
    for (auto const& row : rows) expectRefused(row);
}

/// Strings are read in blocks: what ends or bends one counts wherever it stands in a block.
TEST(Json, EveryByteOfAStringIsLookedAt)
{
    for (std::size_t size = 0; size < 40; ++size) {
        auto const plain = std::string(size, 'x');
        for (std::size_t at = 0; at <= size; ++at) {
            auto const around = [&](std::string_view middle) {
                return "[\"" + plain.substr(at) + std::string{middle} + plain.substr(0, at) + "\"]";
            };
            SCOPED_TRACE(around("?"));
            auto const byte = "byte " + std::to_string(2 + size - at);
            for (char control = 0; control < 0x20; ++control)
                expectRefused({"control", around({&control, 1}), byte, "control character"});
            expectRefused({"backslash", around("\\q"), byte, "backslash"});
            EXPECT_EQ(text(&read(around("\\n")).root()[0]),
                      plain.substr(at) + "\n" + plain.substr(0, at));
            EXPECT_EQ(text(&read(around("\x7F\xC3\xA9")).root()[0]),
                      plain.substr(at) + "\x7F\xC3\xA9" + plain.substr(0, at));
        }
    }
}

TEST(Json, NumbersTooLargeAreRefusedAtTheirByte)
{
    expectRefused({"1e999", "{\"a\":1e999}", "byte 5", "number is too large"});
    expectRefused(
        {"400 digits", "[0," + std::string(400, '9') + "]", "byte 3", "number is too large"});
    expectRefused({"bare", "1e999", "byte 0", "number is too large"});
    expectRefused({"beyond a double", "[1e309]", "byte 1", "number is too large"});
    EXPECT_NO_THROW(read("[1e308,-1e308,1e-999,0.1e308]"));
    EXPECT_NO_THROW(read("[" + std::string(308, '9') + "]"));
}

TEST(Json, ByteOrderMarkIsRefusedByName)
{
    expectRefused({"BOM", "\xEF\xBB\xBF{}", "byte 0", "byte order mark"});
}

TEST(Json, WhatIsNotUtf8IsRefusedAtItsByte)
{
    expectRefused({"overlong", "{\"a\":\"\xC0\x80\"}", "byte 6", "not UTF-8"});
    expectRefused({"surrogate", "[\"\xED\xA0\x80\"]", "byte 2", "not UTF-8"});
    expectRefused(
        {"beyond the last", "[\"0123456789abcdef\xF4\x90\x80\x80\"]", "byte 18", "not UTF-8"});
    expectRefused({"in white space", "{} \xFF", "byte 3", "not UTF-8"});
}

TEST(Json, NulBytesDoNotEndADocument)
{
    using namespace std::string_literals;
    expectRefused({"after the end", "{}\0xyz"s, "byte 2", "NUL"});
    expectRefused({"last byte", "{}\0"s, "byte 2", "NUL"});
    expectRefused({"in a string", "[\"a\0b\"]"s, "byte 3", "control character"});
    expectRefused({"alone", "\0"s, "byte 0", "no JSON value"});
    expectRefused({"after a bare number", "7\0"s, "byte 1", "NUL"});
}

TEST(Json, HalfSurrogatePairsAreRefused)
{
    expectRefused({"high alone", "[\"\\ud800\"]", "byte 2", "surrogate"});
    expectRefused({"high before text", "[\"\\ud800x\"]", "byte 2", "surrogate"});
    expectRefused({"high twice", "[\"\\ud800\\ud800\"]", "byte 2", "surrogate"});
    expectRefused({"low alone", "[1, \"\\udc00\"]", "byte 4", "surrogate"});
    expectRefused({"low after text", "[\"abc\\uDFFF\"]", "byte 1", "surrogate"});
    expectRefused({"low in a name", "{\"\\udc00\":1}", "byte 1", "surrogate"});
    EXPECT_EQ(text(&read("[\"\\ud83d\\ude00\"]").root()[0]), "\xF0\x9F\x98\x80");
    EXPECT_EQ(text(&read(R"(["\\udc00"])").root()[0]), "\\udc00"); // an escaped backslash
    EXPECT_EQ(text(&read(R"(["\ud83d\ude00 \ud7ff"])").root()[0]), "\xF0\x9F\x98\x80 \xED\x9F\xBF");
}

TEST(Json, NamesStandOnceInAnObject) // CTL-10
{
    expectRefused({"twice", R"({"a":1,"a":2})", "byte 7", "twice"});
    expectRefused({"by an escape", R"({"a":1,"\u0061":2})", "byte 7", "twice"});
    expectRefused({"empty", R"({"":1,"":2})", "byte 6", "twice"});
    expectRefused({"nested", R"([{"x":{"b":1,"b":2}}])", "byte 13", "twice"});
    expectRefused({"after a nested object", R"({"a":{"b":1},"a":2})", "byte 13", "twice"});
    EXPECT_NO_THROW(read(R"([{"a":1},{"a":{"a":1},"b":{"a":1}},{"A":1,"a":2,"aa":3,"ab":4}])"));
    EXPECT_NO_THROW(read("{\"a\":1,\"a\\u0000\":2,\"a\\u0000\\u0000\":3,\"\":4}"));
}

std::string objectOf(std::size_t members)
{
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i)
        text += (i == 0 ? "\"" : ",\"") + std::string{"name"} + std::to_string(i) + "\":1";
    return text + "}";
}

TEST(Json, NamesStandOnceInALargeObjectToo)
{
    for (std::size_t const members : {31U, 32U, 33U, 34U, 200U}) {
        for (std::size_t const again : {std::size_t{0}, members / 2, members - 1}) {
            auto text = objectOf(members);
            EXPECT_NO_THROW(read(text));
            auto const later = text.size();
            text.back() = ',';
            text += "\"name" + std::to_string(again) + "\":2}";
            expectRefused({"large", text, "byte " + std::to_string(later), "twice"});
        }
    }
}

TEST(Json, LimitsHoldToTheLastUnit) // CTL-10
{
    Limits limits;
    limits.depth = 3;
    EXPECT_TRUE(Document::parse("[[{}]]", limits).has_value());
    expectRefused({"depth of arrays", "[[[[1]]]]", "byte 4", "deeper than 3"}, limits);
    expectRefused({"depth of objects", R"([{"a":{"b":{}}}])", "byte 12", "deeper than 3"}, limits);

    limits = {};
    limits.members = 3;
    EXPECT_TRUE(Document::parse(objectOf(3), limits).has_value());
    expectRefused({"members", objectOf(4), "byte 31", "members than 3"}, limits);

    limits = {};
    limits.values = 4;
    EXPECT_TRUE(Document::parse("[1,2,{}]", limits).has_value());
    expectRefused({"values", "[1,2,{},null]", "byte 12", "values than 4"}, limits);

    limits = {};
    limits.keyBytes = 3;
    EXPECT_TRUE(Document::parse(R"({"abc":1})", limits).has_value());
    expectRefused({"name", R"({"abcd":1})", "byte 1", "bytes than 3"}, limits);

    limits = {};
    limits.stringBytes = 3;
    limits.longStringBytes = 5;
    EXPECT_TRUE(Document::parse(R"({"a":"abc","data":"abcde","div":"abcde"})", limits).has_value());
    expectRefused({"string", R"({"a":"abcd"})", "byte 5", "bytes than 3"}, limits);
    expectRefused({"long string", R"({"data":"abcdef"})", "byte 8", "string"}, limits);
    EXPECT_TRUE(Document::parse(R"({"data":["abcde"]})", limits).has_value());
    expectRefused({"bare string", R"("abcd")", "byte 0", "string"}, limits);
    expectRefused({"string after data", R"({"data":{"x":"a"},"y":"abcd"})", "byte 22", "string"},
                  limits);
    expectRefused({"number", "[12345]", "byte 1", "digits than 3"}, limits);
}

TEST(Json, TooManyBytesAreTooLarge)
{
    Limits limits;
    limits.bytes = 4;
    EXPECT_TRUE(Document::parse("[12]", limits).has_value());

    auto const parsed = Document::parse("[123]", limits);

    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().kind, Error::Kind::TooLarge);
    EXPECT_THAT(parsed.error().what, HasSubstr("5 bytes, more than 4"));
}

TEST(Json, HostileNestingEndsAtTheLimit) // CTL-10, HTTP-03
{
    for (std::string const unit : {"[", "{\"a\":", "[{\"a\":"}) {
        std::string text;
        while (text.size() < 2'000'000) text += unit;
        auto const parsed = Document::parse(text);
        ASSERT_FALSE(parsed.has_value());
        EXPECT_THAT(parsed.error().what, HasSubstr("deeper than 64"));
    }
}

TEST(Json, HostileNestingNeedsLittleStack) // CTL-10: a thread of 256 KiB, texts whole and cut
{
    auto const parseBoth = [](void* refused) -> void* {
        for (std::string const& text :
             {std::string(100'000, '['), std::string(100'000, '[') + std::string(100'000, ']')})
            *static_cast<int*>(refused) += Document::parse(text).has_value() ? 0 : 1;
        return nullptr;
    };
    pthread_attr_t small;
    ASSERT_EQ(pthread_attr_init(&small), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&small, std::size_t{256} * 1024), 0);
    pthread_t thread{};
    int refused = 0;
    ASSERT_EQ(pthread_create(&thread, &small, parseBoth, &refused), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&small);

    EXPECT_EQ(refused, 2);
}

TEST(Json, StringsAndNumbersAreToldApartWhereverTheyStand)
{
    auto const document = read(R"({"s":"3.50","n":3.50,"l":["1",1,"",-2e1 , "\"","x\u0022",7],)"
                               R"("e":"\u0041\u0042","m":12})");
    auto const& root = document.root();

    EXPECT_EQ(text(child(root, "s")), "3.50");
    EXPECT_EQ(number(child(root, "s")), std::nullopt);
    EXPECT_EQ(number(child(root, "n")), "3.50");
    EXPECT_EQ(text(child(root, "n")), std::nullopt);
    EXPECT_EQ(text(child(root, "e")), "AB");
    EXPECT_EQ(number(child(root, "m")), "12");
    auto const list = items(root, "l");
    ASSERT_EQ(list.size(), 7U);
    EXPECT_EQ(text(&list[0]), "1");
    EXPECT_EQ(number(&list[1]), "1");
    EXPECT_EQ(text(&list[2]), "");
    EXPECT_EQ(number(&list[3]), "-2e1");
    EXPECT_EQ(text(&list[4]), "\"");
    EXPECT_EQ(text(&list[5]), "x\"");
    EXPECT_EQ(number(&list[6]), "7");
}

TEST(Json, TheRootMayBeAnyValue)
{
    EXPECT_EQ(number(&read("3.50").root()), "3.50");
    EXPECT_EQ(number(&read("-1").root()), "-1");
    EXPECT_EQ(number(&read(" 7 ").root()), "7");
    EXPECT_EQ(text(&read("\"3\"").root()), "3");
    EXPECT_EQ(text(&read("\"\"").root()), "");
    EXPECT_EQ(flag(&read("true").root()), true);
    EXPECT_TRUE(read(" null\n").root().IsNull());
    EXPECT_TRUE(read("[]").root().IsArray());
}

TEST(Json, ADocumentSurvivesBeingMoved)
{
    auto first = read(R"({"a":"b","n":1})");
    Document second = std::move(first);
    auto third = read("[]");
    third = std::move(second);

    EXPECT_EQ(textOf(third.root(), "a"), "b");
    EXPECT_EQ(number(child(third.root(), "n")), "1");
}

TEST(Json, ValuesAreCounted)
{
    EXPECT_EQ(read("1").values(), 1U);
    EXPECT_EQ(read(R"({"a":[1,"x",{}],"b":null})").values(), 6U);
}

TEST(Json, LengthsCountNotNulBytes)
{
    using namespace std::string_literals;
    EXPECT_EQ(text(&read("\"a\\u0000b\"").root()), "a\0b"s);
}

TEST(JsonAccess, NullAndOtherTypesAreAbsent)
{
    auto const document =
        read(R"({"z":null,"o":{"t":"x","z":null},"a":[1],"b":false,"n":5,"t":"y"})");
    auto const& root = document.root();

    EXPECT_EQ(child(root, "z"), nullptr);
    EXPECT_EQ(child(root, "absent"), nullptr);
    EXPECT_EQ(child(root["a"], "t"), nullptr);
    EXPECT_EQ(child(root["n"], "t"), nullptr);
    EXPECT_EQ(child(static_cast<Value const*>(nullptr), "t"), nullptr);
    EXPECT_EQ(text(path(root, {"o", "t"})), "x");
    EXPECT_EQ(path(root, {"o", "z"}), nullptr);
    EXPECT_EQ(path(root, {"o", "t", "deeper"}), nullptr);
    EXPECT_EQ(path(root, {"absent", "t"}), nullptr);
    EXPECT_EQ(textOf(root, "t"), "y");
    EXPECT_EQ(textOf(root, "n"), "");
    EXPECT_EQ(textOf(root["a"], "t"), "");
    for (auto const* name : {"o", "a", "b", "z"}) {
        EXPECT_EQ(text(&root[name]), std::nullopt) << name;
        EXPECT_EQ(number(&root[name]), std::nullopt) << name;
        EXPECT_EQ(decimal(&root[name]), std::nullopt) << name;
    }
    EXPECT_EQ(flag(child(root, "b")), false);
    EXPECT_EQ(flag(child(root, "n")), std::nullopt);
    EXPECT_EQ(flag(nullptr), std::nullopt);
    EXPECT_EQ(text(nullptr), std::nullopt);
    EXPECT_EQ(number(nullptr), std::nullopt);
    EXPECT_EQ(decimal(nullptr), std::nullopt);
}

TEST(JsonAccess, NumbersBecomeDecimalsWithTheirDigits)
{
    auto const document = read(R"({"a":3.50,"b":1e70,"c":"3.5","d":-0})");
    auto const& root = document.root();

    ASSERT_TRUE(decimal(child(root, "a")).has_value());
    EXPECT_EQ(decimal(child(root, "a"))->text(), "3.50");
    EXPECT_EQ(decimal(child(root, "b")), std::nullopt); // beyond what Decimal holds
    EXPECT_EQ(decimal(child(root, "c")), std::nullopt); // a string is no number
    EXPECT_EQ(decimal(child(root, "d")), Decimal(0, 0));
}

TEST(JsonAccess, OneOrManyAreItems)
{
    auto const document = read(R"({"l":["a",null],"e":[],"o":{"x":1},"s":"a","z":null})");
    auto const& root = document.root();

    EXPECT_EQ(items(root, "l").size(), 2U);
    EXPECT_EQ(items(root, "e").size(), 0U);
    ASSERT_EQ(items(root, "o").size(), 1U);
    EXPECT_EQ(&items(root, "o")[0], child(root, "o"));
    ASSERT_EQ(items(root, "s").size(), 1U);
    EXPECT_EQ(text(&items(root, "s")[0]), "a");
    EXPECT_TRUE(items(root, "z").empty());
    EXPECT_TRUE(items(root, "absent").empty());
    EXPECT_TRUE(items(nullptr).empty());
    EXPECT_TRUE(items(&root["z"]).empty());
}

TEST(JsonPointer, EscapesTildeAndSlash)
{
    EXPECT_EQ(pointer("", "a"), "/a");
    EXPECT_EQ(pointer("/prefetch/labs/entry/3", "resource"), "/prefetch/labs/entry/3/resource");
    EXPECT_EQ(pointer("/x", "a/b~c"), "/x/a~1b~0c");
    EXPECT_EQ(pointer("/entry", std::size_t{12}), "/entry/12");
    EXPECT_EQ(pointer("", ""), "/");
}

} // namespace

} // namespace tcds::json
