#include "server/proof/prove.hpp"

#include "server/audit/record_line.hpp"
#include "server/proof/proof_file.hpp"
#include "tests/unit/proof/signed_log.hpp"

#include <filesystem>

namespace tcds::proof {
namespace {

using test::SignedLog;

class Proofs : public testing::Test
{
protected:
    Proofs()
    {
        for (auto const* const day : {"2026-03-03", "2026-03-04", "2026-03-05"})
            log.decisions(std::string{day} + "T10:00:00Z", 7);
        lines = log.lines();
    }
    [[nodiscard]] std::vector<std::string> paths() const
    {
        return logPaths(log.directory()).value();
    }
    /// What checking says: "" = it holds.
    std::string checked(std::string const& text)
    {
        auto keys = log.keys();
        auto const check = checkProof(text, keys);
        return check ? check->fault : "no proof: " + toText(check.error());
    }
    static std::string replaced(std::string text, std::string const& from, std::string const& to)
    {
        auto const at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return at == std::string::npos ? text : text.replace(at, from.size(), to);
    }

    SignedLog log{4};
    std::vector<std::string> lines;
};

TEST_F(Proofs, OfEveryRecordHoldAndNameTheNextCheckpoint)
{
    for (std::uint64_t seq = 1; seq < lines.size(); ++seq) {
        SCOPED_TRACE(seq);
        Proven what;
        what.seq = seq;
        auto const proof = proveInclusion(paths(), what);
        ASSERT_TRUE(proof) << toText(proof.error());
        EXPECT_EQ(proof->record, lines[seq - 1]);
        EXPECT_EQ(proof->index, seq - 1);
        EXPECT_LE(proof->head.size, seq + 4);
        EXPECT_EQ(checked(toJson(*proof)), "");
    }
}

TEST_F(Proofs, OfTheLastCheckpointWaitForTheNext)
{
    Proven what;
    what.seq = lines.size();
    auto const proof = proveInclusion(paths(), what);
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().kind, Error::Kind::NotFound);
    EXPECT_NE(proof.error().what.find("no checkpoint has been made since"), std::string::npos);
}

TEST_F(Proofs, AreFoundByDecisionAndForATreeThatIsAskedFor)
{
    Proven what;
    what.decisionId = "2026-03-04T10:00:00Z-2";
    for (std::uint64_t size = 17; size < lines.size(); ++size) {
        what.size = size;
        auto const proof = proveInclusion(paths(), what);
        ASSERT_TRUE(proof) << toText(proof.error());
        EXPECT_NE(proof->record.find(what.decisionId), std::string::npos);
        EXPECT_EQ(proof->head.size, size);
        // Only trees of checkpoints are signed; the others say so when somebody wants a signature.
        auto const isSigned = std::ranges::any_of(
            log.made(), [&](auto const& made) { return made.head.size == size; });
        EXPECT_EQ(checked(toJson(*proof)), isSigned ? "" : "its checkpoint is not signed") << size;
    }
}

TEST_F(Proofs, NeedNoOlderFiles)
{
    std::filesystem::remove(log.directory() + "/decisions-2026-03-03.jsonl");
    Proven what;
    for (what.seq = 14; what.seq < lines.size(); ++*what.seq) {
        auto const proof = proveInclusion(paths(), what);
        ASSERT_TRUE(proof) << *what.seq << toText(proof.error());
        EXPECT_EQ(checked(toJson(*proof)), "") << *what.seq;
    }
    what.seq = 3;
    EXPECT_EQ(proveInclusion(paths(), what).error().what, "the log has no record 3");
}

TEST_F(Proofs, ShowTheHashAlone)
{
    Proven what;
    what.seq = 5;
    what.withRecord = false;
    auto const text = toJson(*proveInclusion(paths(), what));

    EXPECT_EQ(text.find("decisionId"), std::string::npos);
    EXPECT_NE(text.find(audit::splitLine(lines[4])->hash), std::string::npos);
    EXPECT_EQ(checked(text), "");
}

TEST_F(Proofs, HoldForNothingThatWasChanged)
{
    Proven what;
    what.seq = 6;
    auto const good = toJson(*proveInclusion(paths(), what));
    ASSERT_EQ(checked(good), "");
    auto const hash = std::string{audit::splitLine(lines[5])->hash};

    EXPECT_NE(checked(replaced(good, "2026-03-03T10:00:00Z-", "2026-03-03T10:00:01Z-")), "");
    EXPECT_NE(checked(replaced(good, "\"seq\":6", "\"seq\":7")), "");
    EXPECT_NE(checked(replaced(good, "\"index\":5", "\"index\":4")), "");
    EXPECT_NE(checked(replaced(good, "\"size\":9", "\"size\":10")), "");
    EXPECT_NE(checked(replaced(good, hash, std::string(64, 'a'))), "");
    EXPECT_NE(checked(replaced(good, "cds-1\\n9\\n", "cds-1\\n10\\n")), "");
    EXPECT_NE(checked(replaced(good, "cds-1\\n9\\n", "cds-2\\n9\\n")), "");
    EXPECT_NE(checked(replaced(good, "\"path\":[\"", "\"path\":[\"A")), "");
}

TEST_F(Proofs, ThatAreNoneAreNamed)
{
    Proven what;
    what.seq = 6;
    auto const good = toJson(*proveInclusion(paths(), what));
    for (auto const& text :
         {std::string{}, std::string{"[]"}, std::string{"{}"}, good.substr(0, good.size() / 2),
          replaced(good, "inclusion-proof/v1", "inclusion-proof/v2"),
          replaced(good, "\"index\":5", "\"index\":-5"),
          replaced(good, "\"path\":[", "\"path\":{},\"p\":["),
          replaced(good, "\"index\"", "\"imdex\""), std::string(1'000'000, '[')})
        EXPECT_TRUE(checked(text).starts_with("no proof: ")) << text.substr(0, 100);
}

TEST_F(Proofs, OfConsistencyHoldBetweenAllTrees)
{
    for (std::uint64_t from = 1; from < lines.size(); from += 3)
        for (auto to = from; to <= lines.size(); to += 2) {
            SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
            auto const proof = proveConsistency(paths(), from, to);
            ASSERT_TRUE(proof) << toText(proof.error());
            EXPECT_EQ(checked(toJson(*proof)), "");
        }
    auto const& made = log.made();
    auto const proof = proveConsistency(paths(), made[0].head.size, made[2].head.size);
    EXPECT_EQ(proof->from, made[0].head);
    EXPECT_EQ(proof->fromNote, made[0].note);
    EXPECT_EQ(proof->toNote, made[2].note);
    auto const text = toJson(*proof);
    EXPECT_EQ(checked(text), "");
    EXPECT_NE(checked(replaced(text, "\"size\":4", "\"size\":5")), "");
}

TEST_F(Proofs, OfConsistencySayWhatTheyLack)
{
    EXPECT_EQ(proveConsistency(paths(), 0, 5).error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(proveConsistency(paths(), 6, 5).error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(proveConsistency(paths(), 5, 5000).error().kind, Error::Kind::NotFound);
    std::filesystem::remove(log.directory() + "/decisions-2026-03-03.jsonl");
    EXPECT_EQ(proveConsistency(paths(), 5, 25).error().kind, Error::Kind::NotFound);
    EXPECT_TRUE(proveConsistency(paths(), 20, 25));
}

TEST_F(Proofs, OfALogWithoutAKeySayThatNobodySigned)
{
    SignedLog plain{4, false};
    plain.decisions("2026-03-03T10:00:00Z", 7);
    Proven what;
    what.seq = 2;
    auto const text = toJson(*proveInclusion(logPaths(plain.directory()).value(), what));
    TrustedNoteKeys none;

    auto const check = checkProof(text, none);

    ASSERT_TRUE(check) << toText(check.error());
    EXPECT_EQ(check->fault, "");
    EXPECT_NE(check->caution.find("nobody signed"), std::string::npos);
    EXPECT_EQ(checked(text), "its checkpoint is not signed");
}

TEST_F(Proofs, OfARecordBeforeTheTreeAreNotToBeHad)
{
    SignedLog later{4};
    {
        audit::test::SetClock const clock{"2026-03-02T10:00:00Z"};
        ASSERT_TRUE(audit::Log::open(audit::test::optionsIn(later.directory()), clock));
    }
    later.decisions("2026-03-03T10:00:00Z", 7);
    Proven what;
    what.seq = 2;
    auto const proof = proveInclusion(logPaths(later.directory()).value(), what);
    ASSERT_FALSE(proof);
    EXPECT_NE(proof.error().what.find("before the log had a tree"), std::string::npos);
    what.seq = 4;
    auto const after = proveInclusion(logPaths(later.directory()).value(), what);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->index, 1U);
}

} // namespace
} // namespace tcds::proof
