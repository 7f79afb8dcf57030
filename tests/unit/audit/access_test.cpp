#include "server/audit/access.hpp"

#include "server/audit/reader.hpp"

#include <gtest/gtest.h>

namespace tcds::audit {
namespace {

AccessRecord look()
{
    AccessRecord record;
    record.actor = "auditor-1";
    record.role = "auditor";
    record.what = "decision";
    record.decisionId = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
    record.as = "guidanceresponse";
    record.http = 200;
    record.records = 1;
    record.remote = "127.0.0.1";
    return record;
}

TEST(AccessRecord, SaysWhoSawWhich)
{
    EXPECT_EQ(writeAccess(look()),
              R"("actor":"auditor-1","role":"auditor","what":"decision",)"
              R"("decisionId":"019cb32f-8e9e-70d8-98e0-985ecc7f6041","as":"guidanceresponse",)"
              R"("http":200,"records":1,"remote":"127.0.0.1")");
}

TEST(AccessRecord, SaysWhichWereListed)
{
    AccessRecord record;
    record.actor = "auditor-1";
    record.role = "auditor";
    record.what = "decisions";
    record.from = "2026-03-03T00:00:00.000Z";
    record.to = "2026-03-03T23:59:59.999Z";
    record.rule = "EL-MG-LOW";
    record.limit = 100;
    record.http = 200;
    record.records = 0;

    EXPECT_EQ(writeAccess(record),
              R"("actor":"auditor-1","role":"auditor","what":"decisions","filter":{)"
              R"("from":"2026-03-03T00:00:00.000Z","to":"2026-03-03T23:59:59.999Z",)"
              R"("rule":"EL-MG-LOW","limit":100},"http":200,"records":0)");
}

TEST(AccessRecord, SaysThatSomebodyUnknownTried)
{
    AccessRecord record;
    record.what = "other";
    record.http = 401;
    record.reason = "token";
    record.remote = "127.0.0.1";
    record.unrecorded = 4093;

    EXPECT_EQ(writeAccess(record), R"("what":"other","http":401,"reason":"token",)"
                                   R"("remote":"127.0.0.1","unrecorded":4093)");
}

TEST(AccessRecord, IsShownToPeople)
{
    auto const text = toText(
        R"({"v":1,"type":"access","seq":9,"ts":"2026-03-04T08:00:00.000Z","node":"cds-1",)"
        R"("tenant":"west","actor":"auditor-1","role":"auditor","what":"decisions",)"
        R"("filter":{"from":"A","to":"B","rule":"EL-MG-LOW","limit":100},"http":200,"records":3,)"
        R"("remote":"127.0.0.1","unrecorded":7})");

    EXPECT_EQ(text, "record      access 9, 2026-03-04T08:00:00.000Z, node cds-1, tenant west\n"
                    "who         auditor-1, auditor from 127.0.0.1\n"
                    "asked for   decisions, from A, to B, rule EL-MG-LOW, at most 100\n"
                    "answer      HTTP 200, records shown: 3\n"
                    "unrecorded  7 attempts before it\n");
}

TEST(AccessRecord, IsShownWithWhyItWasRefused)
{
    EXPECT_EQ(toText(R"({"type":"access","seq":9,"ts":"T","node":"n","tenant":"t",)"
                     R"("what":"decision","http":401,"reason":"token","remote":"127.0.0.1"})"),
              "record      access 9, T, node n, tenant t\n"
              "who         nobody known from 127.0.0.1\n"
              "asked for   decision\n"
              "answer      HTTP 401, token\n");
}

} // namespace
} // namespace tcds::audit
