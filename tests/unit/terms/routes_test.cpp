#include "tests/unit/terms/content.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tcds::terms {
namespace {

using test::shipped;

TEST(Route, IsReadFromAdministrationRoutes)
{
    constexpr std::pair<char const*, Route> kRows[]{
        {"Oral route", Route::Oral},
        {"PO", Route::Oral},
        {"p.o.", Route::Oral},
        {"Sublingual", Route::Oral},
        {"Intravenous", Route::Intravenous},
        {"IV", Route::Intravenous},
        {"IV infusion", Route::Intravenous},
        {"infusion", Route::Injected}, // into a vein or under the skin
        {"subcutaneous", Route::Injected},
        {"Inhalation", Route::Inhaled},
        {"via nebuliser", Route::Nebulised},
        {"Nasal", Route::Nasal},
        {"Topical", Route::Topical},
        {"apply to affected area", Route::Topical},
        {"both eyes", Route::Ophthalmic},
        {"Otic", Route::Otic},
        {"PR", Route::Rectal},
        {"Vaginal", Route::Vaginal},
        {"Intra-articular route", Route::IntraArticular},
        {"intra-articular injection", Route::IntraArticular}, // not an injection for the whole body
        {"Transdermal", Route::Transdermal},
        {"Intrathecal", Route::Intrathecal},
        {"oral inhalation", Route::Inhaled},
        {"as directed", Route::Unknown},
        {"", Route::Unknown},
    };
    for (auto const& [text, route] : kRows) EXPECT_EQ(shipped().routeOf({}, text), route) << text;
}

TEST(Route, IsReadFromTheDisplayOfACoding)
{
    std::array const codes{
        Coding{"http://snomed.info/sct", "26643006", "Oral route (qualifier value)"}};

    EXPECT_EQ(shipped().routeOf(codes, ""), Route::Oral);
}

TEST(Route, IsReadFromDoseForms)
{
    constexpr std::pair<char const*, Route> kRows[]{
        {"Oral Tablet", Route::Oral},
        {"Extended Release Oral Capsule", Route::Oral},
        {"Topical Cream", Route::Topical},
        {"eye drops", Route::Ophthalmic},
        {"ophthalmic solution", Route::Ophthalmic},
        {"Rectal Cream", Route::Rectal},
        {"vaginal tablet", Route::Vaginal},
        {"Nasal Spray", Route::Nasal},
        {"Metered Dose Inhaler", Route::Inhaled},
        {"nebuliser solution", Route::Nebulised},
        {"Injectable Solution", Route::Injected},
        {"Transdermal System", Route::Transdermal},
        {"ear drops", Route::Otic},
        {"enema", Route::Rectal},
        {"Solution", Route::Unknown},
    };
    for (auto const& [text, route] : kRows)
        EXPECT_EQ(shipped().routeOfForm({}, text), route) << text;
}

} // namespace
} // namespace tcds::terms
