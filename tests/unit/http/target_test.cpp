#include "server/http/target.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace tcds::http {
namespace {

using namespace std::string_view_literals;

struct Accepted {
    std::string_view method, target, path, query;
};

struct Refused {
    std::string_view method, target;
};

} // namespace

TEST(Target, IsSplitAndDecodedOnce) // HTTP-13
{
    Accepted const rows[] = {
        {"GET", "/cds-services", "/cds-services", ""},
        {"GET", "/", "/", ""},
        {"GET", "/a?b=1&c=%20?x", "/a", "b=1&c=%20?x"},
        {"GET", "/a?", "/a", ""},
        {"GET", "/%63ds-services/%61", "/cds-services/a", ""},
        {"GET", "/a%2541", "/a%41", ""}, // once, not twice
        {"GET", "/%252e%252e/", "/%2e%2e/", ""},
        {"GET", "/cds-services//id", "/cds-services//id", ""}, // the router's business
        {"GET", "/a/...", "/a/...", ""},
        {"GET", "/a.b/.c", "/a.b/.c", ""},
        {"GET", "http://host:8080/a?q", "/a", "q"},
        {"GET", "HTTPS://host", "/", ""},
        {"GET", "http://host?q", "/", "q"},
        {"OPTIONS", "*", "*", ""},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(row.target);
        std::string path;
        std::string query = "left from the last request";
        ASSERT_TRUE(readTarget(row.method, row.target, path, query));
        EXPECT_EQ(path, row.path);
        EXPECT_EQ(query, row.query);
    }
}

TEST(Target, ThatCouldMeanAnotherPathIsRefused) // HTTP-13
{
    Refused const rows[] = {
        {"GET", "/a/../b"},   {"GET", "/.."},      {"GET", "/./a"},
        {"GET", "/a/."},      {"GET", "/%2e%2e/"}, {"GET", "/%2E./b"},
        {"GET", "/a%2fb"},    {"GET", "/a%2Fb"},   {"GET", "/a%00b"},
        {"GET", "/a%0d%0ab"}, {"GET", "/a%7f"},    {"GET", "/a%c3%a9"},
        {"GET", "/a\xC3"sv},  {"GET", "/a%"},      {"GET", "/a%4"},
        {"GET", "/a%zz"},     {"GET", "/a#b"},     {"GET", "*"},
        {"GET", "a"},         {"GET", ""},         {"GET", "?q"sv.substr(0, 0)},
        {"CONNECT", "x:443"}, {"GET", "ftp://x/"}, {"GET", "/a\0b"sv},
    };
    for (auto const& row : rows) {
        SCOPED_TRACE(row.target);
        std::string path;
        std::string query;
        auto const read = readTarget(row.method, row.target, path, query);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, Error::Kind::BadRequest);
        EXPECT_FALSE(read.error().what.empty());
        EXPECT_FALSE(read.error().fix.empty());
    }
}

} // namespace tcds::http
