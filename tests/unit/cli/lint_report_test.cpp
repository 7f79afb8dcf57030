#include "server/cli/lint_report.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace tcds::cli {
namespace {

rapidjson::Document sarifOf(std::string const& where, std::string const& folder)
{
    rapidjson::Document document;
    document.Parse(lintSarif({{Severity::Error, "L07", where, "it is so", "do this"}},
                             {{{Severity::Warning, "L32", "packs/core/B.yaml:3:1", "long", "cut"},
                               "for a reason"}},
                             folder)
                       .c_str());
    return document;
}

TEST(LintReport, SarifPointsToLineAndColumnBelowTheFolder)
{
    auto const sarif = sarifOf("packs/core/A b.yaml:22:5", "rules");

    EXPECT_STREQ(sarif["version"].GetString(), "2.1.0");
    auto const& result = sarif["runs"][0]["results"][0];
    EXPECT_STREQ(result["ruleId"].GetString(), "L07");
    EXPECT_STREQ(result["level"].GetString(), "error");
    EXPECT_STREQ(result["message"]["text"].GetString(), "it is so. Fix: do this.");
    auto const& place = result["locations"][0]["physicalLocation"];
    EXPECT_STREQ(place["artifactLocation"]["uri"].GetString(), "rules/packs/core/A%20b.yaml");
    EXPECT_EQ(place["region"]["startLine"].GetInt(), 22);
    EXPECT_EQ(place["region"]["startColumn"].GetInt(), 5);
}

TEST(LintReport, SarifOfAPlaceWithoutLineHasNoRegion)
{
    auto const sarif = sarifOf("valuesets/A.yaml", "");

    auto const& place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    EXPECT_STREQ(place["artifactLocation"]["uri"].GetString(), "valuesets/A.yaml");
    EXPECT_FALSE(place.HasMember("region"));
}

TEST(LintReport, SarifKeepsAnAcceptedWarningAsSuppressedWithItsReason)
{
    auto const sarif = sarifOf("valuesets/A.yaml", "");

    auto const& accepted = sarif["runs"][0]["results"][1];
    EXPECT_STREQ(accepted["level"].GetString(), "warning");
    EXPECT_STREQ(accepted["suppressions"][0]["justification"].GetString(), "for a reason");
}

TEST(LintReport, SarifNamesEachRuleThatAResultMayHave)
{
    auto const sarif = sarifOf("a:1:1", "");

    auto const& rules = sarif["runs"][0]["tool"]["driver"]["rules"];
    ASSERT_EQ(rules.Size(), 31U); // L01 to L19, L30 to L41
    EXPECT_STREQ(rules[0]["id"].GetString(), "L01");
    EXPECT_STREQ(rules[30]["id"].GetString(), "L41");
}

TEST(LintReport, JsonHasTheFiveMembers)
{
    EXPECT_EQ(
        lintJson({{Severity::Warning, "L35", "a.yaml:1:2", "w \"x\"", "f"}}),
        R"([{"severity":"warning","code":"L35","where":"a.yaml:1:2","what":"w \"x\"","fix":"f"}])");
}

} // namespace
} // namespace tcds::cli
