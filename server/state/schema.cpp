#include "server/state/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

namespace tcds::state {

namespace {

constexpr int kApplicationId = 0x74636473; // "tcds"
constexpr int kVersion = 1;

// `slot` says what a row replaces: a repeat key, or a card with a cluster and rule of it. One index
// serves both look-ups, so that the rows of a call lie on one page of it. Rows leave by `until` or,
// when a table is full, by age (`id` grows).
constexpr char const* kTables = R"sql(
CREATE TABLE IF NOT EXISTS returned (
  id INTEGER PRIMARY KEY, patient TEXT NOT NULL, slot TEXT NOT NULL, encounter TEXT NOT NULL,
  cluster TEXT NOT NULL, rule TEXT NOT NULL, level TEXT NOT NULL, key TEXT NOT NULL,
  seen TEXT NOT NULL, what TEXT NOT NULL, hook TEXT NOT NULL, at INTEGER NOT NULL,
  until INTEGER NOT NULL, ends INTEGER NOT NULL, UNIQUE (patient, slot)) STRICT;
CREATE TABLE IF NOT EXISTS answered (
  id INTEGER PRIMARY KEY, patient TEXT NOT NULL, slot TEXT NOT NULL, encounter TEXT NOT NULL,
  cluster TEXT NOT NULL, rule TEXT NOT NULL, level TEXT NOT NULL, key TEXT NOT NULL,
  seen TEXT NOT NULL, what TEXT NOT NULL, hook TEXT NOT NULL, at INTEGER NOT NULL,
  until INTEGER NOT NULL, ends INTEGER NOT NULL, UNIQUE (patient, slot)) STRICT;
CREATE TABLE IF NOT EXISTS card (
  id INTEGER PRIMARY KEY, card TEXT NOT NULL UNIQUE, decision TEXT NOT NULL,
  client TEXT NOT NULL, patient TEXT NOT NULL, encounter TEXT NOT NULL, level TEXT NOT NULL,
  hook TEXT NOT NULL, rules TEXT NOT NULL, parts TEXT NOT NULL, at INTEGER NOT NULL,
  until INTEGER NOT NULL) STRICT;
)sql";

Error refuse(std::string const& file, std::string what, std::string fix)
{
    return {Error::Kind::Config, "state.file " + file, std::move(what), std::move(fix)};
}

int pragma(SQLite::Database& database, char const* name)
{
    return database.execAndGet(std::string{"PRAGMA "} + name).getInt();
}

} // namespace

Result<void> prepare(SQLite::Database& database, std::string const& file)
{
    auto const id = pragma(database, "application_id");
    auto const tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
    if (id != kApplicationId && (id != 0 || tables != 0))
        return refuse(file, "is a database of another program",
                      "name another file; it is made when absent");
    if (pragma(database, "user_version") > kVersion)
        return refuse(file, "was made by a newer version of this service",
                      "start that version, or move the file away: repeats and feedback are then "
                      "forgotten");
    database.exec("PRAGMA journal_mode=WAL");
    database.exec("PRAGMA synchronous=NORMAL"); // a power cut may lose the newest repeats, no more
    // Checkpoints, which wait for the disk, are another thread's; this is the bound should it fail.
    database.exec("PRAGMA wal_autocheckpoint=8192");
    // Both statements below write, so a file or folder that is read-only shows here.
    SQLite::Transaction making{database, SQLite::TransactionBehavior::IMMEDIATE};
    database.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
    database.exec("PRAGMA user_version=" + std::to_string(kVersion));
    database.exec(kTables);
    making.commit();
    auto const whole = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (whole != "ok")
        return refuse(file, "is damaged: " + whole,
                      "move it away: repeats and feedback are then forgotten, the decision log is "
                      "not touched");
    return {};
}

} // namespace tcds::state
