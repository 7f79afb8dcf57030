#include "tests/unit/replay/stage.hpp"

#include <string>

// A record that somebody damaged, or made up, ends in an error with its place: never in a crash,
// never in a decision over other facts than were meant.

namespace tcds::replay::test {
namespace {

class HostileRecord : public testing::Test
{
protected:
    HostileRecord()
    {
        auto const& test = shippedCases().front();
        How const how;
        auto const decision = stage_.decide(test, how);
        EXPECT_TRUE(decision);
        line_ = stage_.line(*decision, how);
    }

    /// Where the first fault is; "" when the decision could be made again.
    std::string faultOf(std::string const& line)
    {
        auto const recorded = readDecision(line);
        if (!recorded) return recorded.error().where;
        auto const replay = stage_.replayer().again(*recorded);
        auto const* const no = std::get_if<NotReplayable>(&replay);
        return no == nullptr ? "" : no->why.where.substr(no->why.where.rfind(' ') + 1);
    }

    /// The line with other facts.
    [[nodiscard]] std::string withFacts(std::string const& facts) const
    {
        auto const from = line_.find("\"facts\":[");
        auto const to = line_.find(",\"missing\":[", from);
        return line_.substr(0, from) + "\"facts\":[" + facts + "]" + line_.substr(to);
    }

    Stage stage_;
    std::string line_;
};

TEST_F(HostileRecord, IsNoneToBeginWith) { EXPECT_EQ(faultOf(line_), ""); }

TEST_F(HostileRecord, NamesTheMemberThatCannotBeRead)
{
    struct Row {
        char const* fact;
        char const* where;
    };
    auto const rows = {
        Row{R"(7)", "/facts/0"},
        Row{R"({"id":"f0"})", "/facts/0/kind"},
        Row{R"({"id":"f0","kind":"potion"})", "/facts/0/kind"},
        Row{R"({"id":"0","kind":"patient"})", "/facts/0/id"},
        Row{R"({"id":"f65535","kind":"patient"})", "/facts/0/id"},
        Row{R"({"id":"f99999999999999999999","kind":"patient"})", "/facts/0/id"},
        Row{R"({"id":"f1","kind":"lab","status":"final"})", "/facts"},
        Row{R"({"id":"f0","kind":"patient"},{"id":"f1","kind":"patient"})", "/facts/1/kind"},
        Row{R"({"id":"f0","kind":"patient"},{"id":"f0","kind":"gap","of":"lab"})", "/facts/1/id"},
        Row{R"({"id":"f0","kind":"patient","ageYears":-1})", "/facts/0/ageYears"},
        Row{R"({"id":"f0","kind":"patient","ageYears":"old"})", "/facts/0/ageYears"},
        Row{R"({"id":"f0","kind":"patient","ageYears":2147483648})", "/facts/0/ageYears"},
        Row{R"({"id":"f0","kind":"patient","sex":"F"})", "/facts/0/sex"},
        Row{R"({"id":"f0","kind":"patient","deceased":"yes"})", "/facts/0/deceased"},
        Row{R"({"id":"f0","kind":"patient","in":"nowhere"})", "/facts/0/in"},
        Row{R"({"id":"f0","kind":"complaint","kinds":["NO_SUCH_SET"]})", "/facts/0/kinds"},
        Row{R"({"id":"f0","kind":"complaint","kinds":"TWITCH"})", "/facts/0/kinds"},
        Row{R"({"id":"f0","kind":"complaint","kinds":[1]})", "/facts/0/kinds/0"},
        Row{R"({"id":"f0","kind":"complaint","codes":[["a"]]})", "/facts/0/codes"},
        Row{R"({"id":"f0","kind":"complaint","codes":["ab"]})", "/facts/0/codes"},
        Row{R"({"id":"f0","kind":"complaint","onset":"2026-02-30"})", "/facts/0/onset"},
        Row{R"({"id":"f0","kind":"medication","state":"active"})", "/facts/0/use"},
        Row{R"({"id":"f0","kind":"medication","use":"order","state":"active","ingredients":["x"]})",
            "/facts/0/ingredients"},
        Row{R"({"id":"f0","kind":"medication","use":"order","state":"active","history":[[]]})",
            "/facts/0/history"},
        Row{R"({"id":"f0","kind":"medication","use":"order","state":"active","dose":{"value":"much"}})",
            "/facts/0/dose/value"},
        Row{R"({"id":"f0","kind":"medication","use":"order","state":"active","rank":1e9})",
            "/facts/0/rank"},
        Row{R"({"id":"f0","kind":"lab","status":"final","analyte":"UNOBTAINIUM"})",
            "/facts/0/analyte"},
        Row{R"({"id":"f0","kind":"lab","status":"final","value":"1e99"})", "/facts/0/value"},
        Row{R"({"id":"f0","kind":"lab","status":"final","notes":["late"]})", "/facts/0/notes"},
        Row{R"({"id":"f0","kind":"lab","status":"final","ranges":[{"low":"a"}]})",
            "/facts/0/ranges/0/low"},
        Row{R"({"id":"f0","kind":"condition","state":"gone"})", "/facts/0/state"},
        Row{R"({"id":"f0","kind":"gap","of":"lab","why":"because"})", "/facts/0/why"},
        Row{R"({"id":"f0","kind":"recent","what":"returned","until":"tomorrow"})",
            "/facts/0/until"}};
    for (auto const& row : rows) {
        SCOPED_TRACE(row.fact);
        EXPECT_EQ(faultOf(withFacts(row.fact)), row.where);
    }
}

TEST_F(HostileRecord, NamesTheMemberOfTheRecordItself)
{
    EXPECT_EQ(faultOf(exchanged(line_, R"("type":"decision")", R"("type":"reject")")), "/type");
    EXPECT_EQ(faultOf(exchanged(line_, R"("decisionId":"0)", R"("decisionId":"x)")), "/decisionId");
    EXPECT_EQ(faultOf(exchanged(line_, R"("evaluatedAt":")", R"("evaluatedAt":"x)")),
              "/evaluatedAt");
    EXPECT_EQ(faultOf(exchanged(line_, R"("hook":"patient-view")", R"("hook":"coffee-break")")),
              "/hook");
    EXPECT_EQ(faultOf(exchanged(line_, R"("service":"twitch-)", R"("service":"other-)")),
              "/service");
    EXPECT_EQ(faultOf(exchanged(line_, R"("status":"ok")", R"("status":"fine")")),
              "/inputs/0/status");
    EXPECT_EQ(faultOf(exchanged(line_, R"("idle":)", R"("idle":-)")), "/idle");
    EXPECT_EQ(faultOf("[]"), "");
}

TEST_F(HostileRecord, IsNoRecordWhenItIsNoJson)
{
    for (auto const* const text : {"", "{", "{\"type\":\"decision\"", "nonsense", "\xff"})
        EXPECT_FALSE(readDecision(text)) << text;
    EXPECT_FALSE(readDecision(std::string(5000, '[')));
}

/// Every byte of a line may be hit: what comes out is an error or a decision, and nothing else.
TEST_F(HostileRecord, SurvivesAnyByteThatIsCutOffOrChanged)
{
    for (std::size_t at = 0; at < line_.size(); at += 7) {
        (void)faultOf(line_.substr(0, at));
        auto hit = line_;
        hit[at] = hit[at] == 'x' ? '"' : 'x';
        (void)faultOf(hit);
    }
}

} // namespace
} // namespace tcds::replay::test
