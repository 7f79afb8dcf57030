#include "fhir/base/base64.hpp"
#include "tests/unit/proof/signed_log.hpp"

#include <filesystem>

namespace tcds::proof {
namespace {

using test::SignedLog;

Verification checked(SignedLog const& log, bool withKey, bool withPublished)
{
    VerifyRequest request;
    request.directory = log.directory();
    if (withKey) request.keys = log.keys();
    if (withPublished) request.published = log.published();
    auto found = verify(std::move(request), {});
    EXPECT_TRUE(found) << toText(found.error());
    return found ? *std::move(found) : Verification{};
}

std::string fault(Verification const& found)
{
    if (found.firstBreak) return "BREAK " + found.firstBreak->what;
    return found.mismatch ? found.mismatch->what : std::string{};
}

TEST(TreeCheck, SaysHowFarTheSignatureReaches)
{
    SignedLog log{3};
    log.decisions("2026-03-03T10:00:00Z", 4); // start d d CHECK d d | stop CHECK

    auto const found = checked(log, true, true);

    EXPECT_EQ(fault(found), "");
    EXPECT_EQ(found.lastSeq, 8U);
    EXPECT_EQ(found.tree.checkpoints, 2U);
    EXPECT_EQ(found.tree.notSigned, 0U);
    EXPECT_EQ(found.tree.signedTo, 7U);
    EXPECT_EQ(found.tree.signer, "twitch-cds/mercy-west/cds-1");
    EXPECT_EQ(found.tree.compared, 2U);
    EXPECT_EQ(found.tree.treeFrom, 1U);
    EXPECT_FALSE(found.tree.beginningStated);
}

TEST(TreeCheck, TakesALogThatWasSignedOnlyLater)
{
    SignedLog log{3};
    // Without a key at first: what is signed later covers it.
    {
        audit::test::SetClock const clock{"2026-03-02T10:00:00Z"};
        auto options = audit::test::optionsIn(log.directory());
        options.checkpoints = audit::CheckpointOptions{};
        ASSERT_TRUE(audit::Log::open(options, clock));
    }
    log.decisions("2026-03-03T10:00:00Z", 1);

    auto const found = checked(log, true, true);

    EXPECT_EQ(fault(found), "");
    EXPECT_EQ(found.tree.notSigned, 1U);
    EXPECT_EQ(found.tree.signedTo, found.lastSeq - 1);
}

TEST(TreeCheck, WantsASignatureWhereAKeyIsGiven)
{
    SignedLog log{3, false};
    log.decisions("2026-03-03T10:00:00Z", 4);

    EXPECT_EQ(fault(checked(log, false, false)), "");
    EXPECT_NE(fault(checked(log, true, false)).find("no checkpoint of the log is signed"),
              std::string::npos);
}

TEST(TreeCheck, BeginsWhereALogWithoutTreesEnds)
{
    SignedLog log{3};
    {
        audit::test::SetClock const clock{"2026-03-02T10:00:00Z"};
        ASSERT_TRUE(audit::Log::open(audit::test::optionsIn(log.directory()), clock));
    }
    log.decisions("2026-03-03T10:00:00Z", 4);

    auto const found = checked(log, true, true);

    EXPECT_EQ(fault(found), "");
    EXPECT_EQ(found.tree.treeFrom, 3U); // behind start and stop
    EXPECT_EQ(found.tree.compared, 2U);
}

TEST(TreeCheck, GoesOnWithoutTheFilesThatWereRemoved)
{
    SignedLog log{3};
    log.decisions("2026-03-03T10:00:00Z", 4);
    auto const before = log.made().size();
    auto const tail = log.lines().back();
    log.run("2026-03-04T10:00:00Z", [&](audit::Log& open) {
        audit::Removal removal;
        removal.file = "decisions-2026-03-03.jsonl";
        removal.records = removal.lastSeq = 8;
        removal.firstSeq = 1;
        removal.hash = tail.substr(tail.size() - 66, 64);
        removal.days = 1;
        ASSERT_TRUE(open.append("config", writeRemoval(removal)));
    });
    std::filesystem::remove(log.directory() + "/decisions-2026-03-03.jsonl");

    auto const found = checked(log, true, true);

    EXPECT_EQ(fault(found), "");
    EXPECT_TRUE(found.tree.beginningStated);
    EXPECT_EQ(found.tree.before, before);
    EXPECT_EQ(found.tree.compared, log.made().size() - before);
    EXPECT_EQ(found.removed->lastSeq, 8U);
}

TEST(TreeCheck, ChecksSomeOfTheFiles)
{
    SignedLog log{3};
    for (auto const* const day : {"2026-03-03", "2026-03-04", "2026-03-05"})
        log.decisions(std::string{day} + "T10:00:00Z", 4);
    VerifyRequest request;
    // As a shell might give them: the order is that of their names.
    request.files = {log.directory() + "/decisions-2026-03-04.jsonl",
                     log.directory() + "/decisions-2026-03-03.jsonl"};
    request.keys = log.keys();
    request.published = log.published();

    auto const found = verify(std::move(request), {});

    ASSERT_TRUE(found);
    EXPECT_EQ(fault(*found), "");
    EXPECT_EQ(found->firstSeq, 1U);
    EXPECT_EQ(found->tree.compared, 4U);

    VerifyRequest middle;
    middle.files = {log.directory() + "/decisions-2026-03-04.jsonl"};
    auto const alone = verify(std::move(middle), {});
    ASSERT_TRUE(alone);
    EXPECT_EQ(fault(*alone), "");
    EXPECT_EQ(alone->firstSeq, 9U);
}

TEST(TreeCheck, ReadsPublishedCheckpointsFromALogOfSyslogMessages)
{
    SignedLog log{3};
    log.decisions("2026-03-03T10:00:00Z", 4);
    std::string messages = "Mar  3 10:00:00 collector something else\n";
    for (auto const& made : log.made())
        messages += "<109>1 2026-03-03T10:00:00.000Z cds-1 twitch-cds - checkpoint - size=" +
                    std::to_string(made.head.size) + " note=" + toBase64(made.note) + " end\n";
    auto const published = log.folder().put("messages.log", messages);
    auto const look = [&] {
        VerifyRequest request;
        request.directory = log.directory();
        request.published = published;
        return verify(std::move(request), {});
    };
    auto const found = look();
    ASSERT_TRUE(found) << toText(found.error());
    EXPECT_EQ(fault(*found), "");
    EXPECT_EQ(found->tree.compared, 2U);

    auto lines = audit::test::linesOf(log.directory() + "/decisions-2026-03-03.jsonl");
    lines.resize(5);
    audit::test::writeLines(log.directory() + "/decisions-2026-03-03.jsonl", lines);
    auto const cut = look();
    ASSERT_TRUE(cut);
    EXPECT_NE(fault(*cut).find("was published, and the log has 5: its end was cut off"),
              std::string::npos)
        << fault(*cut);
    EXPECT_NE(cut->mismatch->file.find("messages.log:3"), std::string::npos);
}

TEST(TreeCheck, NamesAPublishedCheckpointThatIsNone)
{
    SignedLog log{3};
    log.decisions("2026-03-03T10:00:00Z", 4);
    log.folder().put("published/other.note", "");

    auto const found = checked(log, true, true);

    ASSERT_TRUE(found.mismatch);
    EXPECT_NE(found.mismatch->file.find("other.note"), std::string::npos);
}

TEST(TreeCheck, LooksPastCheckpointsOfOtherLogsAndOtherFiles)
{
    SignedLog log{3}, other{3};
    log.decisions("2026-03-03T10:00:00Z", 4);
    log.folder().put("published/README", "what lies here\n");
    log.folder().put("published/.1.tmp", "half");
    NoteSigner const signer{"twitch-cds/north/cds-9", test::signingKey(log.folder())};
    log.folder().put("published/north.note",
                     signer.sign(toText(CheckpointText{"twitch-cds/north/cds-9", {5, {}}})));

    auto const found = checked(log, true, true);

    EXPECT_EQ(fault(found), "");
    EXPECT_EQ(found.tree.others, 1U);
}

TEST(TreeCheck, LooksPastLinksThatLeadNowhere)
{
    SignedLog log{3};
    log.decisions("2026-03-03T10:00:00Z", 4);
    std::filesystem::create_symlink("round.note", log.published() + "/round.note");
    std::filesystem::create_symlink("gone.note", log.published() + "/lost.note");

    auto const notes = PublishedNotes::read(log.published());

    ASSERT_TRUE(notes) << toText(notes.error());
    EXPECT_EQ(notes->count(), log.made().size());
}

TEST(TreeCheck, IsNotFooledByAPlantedCheckpoint)
{
    SignedLog log{3};
    log.decisions("2026-03-03T10:00:00Z", 4);
    auto note = log.made().back().note;
    note.replace(note.find("\n7\n"), 3, "\n9\n");
    log.folder().put("published/9.note", note);

    auto const found = checked(log, true, true);

    EXPECT_NE(fault(found).find("its signature is not that of"), std::string::npos) << fault(found);
}

} // namespace
} // namespace tcds::proof
