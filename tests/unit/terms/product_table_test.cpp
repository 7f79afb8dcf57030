#include "fhir/terms/product_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::terms {
namespace {

constexpr std::string_view kHeader = "rxcui\ttype\tingredients\tothers\troute\tname\n";

TEST(ProductTable, FindsRowsByTheirNumber)
{
    ProductTable table;
    Problems problems;
    auto const text = std::string{kHeader} +
                      "12\tSCD\tfurosemide\t0\toral\tfurosemide 40 MG Oral Tablet\n"
                      "345\tSCD\tlisinopril|hydrochlorothiazide\t2\t\tcombination\n"
                      "6789\tSCDC\tdexamethasone\t0\tophthalmic\tlast row without line end";

    table.load(text, problems);

    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(table.size(), 3U);
    ASSERT_TRUE(table.find("12"));
    EXPECT_EQ(table.find("12")->ingredients, "furosemide");
    EXPECT_EQ(table.find("12")->route, Route::Oral);
    EXPECT_FALSE(table.find("12")->hasOthers);
    EXPECT_EQ(table.find("345")->ingredients, "lisinopril|hydrochlorothiazide");
    EXPECT_EQ(table.find("345")->route, Route::Unknown);
    EXPECT_TRUE(table.find("345")->hasOthers);
    EXPECT_EQ(table.find("6789")->name, "last row without line end");
    for (auto const* absent : {"", "1", "13", "99999999999999", "12a", "-12", " 12"})
        EXPECT_FALSE(table.find(absent)) << absent;
}

TEST(ProductTable, AnUnsortedTableIsReadAllTheSame)
{
    ProductTable table;
    Problems problems;
    auto const text = std::string{kHeader} + "9\t\ta\t0\t\tnine\n3\t\tb\t0\t\tthree\n";

    table.load(text, problems);

    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(table.find("3")->name, "three");
    EXPECT_EQ(table.find("9")->name, "nine");
}

TEST(ProductTable, ANumberTwiceIsAnError)
{
    ProductTable table;
    Problems problems;
    auto const text = std::string{kHeader} + "3\t\ta\t0\t\tx\n3\t\tb\t0\t\ty\n";

    table.load(text, problems);

    ASSERT_TRUE(problems.hasErrors());
    EXPECT_THAT(toText(problems.sorted().front()),
                testing::HasSubstr("error L02: product 3 stands here twice."));
}

TEST(ProductTable, OtherColumnsAreRefused)
{
    ProductTable table;
    Problems problems;
    table.load("a\tb\n1\t2\n", problems);
    EXPECT_TRUE(problems.hasErrors());
}

} // namespace
} // namespace tcds::terms
