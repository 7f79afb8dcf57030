#include "server/query/index_find.hpp"

#include "server/audit/record_line.hpp"
#include "server/query/index_rows.hpp"
#include "server/query/key64.hpp"
#include "server/query/log_lines.hpp"
#include "server/query/packed_rules.hpp"
#include "server/query/report.hpp"

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <deque>
#include <limits>

namespace tcds::query {

namespace {

/// A row that fits.
struct Match {
    std::int64_t id = 0, hash = 0;
    std::uint64_t at = 0;
};

std::string_view blobOf(SQLite::Column const& column)
{
    return {static_cast<char const*>(column.getBlob()),
            static_cast<std::size_t>(column.getBytes())};
}

/// The question as SQL, and what SQL cannot ask: the packed rules of a row.
class Asked
{
public:
    Asked(SQLite::Database& database, Question const& question)
        : database_{database}, question_{question}
    {
    }

    /// @return false when nothing can fit, because no record has such a word
    Result<bool> prepare()
    {
        auto const times = bounds({question_.from, question_.to});
        if (!times) return times.error();
        if (times->first != std::numeric_limits<std::int64_t>::min())
            where("time >= ?", times->first);
        if (times->second != std::numeric_limits<std::int64_t>::max())
            where("time <= ?", times->second);
        return words() && rules();
    }

    SQLite::Statement rows() const
    {
        std::string sql = "SELECT id, at, hash, rules FROM record";
        for (auto const& condition : conditions_)
            sql += (&condition == &conditions_.front() ? " WHERE " : " AND ") + condition;
        SQLite::Statement rows{database_, sql + " ORDER BY id"};
        int place = 0;
        for (auto const value : values_) rows.bind(++place, value);
        return rows;
    }

    bool fits(SQLite::Statement& row) const
    {
        if (rule_ && onlyAnswered_) return answeredWith(row.getColumn(0).getInt64());
        if (!rule_ && !outcome_) return true;
        Unpacking rules{blobOf(row.getColumn(3))};
        while (auto const rule = rules.next())
            if ((!rule_ || rule->rule == *rule_) && (!outcome_ || rule->outcome == *outcome_))
                return true;
        return false;
    }

private:
    template <class... Values>
    void where(std::string condition, Values... values)
    {
        conditions_.push_back(std::move(condition));
        (values_.push_back(values), ...);
    }

    bool words()
    {
        struct Member {
            std::string const& wanted;
            char const* condition;
        };
        auto const decisionsAlone =
            question_.type.empty() &&
            (!question_.rule.empty() || !question_.outcome.empty() || !question_.answer.empty());
        std::string const type = decisionsAlone ? "decision" : question_.type;
        for (auto const& [wanted, condition] :
             {Member{type, "type = ?"}, Member{question_.client, "client = ?"},
              Member{question_.user, "user = ?"}, Member{question_.service, "service = ?"},
              Member{question_.hook, "hook = ?"}}) {
            if (wanted.empty()) continue;
            auto const word = Words::find(database_, wanted);
            if (!word) return false;
            where(condition, *word);
        }
        isFeedback_ = type == "feedback";
        return ids() && answers();
    }

    bool ids()
    {
        if (!question_.decision.empty()) where("decision = ?", key64(question_.decision));
        if (!question_.card.empty())
            where("id IN (SELECT record FROM card WHERE uuid = ? "
                  "UNION SELECT record FROM feedback WHERE card = ?)",
                  key64(question_.card), key64(question_.card));
        if (!question_.ofPatient) return true;
        std::string any;
        for (auto const& key : question_.patientKeys) {
            any += any.empty() ? "?" : ", ?";
            values_.push_back(key64(key));
        }
        conditions_.push_back("patient IN (" + any + ")");
        return !question_.patientKeys.empty();
    }

    bool answers()
    {
        if (question_.answer.empty()) return true;
        answer_ = Words::find(database_, question_.answer);
        if (!answer_) return false;
        where(isFeedback_ ? "id IN (SELECT record FROM feedback WHERE answer = ?)"
                          : "id IN (SELECT record FROM card WHERE answer = ?)",
              *answer_);
        return true;
    }

    bool rules()
    {
        if (!question_.rule.empty()) {
            rule_ = Words::find(database_, question_.rule);
            if (!rule_) return false;
        }
        // With an answer and no outcome, the rule is one of the answered card.
        onlyAnswered_ = rule_ && answer_ && question_.outcome.empty() && !isFeedback_;
        if (isFeedback_)
            outcome_ = rule_ ? std::optional{Outcome::OnCard} : std::nullopt;
        else if (question_.outcome.empty())
            outcome_ = rule_ ? std::optional{Outcome::Fired} : std::nullopt;
        else if (question_.outcome != "any")
            outcome_ = outcomeOf(question_.outcome);
        return true;
    }

    [[nodiscard]] bool answeredWith(std::int64_t record) const
    {
        SQLite::Statement cards{database_,
                                "SELECT rules FROM card WHERE record = ? AND answer = ?"};
        cards.bind(1, record);
        cards.bind(2, *answer_);
        while (cards.executeStep()) {
            Unpacking rules{blobOf(cards.getColumn(0))};
            while (auto const rule = rules.next())
                if (rule->rule == *rule_) return true;
        }
        return false;
    }

    SQLite::Database& database_;
    Question const& question_;
    std::vector<std::string> conditions_;
    std::vector<std::int64_t> values_; // of the places in the conditions
    std::optional<std::int64_t> rule_, answer_;
    std::optional<Outcome> outcome_;
    bool isFeedback_ = false, onlyAnswered_ = false;
};

/// Reads matches from the files and hands them out.
class Showing
{
public:
    Showing(SQLite::Database& database, std::string const& directory, TakeFound const& take)
        : take_{take}, lines_{directory},
          file_{database, "SELECT name FROM file WHERE first <= ? AND last >= ?"},
          answers_{database,
                   "SELECT a.word, r.word FROM card c LEFT JOIN word a ON a.id = c.answer "
                   "LEFT JOIN word r ON r.id = c.reason WHERE c.record = ? ORDER BY c.id"}
    {
    }

    Result<void> show(Match const& match)
    {
        auto const file = fileOf(match.id);
        auto const line = lines_.read({file, match.at});
        if (!line) return line.error();
        stored_.assign(line->data(), line->size());
        if (!isThatRecord(match.hash))
            return Error{Error::Kind::BadRequest, file,
                         "the line at byte " + std::to_string(match.at) +
                             " is not the one that was read before: it was altered",
                         "run twitch-cds audit verify; --rebuild reads the log anew"};
        RecordSummary unreadable;
        unreadable.type = "unreadable";
        auto const* record = summaries_.read(*line);
        answersOf(match.id);
        auto const parts = audit::splitLine(stored_);
        auto const isAltered = parts && !audit::hashFits(*parts, sha256_);
        if (isAltered) ++altered_;
        take_({record != nullptr ? *record : unreadable, given_, stored_, file, isAltered});
        return {};
    }

    [[nodiscard]] std::uint64_t altered() const { return altered_; }

private:
    std::string fileOf(std::int64_t id)
    {
        file_.bind(1, id);
        file_.bind(2, id);
        auto name = file_.executeStep() ? file_.getColumn(0).getString() : std::string{};
        file_.reset();
        return name;
    }

    [[nodiscard]] bool isThatRecord(std::int64_t hash)
    {
        auto const parts = audit::splitLine(stored_);
        if (!parts) return key64(stored_) == hash;
        return key64(parts->hash) == hash;
    }

    void answersOf(std::int64_t id)
    {
        given_.clear();
        answers_.bind(1, id);
        while (answers_.executeStep())
            given_.push_back(
                {answers_.getColumn(0).getString(), answers_.getColumn(1).getString()});
        answers_.reset();
    }

    TakeFound const& take_;
    std::uint64_t altered_ = 0;
    audit::Sha256 sha256_;
    LogLines lines_;
    SQLite::Statement file_, answers_;
    SummaryReader summaries_;
    std::string stored_;
    std::vector<CardAnswer> given_;
};

Match matchIn(SQLite::Statement& row)
{
    return {row.getColumn(0).getInt64(), row.getColumn(2).getInt64(),
            static_cast<std::uint64_t>(row.getColumn(1).getInt64())};
}

} // namespace

Result<FoundCount> find(SQLite::Database& database, std::string const& directory,
                        Question const& question, TakeFound const& take)
{
    Asked asked{database, question};
    auto const possible = asked.prepare();
    if (!possible) return possible.error();
    FoundCount count;
    if (!*possible) return count;
    Showing showing{database, directory, take};
    std::deque<Match> newest;
    for (auto rows = asked.rows(); rows.executeStep();) {
        if (!asked.fits(rows)) continue;
        ++count.matching;
        auto const match = matchIn(rows);
        if (question.limit == 0) {
            if (auto const shown = showing.show(match); !shown) return shown.error();
            ++count.shown;
            continue;
        }
        newest.push_back(match);
        if (newest.size() > question.limit) newest.pop_front();
    }
    for (auto const& match : newest)
        if (auto const shown = showing.show(match); !shown) return shown.error();
    count.shown += newest.size();
    count.altered = showing.altered();
    return count;
}

} // namespace tcds::query
