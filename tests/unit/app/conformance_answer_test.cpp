// Real answers of every service, walked row by row; and the walk itself, which must find each fault
// that is put into a real answer.
#include "tests/support/json_edit.hpp"
#include "tests/unit/app/answer_rules.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <set>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using tcds::test::without;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

AnswerTerms const kTerms{false, "https://cds.example.org"};
Service::Settings const kSettings{{"public_url", kTerms.publicUrl}};

/// Calls to one service that bring cards of as many kinds as there are: of results, medicines,
/// both, missing tests, failed sources, new orders, and none.
std::vector<std::string> callsOf(cds::Service const& service)
{
    auto const good = callOf(service);
    auto const medicines = [&](std::string const& resources) {
        return with(good, "/prefetch/medications", bundle(resources));
    };
    return {
        good,
        with(good, "/prefetch/labs", kEmptyBundle),
        with(good, "/prefetch/labs", kFailed),
        without(good, "/prefetch/labs"),
        with(good, "/prefetch/medications", kEmptyBundle),
        with(with(good, "/prefetch/labs", kFailed), "/prefetch/medications", kEmptyBundle),
        with(good, "/prefetch/conditions", bundle(condition("I10"))),
        medicines(order("6448", "lithium", "m1") + "," + order("36437", "sertraline", "m2") + "," +
                  order("10689", "tramadol", "m3")),
        medicines(order("7646", "omeprazole", "m1") + "," + order("4603", "furosemide", "m2")),
        medicines(
            order("0", "<img src=x onerror=alert(1)> <b>furosemide</b> & [a](https://b)", "m1")),
        with(good, "/prefetch/labs",
             bundle(result("17861-6", "6.1", "mg/dL", "o1") + "," +
                    result("2951-2", "118", "mmol/L", "o2"))),
    };
}

/// Every answer with what was asked for it.
std::vector<std::pair<std::string, http::Response>> answers(Service& service)
{
    std::vector<std::pair<std::string, http::Response>> all;
    for (auto const& each : cds::services()) {
        int number = 0;
        for (auto const& body : callsOf(each)) {
            auto const name = std::string{each.id} + " " + std::to_string(number++);
            all.emplace_back(name, service.post(pathOf(each), body));
        }
    }
    return all;
}

// RSP-01, RSP-03, RSP-04, RSP-07, RSP-08, CARD-01, CARD-02, CARD-03, CARD-04, CARD-05, CARD-06,
// CARD-07, CARD-08, CARD-09, CARD-10, CARD-11, SRC-01, SRC-02, SRC-03, SRC-04, SUG-01, SUG-02,
// SUG-03, SUG-05, SUG-06, ACT-01, ACT-02, ACT-03, ACT-04, ACT-05, ACT-06, SYS-01, LNK-01, LNK-02,
// LNK-03, LNK-04, LNK-05, EXT-02, SEC-02, T-11, T-32, T-34
TEST(Answers, OfEveryServiceBreakNoRow)
{
    Service service{kSettings};
    int cards = 0;
    int suggestions = 0;
    std::set<std::string> leads;
    for (auto const& [name, answer] : answers(service)) {
        ASSERT_EQ(answer.status, 200) << name << answer.body;
        EXPECT_EQ(answer.contentType, "application/json") << name;
        EXPECT_THAT(brokenRows(answer.body, kTerms), IsEmpty()) << name << ": " << answer.body;
        auto const document = tcds::test::parseJson(answer.body);
        for (auto const& card : document["cards"].GetArray()) {
            ++cards;
            if (card.HasMember("suggestions")) ++suggestions;
            if (card["source"].HasMember("topic"))
                leads.insert(card["source"]["topic"]["code"].GetString());
        }
    }
    // The walk is worth what it walks over.
    EXPECT_GT(cards, 30);
    EXPECT_GT(suggestions, 10);
    EXPECT_GT(leads.size(), 5U) << testing::PrintToString(leads);
}

TEST(Answers, ForClientsThatKnowOneSelectionBreakNoRow) // CARD-08, SUG-04, TOL-19
{
    auto settings = kSettings;
    settings.emplace_back("selection_behavior", "at-most-one");
    Service service{settings};
    auto terms = kTerms;
    terms.atMostOne = true;

    for (auto const& [name, answer] : answers(service))
        EXPECT_THAT(brokenRows(answer.body, terms), IsEmpty()) << name;
}

TEST(Answers, OfEveryServiceButOneHaveACardForTheKnownPatient) // RSP-11
{
    Service service;
    int withCards = 0;
    for (auto const& each : cds::services())
        withCards += cardsOf(service.post(pathOf(each), callOf(each))) > 0 ? 1 : 0;
    EXPECT_GE(withCards, 4);
}

struct Fault {
    std::string row, place, value; // value "" = the member is taken out
};

/// A card with everything that a card may have: the first of these answers that has it all.
std::string fullAnswer()
{
    Service service{kSettings};
    for (auto const& [name, answer] : answers(service)) {
        auto const card = at(answer.body, "/cards/0");
        if (card.empty() || at(card, "/links/0").empty() || at(card, "/detail").empty()) continue;
        if (at(card, "/suggestions/1/actions/0/resource").empty()) continue;
        if (at(card, "/overrideReasons/0").empty()) continue;
        return answer.body;
    }
    return {};
}

// Each row that the walk stands for, with an answer that breaks it.
TEST(AnswerRules, FindEveryFault)
{
    auto const good = fullAnswer();
    ASSERT_NE(good, "") << "no answer has a card with everything";
    ASSERT_THAT(brokenRows(good, kTerms), IsEmpty());
    auto const longText = '"' + std::string(140, 'x') + '"';
    // 70 code points beyond the basic plane are 140 units of UTF-16.
    std::string pills;
    for (int i = 0; i < 70; ++i) pills += "\U0001F48A";
    std::string const card = "/cards/0";
    std::string const suggestion = card + "/suggestions/0";
    std::string const action = card + "/suggestions/1/actions/0";
    std::string const link = card + "/links/0";
    std::vector<Fault> const faults{
        {"RSP-01", "/cards", "{}"},
        {"RSP-01", "/cards", ""},
        {"RSP-03", card + "/detail", "null"},
        {"RSP-03", card + "/detail", "\"\""},
        {"RSP-03", card + "/links", "[]"},
        {"RSP-03", card + "/extension", "{}"},
        {"RSP-03", action + "/resource/code", "{}"},
        {"RSP-07", "/systemActions", "[{}]"},
        {"SYS-01", "/systemActions", "[{}]"},
        {"RSP-08", "/decision", "\"x\""},
        {"RSP-08", suggestion + "/note", "\"x\""},
        {"CARD-01", card + "/summary", ""},
        {"CARD-01", card + "/summary", "7"},
        {"CARD-02", card + "/summary", longText},
        {"CARD-02", card + "/summary", '"' + pills + '"'},
        {"CARD-03", card + "/indicator", "\"Warning\""},
        {"CARD-03", card + "/indicator", "\"hard-stop\""},
        {"CARD-04", card + "/source", ""},
        {"CARD-05", card + "/detail", "\"see <b>this</b>\""},
        {"CARD-05", card + "/detail", "\"see <img src=x>\""},
        {"CARD-06", card + "/uuid", ""},
        {"CARD-06", card + "/uuid", "\"urn:uuid:2628b826-a612-5a84-9f60-a906e8298712\""},
        {"CARD-06", card + "/uuid", "\"2628B826-A612-5A84-9F60-A906E8298712\""},
        {"CARD-07", card + "/suggestions", "{}"},
        {"CARD-07", card + "/suggestions", "[]"},
        {"CARD-08", card + "/selectionBehavior", ""},
        {"CARD-08", card + "/selectionBehavior", "\"all\""},
        {"CARD-08", card + "/suggestions", ""},
        {"CARD-09", card + "/overrideReasons", "[]"},
        {"CARD-09", card + "/overrideReasons/0/display", ""},
        {"CARD-10", card + "/links", "{}"},
        {"CARD-11", card + "/serviceName", "\"x\""},
        {"SRC-01", card + "/source/label", ""},
        {"SRC-02", card + "/source/url", "\"/rules\""},
        {"SRC-03", card + "/source/icon", "\"https://cds.example.org/i.png\""},
        {"SRC-04", card + "/source/topic", "[]"},
        {"SRC-04", card + "/source/topic/system", ""},
        {"SUG-01", suggestion + "/label", ""},
        {"SUG-02", suggestion + "/uuid", ""},
        {"SUG-03", suggestion + "/isRecommended", "\"true\""},
        {"SUG-05", card + "/suggestions/1/actions", "[]"},
        {"SUG-06", suggestion + "/actionSelectionBehavior", "\"any\""},
        {"ACT-01", action + "/type", "\"Create\""},
        {"ACT-02", action + "/description", ""},
        {"ACT-03", action + "/resource", "\"{}\""},
        {"ACT-03", action + "/resource", ""},
        {"ACT-04", action + "/type", "\"update\""},
        {"ACT-05", action + "/type", "\"delete\""},
        {"ACT-05", action + "/resourceId", "\"MedicationRequest/d1\""},
        {"ACT-06", action + "/resource/id", "\"d1\""},
        {"LNK-01", link + "/label", ""},
        {"LNK-02", link + "/url", "\"rules/x\""},
        {"LNK-03", link + "/type", "\"app\""},
        {"LNK-04", link + "/appContext", "\"x\""},
        {"LNK-05", link + "/autolaunchable", "true"},
        {"SEC-02", link + "/url", "\"https://elsewhere.example/x\""},
        {"EXT-02", card + "/extension/note", "\"x\""},
    };
    for (auto const& fault : faults) {
        auto const bad =
            fault.value.empty() ? without(good, fault.place) : with(good, fault.place, fault.value);
        EXPECT_THAT(brokenRows(bad, kTerms), Contains(StartsWith(fault.row + " ")))
            << fault.place << " = " << fault.value;
    }
    EXPECT_THAT(brokenRows("\xEF\xBB\xBF" + good, kTerms), Contains(StartsWith("RSP-04")));
    EXPECT_THAT(brokenRows(good + ",", kTerms), Contains(StartsWith("RSP-04")));
    auto twice = with(good, suggestion + "/isRecommended", "true");
    twice = with(twice, card + "/suggestions/1/isRecommended", "true");
    twice = with(twice, card + "/selectionBehavior", "\"at-most-one\"");
    EXPECT_THAT(brokenRows(twice, kTerms), Contains(StartsWith("SUG-04")));
}

/// Markdown without what a backslash has made plain.
std::string active(std::string const& markdown)
{
    std::string left;
    for (std::size_t i = 0; i < markdown.size(); ++i) {
        if (markdown[i] == '\\') {
            ++i;
            continue;
        }
        left += markdown[i];
    }
    return left;
}

/// Every text of an answer that is read by people.
std::vector<std::string> textsOf(std::string const& body)
{
    std::vector<std::string> texts;
    auto const document = tcds::test::parseJson(body);
    for (auto const& card : document["cards"].GetArray()) {
        texts.emplace_back(card["summary"].GetString());
        texts.emplace_back(card.HasMember("detail") ? card["detail"].GetString() : "");
    }
    return texts;
}

// CTL-08, CARD-05: a renderer with raw HTML turned on would see no tag, link, image, code or line
// break of the chart, whatever stands in it.
TEST(ChartTexts, BecomeNoMarkup)
{
    Service service;
    std::mt19937 random{20260131}; // fixed: the same texts in every run
    std::vector<std::string> const pieces{"<img src=x onerror=alert(1)>",
                                          "<b>",
                                          "</p>",
                                          "<!--",
                                          "&lt;",
                                          "&#60;",
                                          "[a](https://b.example)",
                                          "![a](//b.example)",
                                          "`code`",
                                          "```\\n",
                                          "https://evil.example",
                                          "www.evil.example",
                                          "a@evil.example",
                                          "\\n\\n# Heading",
                                          "\\n- item",
                                          "| a | b |",
                                          "**",
                                          "__",
                                          "~~",
                                          "\\u202e",
                                          "\\u0007",
                                          "\\u001b[31m",
                                          "\\\\",
                                          "\\\\<b>",
                                          " furosemide ",
                                          "\\ud83d\\udc8a"};
    for (int round = 0; round < 200; ++round) {
        std::string text;
        for (int i = 0; i < 4; ++i) text += pieces[random() % pieces.size()];
        auto const value = "\"furosemide " + text + "\"";
        auto body = call();
        std::string const drug = "/prefetch/medications/entry/0/resource/medicationCodeableConcept";
        body = with(body, drug + "/text", value);
        if (round % 2 == 0) body = with(body, drug + "/coding/0/display", value);
        if (round % 3 == 0) body = without(body, drug + "/coding");
        body = with(body, "/prefetch/labs/entry/0/resource/valueQuantity/unit", value);
        body = with(body, "/prefetch/conditions/entry/0/resource/code/text", value);
        auto const answer = service.post(kView, body);
        ASSERT_EQ(answer.status, 200) << body;
        ASSERT_GE(cardsOf(answer), 1);
        EXPECT_THAT(brokenRows(answer.body), IsEmpty()) << value;
        for (auto const& shown : textsOf(answer.body)) {
            auto const left = active(shown);
            for (auto const* sign : {"<", "](", "![", "`", "://", "www.", "@", "~~", "&#", "&lt",
                                     "\n# H", "\n- item", "| a"})
                EXPECT_THAT(left, Not(testing::HasSubstr(sign))) << shown;
            for (auto const c : shown)
                EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 && c != '\n') << shown;
            EXPECT_THAT(shown, Not(testing::HasSubstr("\u202e"))) << shown;
        }
    }
}

TEST(CardUuids, AreNewInEveryAnswer) // CARD-06, SUG-02, T-11
{
    Service service;
    std::set<std::string> seen;
    std::size_t count = 0;
    for (int i = 0; i < 3; ++i) {
        auto const document = tcds::test::parseJson(service.post(kView, call()).body);
        for (auto const& card : document["cards"].GetArray()) {
            seen.insert(card["uuid"].GetString());
            ++count;
            if (!card.HasMember("suggestions")) continue;
            for (auto const& suggestion : card["suggestions"].GetArray()) {
                seen.insert(suggestion["uuid"].GetString());
                ++count;
            }
        }
    }
    EXPECT_GT(count, 6U);
    EXPECT_EQ(seen.size(), count);
}

TEST(OverrideReasons, KeepTheirCodesFromCallToCall) // CARD-12
{
    Service service;
    auto const reasons = [&] {
        return at(service.post(kView, call()).body, "/cards/0/overrideReasons");
    };
    auto const first = reasons();

    EXPECT_EQ(first, reasons());
    EXPECT_THAT(first, testing::HasSubstr(R"("code":"addressed")"));
    EXPECT_THAT(first, Not(testing::ContainsRegex("[0-9a-f]{8}-")));
}

TEST(Details, SayAllThatAHiddenMemberSays) // T-10: clients hide topic, actions, extension
{
    Service service;
    auto const document =
        tcds::test::parseJson(service.post(kView, with(call(), "/prefetch/labs", kFailed)).body);
    ASSERT_GT(document["cards"].Size(), 0U);
    for (auto const& card : document["cards"].GetArray())
        for (auto const& rule : card["extension"]["org.twitch-cds"]["rules"].GetArray())
            EXPECT_THAT(card["detail"].GetString(), testing::HasSubstr(rule["id"].GetString()));
}

} // namespace

} // namespace tcds::app::test
