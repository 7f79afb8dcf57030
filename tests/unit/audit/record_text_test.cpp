#include "server/audit/reader.hpp"
#include "tests/unit/audit/decision_stage.hpp"

namespace tcds::audit {
namespace {

/// Lines of a text, each with its own failure message.
void expectLines(std::string const& text, std::vector<std::string> const& lines)
{
    std::size_t from = 0;
    for (auto const& line : lines) {
        auto const at = text.find(line + "\n", from);
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
         "  f0 patient: age in years 67, female [patient]",
         "  f5 medication: furosemide, lisinopril, order, stopped, status active, 40.0 mg a "
         "day, oral, as needed, from 2025-06-14T08:00:00+02:00, to 2026-03-01, history: "
         "active 2025-06-14, on-hold 2026-02-01, found by rxnorm [medications]",
         "  f7 lab: K, 2823-3 (loinc.org), <2.90 mmol/L, final, taken 2026-03-01T06:40:00Z, "
         "laboratory range from 3.5 mmol/L, flags A, LL, notes: haemolysed, preliminary [labs]",
         "  f14 gap: lab, CA, 17861-6 (loinc.org), not used: entered-in-error [labs]",
         "Rules that fired",
         "  EL-K-LOW 1.0.0: fired, critical, definite, band severe; facts f1, f7",
         "Rules that were looked at and did not fire",
         "  EL-CA-LOW 1.0.0: unknown, because: no-result (lab:CA)",
         "  MED-LOOP 1.0.0: suppressed, info, possible, because: normal; facts f5",
         "  RF-ALS 1.0.0: not-met, because: complaint (gate); facts f1",
         "  and 1 of which no code, class or analyte was present",
         "Cards",
         "  critical (returned as warning): Low potassium 2.9 mmol/L",
         "Answer",
         "  HTTP 200, 2362 bytes, 231870 microseconds; some source failed or was cut "
         "short"});
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

TEST(RecordText, SaysWhenALineIsNoRecord)
{
    EXPECT_TRUE(toText("{\"type\":").starts_with("no record: "));
}

} // namespace
} // namespace tcds::audit
