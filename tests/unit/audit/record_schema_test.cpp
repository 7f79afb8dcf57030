#include "server/audit/access.hpp"
#include "server/audit/decision.hpp"
#include "tests/unit/audit/decision_stage.hpp"
#include "tests/unit/audit/record_schema.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <thread>
#include <utility>

namespace tcds::audit {
namespace {

using test::DecisionStage;
using test::schemaFault;
using test::SetClock;
using test::TemporaryDirectory;

TEST(RecordSchema, FitsADecisionWithEveryKindOfFact)
{
    DecisionStage const stage;
    EXPECT_EQ(schemaFault(stage.line()), "");
}

TEST(RecordSchema, FitsADecisionThatRepeatsAnother) // TOL-16
{
    DecisionStage stage;
    stage.record.retryOf = "019cb32f-8d00-70d8-98e0-985ecc7f6041";
    EXPECT_EQ(schemaFault(stage.line()), "");
    stage.record.retryOf = "the call before";
    EXPECT_NE(schemaFault(stage.line()), "");
}

TEST(RecordSchema, FitsADecisionThatFetchedWhatItLacked)
{
    DecisionStage stage;
    stage.context.inputs[0].via = "fhir";
    stage.context.inputs[1].via = "fhir";
    std::string const digest(64, 'a');
    std::array const fetched{
        FetchedInput{"patient", "Patient/{patientKey}", "4b1c", digest, 200, 19},
        FetchedInput{"medications", "{next}", "", "", 0, 1450}};
    stage.record.fetched = fetched;
    stage.record.fetch = std::chrono::microseconds{142'300};
    auto const line = stage.line();

    EXPECT_EQ(schemaFault(line), "");
    EXPECT_NE(line.find(R"("key":"patient","via":"fhir","status":"ok","count":1,)"
                        R"("query":"Patient/{patientKey}","http":200,"ms":19,"requestId":"4b1c",)"
                        R"("sha256":")" +
                        digest + '"'),
              std::string::npos)
        << line;
    EXPECT_NE(line.find(R"("query":"{next}","ms":1450})"), std::string::npos);
    EXPECT_NE(line.find(R"("fetchUs":142300)"), std::string::npos);
}

TEST(RecordSchema, FitsADecisionThatHoldsLittle)
{
    DecisionStage stage;
    PatientContext bare;
    bare.asOf = stage.context.asOf;
    bare.patient.id = FactId{0};
    stage.record.context = &bare;
    stage.record.client = stage.record.trigger = stage.record.traceId = {};
    stage.record.encounterKey = stage.record.fhirServer = stage.record.engineCommit = {};
    stage.record.cards = {};
    stage.record.sent = {};

    EXPECT_EQ(schemaFault(stage.line()), "");
}

TEST(RecordSchema, FitsTheOtherTypesAsTheLogWritesThem)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T10:12:44.402Z"};
    {
        auto const log = Log::open(test::optionsIn(folder.path(), Sync::Interval), clock);
        FeedbackRecord feedback;
        feedback.service = "twitch-patient-view";
        feedback.card = "5ac73063-6082-5a75-8033-837f4aef1a65";
        feedback.outcome = "overridden";
        feedback.reasonSystem = "urn:twitch-cds:override-reason";
        feedback.reasonCode = "known-stable";
        feedback.reasonText = true;
        std::vector<std::string> const rules{"EL-K-LOW"};
        feedback.decisionId = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
        feedback.rules = rules;
        ASSERT_TRUE((*log)->append("feedback", writeFeedback(feedback)));
        RejectRecord reject;
        reject.http = 413;
        reject.reason = "body-size";
        ASSERT_TRUE((*log)->append("reject", writeReject(reject)));
        std::string const digest(64, 'a');
        ConfigRecord::Pack const packs[] = {{"core", "2026.11", "none"}};
        ConfigRecord config;
        config.via = "admin";
        config.actor = "pharmacy";
        config.id = "site";
        config.version = "3";
        config.sha256 = digest;
        config.signer = "ed25519:board";
        config.packs = packs;
        config.stored = digest;
        config.acknowledgedPack = "site";
        config.acknowledgedVersion = "3";
        config.acknowledgedBy = "Chief pharmacist";
        config.acknowledgedOn = "2026-11-22";
        config.before = digest;
        ASSERT_TRUE((*log)->append("config", writeConfig(config)));
        config.refused = true;
        config.where = "content.bundle site.json";
        config.why = "it was altered";
        ASSERT_TRUE((*log)->append("config", writeConfig(config)));
        KeyRecord keys;
        keys.via = "period";
        keys.keys = {"k26q2", {"k26q1", "k1d7b4a6"}};
        keys.before = "k26q1";
        ASSERT_TRUE((*log)->append("config", writeKeys(keys)));
        clock.set("2026-03-04T00:00:00Z");
        ASSERT_TRUE((*log)->append("reject", writeReject(reject)));
        (*log)->countLoss();
    }
    std::ofstream{folder.path("decisions-2026-03-04.jsonl"), std::ios::app} << "{";
    ASSERT_TRUE(Log::open(test::optionsIn(folder.path()), clock));

    auto const lines = test::recordsIn(folder.path());

    ASSERT_EQ(lines.size(),
              11U); // start, feedback, reject, config (3) | start, reject, stop, start, stop
    for (auto const& line : lines) EXPECT_EQ(schemaFault(line), "") << line;
}

TEST(RecordSchema, FitsWhatTheLogWritesOfItsFiles)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:00:00Z"};
    auto options = test::optionsIn(folder.path());
    options.rotateBytes = 100;
    options.legalHold = true; // its record comes from a thread of the log, which ends with it
    {
        auto const log = Log::open(options, clock).value();
        Removal const removal{"decisions-2020-03-03.jsonl",
                              1,
                              1,
                              1,
                              "2020-03-03T10:00:00.000Z",
                              "2020-03-03T10:00:00.000Z",
                              std::string(64, 'a'),
                              2192};
        ASSERT_TRUE(log->append("config", writeRemoval(removal)));
        while (test::recordsIn(folder.path()).size() < 5U) std::this_thread::yield();
    }

    auto const lines = test::recordsIn(folder.path());

    for (auto const& line : lines) EXPECT_EQ(schemaFault(line), "") << line;
    for (auto const* member :
         {R"("cause":"size")", R"("change":"retention")", R"("via":"setting")"})
        EXPECT_TRUE(std::ranges::any_of(lines, [&](auto const& line) {
            return line.find(member) != std::string::npos;
        })) << member;
}

TEST(RecordSchema, FitsCheckpointsAndTheTreeOfAStart)
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:12:44.402Z"};
    auto options = test::optionsIn(folder.path());
    ASSERT_TRUE(Log::open(options, clock)); // a log that was begun without a tree
    options.checkpoints = CheckpointOptions{};
    ASSERT_TRUE(Log::open(options, clock));
    options.checkpoints->sign = [](TreeHead const&) { return "a\n1\nb\n\n\u2014 a c\n"; };
    ASSERT_TRUE(Log::open(options, clock));

    auto const lines = test::recordsIn(folder.path());

    ASSERT_EQ(lines.size(), 8U); // start stop | start stop checkpoint, twice
    for (auto const& line : lines) EXPECT_EQ(schemaFault(line), "") << line;
}

TEST(RecordSchema, FitsAccessToTheLog)
{
    TemporaryDirectory const folder;
    SetClock clock{"2026-03-03T10:12:44.402Z"};
    {
        auto const log = Log::open(test::optionsIn(folder.path()), clock);
        AccessRecord look;
        look.actor = "auditor-1";
        look.role = "auditor";
        look.what = "decision";
        look.decisionId = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
        look.as = "json";
        look.http = 200;
        look.records = 1;
        look.remote = "127.0.0.1";
        ASSERT_TRUE((*log)->append("access", writeAccess(look)));
        AccessRecord list = look;
        list.what = "decisions";
        list.decisionId = list.as = {};
        list.from = "2026-03-01T00:00:00.000Z";
        list.to = "2026-03-02T00:00:00.000Z";
        list.rule = "EL-MG-LOW";
        list.limit = 100;
        ASSERT_TRUE((*log)->append("access", writeAccess(list)));
        AccessRecord attempt;
        attempt.what = "other";
        attempt.http = 401;
        attempt.reason = "token";
        attempt.unrecorded = 7;
        ASSERT_TRUE((*log)->append("access", writeAccess(attempt)));
    }
    Wanted wanted;
    wanted.type = "access";
    auto const lines = test::recordsIn(folder.path(), wanted);
    ASSERT_EQ(lines.size(), 3U);
    for (auto const& line : lines) EXPECT_EQ(schemaFault(line), "") << line;
}

TEST(RecordSchema, FitsTheSettingsOfAStart)
{
    std::string const digest(64, 'a');
    SettingsRecord::Value const values[] = {{"max_cards", "2", "file"},
                                            {"cors.origins", "", "flag"}};
    SettingsRecord::Client const clients[] = {{"mercy", digest}, {"", digest}};
    SettingsRecord record;
    record.via = "start";
    record.mode = "production";
    record.values = values;
    record.clients = clients;

    auto const members = writeSettings(record);

    EXPECT_EQ(schemaFault(test::lineOf("config", members)), "");
    EXPECT_EQ(members,
              R"("change":"settings","outcome":"in-use","via":"start","mode":"production",)"
              R"("values":[{"key":"max_cards","value":"2","from":"file"},)"
              R"({"key":"cors.origins","value":"","from":"flag"}],)"
              R"("clients":[{"name":"mercy","settings":")" +
                  digest + R"("},{"settings":")" + digest + R"("}])");
}

/// Calls seen(schema, place) for every schema within one.
void eachSchema(rapidjson::Value const& schema, std::string const& place,
                std::function<void(rapidjson::Value const&, std::string const&)> const& seen)
{
    seen(schema, place);
    if (auto const members = schema.FindMember("properties"); members != schema.MemberEnd())
        for (auto const& member : members->value.GetObject())
            eachSchema(member.value, place + "/" + member.name.GetString(), seen);
    if (auto const items = schema.FindMember("items"); items != schema.MemberEnd())
        eachSchema(items->value, place + "/-", seen);
    if (auto const either = schema.FindMember("oneOf"); either != schema.MemberEnd())
        for (auto const& each : either->value.GetArray()) eachSchema(each, place + "/oneOf", seen);
}

/// The definitions, each with what it refers to in place.
std::map<std::string, rapidjson::Value const*> definitionsOf(rapidjson::Document const& schema)
{
    std::map<std::string, rapidjson::Value const*> definitions;
    for (auto const& each : schema["definitions"].GetObject())
        definitions["#/definitions/" + std::string{each.name.GetString()}] = &each.value;
    return definitions;
}

TEST(PublishedSchema, DescribesEveryMemberOfEveryType)
{
    rapidjson::Document schema;
    schema.Parse(test::readFile(TCDS_RECORD_SCHEMA));
    ASSERT_FALSE(schema.HasParseError());
    auto const definitions = definitionsOf(schema);
    ASSERT_GT(definitions.size(), 12U);
    auto const isDescribed = [&](rapidjson::Value const& value) {
        if (value.HasMember("description")) return true;
        auto const ref = value.FindMember("$ref");
        return ref != value.MemberEnd() &&
               definitions.at(ref->value.GetString())->HasMember("description");
    };
    std::string bare;
    for (auto const& [name, definition] : definitions)
        eachSchema(*definition, name, [&](auto const& value, std::string const& place) {
            auto const isElement = place.ends_with("/-") || place.ends_with("/oneOf");
            if (!isElement && !isDescribed(value)) bare += place + "\n";
        });
    EXPECT_EQ(bare, "");
}

TEST(PublishedSchema, TakesNoMemberThatItDoesNotName)
{
    rapidjson::Document schema;
    schema.Parse(test::readFile(TCDS_RECORD_SCHEMA));
    ASSERT_FALSE(schema.HasParseError());
    std::string open;
    for (auto const& [name, definition] : definitionsOf(schema))
        eachSchema(*definition, name, [&](auto const& value, std::string const& place) {
            if (!value.HasMember("properties")) return;
            auto const more = value.FindMember("additionalProperties");
            if (more == value.MemberEnd() || !more->value.IsFalse()) open += place + "\n";
        });
    EXPECT_EQ(open, "");
}

/// Every record type with one member that it must not have, and without each one that it must have.
TEST(RecordSchema, RefusesMembersTooManyAndTooFew)
{
    DecisionStage const stage;
    auto const good = stage.line();
    rapidjson::Document record;
    record.Parse(good);
    auto const textOf = [](rapidjson::Document const& document) {
        rapidjson::StringBuffer buffer;
        rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
        document.Accept(writer);
        return std::string{buffer.GetString(), buffer.GetSize()};
    };
    ASSERT_EQ(schemaFault(textOf(record)), "");
    std::vector<std::string> optional{"traceId", "fhirServer", "retryOf"};
    for (auto const& member : std::as_const(record).GetObject()) {
        std::string const name{member.name.GetString()};
        rapidjson::Document less;
        less.CopyFrom(record, less.GetAllocator());
        less.RemoveMember(name);
        auto const mayGo = std::ranges::find(optional, name) != optional.end();
        EXPECT_EQ(schemaFault(textOf(less)).empty(), mayGo) << name;
        if (!member.value.IsObject()) continue;
        rapidjson::Document more;
        more.CopyFrom(record, more.GetAllocator());
        more[name].AddMember("birthDate", "1958-06-01", more.GetAllocator());
        EXPECT_NE(schemaFault(textOf(more)), "") << name;
    }
}

TEST(RecordSchema, RefusesWhatTheRecordMustNotHold)
{
    DecisionStage const stage;
    auto const good = stage.line();
    auto const changed = [&](std::string const& from, std::string const& to) {
        auto text = good;
        auto const at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };

    EXPECT_NE(schemaFault(changed("\"ageYears\":67", "\"birthDate\":\"1958-06-01\"")), "");
    EXPECT_NE(schemaFault(changed("\"k26q1:KwNrETh5XwElSA0VCTdxEA\"", "\"Patient/p1\"")), "");
    EXPECT_NE(schemaFault(changed("\"outcome\":\"fired\"", "\"outcome\":\"shown\"")), "");
    EXPECT_NE(schemaFault(changed("\"idle\":1,", "")), "");
    EXPECT_NE(schemaFault(changed("\"value\":\"2.90\"", "\"value\":2.90")), "");
    EXPECT_NE(schemaFault(changed("\"type\":\"decision\"", "\"type\":\"note\"")), "");
}

} // namespace
} // namespace tcds::audit
