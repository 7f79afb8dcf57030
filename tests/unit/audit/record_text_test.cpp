#include "server/audit/reader.hpp"

#include "fhir/base/json.hpp"
#include "tests/unit/audit/decision_stage.hpp"
#include "tests/unit/audit/record_schema.hpp"

#include <gmock/gmock.h>

#include <array>

namespace tcds::audit {
namespace {

/// Beginnings of lines of a text, in order, each with its own failure message.
void expectLines(std::string const& text, std::vector<std::string> const& lines)
{
    std::size_t from = 0;
    for (auto const& line : lines) {
        auto const at = text.find(line, from);
        EXPECT_NE(at, std::string::npos) << "not there or out of order: " << line << "\n" << text;
        if (at != std::string::npos) from = at;
    }
}

TEST(RecordText, TellsWhyACardAppeared)
{
    test::DecisionStage const stage;

    auto const text = toText(stage.line());

    expectLines(
        text,
        {"record      decision 2, 2026-03-03T10:12:44.402Z, node cds-1, tenant mercy-west",
         "decision    019cb32f-8e9e-70d8-98e0-985ecc7f6041",
         "evaluated   2026-03-03T10:12:44.318Z",
         "user        PractitionerRole/r1",
         "What was delivered",
         "  patient: ok, 1 resource, via prefetch",
         "  medications: partial, 50 resources, via prefetch",
         "  labs: absent",
         "  asked for and not there: lab:CA, source:labs",
         "What was understood",
         "  f0 patient: age in years 67, female, ref k26q1:",
         "  f5 medication: furosemide, lisinopril, 313988 (rxnorm), order, stopped, status active, "
         "40.0 mg a day, oral, as needed, from 2025-06-14T08:00:00+02:00, to 2026-03-01, history: "
         "active 2025-06-14, on-hold 2026-02-01, found by rxnorm, routeFrom dosage, ref k26q1:",
         "  f7 lab: K, 2823-3 (loinc.org), <2.90 mmol/L, final, taken 2026-03-01T06:40:00Z, "
         "laboratory range from 3.5 mmol/L (type normal), flags A, LL, notes: haemolysed, "
         "preliminary, ref k26q1:I6MtH20aze6Scg1e6em8NQ [labs]",
         "  f14 gap: lab, CA, 17861-6 (loinc.org), not used: entered-in-error, ref k26q1:",
         "Rules that fired",
         "  EL-K-LOW 1.0.0: fired, critical, definite, band severe; facts f1, f7; 31 us",
         "Rules that were looked at and did not fire",
         "  EL-CA-LOW 1.0.0: unknown, because: no-result (lab:CA)",
         "  MED-LOOP 1.0.0: suppressed, info, possible, because: normal; facts f5",
         "  RF-ALS 1.0.0: not-met, because: complaint (gate); facts f1",
         "  and 1 of which no code, class or analyte was present",
         "Cards",
         "  critical (returned as warning): Low potassium 2.9 mmol/L",
         "Answer",
         "  HTTP 200, 2362 bytes, sha256 "
         "14998947d95502d315d56a3e140e2c93cc096116ba8f094cda802033269d4cd5; some source failed or "
         "was cut short",
         "  231870 microseconds: reading the request 2100, rules 410",
         "  left out or replaced: /cards/*/card/**/reference",
         "chain       "});
    EXPECT_NE(text.find("content     twitch-core 2026.11, sha256 a4b2416a"), std::string::npos);
    EXPECT_NE(text.find("call        patient-view to twitch-patient-view, instance d1577c69"),
              std::string::npos);
}

TEST(RecordText, TellsTheOtherTypesToo)
{
    expectLines(
        toText(
            R"({"type":"start","seq":7,"ts":"T","node":"n","tenant":"t","cause":"open","torn":12})"),
        {"record      start 7, T, node n, tenant t", "cause       open",
         "torn        12 bytes of an unfinished line were cut off"});
    expectLines(toText(R"({"type":"stop","seq":8,"records":5,"lost":2})"),
                {"records     5", "lost        2"});
    expectLines(
        toText(R"({"type":"feedback","card":"c","outcome":"overridden",)"
               R"("reason":{"code":"known-stable","display":"Known and stable"}})"),
        {"card        c", "outcome     overridden", "reason      known-stable: Known and stable"});
    expectLines(toText(R"({"type":"reject","http":400,"reason":"json","where":"byte 88"})"),
                {"http        400", "reason      json", "where       byte 88"});
}

/// Every text and number of a record that does not stand in its page.
void findHidden(json::Value const& value, std::string const& place, std::string const& page,
                std::vector<std::string>& hidden)
{
    if (value.IsObject()) {
        for (auto const& member : value.GetObject())
            findHidden(member.value, place + "/" + member.name.GetString(), page, hidden);
    } else if (value.IsArray()) {
        for (auto const& element : value.GetArray())
            findHidden(element, place + "/-", page, hidden);
    } else {
        auto const text = json::text(&value);
        auto const number = json::number(&value);
        auto const said = text ? *text : number ? *number : std::string_view{};
        if (page.find(said) == std::string::npos)
            hidden.push_back(place + ": " + std::string{said});
    }
}

/// Systems of codes are shown by their last part, and the version of the form means nothing yet.
std::vector<std::string> hiddenOf(std::string const& line)
{
    auto const record = json::Document::parse(line).value();
    std::vector<std::string> hidden;
    findHidden(record.root(), "", toText(line), hidden);
    std::erase_if(hidden, [](std::string const& each) {
        return each.find("/codes/-/-: http://") != std::string::npos || each == "/v: 1";
    });
    return hidden;
}

TEST(RecordText, HidesNothingOfADecision)
{
    test::DecisionStage stage;
    Sealed const sealed{"s1d7b4a6", "JWE", {"fetched/labs"}, true};
    std::string const digest(64, 'd');
    std::array const fetched{
        FetchedInput{"labs", "Observation?patient={patientKey}", "4b1c", digest, 200, 193}};
    std::array const received{ReceivedInput{"patient", std::string(64, 'e'), ""},
                              ReceivedInput{"medications", "", "k26q1:hmac"}};
    stage.context.inputs[2] = {"labs", "fhir", SourceStatus::Ok, 3};
    stage.context.medications[0].lastGiven = parseDateTime("2026-02-28").value();
    stage.context.medications[0].supplyEnd = parseDateTime("2026-04-28").value();
    stage.context.labs[0].issued = parseDateTime("2026-03-01T07:00:00Z").value();
    stage.record.level = Level::Full;
    stage.record.sealed = &sealed;
    stage.record.fetched = fetched;
    stage.record.received = received;
    stage.record.retryOf = "019cb32f-8d00-70d8-98e0-985ecc7f6041";
    stage.record.issuer = "https://ehr.example.org";
    stage.record.keyId = "d3bmo5Hz";
    stage.record.tokenDigest = "383fa780904ca303fae4e512d86577d9";
    stage.record.authenticate = std::chrono::microseconds{1900};
    stage.record.fetch = std::chrono::microseconds{142'300};
    stage.record.userHidden = true;

    auto hidden = hiddenOf(stage.line());
    std::erase(hidden, "/sealed/jwe: JWE"); // its length is told

    EXPECT_THAT(hidden, testing::IsEmpty());
}

TEST(RecordText, HidesNothingOfOtherTypes)
{
    Sealed const sealed{"s1d7b4a6", "5 characters", {}, false};
    FeedbackRecord feedback;
    std::vector<std::string> const rules{"EL-K-LOW", "MED-LOOP"};
    std::vector<std::string> const accepted{"s1", "s2"};
    feedback.client = "mercy";
    feedback.service = "twitch-patient-view";
    feedback.card = "the-card";
    feedback.outcome = "overridden";
    feedback.reasonSystem = "urn:twitch-cds:override-reason";
    feedback.reasonCode = "known-stable";
    feedback.reasonDisplay = "Known and stable";
    feedback.outcomeTimestamp = "2026-03-03T10:15:00Z";
    feedback.user = "Practitioner/p1";
    feedback.decisionId = "the-decision";
    feedback.rules = rules;
    feedback.reasonText = true;
    feedback.acceptedSuggestions = accepted;
    feedback.location = "k26q1:location";
    RejectRecord reject;
    reject.http = 413;
    reject.reason = "body-size";
    reject.where = "body";
    reject.client = "mercy";
    reject.service = "twitch-patient-view";
    reject.remote = "192.0.2.7";
    reject.requestBytes = 99;
    reject.requestSha256 = "abc";
    ConfigRecord::Pack const packs[] = {{"core", "2026.11", "none"}};
    ConfigRecord config;
    config.via = "admin";
    config.actor = "pharmacy";
    config.id = "site";
    config.version = "3";
    config.sha256 = "digest-of-the-pack";
    config.signer = "ed25519:board";
    config.packs = packs;
    config.stored = "digest-of-the-file";
    config.acknowledgedPack = "site-pack";
    config.acknowledgedVersion = "3.1";
    config.acknowledgedBy = "Chief pharmacist";
    config.acknowledgedOn = "2026-11-22";
    config.before = "digest-before";
    config.where = "content.bundle site.json";
    config.why = "it was altered";
    SettingsRecord::Value const values[] = {{"max_cards", "2", "file"}};
    SettingsRecord::Client const clients[] = {{"mercy", "digest-of-settings"}};
    SettingsRecord settings;
    settings.via = "start";
    settings.mode = "production";
    settings.values = values;
    settings.clients = clients;
    KeyRecord keys;
    keys.via = "period";
    keys.keys = {"k26q2", {"k26q1"}};
    for (auto const& line :
         {test::lineOf("feedback", writeFeedback(feedback)),
          test::lineOf("reject", writeReject(reject)), test::lineOf("config", writeConfig(config)),
          test::lineOf("config", writeSettings(settings)), test::lineOf("config", writeKeys(keys)),
          test::lineOf("config",
                       R"("change":"retention","removed":{"file":"f","records":17,"firstSeq":3,)"
                       R"("lastSeq":19,"from":"A","to":"B","hash":"C"},"days":2192)"),
          test::lineOf("access",
                       R"("actor":"anna","role":"auditor","what":"decisions","decisionId":"d",)"
                       R"("filter":{"from":"F","to":"T","rule":"R","limit":100},"as":"json",)"
                       R"("http":200,"reason":"role","records":12,"remote":"::1","unrecorded":4)"),
          test::lineOf("checkpoint",
                       R"("cause":"records","tree":{"first":2,"size":1000,"root":"r=",)"
                       R"("peaks":["p1","p2"]},"note":"the note","signed":true)"),
          test::lineOf("start",
                       R"("cause":"open","engine":{"version":"0.1.0","commit":"9f3c2ab"},)"
                       R"("sync":"interval","torn":12,"tree":{"size":1,"root":"q=","peaks":[]})"),
          test::lineOf("stop", R"("records":5,"lost":2)"),
          test::lineOf("of-a-later-version", R"("some":{"thing":[1,"two"]},"else":"three")")})
        EXPECT_THAT(hiddenOf(line), testing::IsEmpty()) << line << "\n" << toText(line);
}

TEST(RecordText, NamesEachPackOfTheRulesInUse)
{
    expectLines(
        toText(R"({"v":1,"type":"config","seq":4,"ts":"2026-03-03T10:00:00.000Z","node":"cds-1",)"
               R"("tenant":"mercy-west","change":"content","outcome":"in-use","via":"signal",)"
               R"("pack":{"id":"twitch-core","version":"2026.11","sha256":"ea5a","signer":)"
               R"("ed25519:board"},"parts":[{"id":"core","version":"2026.11","approval":"none"},)"
               R"({"id":"local","version":"2027.01","approval":"required"}],"before":"ed12"})"),
        {"pack        twitch-core 2026.11, sha256 ea5a, signed by ed25519:board",
         "parts       core 2026.11 (approval none), local 2027.01 (approval required)",
         "before      ed12"});
}

TEST(RecordText, NamesTheKeysInForceAndThoseThatAreStillThere)
{
    expectLines(toText(R"({"type":"config","change":"key","outcome":"in-use","via":"period",)"
                       R"("keys":{"inForce":"k26q2","kept":["k26q1","k25q4"]},"before":"k26q1"})"),
                {"change      key", "keys        k26q2 in force, also there: k26q1, k25q4",
                 "before      k26q1"});
}

TEST(RecordText, LetsNoTextOfARecordMoveTheCursorOrLookLikeARowOfThePage)
{
    auto const text =
        toText(R"({"v":1,"type":"reject","seq":1,"ts":"t","node":"n","tenant":"t",)"
               R"("http":401,"reason":"jwt-exp\nrow","where":"\u001b[2J","\u0007":1})");

    EXPECT_THAT(text, testing::HasSubstr("\nreason      jwt-exp\\u000arow\n"));
    EXPECT_THAT(text, testing::HasSubstr("\nwhere       \\u001b[2J\n"));
    EXPECT_THAT(text, testing::HasSubstr("\n\\u0007      1\n"));
}

TEST(RecordText, SaysWhenALineIsNoRecord)
{
    EXPECT_TRUE(toText("{\"type\":").starts_with("no record: "));
}

} // namespace
} // namespace tcds::audit
