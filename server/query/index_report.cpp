#include "server/query/index_report.hpp"

#include "server/query/index_rows.hpp"
#include "server/query/packed_rules.hpp"

#include <SQLiteCpp/Database.h>

#include <unordered_map>
#include <vector>

namespace tcds::query {

namespace {

/// The words of an index by their numbers, kept as they are asked for; what is asked for here are
/// rules, clients, reasons and outcomes, which are few.
class WordTexts
{
public:
    explicit WordTexts(SQLite::Database& database)
        : find_{database, "SELECT word FROM word WHERE id = ?"}
    {
    }

    std::string const& of(std::int64_t number)
    {
        auto const at = known_.find(number);
        if (at != known_.end()) return at->second;
        find_.bind(1, number);
        auto text = find_.executeStep() ? find_.getColumn(0).getString() : std::string{};
        find_.reset();
        return known_.emplace(number, std::move(text)).first->second;
    }

private:
    SQLite::Statement find_;
    std::unordered_map<std::int64_t, std::string> known_;
};

std::string_view blobOf(SQLite::Column const& column)
{
    return {static_cast<char const*>(column.getBlob()),
            static_cast<std::size_t>(column.getBytes())};
}

Instant instant(SQLite::Column const& column)
{
    return Instant{std::chrono::milliseconds{column.getInt64()}};
}

class Counting
{
public:
    Counting(SQLite::Database& database, std::pair<std::int64_t, std::int64_t> times)
        : database_{database}, times_{times}, words_{database},
          decision_{Words::find(database, "decision").value_or(-1)}
    {
    }

    Report run(ReportPeriod const& period)
    {
        decisions();
        cards();
        encounters();
        unlinked();
        unreadable();
        return counter_.finish(period);
    }

private:
    SQLite::Statement of(char const* sql)
    {
        SQLite::Statement statement{database_, sql};
        statement.bind(1, decision_);
        statement.bind(2, times_.first);
        statement.bind(3, times_.second);
        return statement;
    }

    void decisions()
    {
        auto const repeat = Words::find(database_, "repeat").value_or(-1);
        auto const feedback = Words::find(database_, "feedback").value_or(-1);
        auto rows = of("SELECT time, client, silent, rules, cards FROM record WHERE type = ? AND "
                       "time BETWEEN ? AND ?");
        std::vector<CountedDecision::Judged> judged;
        while (rows.executeStep()) {
            judged.clear();
            Unpacking rules{blobOf(rows.getColumn(3))};
            while (auto const rule = rules.next()) {
                auto const held = rule->outcome == Outcome::Suppressed &&
                                  (rule->why == repeat || rule->why == feedback);
                if (held || rule->outcome == Outcome::Fired)
                    judged.push_back({words_.of(rule->rule), !held, held});
            }
            counter_.add(CountedDecision{
                instant(rows.getColumn(0)), words_.of(rows.getColumn(1).getInt64()),
                rows.getColumn(2).getInt() != 0, rows.getColumn(4).getInt() != 0, judged});
        }
    }

    void cards()
    {
        auto rows = of("SELECT r.time, r.client, c.rules, c.answer, c.reason FROM card c "
                       "JOIN record r ON r.id = c.record "
                       "WHERE r.type = ? AND r.time BETWEEN ? AND ? AND r.silent = 0");
        std::vector<std::string_view> rules;
        while (rows.executeStep()) {
            rules.clear();
            Unpacking packed{blobOf(rows.getColumn(2))};
            while (auto const rule = packed.next()) rules.push_back(words_.of(rule->rule));
            auto const& answer = words_.of(rows.getColumn(3).getInt64());
            counter_.add(CountedCard{instant(rows.getColumn(0)),
                                     words_.of(rows.getColumn(1).getInt64()), rules,
                                     answer.empty()         ? CountedCard::Answer::None
                                     : answer == "accepted" ? CountedCard::Answer::Accepted
                                                            : CountedCard::Answer::Overridden,
                                     words_.of(rows.getColumn(4).getInt64())});
        }
    }

    /// Each encounter where its first decision with a complaint counts.
    void encounters()
    {
        auto rows = of("SELECT min(id), time, client FROM record "
                       "WHERE type = ? AND time BETWEEN ? AND ? AND complaint = 1 AND silent = 0 "
                       "AND visit IS NOT NULL GROUP BY visit");
        while (rows.executeStep())
            counter_.addComplaintEncounters(instant(rows.getColumn(1)),
                                            words_.of(rows.getColumn(2).getInt64()), 1);
    }

    /// Feedback from the beginning of the period on, on cards that are not counted.
    void unlinked()
    {
        auto rows = of("SELECT count(*) FROM feedback f JOIN record r ON r.id = f.record "
                       "WHERE r.time >= ?2 AND NOT EXISTS (SELECT 1 FROM card c "
                       "JOIN record d ON d.id = c.record WHERE c.uuid = f.card AND d.type = ?1 "
                       "AND d.time BETWEEN ?2 AND ?3 AND d.silent = 0)");
        rows.executeStep();
        counter_.addUnlinked(static_cast<std::uint64_t>(rows.getColumn(0).getInt64()));
    }

    void unreadable()
    {
        auto const lines = database_.execAndGet("SELECT coalesce(sum(unreadable), 0) FROM file");
        counter_.addUnreadable(static_cast<std::uint64_t>(lines.getInt64()));
    }

    SQLite::Database& database_;
    std::pair<std::int64_t, std::int64_t> times_;
    WordTexts words_;
    std::int64_t decision_;
    ReportCounter counter_;
};

} // namespace

Result<Report> report(SQLite::Database& database, ReportPeriod const& period)
{
    auto const times = bounds(period);
    if (!times) return times.error();
    return Counting{database, *times}.run(period);
}

} // namespace tcds::query
