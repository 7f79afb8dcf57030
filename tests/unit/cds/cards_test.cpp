#include "server/cds/cards.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/support/json_rules.hpp"
#include "tests/support/rule_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace tcds::cds {

namespace {

using rules::Level;
using rules::Suggestion;
using rules::Tier;
using test::at;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kDecision = "019c1310-e400-71a2-8f3c-5d7e9b1a4c6d";

/// A chart with one order, and cards on the shipped rules.
class Answer
{
public:
    Answer()
    {
        MedicationUse order;
        order.id = FactId{3};
        order.source.resource = "MedicationRequest/rx-77";
        context_.medications.push_back(order);
        setting.decisionId = kDecision;
    }

    /// Another id of the order, as the chart sent it.
    void orderId(std::string id)
    {
        context_.medications.front().source.resource =
            id.empty() ? id : "MedicationRequest/" + std::move(id);
    }

    rules::Card card(std::string_view lead) const
    {
        rules::Card made;
        made.lead = rules_->find(lead)->index;
        made.rules = {{made.lead, Level::Critical, Tier::Probable}};
        made.level = Level::Critical;
        made.indicator = Level::Warning; // capped (decision D12)
        made.summary = "Potassium 2.9 mmol/L low";
        made.detail = "**Potassium** 2.9 mmol/L";
        return made;
    }

    static Suggestion testOrder()
    {
        Suggestion made;
        made.label = "Order serum magnesium";
        made.system = "http://loinc.org";
        made.code = "19123-9";
        made.display = "Magnesium";
        made.recommended = true;
        return made;
    }
    static Suggestion review()
    {
        Suggestion made;
        made.kind = Suggestion::Kind::Review;
        made.label = "Review furosemide";
        made.focus = FactId{3};
        return made;
    }
    static Suggestion text()
    {
        Suggestion made;
        made.kind = Suggestion::Kind::Text;
        made.label = "Neurology referral";
        return made;
    }

    std::vector<WrittenCard> write(std::vector<rules::Card> const& cards) const
    {
        rules::Evaluation const evaluation{context_, *rules_};
        return writeCards(cards, evaluation, setting, "pt1");
    }
    std::string json(rules::Card const& card) const { return write({card}).front().json; }

    CardSetting setting;

private:
    std::shared_ptr<rules::RuleSet const> rules_ = test::shippedRules();
    PatientContext context_;
};

rules::Card full(Answer const& answer)
{
    auto card = answer.card("CMB-LOWK-LOWMG");
    card.suggestions = {Answer::testOrder(), Answer::review(), Answer::text()};
    card.overrideReasons = {0, 3};
    card.missing = {"lab:CA_ADJ", "med:start"};
    return card;
}

TEST(Uuids, AreNameBasedOnDecisionLeadAndPlace) // CARD-06, SUG-02, decision D20
{
    Answer answer;
    auto second = answer.card("MED-LOOP");
    second.suggestions = {Answer::text(), Answer::text(), Answer::text()};

    auto const written = answer.write({full(answer), second});

    // Expected values: RFC 9562 version 5, computed with another implementation.
    EXPECT_EQ(written[0].uuid, "2628b826-a612-5a84-9f60-a906e8298712");
    EXPECT_EQ(at(written[0].json, "/uuid"), written[0].uuid);
    EXPECT_EQ(at(written[0].json, "/suggestions/0/uuid"), "ab0a6c01-f65f-54a0-9bf9-e243ed9245c0");
    EXPECT_EQ(at(written[0].json, "/suggestions/1/uuid"), "f74e7fa3-f0db-5a76-8589-185ac656e605");
    EXPECT_EQ(written[1].uuid, "55006b4e-0f57-5f3a-a61c-80adb0c2bc8a"); // MED-LOOP#2
    EXPECT_EQ(at(written[1].json, "/suggestions/2/uuid"), "ac700ffb-d259-5406-94d1-af226a9bf885");
}

TEST(Uuids, AreNewInEveryAnswerAndUniqueInOne)
{
    Answer answer;
    auto const first = answer.write({full(answer), full(answer)});
    answer.setting.decisionId = "019c1310-e400-71a2-8f3c-5d7e9b1a4c6e";
    auto const second = answer.write({full(answer)});

    EXPECT_NE(first[0].uuid, first[1].uuid);
    EXPECT_NE(first[0].uuid, second[0].uuid);
    static std::regex const kUuid{
        "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"};
    EXPECT_TRUE(std::regex_match(first[0].uuid, kUuid));
}

TEST(Card, HasTheMembersOfTheStandardAndNothingEmpty) // CARD-01 to CARD-05, CARD-11, RSP-03
{
    Answer answer;
    answer.setting.publicUrl = "https://cds.example.org";
    auto const json = answer.json(full(answer));
    auto const document = test::parseJson(json);

    EXPECT_THAT(test::emptyPlaces(document), IsEmpty());
    EXPECT_THAT(test::namesOf(document),
                testing::UnorderedElementsAre("uuid", "summary", "detail", "indicator", "source",
                                              "suggestions", "selectionBehavior", "overrideReasons",
                                              "links", "extension"));
    EXPECT_EQ(at(json, "/summary"), "Potassium 2.9 mmol/L low");
    EXPECT_EQ(at(json, "/detail"), "**Potassium** 2.9 mmol/L");
    EXPECT_EQ(at(json, "/indicator"), "warning");
}

TEST(Card, WithNothingOptionalLeavesThatOut) // CARD-07 to CARD-10, RSP-03
{
    Answer answer;
    auto card = answer.card("EL-K-LOW");
    card.detail.clear();

    auto const document = test::parseJson(answer.json(card));

    EXPECT_THAT(test::emptyPlaces(document), IsEmpty());
    EXPECT_THAT(
        test::namesOf(document),
        testing::UnorderedElementsAre("uuid", "summary", "indicator", "source", "extension"));
}

TEST(Indicator, IsOneOfTheThreeWords) // CARD-03
{
    Answer answer;
    auto card = answer.card("EL-K-LOW");
    for (auto const& [level, word] : {std::pair{Level::Info, "info"},
                                      {Level::Warning, "warning"},
                                      {Level::Critical, "critical"}}) {
        card.indicator = level;
        EXPECT_EQ(at(answer.json(card), "/indicator"), word);
    }
}

TEST(Source, IsTheProductWithTheLeadRuleAsTopic) // SRC-01, SRC-04, decision D10
{
    Answer answer;
    auto const json = answer.json(answer.card("EL-K-LOW"));

    EXPECT_EQ(at(json, "/source/label"), "twitch-cds");
    EXPECT_EQ(at(json, "/source/topic"),
              R"({"system":"urn:twitch-cds:rule","code":"ELKLOW","display":"Low potassium"})");
    EXPECT_EQ(at(json, "/source/url"), ""); // unset while there is no public URL
    EXPECT_EQ(at(json, "/links"), "");
}

TEST(Source, HasUrlAndLinkOnceThereIsAPublicUrl) // SRC-02, LNK-01 to LNK-03
{
    Answer answer;
    answer.setting.publicUrl = "https://cds.example.org/twitch";
    auto const json = answer.json(answer.card("EL-K-LOW"));

    EXPECT_EQ(at(json, "/source/url"), "https://cds.example.org/twitch/rules");
    EXPECT_EQ(at(json, "/links/0/url"), "https://cds.example.org/twitch/rules/EL-K-LOW");
    EXPECT_EQ(at(json, "/links/0/type"), "absolute");
    EXPECT_NE(at(json, "/links/0/label"), "");
    EXPECT_EQ(at(json, "/links/0/appContext"), "");     // LNK-04
    EXPECT_EQ(at(json, "/links/0/autolaunchable"), ""); // LNK-05
}

TEST(Topics, OfEveryRuleAreAlphanumeric) // decision D10, TOL-19
{
    for (auto const& rule : test::shippedRules()->rules) {
        auto expected = rule.id;
        std::erase(expected, '-');
        EXPECT_EQ(rule.topic, expected);
        EXPECT_TRUE(std::regex_match(rule.topic, std::regex{"[A-Za-z0-9]{1,100}"})) << rule.topic;
    }
}

TEST(SelectionBehavior, IsAnyUnlessTheClientKnowsOnlyOne) // CARD-08, decision D19
{
    Answer answer;
    EXPECT_EQ(at(answer.json(full(answer)), "/selectionBehavior"), "any");

    answer.setting.atMostOne = true;
    EXPECT_EQ(at(answer.json(full(answer)), "/selectionBehavior"), "at-most-one");
    EXPECT_EQ(at(answer.json(answer.card("EL-K-LOW")), "/selectionBehavior"), "");
}

TEST(Recommendation, IsWrittenWhereItIsMadeAndLeftOutElsewhere) // SUG-03
{
    Answer answer;
    auto card = full(answer);
    card.suggestions = {Answer::testOrder(), Answer::testOrder(), Answer::text()};

    auto const json = answer.json(card);

    EXPECT_EQ(at(json, "/suggestions/0/isRecommended"), "true");
    EXPECT_EQ(at(json, "/suggestions/1/isRecommended"), "true");
    EXPECT_EQ(at(json, "/suggestions/2/isRecommended"), "");
}

TEST(Suggestions, OfTestsAreDraftServiceRequests) // SUG-01, SUG-05, ACT-01 to ACT-03, decision D45
{
    Answer answer;
    auto const json = answer.json(full(answer));

    EXPECT_EQ(at(json, "/suggestions/0/label"), "Order serum magnesium");
    EXPECT_EQ(at(json, "/suggestions/0/actions/0/type"), "create");
    EXPECT_NE(at(json, "/suggestions/0/actions/0/description"), "");
    EXPECT_EQ(at(json, "/suggestions/0/actions/1"), ""); // one action a suggestion (TOL-19)
    EXPECT_EQ(
        at(json, "/suggestions/0/actions/0/resource"),
        R"({"resourceType":"ServiceRequest","status":"draft","intent":"proposal",)"
        R"("code":{"coding":[{"system":"http://loinc.org","code":"19123-9","display":"Magnesium"}]},)"
        R"("subject":{"reference":"Patient/pt1"}})");
}

TEST(Suggestions, OfReviewsAreDraftTasksOnTheOrder) // decision D45
{
    Answer answer;
    auto const task = at(answer.json(full(answer)), "/suggestions/1/actions/0/resource");

    EXPECT_EQ(at(task, "/resourceType"), "Task");
    EXPECT_EQ(at(task, "/status"), "draft");
    EXPECT_EQ(at(task, "/intent"), "proposal");
    EXPECT_EQ(at(task, "/focus/reference"), "MedicationRequest/rx-77");
    EXPECT_EQ(at(task, "/for/reference"), "Patient/pt1");
}

TEST(Suggestions, OfTextHaveALabelAndNoActions) // decision D45
{
    Answer answer;
    auto const json = answer.json(full(answer));

    EXPECT_EQ(at(json, "/suggestions/2/label"), "Neurology referral");
    EXPECT_EQ(at(json, "/suggestions/2/actions"), "");
}

TEST(Suggestions, NeverUpdateOrDelete) // ACT-04 to ACT-06, SUG-06, RSP-07
{
    Answer answer;
    auto const json = answer.json(full(answer));

    EXPECT_THAT(json, Not(HasSubstr("\"update\"")));
    EXPECT_THAT(json, Not(HasSubstr("\"delete\"")));
    EXPECT_THAT(json, Not(HasSubstr("resourceId")));
    EXPECT_THAT(json, Not(HasSubstr("actionSelectionBehavior")));
}

TEST(Review, OfAnOrderWithoutIdHasNoFocus)
{
    Answer answer;
    answer.orderId("");

    auto const task = at(answer.json(full(answer)), "/suggestions/1/actions/0/resource");

    EXPECT_EQ(at(task, "/focus"), "");
    EXPECT_EQ(at(task, "/for/reference"), "Patient/pt1");
}

TEST(Review, OfAnOrderWithAnOddIdStaysJson) // ids are data: they may try to leave their string
{
    Answer answer;
    answer.orderId(R"(a"},"x":"\)");

    auto const written = answer.write({full(answer)}).front();

    EXPECT_EQ(at(written.json, "/suggestions/1/actions/0/resource/focus/reference"),
              R"(MedicationRequest/a"},"x":"\)");
    EXPECT_EQ(at(written.json, "/suggestions/1/actions/0/resource/x"), "");
    EXPECT_THAT(written.masked, Not(HasSubstr("\"x\"")));
}

TEST(OverrideReasons, AreStableCodesWithTheirDisplay) // CARD-09, CARD-12, decision D44
{
    Answer answer;
    auto const reasons = at(answer.json(full(answer)), "/overrideReasons");

    EXPECT_EQ(reasons, R"([{"system":"urn:twitch-cds:override-reason","code":"addressed",)"
                       R"("display":"Already addressed or being treated"},)"
                       R"({"system":"urn:twitch-cds:override-reason","code":"not-related",)"
                       R"("display":"Judged unrelated to the complaint"}])");
}

TEST(Extension, NamesDecisionRulesAndWhatWasMissing) // EXT-02, decision D32
{
    Answer answer;
    auto card = full(answer);
    card.rules.push_back(
        {test::shippedRules()->find("WU-LABS-MISSING")->index, Level::Info, Tier::None});

    auto const own = at(answer.json(card), "/extension/org.twitch-cds");

    EXPECT_EQ(at(own, "/decision"), kDecision);
    EXPECT_EQ(at(own, "/rules/0"),
              R"({"id":"CMB-LOWK-LOWMG","version":"1.0.0","level":"critical","tier":"probable"})");
    EXPECT_EQ(at(own, "/rules/1"), // rules about missing tests have no tier (decision D22)
              R"({"id":"WU-LABS-MISSING","version":"1.0.0","level":"info"})");
    EXPECT_EQ(at(own, "/missing"), R"(["lab:CA_ADJ","med:start"])");
    EXPECT_EQ(at(own, "/key"), "");
}

TEST(Extension, CarriesTheRepeatKeyOfItsCard) // decision D32
{
    Answer answer;
    answer.setting.repeatKeys = {"k1:first", "k1:second"};

    auto const written = answer.write({answer.card("EL-K-LOW"), answer.card("MED-LOOP")});

    EXPECT_EQ(at(written[0].json, "/extension/org.twitch-cds/key"), "k1:first");
    EXPECT_EQ(at(written[1].json, "/extension/org.twitch-cds/key"), "k1:second");
}

TEST(UnreadCard, HasNoTopicAndEmptyRules) // decision D26
{
    Answer answer;
    rules::Card card;
    card.summary = "Could not read MedicationRequest; not assessed";

    auto const json = answer.json(card);

    EXPECT_EQ(at(json, "/uuid"), "1f994232-a44e-59dc-948a-9561f22ca851"); // name "#1"
    EXPECT_EQ(at(json, "/source"), R"({"label":"twitch-cds"})");
    EXPECT_EQ(at(json, "/extension/org.twitch-cds/rules"), "[]");
    EXPECT_EQ(at(json, "/indicator"), "info");
}

TEST(MaskedForm, DiffersInReferencesAlone) // decision D39
{
    Answer answer;
    auto const written = answer.write({full(answer)}).front();
    auto clear = written.json;
    auto const replace = [&clear](std::string const& from, std::string const& to) {
        for (auto place = clear.find(from); place != std::string::npos; place = clear.find(from))
            clear.replace(place, from.size(), to);
    };

    EXPECT_THAT(written.masked, Not(HasSubstr("pt1")));
    EXPECT_THAT(written.masked, Not(HasSubstr("rx-77")));
    EXPECT_EQ(at(written.masked, "/suggestions/0/actions/0/resource/subject/reference"),
              "Patient/{patient}");
    EXPECT_EQ(at(written.masked, "/suggestions/1/actions/0/resource/focus/reference"),
              "MedicationRequest/{f3}");
    replace("Patient/pt1", "Patient/{patient}");
    replace("MedicationRequest/rx-77", "MedicationRequest/{f3}");
    EXPECT_EQ(clear, written.masked);
}

TEST(Texts, AreEscapedAsJson)
{
    Answer answer;
    auto card = answer.card("EL-K-LOW");
    card.summary = "Say \"low\" \\ and\ttab";
    card.detail = "line\nbreak \xC2\xB5mol";

    auto const json = answer.json(card);

    EXPECT_EQ(at(json, "/summary"), card.summary);
    EXPECT_EQ(at(json, "/detail"), card.detail);
}

TEST(WriteAnswer, OfNoCardsIsAnEmptyList) // RSP-02
{
    EXPECT_EQ(writeAnswer({}), R"({"cards":[]})");
}

TEST(WriteAnswer, KeepsTheOrderOfTheCards) // RSP-01, RSP-08, RSP-09
{
    Answer answer;
    auto const body = writeAnswer(answer.write({full(answer), answer.card("MED-LOOP")}));
    auto const document = test::parseJson(body);

    EXPECT_THAT(test::namesOf(document), ElementsAre("cards"));
    EXPECT_EQ(at(body, "/cards/0/source/topic/code"), "CMBLOWKLOWMG");
    EXPECT_EQ(at(body, "/cards/1/source/topic/code"), "MEDLOOP");
    EXPECT_EQ(body, writeAnswer(answer.write({full(answer), answer.card("MED-LOOP")})));
}

} // namespace

} // namespace tcds::cds
