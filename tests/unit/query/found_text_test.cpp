#include "server/query/found_text.hpp"

#include "tests/unit/query/stage.hpp"

#include <rapidjson/document.h>

#include <gmock/gmock.h>

namespace tcds::query {
namespace {

using testing::HasSubstr;
using testing::Not;

RecordSummary decision()
{
    RecordSummary record;
    record.type = "decision";
    record.seq = 48211;
    record.time = audit::test::instant("2026-03-03T10:12:44.402Z");
    record.decision = "d1";
    record.client = "mercy";
    record.user = "Practitioner/u1";
    record.hook = "patient-view";
    record.patientKey = "k:p";
    record.judged = {{"EL-K-LOW", "fired", "", "warning"},
                     {"MED-LOOP", "suppressed", "normal", ""}};
    record.cards = {{"c1", "warning", {"EL-K-LOW", "MED-LOOP"}}};
    return record;
}

std::string written(Form form, RecordSummary const& record, std::string const& rule = {},
                    bool altered = false)
{
    std::vector<CardAnswer> const answers{{"overridden", "addressed"}};
    std::string text;
    FoundWriter writer{form, rule, [&](std::string_view part) { text += part; }};
    writer.take({record, answers, "{\"the\":\"line\"}", "decisions-2026-03-03.jsonl", altered});
    writer.finish({1, 1, 0});
    return text;
}

TEST(FoundText, SaysInALineWhatHappened)
{
    auto const text = written(Form::Text, decision());
    EXPECT_THAT(text, HasSubstr("\n2026-03-03 10:12:44Z  48211     decision   mercy "));
    EXPECT_THAT(text, HasSubstr("EL-K-LOW, MED-LOOP warning (overridden: addressed)\n"));
    EXPECT_THAT(written(Form::Text, decision(), "MED-LOOP"),
                HasSubstr("MED-LOOP suppressed (normal); EL-K-LOW,"));
    EXPECT_THAT(written(Form::Text, decision(), "", true), HasSubstr("; ALTERED: see"));
}

TEST(FoundText, OtherRecordsSayWhatTheyAreAbout)
{
    RecordSummary record;
    record.type = "reject";
    record.http = "400";
    record.reason = "json";
    EXPECT_THAT(written(Form::Text, record), HasSubstr("400 json\n"));
    record = {};
    record.type = "feedback";
    record.card = "c1";
    record.outcome = "overridden";
    record.reason = "addressed";
    EXPECT_THAT(written(Form::Text, record), HasSubstr("overridden: addressed, card c1\n"));
}

TEST(FoundText, NoControlCharacterReachesATerminal)
{
    auto record = decision();
    record.client = "a\x1b[31mb\nc";
    EXPECT_THAT(written(Form::Text, record), HasSubstr("a\\u001b[31mb\\u000ac"));
}

TEST(FoundJson, IsOneObject)
{
    rapidjson::Document json;
    json.Parse(written(Form::Json, decision(), "MED-LOOP").c_str());
    ASSERT_FALSE(json.HasParseError());
    EXPECT_EQ(json["matching"].GetInt(), 1);
    auto const& record = json["records"][0];
    EXPECT_EQ(record["seq"].GetInt(), 48211);
    EXPECT_STREQ(record["patientKey"].GetString(), "k:p");
    EXPECT_STREQ(record["fired"][0].GetString(), "EL-K-LOW");
    EXPECT_STREQ(record["rule"]["outcome"].GetString(), "suppressed");
    EXPECT_STREQ(record["cards"][0]["answer"].GetString(), "overridden");
    EXPECT_FALSE(record.HasMember("altered"));
}

TEST(FoundJson, NothingFoundIsAnEmptyList)
{
    std::string text;
    FoundWriter writer{Form::Json, "", [&](std::string_view part) { text += part; }};
    writer.finish({});
    rapidjson::Document json;
    json.Parse(text.c_str());
    ASSERT_FALSE(json.HasParseError());
    EXPECT_TRUE(json["records"].Empty());
}

TEST(FoundCsv, HasALineARecord)
{
    auto record = decision();
    record.user = "=HYPERLINK(\"http://x\")";
    auto const text = written(Form::Csv, record, "MED-LOOP");
    EXPECT_THAT(text, testing::StartsWith("time,seq,type,decision,client,"));
    EXPECT_THAT(text, HasSubstr("\r\n2026-03-03T10:12:44.402Z,48211,decision,d1,mercy,,"
                                "patient-view,\"'=HYPERLINK(\"\"http://x\"\")\",k:p,,,EL-K-LOW,c1,"
                                "overridden:addressed,MED-LOOP,suppressed,normal,,"
                                "decisions-2026-03-03.jsonl,no\r\n"));
}

TEST(FoundLines, AreAsTheyAreStored)
{
    EXPECT_EQ(written(Form::Lines, decision()), "{\"the\":\"line\"}\n");
}

} // namespace
} // namespace tcds::query
