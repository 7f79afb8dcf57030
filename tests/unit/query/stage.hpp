#pragma once

#include "server/query/index.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

// Records written by hand, as short as a question needs them, in real logs.

namespace tcds::query::test {

using audit::test::SetClock;
using audit::test::TemporaryDirectory;

/// A rule of a decision.
inline std::string rule(std::string_view id, std::string_view outcome, std::string_view why = "")
{
    auto text = R"({"id":")" + std::string{id} + R"(","version":"1.0.0","outcome":")" +
                std::string{outcome} + '"';
    if (!why.empty()) text += R"(,"why":")" + std::string{why} + '"';
    return text + "}";
}

/// A card of a decision; rules with their quotes.
inline std::string card(std::string_view uuid, std::string_view rules)
{
    return R"({"uuid":")" + std::string{uuid} + R"(","rules":[)" + std::string{rules} +
           R"(],"level":"warning","card":{"uuid":"inner"}})";
}

struct Decision {
    std::string id = "d", rules = {}, cards = {}, mode = "active";
    std::string client = {}, user = {}, patient = {}, encounter = {}, hook = "patient-view";
    std::string server = {};
    bool complaint = false;

    [[nodiscard]] std::string members() const
    {
        auto text = R"("decisionId":")" + id + R"(","hook":")" + hook + R"(","service":"twitch-)" +
                    hook + R"(","client":{)" +
                    (client.empty() ? "" : R"("name":")" + client + '"') + R"(},"user":")" + user +
                    R"(","subject":{"patientKey":")" + patient + '"';
        if (!encounter.empty()) text += R"(,"encounterKey":")" + encounter + '"';
        text += "}";
        if (!server.empty()) text += R"(,"fhirServer":")" + server + '"';
        return text + R"(,"mode":")" + mode + R"(","facts":[{"id":"f0","kind":")" +
               (complaint ? "complaint" : "patient") + R"("}],"rules":[)" + rules +
               R"(],"cards":[)" + cards + "]";
    }
};

inline std::string feedback(std::string_view uuid, std::string_view outcome,
                            std::string_view reason = "",
                            std::string_view at = "2026-03-03T09:00:00Z",
                            std::string_view system = "urn:twitch-cds:override-reason")
{
    auto text = R"("card":")" + std::string{uuid} + R"(","outcome":")" + std::string{outcome} + '"';
    if (!reason.empty())
        text += R"(,"reason":{"system":")" + std::string{system} + R"(","code":")" +
                std::string{reason} + R"("})";
    return text + R"(,"outcomeTimestamp":")" + std::string{at} +
           R"(","receivedAt":"2026-03-04T00:00:00.000Z")";
}

/// A log that is filled record by record.
class Filling
{
public:
    explicit Filling(std::string const& folder, std::string const& time = "2026-03-01T10:00:00Z")
        : clock_{time}, log_{audit::Log::open(audit::test::optionsIn(folder), clock_).value()}
    {
    }
    void at(std::string const& time) { clock_.set(time); }
    void add(std::string_view type, std::string const& members)
    {
        EXPECT_TRUE(log_->append(type, members));
    }
    void add(Decision const& decision) { add("decision", decision.members()); }

private:
    SetClock clock_;
    std::unique_ptr<audit::Log> log_;
};

/// The index of a log in a place of its own, and what was said while it was brought up to date.
struct Opened {
    Result<Index> index;
    std::vector<std::string> said;
};

inline Opened openIndex(std::string const& directory, std::string const& file, bool rebuild = false)
{
    IndexOptions options;
    options.directory = directory;
    options.file = file;
    options.rebuild = rebuild;
    std::vector<std::string> said;
    options.say = [&said](std::string const& text) { said.push_back(text); };
    auto index = Index::open(options);
    return {std::move(index), std::move(said)};
}

/// Sequence numbers of the records that fit, in the order in which they are handed out.
inline std::vector<std::uint64_t> seqsOf(Index const& index, Question const& question)
{
    std::vector<std::uint64_t> seqs;
    auto const found =
        index.find(question, [&](Found const& each) { seqs.push_back(each.record.seq); });
    EXPECT_TRUE(found) << toText(found.error());
    return seqs;
}

} // namespace tcds::query::test
