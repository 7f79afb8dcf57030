#include "rules/exchange/cql_text.hpp"
#include "rules/exchange/libraries.hpp"
#include "rules/exchange/membership.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

// What the CQL means is shown by running it (tests/e2e/exchange_test.sh); here is how it is spelt
// and that nothing it refers to is missing.

namespace tcds::rules::exchange {
namespace {

using tcds::test::rulesOf;
using tcds::test::ruleText;
using tcds::test::shippedRules;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kBase = "https://hospital.example.org/fhir";

TEST(CqlText, QuotesAndBackslashesAreEscapedAndLinesStayWhole)
{
    EXPECT_EQ(cqlString("it's"), R"('it\'s')");
    EXPECT_EQ(cqlString("a\\b"), R"('a\\b')");
    EXPECT_EQ(cqlName("a \"b\"\nc"), R"("a \"b\" c")");
}

TEST(CqlText, NumbersAreDecimalsOfAtMostEightPlaces) // CQL 1.5, type Decimal
{
    EXPECT_EQ(cqlDecimal(Decimal{3, 0}), "3.0");
    EXPECT_EQ(cqlDecimal(Decimal{350, 2}), "3.50");
    EXPECT_EQ(cqlDecimal(Decimal{1234567895, 10}), "0.12345679");
    EXPECT_EQ(cqlDecimal(Decimal{-5, 1}), "-0.5");
}

TEST(CqlText, DurationsAreCalendarSteps)
{
    EXPECT_EQ(cqlDuration({1, Duration::Unit::Day}), "1 day");
    EXPECT_EQ(cqlDuration({72, Duration::Unit::Hour}), "72 hours");
    EXPECT_EQ(cqlDuration({6, Duration::Unit::Month}), "6 months");
    EXPECT_EQ(cqlBefore({30, Duration::Unit::Day}), "(Tcds.\"Now\" - 30 days)");
}

TEST(CqlText, ListsOfOneNeedNoParentheses)
{
    EXPECT_EQ(cqlJoined({}, "and", "true"), "true");
    EXPECT_EQ(cqlJoined({"a"}, "and", "true"), "a");
    EXPECT_EQ(cqlJoined({"a", "b", "c"}, "or", "false"), "(a or b or c)");
    EXPECT_EQ(cqlList({}), "List<String>{}");
    EXPECT_EQ(cqlList({"a", "b"}), "{ 'a', 'b' }");
}

/// The part of a text from `from` to the next empty line.
std::string definition(std::string const& text, std::string_view name)
{
    auto const at = text.find("define \"" + std::string{name} + "\":");
    return at == std::string::npos ? std::string{} : text.substr(at, text.find("\n\n", at) - at);
}

TEST(RulesCql, ALimitIsComparedInTheUnitThatItIsWrittenIn)
{
    auto const rules = rulesOf(
        {ruleText("EL-TEST", "when: {lab: {analyte: MG, below: 0.70 mmol/L | 1.7 mg/dL}}")});

    auto const text = cqlOf(*rules, kBase).rules;

    EXPECT_THAT(
        definition(text, "EL-TEST lab 1"),
        HasSubstr("\"EL-TEST lab 1 pick\".unit = 'mg/dL' then Tcds.\"Below\"(\"EL-TEST lab 1 "
                  "pick\".value, \"EL-TEST lab 1 pick\".comparator, 1.7)"));
    EXPECT_THAT(definition(text, "EL-TEST lab 1"),
                HasSubstr("Tcds.\"Below\"(\"EL-TEST lab 1 pick\".canonical, \"EL-TEST lab 1 "
                          "pick\".comparator, 0.70)"));
}

TEST(RulesCql, TheLatestResultIsSelectedBeforeItIsCompared)
{
    auto const rules =
        rulesOf({ruleText("EL-TEST", "when: {lab: {analyte: K, below: 3.0 mmol/L, within: 7 d}}")});

    auto const text = cqlOf(*rules, kBase).rules;

    auto const pick = definition(text, "EL-TEST lab 1 pick");
    EXPECT_THAT(pick, HasSubstr("\"K newest\".at >= "));
    EXPECT_THAT(pick, HasSubstr("7 days"));
    EXPECT_THAT(pick, Not(HasSubstr("3.0")));
    EXPECT_THAT(definition(text, "K newest"), HasSubstr("First(\"K results\" R where R.usable)"));
}

TEST(RulesCql, PotassiumHasItsOwnFactorsAndPlausibleRange) // rules/analytes.yaml: meq/L, 0.8 to 20
{
    auto const rules =
        rulesOf({ruleText("EL-TEST", "when: {lab: {analyte: K, below_reference: true}}")});

    auto const text = cqlOf(*rules, kBase).rules;

    EXPECT_THAT(text, HasSubstr("when 'meq/L' then value"));
    EXPECT_THAT(definition(text, "K results"), HasSubstr("canonical >= 0.8 and canonical <= 20.0"));
}

TEST(RulesCql, WhatIsReferredToIsDeclaredOrDefined)
{
    auto const exported = cqlOf(*shippedRules(), kBase);
    auto const& text = exported.rules;
    std::set<std::string> known;
    std::set<std::string> used;
    std::size_t line = 0;
    while (line < text.size()) {
        auto const end = text.find('\n', line);
        auto const row = text.substr(line, end - line);
        line = end + 1;
        if (row.starts_with("//")) continue;
        auto const defines = row.starts_with("define ") || row.starts_with("valueset ");
        auto first = true;
        for (auto open = row.find('"'); open != std::string::npos;) {
            auto const close = row.find('"', open + 1);
            auto const name = row.substr(open + 1, close - open - 1);
            auto const ofFacts = open >= 5 && row.compare(open - 5, 5, "Tcds.") == 0;
            if (defines && first)
                known.insert(name);
            else if (ofFacts)
                EXPECT_THAT(exported.facts, HasSubstr('"' + name + '"'));
            else
                used.insert(name);
            first = false;
            open = row.find('"', close + 1);
        }
    }
    EXPECT_GT(used.size(), 500U);
    for (auto const& name : used) EXPECT_TRUE(known.contains(name)) << name;
    for (auto const& rule : shippedRules()->rules)
        for (auto const* part : {" fires", " level", " tier", " when", " unless"})
            EXPECT_TRUE(known.contains(rule.id + part)) << rule.id << part;
}

TEST(RulesCql, TwoWritingsAreTheSame)
{
    auto const first = cqlOf(*shippedRules(), kBase);
    auto const second = cqlOf(*shippedRules(), kBase);

    EXPECT_EQ(first.rules, second.rules);
    EXPECT_EQ(first.facts, second.facts);
    EXPECT_THAT(first.rules, HasSubstr("'https://hospital.example.org/fhir/ValueSet/KSPARE-ENAC'"));
}

TEST(ScopeGroups, AClassOfOneScopeIsOneGroupOfItsOwnName)
{
    auto const& terms = *shippedRules()->terms;

    auto const groups = scopeGroupsOf(terms.set(terms.setNamed("LOOP")));

    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups.front().name, "LOOP");
    EXPECT_EQ(groups.front().scope.routes, terms::RouteMask::systemic());
}

TEST(ScopeGroups, MembersOfAnyRouteStandApartFromSystemicOnes) // K_LOWERING: BETA2 by any route
{
    auto const& terms = *shippedRules()->terms;
    auto const groups = scopeGroupsOf(terms.set(terms.setNamed("K_LOWERING")));
    auto const scopeOf = [&](std::string_view ingredient) {
        auto const id = terms.ingredientNamed(ingredient);
        for (auto const& group : groups)
            if (std::ranges::find(group.ingredients, id) != group.ingredients.end())
                return group.scope.routes;
        return terms::RouteMask{};
    };

    EXPECT_GT(groups.size(), 1U);
    EXPECT_EQ(scopeOf("furosemide"), terms::RouteMask::systemic());
    EXPECT_EQ(scopeOf("albuterol"), terms::RouteMask::any());
}

} // namespace
} // namespace tcds::rules::exchange
