#include "server/audit/log_tree.hpp"
#include "server/audit/record_line.hpp"
#include "tests/unit/proof/forged_log.hpp"
#include "tests/unit/proof/signed_log.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

// Somebody who can write the folder of the log alters, drops, repeats, inserts, exchanges and cuts
// records, at every place of every file: the first, the middle and the last one, `start`,
// checkpoint, decision and feedback. What is done without the key of the service is found.

namespace tcds::proof {
namespace {

using test::altered;
using test::Files;
using test::Forger;
using test::kOrigin;
using test::membersOf;
using test::rebuild;
using test::type;
using test::withoutNote;
using test::withTree;

class Tampering : public testing::Test
{
protected:
    Tampering()
    {
        for (auto const& [day, count] :
             {std::pair{"2026-03-03", 6}, std::pair{"2026-03-04", 4}, std::pair{"2026-03-05", 5}})
            log.run(std::string{day} + "T10:00:00Z", [&, records = count](audit::Log& open) {
                for (int i = 0; i < records; ++i)
                    ASSERT_TRUE(open.append(i % 3 == 1 ? "feedback" : "decision",
                                            "\"n\":" + std::to_string(i)));
            });
        original = Files::in(log.directory());
        last = audit::splitLine(original.files.back().second.back())->seq;
    }

    struct Seen {
        int code = 0; // as `audit verify` ends
        std::uint64_t seq = 0;
        std::string what;
    };
    Seen look(Files const& files, bool withKey, bool withPublished)
    {
        files.write();
        VerifyRequest request;
        request.directory = log.directory();
        if (withKey) request.keys = log.keys();
        if (withPublished) request.published = log.published();
        auto const found = verify(std::move(request), {});
        if (!found) return {65, 0, toText(found.error())};
        if (found->firstBreak) return {1, found->firstBreak->seq, found->firstBreak->what};
        if (found->mismatch) return {2, found->mismatch->seq, found->mismatch->what};
        return {};
    }
    void expectSeen(Files const& files, int code, std::uint64_t seq, bool withKey = false,
                    bool withPublished = false)
    {
        auto const seen = look(files, withKey, withPublished);
        EXPECT_EQ(seen.code, code) << seen.what;
        EXPECT_EQ(seen.seq, seq) << seen.what;
    }
    /// seq of the first record after `seq` of one of these types.
    std::uint64_t nextOf(std::uint64_t seq, std::vector<std::string> const& types)
    {
        while (++seq <= last)
            if (std::ranges::find(types, type(original.at(seq).line())) != types.end()) return seq;
        return 0;
    }
    NoteSigner ownKey()
    {
        return {
            "twitch-cds/mercy-west/cds-1",
            test::signingKey(log.folder(),
                             "-----BEGIN PRIVATE KEY-----\n" // RFC 8032, 7.1, test 1
                             "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMRENsVpe2hJc0OrGVxHf5xg\n"
                             "-----END PRIVATE KEY-----\n")};
    }

    test::SignedLog log{4};
    Files original;
    std::uint64_t last = 0;
};

TEST_F(Tampering, BeginsWithAnIntactLogThatHasEveryClassOfPlace)
{
    expectSeen(original, 0, 0, true, true);
    std::map<std::string, int> count;
    original.each([&](auto& lines, std::size_t i) { ++count[type(lines[i])]; });
    EXPECT_EQ(original.files.size(), 3U);
    for (auto const* const each : {"start", "checkpoint", "decision", "feedback", "stop"})
        EXPECT_GE(count[each], 3) << each;
}

TEST_F(Tampering, OfOneRecordIsFoundWhereItWasDone)
{
    using Change = std::function<void(Files::At const&)>;
    struct Row {
        char const* name;
        Change change;
        std::function<std::uint64_t(std::uint64_t)> seen; // first bad seq; 0: another test's
    };
    auto const endsHere = [&](std::uint64_t seq) { return seq == last; };
    std::vector<Row> const rows{
        {"altered", [](auto const& at) { at.line() = altered(at.line()); },
         [](std::uint64_t seq) { return seq; }},
        {"altered, its hash made anew",
         [](auto const& at) {
             audit::Sha256 sha256;
             auto const line = altered(at.line());
             auto const parts = audit::splitLine(line);
             std::string made;
             audit::HexDigest previous{};
             std::ranges::copy(parts->prev, previous.begin());
             appendLine(made, {parts->type, parts->seq, parts->time, kOrigin}, membersOf(line),
                        previous, sha256);
             made.pop_back();
             at.line() = made;
         },
         [&](std::uint64_t seq) { return endsHere(seq) ? 0 : seq + 1; }},
        {"dropped", [](auto const& at) { at.lines->erase(at.here()); },
         // Without record 1 the file does not begin with `start`.
         [&](std::uint64_t seq) { return endsHere(seq) ? 0
                                         : seq == 1    ? 2
                                                       : seq; }},
        {"repeated", [](auto const& at) { at.lines->insert(at.here(), std::string{at.line()}); },
         [](std::uint64_t seq) { return seq; }},
        {"exchanged with the next of its file",
         [](auto const& at) {
             if (!at.lastOfFile()) std::swap(at.line(), (*at.lines)[at.index + 1]);
         },
         [&](std::uint64_t seq) { return original.at(seq).lastOfFile() ? 0
                                         : seq == 1                    ? 2
                                                                       : seq; }},
        {"a record of another place put before it",
         [&](auto const& at) {
             auto const seq = audit::splitLine(at.line())->seq;
             auto const other = original.at(seq <= last / 2 ? last : 1).line();
             at.lines->insert(at.here(), other);
         },
         [&](std::uint64_t seq) {
             // The last checkpoint before record 1 is no `start`; elsewhere record `seq` is missing
             // at its place, or record 1 stands where it does not belong.
             return seq == 1 ? last : seq <= last / 2 ? seq : 1;
         }},
        {"a foreign line put before it",
         [](auto const& at) { at.lines->insert(at.here(), R"({"resourceType":"Patient"})"); },
         [](std::uint64_t seq) { return seq; }},
        {"cut off in the middle, with all after it in its file",
         [](auto const& at) {
             at.line().resize(at.line().size() / 2);
             at.lines->erase(at.here() + 1, at.lines->end());
         },
         [](std::uint64_t seq) { return seq; }},
    };
    for (auto const& row : rows)
        for (std::uint64_t seq = 1; seq <= last; ++seq) {
            auto const expected = row.seen(seq);
            if (expected == 0) continue;
            SCOPED_TRACE(std::string{row.name} + ": record " + std::to_string(seq) + ", " +
                         type(original.at(seq).line()));
            auto files = original;
            row.change(files.at(seq));
            expectSeen(files, 1, expected);
        }
}

TEST_F(Tampering, WithAFileTakenAwayIsFound)
{
    for (std::size_t gone = 0; gone < 2; ++gone) {
        SCOPED_TRACE(gone);
        original.write();
        auto files = original;
        auto const first = audit::splitLine(files.files[gone].second.front())->seq;
        std::filesystem::remove(files.files[gone].first);
        files.files.erase(files.files.begin() + static_cast<std::ptrdiff_t>(gone));
        expectSeen(files, 1, first);
    }
}

TEST_F(Tampering, ByCuttingTheEndIsFoundByAPublishedCheckpoint)
{
    // The newest published checkpoint covers all but the record that holds it.
    auto const newest = log.made().back().head.size;
    ASSERT_EQ(newest, last - 1);
    for (std::uint64_t kept = last - 1; kept > 0; --kept) {
        SCOPED_TRACE(kept);
        original.write();
        auto files = original;
        for (auto seq = last; seq > kept; --seq) {
            auto& [path, lines] = files.files.back();
            lines.pop_back();
            if (!lines.empty()) continue;
            std::filesystem::remove(path);
            files.files.pop_back();
        }
        // Nothing in a cut log contradicts itself: this is what checkpoints are published for.
        expectSeen(files, 0, 0);
        if (kept == newest)
            expectSeen(files, 0, 0, true, true);
        else
            expectSeen(files, 2, newest, kept > 6, true);
    }
}

TEST_F(Tampering, ByWhoeverWritesTheFilesAnewIsFound)
{
    struct Row {
        char const* name;
        Forger forger;
        bool withKey, withPublished;
        /// First bad seq after a change of record `seq`.
        std::function<std::uint64_t(std::uint64_t)> seen;
    };
    auto const nextTree = [&](std::uint64_t seq) { return nextOf(seq, {"start", "checkpoint"}); };
    auto const nextCheckpoint = [&](std::uint64_t seq) { return nextOf(seq, {"checkpoint"}); };
    auto const firstCheckpoint = nextCheckpoint(0);
    // A published checkpoint names the last record that it covers. Taking away or exchanging a
    // note changes the first checkpoint as well.
    auto const nextPublished = [&](std::uint64_t seq) {
        seq = std::min(seq, firstCheckpoint);
        for (auto const& made : log.made())
            if (made.head.size >= seq) return made.head.size;
        return std::uint64_t{0};
    };
    std::vector<Row> const rows{
        {"only the chain made right", Forger::Chain, false, false, nextTree},
        {"the trees too", Forger::Trees, false, false, nextCheckpoint},
        // Behind the first checkpoint that still verifies the next one has to be signed; where
        // none is left, that is said of the log as a whole.
        {"the notes taken away", Forger::Stripped, true, false,
         [&](std::uint64_t) { return std::uint64_t{0}; }},
        {"the notes taken away, published", Forger::Stripped, false, true, nextPublished},
        {"signed with another key", Forger::OwnKey, true, false,
         [&](std::uint64_t) { return firstCheckpoint; }},
        {"signed with another key, published", Forger::OwnKey, false, true, nextPublished},
    };
    auto const own = ownKey();
    for (auto const& row : rows)
        for (std::uint64_t seq = 1; seq < last; ++seq) {
            SCOPED_TRACE(std::string{row.name} + ": record " + std::to_string(seq) + ", " +
                         type(original.at(seq).line()));
            auto files = original;
            auto const at = files.at(seq);
            at.line() = altered(at.line());
            rebuild(files, row.forger, own);
            expectSeen(files, 2, row.seen(seq), row.withKey, row.withPublished);
        }
}

TEST_F(Tampering, WithNotesTakenAwayFromSomeRecordOnIsFoundThere)
{
    auto const own = ownKey();
    for (std::uint64_t seq = nextOf(0, {"checkpoint"}) + 1; seq < last; ++seq) {
        SCOPED_TRACE(seq);
        auto files = original;
        auto forged = original;
        auto const at = forged.at(seq);
        at.line() = altered(at.line());
        rebuild(forged, Forger::Stripped, own);
        // What is before the change stays as it was, signatures too, and the chain is made anew
        // from there: the bytes before it are the same but for the notes.
        for (std::uint64_t each = seq; each <= last; ++each)
            files.at(each).line() = forged.at(each).line();
        rebuild(files, Forger::Trees, own);
        auto const next = nextOf(seq - 1, {"checkpoint"});
        expectSeen(files, 2, next, true);
    }
}

TEST_F(Tampering, ByWhoeverDropsOrAddsARecordAndWritesTheRestAnewIsFound)
{
    auto const own = ownKey();
    for (bool const drop : {true, false})
        for (std::uint64_t seq = 1; seq < last; ++seq) {
            if (type(original.at(seq).line()) == "start") continue; // a file begins with it
            SCOPED_TRACE((drop ? "dropped " : "repeated ") + std::to_string(seq));
            auto files = original;
            auto const at = files.at(seq);
            if (drop)
                at.lines->erase(at.here());
            else
                at.lines->insert(at.here(), std::string{at.line()});
            rebuild(files, Forger::Stripped, own);
            EXPECT_EQ(look(files, true, false).code, 2);
            EXPECT_EQ(look(files, false, true).code, 2);
            rebuild(files, Forger::OwnKey, own);
            EXPECT_EQ(look(files, true, false).code, 2);
            EXPECT_EQ(look(files, false, true).code, 2);
        }
}

TEST_F(Tampering, ByARenamedLogIsFound) // whose published checkpoints would not be its own
{
    auto files = original;
    files.each([](std::vector<std::string>& lines, std::size_t i) {
        auto const at = lines[i].find("cds-1");
        lines[i].replace(at, 5, "cds-2");
        for (auto note = lines[i].find("/cds-1"); note != std::string::npos;
             note = lines[i].find("/cds-1"))
            lines[i].replace(note, 6, "/cds-2");
    });
    audit::Sha256 sha256;
    audit::LogTree tree;
    auto previous = audit::noPrevious();
    files.each([&](std::vector<std::string>& lines, std::size_t i) {
        auto const parts = audit::splitLine(lines[i]);
        std::string const origin = R"(,"node":"cds-2","tenant":"mercy-west")";
        auto const from = lines[i].find(origin) + origin.size();
        auto members = lines[i].substr(from, lines[i].rfind(",\"prev\":") - from);
        members = withoutNote(withTree(members.empty() ? members : members.substr(1), tree));
        std::string line;
        previous = appendLine(line, {parts->type, parts->seq, parts->time, origin}, members,
                              previous, sha256);
        line.pop_back();
        lines[i] = line;
        tree.tree.add(audit::bytesOf(audit::view(previous)), sha256);
    });

    EXPECT_EQ(look(files, false, false).code, 0);
    EXPECT_EQ(look(files, false, true).code, 2);
    EXPECT_EQ(look(files, true, false).code, 2);
}

} // namespace
} // namespace tcds::proof
