#include "server/query/index_rows.hpp"

#include "fhir/base/datetime.hpp"
#include "server/query/key64.hpp"
#include "server/query/packed_rules.hpp"

#include <SQLiteCpp/Database.h>

#include <vector>

namespace tcds::query {

namespace {

constexpr std::size_t kMostKnown = 20'000; // words kept in memory

void bindOrNull(SQLite::Statement& statement, int place, std::optional<std::int64_t> value)
{
    if (value)
        statement.bind(place, *value);
    else
        statement.bind(place);
}

std::optional<std::int64_t> keyOf(std::string_view text)
{
    return text.empty() ? std::nullopt : std::optional{key64(text)};
}

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }

/// What counts as one encounter: the one of the call, else the day of the patient.
std::optional<std::int64_t> visitOf(RecordSummary const& record)
{
    if (!record.encounterKey.empty()) return key64(record.encounterKey);
    if (record.patientKey.empty()) return std::nullopt;
    return key64(std::string{record.patientKey} + " " + toDay(record.time));
}

} // namespace

Words::Words(SQLite::Database& database)
    : find_{database, "SELECT id FROM word WHERE word = ?"},
      add_{database, "INSERT INTO word (word) VALUES (?) RETURNING id"}
{
}

std::int64_t Words::numberOf(std::string_view word)
{
    if (word.empty()) return 0;
    std::string text{word};
    if (auto const at = known_.find(text); at != known_.end()) return at->second;
    if (known_.size() >= kMostKnown) known_.clear();
    auto const ask = [&](SQLite::Statement& statement) {
        statement.bind(1, text);
        auto const found = statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
        statement.reset();
        return found;
    };
    auto number = ask(find_);
    if (number == 0) number = ask(add_);
    known_.emplace(std::move(text), number);
    return number;
}

std::optional<std::int64_t> Words::find(SQLite::Database& database, std::string_view word)
{
    if (word.empty()) return 0;
    SQLite::Statement find{database, "SELECT id FROM word WHERE word = ?"};
    find.bind(1, std::string{word});
    if (!find.executeStep()) return std::nullopt;
    return find.getColumn(0).getInt64();
}

RowWriter::RowWriter(SQLite::Database& database)
    : database_{database}, words_{database},
      addRecord_{database,
                 "INSERT INTO record (at, bytes, hash, seq, time, type, decision, patient, visit, "
                 "client, user, service, hook, silent, complaint, cards, rules) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      addCard_{database, "INSERT INTO card (record, uuid, rules, answer, reason, answered) "
                         "VALUES (?, ?, ?, 0, 0, 0)"},
      addFeedback_{database, "INSERT INTO feedback VALUES (?, ?, ?, ?, ?)"},
      addServer_{database, "INSERT OR IGNORE INTO fhir_server VALUES (?)"},
      answer_{database, "UPDATE card SET answer = ?, reason = ?, answered = ? "
                        "WHERE uuid = ? AND (answer = 0 OR answered <= ?)"},
      subject_{database, "SELECT r.patient, r.visit FROM card c JOIN record r ON r.id = c.record "
                         "WHERE c.uuid = ?"}
{
}

std::string RowWriter::packed(RecordSummary const& record)
{
    std::string rules;
    for (auto const& judged : record.judged)
        pack(rules, {words_.numberOf(judged.rule), outcomeOf(judged.outcome),
                     words_.numberOf(judged.why)});
    for (auto const rule : record.rules) pack(rules, {words_.numberOf(rule), Outcome::OnCard, 0});
    return rules;
}

/// Whom a record is about; feedback is about whom its card was about.
RowWriter::Subject RowWriter::subjectOf(RecordSummary const& record)
{
    if (record.card.empty()) return {keyOf(record.patientKey), visitOf(record)};
    Subject subject;
    subject_.bind(1, key64(record.card));
    if (subject_.executeStep()) {
        if (!subject_.getColumn(0).isNull()) subject.patient = subject_.getColumn(0).getInt64();
        if (!subject_.getColumn(1).isNull()) subject.visit = subject_.getColumn(1).getInt64();
    }
    subject_.reset();
    return subject;
}

std::int64_t RowWriter::add(RecordSummary const* record, LineMark const& mark)
{
    static RecordSummary const kNone = [] {
        RecordSummary none;
        none.type = "unreadable";
        return none;
    }();
    auto const& row = record != nullptr ? *record : kNone;
    auto const subject = subjectOf(row);
    auto const rules = packed(row);
    addRecord_.bind(1, static_cast<std::int64_t>(mark.at));
    addRecord_.bind(2, static_cast<std::int64_t>(mark.bytes));
    addRecord_.bind(3, mark.hash);
    addRecord_.bind(4, static_cast<std::int64_t>(row.seq));
    addRecord_.bind(5, milliseconds(row.time));
    addRecord_.bind(6, words_.numberOf(row.type));
    bindOrNull(addRecord_, 7, keyOf(row.decision));
    bindOrNull(addRecord_, 8, subject.patient);
    bindOrNull(addRecord_, 9, subject.visit);
    addRecord_.bind(10, words_.numberOf(row.client));
    addRecord_.bind(11, words_.numberOf(row.user));
    addRecord_.bind(12, words_.numberOf(row.service));
    addRecord_.bind(13, words_.numberOf(row.hook));
    addRecord_.bind(14, row.mode == "silent" ? 1 : 0);
    addRecord_.bind(15, row.complaint ? 1 : 0);
    addRecord_.bind(16, static_cast<std::int64_t>(row.cards.size()));
    addRecord_.bind(17, rules.data(), static_cast<int>(rules.size()));
    addRecord_.exec();
    addRecord_.reset();
    auto const id = database_.getLastInsertRowid();
    for (auto const& card : row.cards) addCard(id, card);
    if (!row.card.empty()) addFeedback(id, row);
    if (!row.fhirServer.empty()) {
        addServer_.bind(1, std::string{row.fhirServer});
        addServer_.exec();
        addServer_.reset();
    }
    return id;
}

void RowWriter::addCard(std::int64_t record, RecordSummary::Card const& card)
{
    std::string rules;
    for (auto const rule : card.rules) pack(rules, {words_.numberOf(rule), Outcome::OnCard, 0});
    addCard_.bind(1, record);
    addCard_.bind(2, key64(card.uuid));
    addCard_.bind(3, rules.data(), static_cast<int>(rules.size()));
    addCard_.exec();
    addCard_.reset();
}

void RowWriter::addFeedback(std::int64_t record, RecordSummary const& feedback)
{
    auto const card = key64(feedback.card);
    auto const outcome = words_.numberOf(feedback.outcome);
    auto const isOverridden = feedback.outcome != "accepted";
    auto const reason =
        isOverridden ? words_.numberOf(countedReason(feedback.reasonSystem, feedback.reason)) : 0;
    auto const at = milliseconds(answeredAt(feedback));
    addFeedback_.bind(1, record);
    addFeedback_.bind(2, card);
    addFeedback_.bind(3, outcome);
    addFeedback_.bind(4, reason);
    addFeedback_.bind(5, at);
    addFeedback_.exec();
    addFeedback_.reset();
    answer(card, outcome, reason, at);
}

/// The last word on a card counts; of two with the same time the later record.
void RowWriter::answer(std::int64_t card, std::int64_t outcome, std::int64_t reason,
                       std::int64_t at)
{
    answer_.bind(1, outcome);
    answer_.bind(2, reason);
    answer_.bind(3, at);
    answer_.bind(4, card);
    answer_.bind(5, at);
    answer_.exec();
    answer_.reset();
}

void RowWriter::remove(std::int64_t first, std::int64_t last)
{
    auto const run = [&](char const* sql) {
        SQLite::Statement statement{database_, sql};
        statement.bind(1, first);
        statement.bind(2, last);
        statement.exec();
    };
    run("DELETE FROM card WHERE record BETWEEN ? AND ?");
    run("DELETE FROM record WHERE id BETWEEN ? AND ?");
    // Cards that outlive a feedback on them are judged by what is left.
    run("UPDATE card SET answer = 0, reason = 0, answered = 0 "
        "WHERE uuid IN (SELECT card FROM feedback WHERE record BETWEEN ? AND ?)");
    std::vector<std::int64_t> orphans;
    {
        SQLite::Statement cards{database_,
                                "SELECT DISTINCT f.card FROM feedback f JOIN card c ON c.uuid = "
                                "f.card WHERE f.record BETWEEN ? AND ?"};
        cards.bind(1, first);
        cards.bind(2, last);
        while (cards.executeStep()) orphans.push_back(cards.getColumn(0).getInt64());
    }
    run("DELETE FROM feedback WHERE record BETWEEN ? AND ?");
    SQLite::Statement left{database_, "SELECT answer, reason, answered FROM feedback "
                                      "WHERE card = ? ORDER BY record"};
    for (auto const card : orphans) {
        left.bind(1, card);
        while (left.executeStep())
            answer(card, left.getColumn(0).getInt64(), left.getColumn(1).getInt64(),
                   left.getColumn(2).getInt64());
        left.reset();
    }
}

} // namespace tcds::query
