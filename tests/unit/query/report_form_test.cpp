#include "server/query/report.hpp"

#include "tests/unit/query/stage.hpp"

#include <rapidjson/document.h>

#include <gmock/gmock.h>

#include <regex>

namespace tcds::query {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// Two rules on three cards of one client; EL-K-LOW is overridden 95 times of 100.
Report made()
{
    ReportCounter counter;
    std::vector<CountedDecision::Judged> const judged{{"EL-K-LOW", true, false}};
    for (int i = 0; i < 200; ++i)
        counter.add(CountedDecision{audit::test::instant("2026-03-03"), "north, \"ward\" <1>",
                                    false, true, judged});
    std::vector<std::string_view> const rules{"EL-K-LOW", "MED-LOOP"};
    auto const card = [&](CountedCard::Answer answer, std::string_view reason) {
        counter.add(CountedCard{audit::test::instant("2026-03-03"), "north, \"ward\" <1>", rules,
                                answer, reason});
    };
    for (int i = 0; i < 95; ++i)
        card(CountedCard::Answer::Overridden, i < 90 ? "addressed" : "none");
    for (int i = 0; i < 5; ++i) card(CountedCard::Answer::Accepted, "");
    card(CountedCard::Answer::None, "");
    counter.addComplaintEncounters(audit::test::instant("2026-03-03"), "north, \"ward\" <1>", 80);
    counter.addUnlinked(2);
    counter.addUnreadable(1);
    return counter.finish({"2026-03-01", ""});
}

TEST(ReportText, HasALineARule)
{
    auto const text = toText(made());
    EXPECT_THAT(text, HasSubstr("200 decisions, 200 of them with cards; feedback on 100 cards; 2 "
                                "feedback records on cards of other periods or nodes; 1 lines are "
                                "no records"));
    EXPECT_THAT(text, HasSubstr("101 cards in 80 encounters with a complaint: 126.3 per 100"))
        << "126.25, rounded";
    EXPECT_THAT(text, ContainsRegex("EL-K-LOW +200 +0 +101 +5 +95 +95 %  addressed 90, none 5  <- "
                                    "more than 90 % overridden: review this rule"));
    EXPECT_THAT(text, ContainsRegex("MED-LOOP +0 +0 +101 +5 +95 +95 %  addressed 90, none 5\n"));
}

TEST(ReportText, GoesByClientWeekAndReason)
{
    EXPECT_THAT(toText(made(), By::Client),
                ContainsRegex("north, \"ward\" <1> +200 +200 +101 +80 +126.3 +5 +95 +95 %"));
    EXPECT_THAT(toText(made(), By::Week), ContainsRegex("2026-W10 +200 +200 +101 +80 +126.3"));
    EXPECT_THAT(toText(made(), By::Reason),
                ContainsRegex("addressed +90 +94 %  EL-K-LOW 90, MED-LOOP 90\nnone +5 +5 %"));
}

TEST(ReportText, NothingIsAReportToo)
{
    Report const none;
    for (auto const by : {By::Rule, By::Client, By::Week, By::Reason}) {
        EXPECT_THAT(toText(none, by), HasSubstr("0 decisions"));
        EXPECT_THAT(toCsv(none, by), HasSubstr("\r\n"));
    }
    EXPECT_THAT(toHtml(none, "now"), HasSubstr("No decision in this period."));
}

TEST(ReportJson, IsOneObjectOfNumbers)
{
    rapidjson::Document json;
    json.Parse(toJson(made()).c_str());
    ASSERT_FALSE(json.HasParseError());
    EXPECT_EQ(json["decisions"].GetInt(), 200);
    EXPECT_EQ(json["complaintEncounters"].GetInt(), 80);
    EXPECT_DOUBLE_EQ(json["cardsPer100"].GetDouble(), 126.3);
    EXPECT_EQ(json["unlinked"].GetInt(), 2);
    auto const& rule = json["rules"][0];
    EXPECT_STREQ(rule["rule"].GetString(), "EL-K-LOW");
    EXPECT_EQ(rule["overriddenPercent"].GetInt(), 95);
    EXPECT_EQ(rule["reasons"]["addressed"].GetInt(), 90);
    EXPECT_TRUE(rule["flagged"].GetBool());
    EXPECT_STREQ(json["clients"][0]["client"].GetString(), "north, \"ward\" <1>");
    EXPECT_STREQ(json["weeks"][0]["week"].GetString(), "2026-W10");
}

TEST(ReportCsv, QuotesWhatNeedsIt)
{
    EXPECT_THAT(toCsv(made()),
                HasSubstr("\r\nEL-K-LOW,200,0,101,5,95,95,yes,90,0,0,0,0,0,0,0,0,0,5,0\r\n"));
    EXPECT_THAT(toCsv(made(), By::Client),
                HasSubstr("\r\n\"north, \"\"ward\"\" <1>\",200,200,0,101,80,126.3,5,95,95,90,"));
    EXPECT_THAT(toCsv(made(), By::Reason), HasSubstr("\r\naddressed,MED-LOOP,90\r\n"));
}

TEST(ReportPage, NeedsNothingElse)
{
    auto const page = toHtml(made(), "2026-03-04T08:00:00.000Z");
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<link")));
    EXPECT_THAT(page, Not(HasSubstr("url(")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
    EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'unsafe-inline'"));
}

TEST(ReportPage, SaysInWordsWhatItDraws)
{
    auto const page = toHtml(made(), "2026-03-04T08:00:00.000Z");
    std::regex const picture{"<svg [^>]*role=\"img\" aria-labelledby=\"[^\"]+\"[^>]*><title "};
    auto const begin = std::sregex_iterator{page.begin(), page.end(), picture};
    EXPECT_EQ(std::distance(begin, std::sregex_iterator{}), 4);
    for (auto const* const id : {"rules", "reasons", "weeks", "clients"})
        EXPECT_THAT(page, HasSubstr("<section id=\"" + std::string{id} + '"'));
    EXPECT_THAT(page, HasSubstr("To be reviewed, for more than 90 % of their cards were "
                                "overridden: EL-K-LOW.</p>"));
    EXPECT_THAT(page, HasSubstr("<tr class=\"flagged\"><th scope=\"row\">EL-K-LOW</th>"));
}

TEST(ReportPage, NamesOfClientsAreText)
{
    auto const page = toHtml(made(), "now");
    EXPECT_THAT(page, HasSubstr("north, &quot;ward&quot; &lt;1&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("<1>")));
}

} // namespace
} // namespace tcds::query
