#pragma once

#include "server/query/record_summary.hpp"

#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tcds::query {

/// Numbers for words that many records share; made where there is none yet.
class Words
{
public:
    explicit Words(SQLite::Database& database);

    /// @return 0 for ""
    std::int64_t numberOf(std::string_view word);
    /// @return nothing when no record has that word; 0 for ""
    static std::optional<std::int64_t> find(SQLite::Database& database, std::string_view word);

private:
    std::unordered_map<std::string, std::int64_t> known_;
    SQLite::Statement find_, add_;
};

/// Where a line stands, and how it is known again.
struct LineMark {
    std::uint64_t at = 0, bytes = 0; // without the line feed
    std::int64_t hash = 0;           // key64() of the stated hash; of the line when it is no record
};

/// Adds records to the tables of an index, in the order of the log. Inside a transaction.
class RowWriter
{
public:
    explicit RowWriter(SQLite::Database& database);

    /// @param record  nullptr: the line is no record
    /// @return id of its row
    std::int64_t add(RecordSummary const* record, LineMark const& mark);

    /// Takes the records of a file out, and what their feedback said of cards that stay.
    void remove(std::int64_t first, std::int64_t last);

private:
    struct Subject {
        std::optional<std::int64_t> patient, visit;
    };
    Subject subjectOf(RecordSummary const& record);
    void addCard(std::int64_t record, RecordSummary::Card const& card);
    void addFeedback(std::int64_t record, RecordSummary const& feedback);
    void answer(std::int64_t card, std::int64_t outcome, std::int64_t reason, std::int64_t at);
    std::string packed(RecordSummary const& record);

    SQLite::Database& database_;
    Words words_;
    SQLite::Statement addRecord_, addCard_, addFeedback_, addServer_, answer_, subject_;
};

} // namespace tcds::query
