#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/unit/app/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace tcds::app::test {

namespace {

using tcds::test::at;
using tcds::test::with;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The answer without what is new in each: uuids and the decision id.
std::string advice(std::string const& body)
{
    static std::regex const kUuid{"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"};
    return std::regex_replace(body, kUuid, "UUID");
}

/// UTF-16 units and code points of a UTF-8 text; the greater of both.
std::size_t longestCount(std::string_view text)
{
    std::size_t units = 0;
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) ++units;
        if ((byte & 0xF8U) == 0xF0U) ++units; // a surrogate pair
    }
    return units;
}

TEST(Answer, IsOneObjectOfCards) // RSP-01, RSP-04, RSP-08
{
    Service service;
    auto const answer = service.post(kView, call());
    auto const document = tcds::test::parseJson(answer.body);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.contentType, "application/json");
    EXPECT_THAT(tcds::test::namesOf(document), testing::ElementsAre("cards"));
    EXPECT_GE(document["cards"].Size(), 1U); // RSP-11
}

TEST(Answer, OfEveryServiceKeepsToTheStandard) // CARD-01 to CARD-11, RSP-03
{
    Service service{{{"public_url", "https://cds.example.org"}}};
    struct Call {
        std::string path, body;
    };
    for (auto const& [path, body] : {Call{std::string{kView}, call()},
                                     Call{"/cds-services/twitch-order-select", orderSelect()}}) {
        auto const answer = service.post(path, body);
        ASSERT_EQ(answer.status, 200) << answer.body;
        auto const document = tcds::test::parseJson(answer.body);
        EXPECT_THAT(tcds::test::emptyPlaces(document), IsEmpty()) << path;
        std::set<std::string> uuids;
        for (auto const& card : document["cards"].GetArray()) {
            EXPECT_TRUE(uuids.insert(card["uuid"].GetString()).second);
            EXPECT_LT(longestCount(card["summary"].GetString()), 140U); // CARD-02
            EXPECT_THAT(tcds::test::namesOf(card),
                        Each(testing::AnyOf("uuid", "summary", "detail", "indicator", "source",
                                            "suggestions", "selectionBehavior", "overrideReasons",
                                            "links", "extension")));
            EXPECT_EQ(card.HasMember("suggestions"), card.HasMember("selectionBehavior"));
        }
    }
}

TEST(Answer, OfSilenceIsAnEmptyListWithARecord) // RSP-02
{
    Service service;
    auto const answer = service.post(kView, withoutComplaint());

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"cards":[]})");
    EXPECT_NE(header(answer, "X-Decision-Id"), "");
    EXPECT_EQ(service.records("decision").size(), 1U);
}

TEST(Answer, OfTheSameCallIsTheSameAdvice) // RSP-09
{
    Service service;
    EXPECT_EQ(advice(service.post(kView, call()).body), advice(service.post(kView, call()).body));
}

/// The Bundle with its entries the other way round.
std::string reversed(std::string const& bundleText)
{
    auto document = tcds::test::parseJson(bundleText);
    auto& entries = document["entry"];
    for (rapidjson::SizeType i = 0; i < entries.Size() / 2; ++i)
        entries[i].Swap(entries[entries.Size() - 1 - i]);
    return tcds::test::writeJson(document);
}

TEST(Answer, DoesNotHangOnTheOrderOfEntries) // what a server lists first is chance
{
    Service service;
    auto body = call();
    body = with(body, "/prefetch/conditions",
                bundle(condition("R25.3", "c1") + "," + condition("R41.0", "c2") + "," +
                       condition("R56.9", "c3") + "," + condition("N18.4", "c4") + "," +
                       condition("F41.1", "c5")));
    body =
        with(body, "/prefetch/medications",
             bundle(order("4603", "furosemide", "m1") + "," + order("8640", "prednisone", "m2") +
                    "," + order("7646", "omeprazole", "m3") + "," +
                    order("36437", "sertraline", "m4") + "," + order("10689", "tramadol", "m5")));
    auto other = body;
    for (auto const* key : {"conditions", "medications", "labs"}) {
        auto const place = "/prefetch/" + std::string{key};
        other = with(other, place, reversed(at(other, place)));
    }

    auto const first = service.post(kView, body);
    auto const second = service.post(kView, other);

    ASSERT_GE(cardsOf(first), 1);
    EXPECT_EQ(advice(first.body), advice(second.body));
}

TEST(Cards, AreMostUrgentFirst) // RSP-09, decision D24
{
    Service service;
    auto const document = tcds::test::parseJson(service.post(kView, call()).body);
    auto rank = 3;
    for (auto const& card : document["cards"].GetArray()) {
        std::string_view const word{card["indicator"].GetString()};
        auto const own = word == "critical" ? 3 : word == "warning" ? 2 : 1;
        EXPECT_LE(own, rank);
        rank = own;
    }
}

TEST(Cards, AreAtMostAsManyAsAreSet) // decision D11
{
    Service service{{{"max_cards", "1"}, {"allow_critical", "false"}}};
    auto body = call();
    body.replace(body.find("2.9"), 3, "3.2"); // no critical: those are never dropped

    EXPECT_EQ(cardsOf(service.post(kView, body)), 1);
}

TEST(Indicator, IsCappedUnlessCriticalIsAllowed) // decision D12
{
    Service open;
    Service capped{{{"allow_critical", "false"}}};

    auto const shown = open.post(kView, call());
    auto const hidden = capped.post(kView, call());

    EXPECT_EQ(at(shown.body, "/cards/0/indicator"), "critical");
    EXPECT_EQ(at(hidden.body, "/cards/0/indicator"), "warning");
    EXPECT_EQ(at(hidden.body, "/cards/0/extension/org.twitch-cds/rules/0/level"), "critical");
}

TEST(Patients, AndRelativesGetNoCards) // UX-9
{
    Service service;
    for (auto const* user : {R"("Patient/pt1")", R"("RelatedPerson/r1")"}) {
        auto const answer = service.post(kView, with(call(), "/context/userId", user));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, R"({"cards":[]})");
    }
    EXPECT_EQ(service.records("decision").size(), 2U);
}

TEST(Extension, MembersOfTheRequestAreIgnoredAtEveryPlace) // EXT-01, REQ-11, REQ-12, T-23
{
    Service service;
    auto body = call();
    for (auto const* place : {"/extension", "/context/extension", "/prefetch/extension", "/zz",
                              "/prefetch/labs/extension", "/prefetch/patient/extension"})
        body = with(body, place, R"({"org.example.unit":{"a":[1,{"b":null}]}})");

    EXPECT_EQ(service.post(kView, body).status, 200);
    EXPECT_GE(cardsOf(service.post(kView, body)), 1);
}

TEST(Markup, OfTheChartStaysText) // CARD-05, CTL-08
{
    Service service;
    auto const hostile =
        with(order("0", "x", "m9"), "/medicationCodeableConcept",
             R"({"text":"<img src=x onerror=alert(1)> [x](https://evil.example) **furosemide**"})");
    auto const answer = service.post(
        kView, with(call(), "/prefetch/medications/entry/-", R"({"resource":)" + hostile + "}"));

    ASSERT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, Not(HasSubstr("<img")));
    EXPECT_THAT(answer.body, Not(HasSubstr("](https://evil")));
}

TEST(OddIds, OfResourcesNeverBreakTheAnswer)
{
    Service service;
    auto body = call();
    body = with(body, "/prefetch/medications/entry/0/resource/id", R"("a\"},\"x\":\"")");
    auto const answer = service.post(kView, body);

    ASSERT_EQ(answer.status, 200);
    EXPECT_NO_THROW((void)tcds::test::parseJson(answer.body)) << answer.body;
}

TEST(SelectionBehavior, FollowsTheSetting) // decision D19
{
    Service any;
    Service one{{{"selection_behavior", "at-most-one"}}};

    EXPECT_EQ(at(any.post(kView, call()).body, "/cards/0/selectionBehavior"), "any");
    auto const narrow = one.post(kView, call()).body;
    EXPECT_EQ(at(narrow, "/cards/0/selectionBehavior"), "at-most-one");
    auto const document = tcds::test::parseJson(narrow);
    for (auto const& card : document["cards"].GetArray()) { // SUG-04
        int recommended = 0;
        if (card.HasMember("suggestions"))
            for (auto const& suggestion : card["suggestions"].GetArray())
                recommended += suggestion.HasMember("isRecommended") ? 1 : 0;
        EXPECT_LE(recommended, 1);
    }
}

TEST(Orders, AreJudgedByWhatIsSelected) // CTX-04, decision D23
{
    Service service;
    auto const path = std::string{"/cds-services/twitch-order-select"};
    auto const selected = service.post(path, orderSelect());
    auto const other = service.post(
        path, with(orderSelect(), "/context/selections", R"(["MedicationRequest/unknown"])"));

    ASSERT_EQ(selected.status, 200) << selected.body;
    EXPECT_THAT(selected.body, HasSubstr("ORD-WORSEN-K"));
    ASSERT_EQ(other.status, 200);
    EXPECT_THAT(other.body, Not(HasSubstr("ORD-WORSEN-K")));
}

} // namespace

} // namespace tcds::app::test
