#include "server/cds/raw_prefetch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tcds::cds {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RawPrefetch, GivesEachValueAsItStandsInTheText)
{
    EXPECT_THAT(rawPrefetch(R"({"hook":"x}","context":{"prefetch":{"no":1}},"prefetch" : {)"
                            R"("a": {"s":"\"]}","n":[1, 2]} ,"b":null,"c":3.50,"d" : "t\\" }})"),
                ElementsAre(R"({"s":"\"]}","n":[1, 2]})", "null", "3.50", R"("t\\")"));
}

TEST(RawPrefetch, KnowsItsNameWithEscapesToo)
{
    EXPECT_THAT(rawPrefetch(R"({"pre\u0066etch":{"a":true}})"), ElementsAre("true"));
}

TEST(RawPrefetch, IsEmptyWhereThereIsNone)
{
    for (auto const* const body :
         {R"({"hook":"x"})", R"({"prefetch":null})", R"({"prefetch":{}})", R"({})", R"([])", ""})
        EXPECT_THAT(rawPrefetch(body), IsEmpty()) << body;
}

TEST(RawPrefetch, EndsWithTheTextWhateverItIs)
{
    std::string const whole = R"({"prefetch":{"a":{"b":["x\"",{"c":1}]},"d":2}})";
    for (std::size_t size = 0; size < whole.size(); ++size)
        (void)rawPrefetch(std::string_view{whole}.substr(0, size)); // comes back, reads no further
}

TEST(BlankedToken, LeavesEverythingElseAsItWas) // CTL-06
{
    for (auto const& [sent, blanked] :
         {std::pair{R"({"fhirAuthorization":{"access_token" : "abc","scope":"abc"},"x":"abc"})",
                    R"({"fhirAuthorization":{"access_token" : "***","scope":"abc"},"x":"abc"})"},
          {R"({"fhirAuthorization":{"access\u005ftoken":"a\"c"}})",
           R"({"fhirAuthorization":{"access\u005ftoken":"****"}})"},
          {R"({"access_token":"abc"})", R"({"access_token":"abc"})"}}) {
        std::string body{sent};
        blankAccessToken(body);
        EXPECT_EQ(body, blanked);
    }
}

} // namespace
} // namespace tcds::cds
