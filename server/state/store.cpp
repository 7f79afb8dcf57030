#include "server/state/store.hpp"

#include "server/state/checkpoints.hpp"
#include "server/state/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <mutex>
#include <system_error>
#include <utility>

namespace tcds::state {

namespace {

constexpr std::chrono::seconds kPruneEvery{60};
constexpr std::int64_t kLookedAtOnce = 5000; // rows of a table; keeps the call that prunes short
constexpr int kMostHolds = 256;              // of one patient

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }
Instant instant(std::int64_t at) { return Instant{std::chrono::milliseconds{at}}; }

// --- Words ---------------------------------------------------------------------------------------

/// Members are words: none holds a blank or a line feed. An empty one is written as "-".
void addWord(std::string& text, std::string_view word)
{
    if (!text.empty() && text.back() != '\n') text += ' ';
    text += word.empty() ? std::string_view{"-"} : word;
}

std::vector<std::string> wordsOf(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        auto const word = text.substr(0, end);
        words.emplace_back(word == "-" ? std::string_view{} : word);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

std::string written(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words) addWord(text, word);
    return text;
}

std::string written(std::vector<Part> const& parts)
{
    std::string text;
    for (auto const& part : parts) {
        for (auto const* word : {&part.cluster, &part.rule, &part.level, &part.key, &part.seen})
            addWord(text, *word);
        text += '\n';
    }
    return text;
}

std::vector<Part> partsOf(std::string_view text)
{
    std::vector<Part> parts;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto words = wordsOf(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (words.size() != 5) continue; // not of our writing
        parts.push_back({std::move(words[0]), std::move(words[1]), std::move(words[2]),
                         std::move(words[3]), std::move(words[4])});
    }
    return parts;
}

// --- Rows ----------------------------------------------------------------------------------------

constexpr int kEndsWithEncounter = 1;
constexpr int kEndsWithResult = 2;
constexpr int kEndsWithData = 4;

int endsOf(Hold const& hold)
{
    return (hold.thisEncounter ? kEndsWithEncounter : 0) |
           (hold.untilNewResult ? kEndsWithResult : 0) | (hold.untilDataChange ? kEndsWithData : 0);
}

Hold holdIn(SQLite::Statement& row)
{
    Hold hold;
    hold.patient = row.getColumn(0).getString();
    hold.encounter = row.getColumn(1).getString();
    hold.part.cluster = row.getColumn(2).getString();
    hold.part.rule = row.getColumn(3).getString();
    hold.part.level = row.getColumn(4).getString();
    hold.part.key = row.getColumn(5).getString();
    hold.part.seen = row.getColumn(6).getString();
    hold.what = row.getColumn(7).getString();
    hold.hook = row.getColumn(8).getString();
    hold.at = instant(row.getColumn(9).getInt64());
    hold.until = instant(row.getColumn(10).getInt64());
    auto const ends = row.getColumn(11).getInt();
    hold.thisEncounter = (ends & kEndsWithEncounter) != 0;
    hold.untilNewResult = (ends & kEndsWithResult) != 0;
    hold.untilDataChange = (ends & kEndsWithData) != 0;
    return hold;
}

void bindHold(SQLite::Statement& statement, std::string const& slot, Hold const& hold,
              Instant until)
{
    statement.bind(1, slot);
    statement.bind(2, hold.patient);
    statement.bind(3, hold.encounter);
    statement.bind(4, hold.part.cluster);
    statement.bind(5, hold.part.rule);
    statement.bind(6, hold.part.level);
    statement.bind(7, hold.part.key);
    statement.bind(8, hold.part.seen);
    statement.bind(9, hold.what);
    statement.bind(10, hold.hook);
    statement.bind(11, milliseconds(hold.at));
    statement.bind(12, milliseconds(until));
    statement.bind(13, endsOf(hold));
}

std::string putInto(std::string const& table)
{
    return "INSERT INTO " + table +
           " (slot, patient, encounter, cluster, rule, level, key, seen, what, hook, at, until, "
           "ends) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (patient, slot) DO UPDATE SET "
           "encounter=excluded.encounter, level=excluded.level, "
           "key=excluded.key, seen=excluded.seen, what=excluded.what, hook=excluded.hook, "
           "at=excluded.at, until=excluded.until, ends=excluded.ends WHERE excluded.at >= at";
}

// No ORDER BY: sorting costs SQLite more than all the rest. Answers come first, should the limit
// bite.
constexpr char const* kHoldsOf =
    "SELECT patient, encounter, cluster, rule, level, key, seen, what, hook, at, until, ends "
    "FROM answered WHERE patient=?1 AND until>?2 UNION ALL "
    "SELECT patient, encounter, cluster, rule, level, key, seen, what, hook, at, until, ends "
    "FROM returned WHERE patient=?1 AND until>?2 LIMIT ?3";
constexpr char const* kPutCard =
    "INSERT OR REPLACE INTO card (card, decision, client, patient, encounter, level, hook, rules, "
    "parts, at, until) VALUES (?,?,?,?,?,?,?,?,?,?,?)";
constexpr char const* kCardOf =
    "SELECT decision, patient, encounter, level, hook, rules, parts, at FROM card "
    "WHERE card=? AND client=? AND until>?";

/// A statement that is ready for its next use whatever happened in this one.
class Use
{
public:
    explicit Use(SQLite::Statement& statement) : statement_{statement} {}
    Use(Use const&) = delete;
    Use& operator=(Use const&) = delete;
    ~Use() { statement_.tryReset(); }
    SQLite::Statement* operator->() { return &statement_; }
    SQLite::Statement& operator*() { return statement_; }

private:
    SQLite::Statement& statement_;
};

Error unavailable(SQLite::Exception const& fault)
{
    return {Error::Kind::Unavailable, "state.file",
            std::string{fault.getErrorStr()} + " (" + std::to_string(fault.getErrorCode()) + ")",
            "check the disk and the file; without it repeats and feedback hold nothing back"};
}

Error unusable(std::string const& file, std::string what)
{
    return {Error::Kind::Config, "state.file " + file, std::move(what),
            "make file and folder writable for the service, or, when the file is damaged, move it "
            "away: repeats and feedback are then forgotten, the decision log is not touched"};
}

/// Makes the file before SQLite does: only the service may read it.
Result<void> makePrivate(std::string const& file)
{
    auto const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return unusable(file, "cannot be opened: " + std::generic_category().message(errno));
    struct stat status {
    };
    auto const regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    ::close(descriptor);
    if (!regular) return unusable(file, "is not a regular file");
    if ((status.st_mode & 0077U) != 0)
        return Error{Error::Kind::Config, "state.file " + file,
                     "can be read by others than its owner", "chmod 600 " + file};
    return {};
}

} // namespace

struct Store::Impl {
    Impl(SQLite::Database&& opened, Options chosen)
        : options{std::move(chosen)}, database{std::move(opened)}
    {
    }

    Options options;
    std::mutex mutex; // one connection, one user at a time
    SQLite::Database database;
    SQLite::Statement holdsOf{database, kHoldsOf};
    SQLite::Statement putReturned{database, putInto("returned")};
    SQLite::Statement putAnswered{database, putInto("answered")};
    SQLite::Statement putCard{database, kPutCard};
    SQLite::Statement cardOf{database, kCardOf};
    struct Table {
        std::string name;
        std::int64_t looked = 0; // id of the last row that pruning looked at
    };
    std::array<Table, 3> tables{Table{"returned"}, Table{"answered"}, Table{"card"}};
    Instant pruned{};
    Checkpoints checkpoints{options.file}; // last: it ends first

    /// Runs `work` alone on the connection; what SQLite throws becomes an error value.
    template <class T, class Work>
    Result<T> alone(Work const& work)
    {
        std::lock_guard const lock{mutex};
        try {
            if constexpr (std::is_void_v<T>) {
                work();
                return {};
            } else {
                return work();
            }
        } catch (SQLite::Exception const& fault) {
            return unavailable(fault);
        }
    }

    [[nodiscard]] Instant bounded(Instant until, Instant from, std::chrono::hours most) const
    {
        return std::min({until, from + most, from + options.retention});
    }

    void put(SQLite::Statement& statement, std::string const& slot, Hold const& hold)
    {
        Use use{statement};
        bindHold(*use, slot, hold, bounded(hold.until, hold.at, options.retention));
        use->exec();
    }

    void put(ShownCard const& card)
    {
        Use use{putCard};
        use->bind(1, card.card);
        use->bind(2, card.decision);
        use->bind(3, card.client);
        use->bind(4, card.patient);
        use->bind(5, card.encounter);
        use->bind(6, card.level);
        use->bind(7, card.hook);
        use->bind(8, written(card.rules));
        use->bind(9, written(card.parts));
        use->bind(10, milliseconds(card.at));
        use->bind(11, milliseconds(bounded(Instant::max(), card.at, options.cardsKept)));
        use->exec();
    }

    /// Within the transaction of a write, now and then: of the next rows of each table those go
    /// that are over, and a full table loses its oldest ones. Ids grow, so their span bounds the
    /// count.
    void prune(Instant now)
    {
        if (now < pruned + kPruneEvery && now >= pruned) return;
        for (auto& table : tables) {
            auto const last = newestId(table.name);
            if (table.looked >= last) table.looked = 0;
            auto const until = table.looked + kLookedAtOnce;
            SQLite::Statement over{database, "DELETE FROM " + table.name +
                                                 " WHERE id>? AND id<=? AND until<=?"};
            over.bind(1, table.looked);
            over.bind(2, until);
            over.bind(3, milliseconds(now));
            over.exec();
            table.looked = until;
            SQLite::Statement full{database, "DELETE FROM " + table.name +
                                                 " WHERE id IN (SELECT id FROM " + table.name +
                                                 " WHERE id<=? ORDER BY id LIMIT ?)"};
            full.bind(1, last - static_cast<std::int64_t>(options.maxRows));
            full.bind(2, kLookedAtOnce);
            full.exec();
        }
        pruned = now;
    }

    std::int64_t newestId(std::string const& table)
    {
        return database.execAndGet("SELECT coalesce(max(id),0) FROM " + table).getInt64();
    }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(Options options)
{
    if (auto const made = makePrivate(options.file); !made) return made.error();
    auto const file = options.file;
    try {
        SQLite::Database database{file, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                                  static_cast<int>(options.busyWait.count())};
        if (auto const prepared = prepare(database, file); !prepared) return prepared.error();
        return std::unique_ptr<Store>{
            new Store{std::make_unique<Impl>(std::move(database), std::move(options))}};
    } catch (SQLite::Exception const& fault) {
        return unusable(file, fault.getErrorStr());
    }
}

Result<std::vector<Hold>> Store::holdsOf(std::string_view patient, Instant now)
{
    return impl_->alone<std::vector<Hold>>([&] {
        Use query{impl_->holdsOf};
        query->bind(1, std::string{patient});
        query->bind(2, milliseconds(now));
        query->bind(3, kMostHolds);
        std::vector<Hold> holds;
        while (query->executeStep()) holds.push_back(holdIn(*query));
        std::ranges::stable_sort(holds, std::ranges::greater{}, &Hold::at);
        return holds;
    });
}

Result<void> Store::returned(std::span<ShownCard const> cards, std::span<Hold const> holds,
                             Instant now)
{
    return impl_->alone<void>([&] {
        SQLite::Transaction all{impl_->database, SQLite::TransactionBehavior::IMMEDIATE};
        for (auto const& card : cards) impl_->put(card);
        for (auto const& hold : holds) impl_->put(impl_->putReturned, hold.part.key, hold);
        impl_->prune(now);
        all.commit();
        impl_->checkpoints.wrote();
    });
}

Result<std::optional<ShownCard>> Store::card(std::string_view uuid, std::string_view client,
                                             Instant now)
{
    return impl_->alone<std::optional<ShownCard>>([&]() -> std::optional<ShownCard> {
        Use query{impl_->cardOf};
        query->bind(1, std::string{uuid});
        query->bind(2, std::string{client});
        query->bind(3, milliseconds(now));
        if (!query->executeStep()) return std::nullopt;
        ShownCard card;
        card.card = uuid;
        card.client = client;
        card.decision = query->getColumn(0).getString();
        card.patient = query->getColumn(1).getString();
        card.encounter = query->getColumn(2).getString();
        card.level = query->getColumn(3).getString();
        card.hook = query->getColumn(4).getString();
        card.rules = wordsOf(query->getColumn(5).getString());
        card.parts = partsOf(query->getColumn(6).getString());
        card.at = instant(query->getColumn(7).getInt64());
        return card;
    });
}

Result<void> Store::answered(std::span<Answer const> answers, Instant now)
{
    return impl_->alone<void>([&] {
        SQLite::Transaction all{impl_->database, SQLite::TransactionBehavior::IMMEDIATE};
        for (auto const& answer : answers)
            for (auto const& hold : answer.holds) {
                auto slot = answer.card;
                addWord(slot, hold.part.cluster);
                addWord(slot, hold.part.rule);
                impl_->put(impl_->putAnswered, slot, hold);
            }
        impl_->prune(now);
        all.commit();
        impl_->checkpoints.wrote();
    });
}

} // namespace tcds::state
