#include "server/query/index_schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <array>
#include <fstream>
#include <string_view>
#include <vector>

namespace tcds::query {

namespace {

constexpr std::uint32_t kApplicationId = 0x74636471; // "tcdq"
constexpr int kVersion = 2;

constexpr char const* kTables = R"sql(
CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE fhir_server (url TEXT PRIMARY KEY) STRICT;
CREATE TABLE file (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, modified INTEGER NOT NULL,
  text INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  unreadable INTEGER NOT NULL) STRICT;
CREATE TABLE record (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, bytes INTEGER NOT NULL, hash INTEGER NOT NULL,
  seq INTEGER NOT NULL, time INTEGER NOT NULL, type INTEGER NOT NULL, decision INTEGER,
  patient INTEGER, visit INTEGER, client INTEGER NOT NULL, user INTEGER NOT NULL,
  service INTEGER NOT NULL, hook INTEGER NOT NULL, silent INTEGER NOT NULL,
  complaint INTEGER NOT NULL, cards INTEGER NOT NULL, rules BLOB NOT NULL) STRICT;
CREATE INDEX record_time ON record (time);
CREATE INDEX record_decision ON record (decision) WHERE decision IS NOT NULL;
CREATE INDEX record_patient ON record (patient) WHERE patient IS NOT NULL;
CREATE TABLE card (
  id INTEGER PRIMARY KEY, record INTEGER NOT NULL, uuid INTEGER NOT NULL, rules BLOB NOT NULL,
  answer INTEGER NOT NULL, reason INTEGER NOT NULL, answered INTEGER NOT NULL) STRICT;
CREATE INDEX card_uuid ON card (uuid);
CREATE INDEX card_record ON card (record);
CREATE TABLE feedback (
  record INTEGER PRIMARY KEY, card INTEGER NOT NULL, answer INTEGER NOT NULL,
  reason INTEGER NOT NULL, answered INTEGER NOT NULL) STRICT;
CREATE INDEX feedback_card ON feedback (card);
)sql";

} // namespace

bool isOurs(std::string const& file)
{
    constexpr std::size_t kIdAt = 68; // of the application id in the head of an SQLite file
    std::ifstream stream{file, std::ios::binary};
    if (!stream) return true;
    std::array<char, kIdAt + 4> head{};
    stream.read(head.data(), static_cast<std::streamsize>(head.size()));
    if (stream.gcount() == 0) return true;
    if (stream.gcount() < static_cast<std::streamsize>(head.size())) return false;
    std::uint32_t id = 0;
    for (auto at = kIdAt; at < head.size(); ++at)
        id = id << 8U | static_cast<unsigned char>(head[at]);
    return std::string_view{head.data(), 15} == "SQLite format 3" && id == kApplicationId;
}

bool hasTables(SQLite::Database& database)
{
    auto const id = database.execAndGet("PRAGMA application_id").getInt64();
    auto const version = database.execAndGet("PRAGMA user_version").getInt();
    return id == kApplicationId && version == kVersion;
}

void makeTables(SQLite::Database& database)
{
    SQLite::Transaction making{database, SQLite::TransactionBehavior::IMMEDIATE};
    std::vector<std::string> old;
    SQLite::Statement tables{database, "SELECT name FROM sqlite_schema WHERE type = 'table'"};
    while (tables.executeStep()) old.push_back(tables.getColumn(0).getString());
    tables.reset();
    for (auto const& name : old) database.exec("DROP TABLE \"" + name + "\"");
    database.exec(kTables);
    database.exec("PRAGMA user_version=" + std::to_string(kVersion));
    making.commit();
}

void tune(SQLite::Database& database)
{
    // First of all and into the file itself: a process that ends here leaves a file of ours.
    if (database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0)
        database.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
    database.exec("PRAGMA journal_mode=WAL");
    database.exec("PRAGMA synchronous=NORMAL"); // a power cut leaves an older index, not a torn one
    database.exec("PRAGMA cache_size=-65536");  // KiB
    database.exec("PRAGMA temp_store=FILE");
}

} // namespace tcds::query
