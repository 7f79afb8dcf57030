#include "server/forward/connection.hpp"

#include <libpq-fe.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace tcds::forward {

namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{100}; // how soon a stop is noticed
constexpr unsigned kByteaType = 17;             // pg_type.h: BYTEAOID, BYTEAARRAYOID
constexpr unsigned kByteaArrayType = 1001;
constexpr int kTextFormat = 0;
constexpr int kBinaryFormat = 1;

struct FreeConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct FreeResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
struct FreeCancel {
    void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};
using Answer = std::unique_ptr<PGresult, FreeResult>;

std::string firstLine(char const* text)
{
    std::string_view const all = text == nullptr ? "" : text;
    return std::string{all.substr(0, all.find('\n'))};
}

void append(std::string& bytes, std::uint32_t number)
{
    for (auto const shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(number >> shift & 255U);
}

/// The binary form of bytea[]: dimensions, no nulls, type of the elements, then length and lower
/// bound of the one dimension, then each element behind its length (array_send of PostgreSQL).
std::string binary(std::span<std::string const> lines)
{
    std::size_t size = 20;
    for (auto const& line : lines) size += 4 + line.size();
    std::string bytes;
    bytes.reserve(size);
    append(bytes, lines.empty() ? 0 : 1);
    append(bytes, 0);
    append(bytes, kByteaType);
    if (lines.empty()) return bytes;
    append(bytes, static_cast<std::uint32_t>(lines.size()));
    append(bytes, 1);
    for (auto const& line : lines) {
        append(bytes, static_cast<std::uint32_t>(line.size()));
        bytes += line;
    }
    return bytes;
}

/// Values in the form that libpq takes; owns what it points to.
class Values
{
public:
    explicit Values(std::span<Connection::Value const> values)
    {
        kept_.reserve(values.size());
        for (auto const& value : values) {
            auto const isList = value.lines.has_value();
            kept_.push_back(isList ? binary(*value.lines) : std::string{value.text.value_or("")});
            types.push_back(isList ? kByteaArrayType : 0);
            formats.push_back(isList ? kBinaryFormat : kTextFormat);
            lengths.push_back(static_cast<int>(kept_.back().size()));
            auto const isNull = !isList && !value.text;
            texts.push_back(isNull ? nullptr : kept_.back().c_str());
        }
    }
    std::vector<Oid> types;
    std::vector<char const*> texts;
    std::vector<int> lengths, formats;

private:
    std::vector<std::string> kept_;
};

/// The kind of an error of the server by its SQLSTATE (PostgreSQL, appendix A).
Error::Kind kindOf(std::string_view state)
{
    if (state == "57014") return Error::Kind::Timeout; // query_canceled: statement_timeout
    for (auto const* unavailable : {"08", "53", "57", "58", "40", "55"})
        if (state.starts_with(unavailable)) return Error::Kind::Unavailable;
    for (auto const* config : {"28", "3D", "3F", "42", "25006"})
        if (state.starts_with(config)) return Error::Kind::Config;
    return state.starts_with("22") ? Error::Kind::BadRequest : Error::Kind::Internal;
}

std::string fixOf(std::string_view state)
{
    if (state == "42501")
        return "connect as a role that is a member of twitch_cds_writer (to forward) or "
               "twitch_cds_reader (to ask)";
    if (state.starts_with("3F") || state.starts_with("42"))
        return "install or upgrade the schema: psql -X -d DATABASE -f deploy/postgres/install.sql";
    if (state.starts_with("53")) return "see disk, memory and max_connections of the server";
    if (state == "25006") return "name the server that takes writes, not a standby";
    return "see the log of the server";
}

} // namespace

struct Connection::Impl {
    std::unique_ptr<PGconn, FreeConnection> connection;
    Patience patience;
    std::string shown;

    [[nodiscard]] Error error(Error::Kind kind, std::string what, std::string fix) const
    {
        return {kind, "PostgreSQL " + shown, std::move(what), std::move(fix)};
    }
    [[nodiscard]] Error gone() const
    {
        return error(Error::Kind::Unavailable,
                     "the connection broke: " + firstLine(PQerrorMessage(connection.get())),
                     "see the server and the network between");
    }
    [[nodiscard]] Error refused(PGresult const* answer) const
    {
        auto const* code = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        std::string const state = code == nullptr ? "" : code;
        if (state.empty()) return gone();
        // The primary message alone: details may repeat values.
        return error(kindOf(state),
                     firstLine(PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY)) +
                         " (SQLSTATE " + state + ")",
                     fixOf(state));
    }

    /// Waits until the socket can be read (POLLIN), written (POLLOUT) or either.
    Result<void> wait(short events, Time::time_point deadline) const
    {
        for (;;) {
            if (patience.stop.stop_requested())
                return error(Error::Kind::Unavailable, "the wait was ended by a stop", "");
            auto const left =
                std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Time::now());
            if (left.count() <= 0)
                return error(Error::Kind::Timeout, "no answer in time",
                             "see the load and the locks of the server, and the network between");
            pollfd file{PQsocket(connection.get()), events, 0};
            auto const ready = ::poll(&file, 1, static_cast<int>(std::min(left, kLook).count()));
            if (ready > 0) return {};
            if (ready < 0 && errno != EINTR) return gone();
        }
    }

    Result<void> connect() const
    {
        auto const deadline = Time::now() + patience.connect;
        if (PQstatus(connection.get()) == CONNECTION_BAD) return notReached();
        for (auto state = PGRES_POLLING_WRITING;;) {
            if (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING)
                if (auto const ready =
                        wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
                    !ready)
                    return ready.error();
            state = PQconnectPoll(connection.get());
            if (state == PGRES_POLLING_OK) return {};
            if (state == PGRES_POLLING_FAILED) return notReached();
        }
    }

    [[nodiscard]] Error notReached() const
    {
        auto const said = firstLine(PQerrorMessage(connection.get()));
        auto const says = [&](char const* words) { return said.find(words) != std::string::npos; };
        auto const isRefusal = says("no password supplied") ||
                               (says("FATAL:") && !says("the database system is") &&
                                !says("too many clients") && !says("remaining connection slots"));
        return error(isRefusal ? Error::Kind::Config : Error::Kind::Unavailable,
                     said.empty() ? "no connection" : said,
                     isRefusal ? "check user, database and password file, and pg_hba.conf of the "
                                 "server"
                               : "see whether the server runs and can be reached; for TLS name its "
                                 "authority: sslrootcert=FILE");
    }

    /// Sends all of the statement.
    Result<void> send(std::string const& statement, Values const& values) const
    {
        auto* const to = connection.get();
        if (PQsendQueryParams(to, statement.c_str(), static_cast<int>(values.texts.size()),
                              values.types.data(), values.texts.data(), values.lengths.data(),
                              values.formats.data(), kTextFormat) != 1)
            return gone();
        auto const deadline = Time::now() + patience.answer;
        for (;;) {
            auto const unsent = PQflush(to);
            if (unsent == 0) return {};
            if (unsent < 0) return gone();
            if (auto const ready = wait(POLLIN | POLLOUT, deadline); !ready) return ready.error();
            if (PQconsumeInput(to) != 1) return gone();
        }
    }

    /// The next part of the answer; null at its end.
    Result<Answer> next() const
    {
        auto const deadline = Time::now() + patience.answer;
        while (PQisBusy(connection.get()) == 1) {
            if (auto const ready = wait(POLLIN, deadline); !ready) return ready.error();
            if (PQconsumeInput(connection.get()) != 1) return gone();
        }
        return Answer{PQgetResult(connection.get())};
    }

    /// Ends the statement that runs.
    void cancel() const
    {
        std::array<char, 256> ignored{}; // why it failed: then the rows come, and are dropped
        std::unique_ptr<PGcancel, FreeCancel> const cancel{PQgetCancel(connection.get())};
        if (cancel) (void)PQcancel(cancel.get(), ignored.data(), static_cast<int>(ignored.size()));
    }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(Target const& target, Patience patience)
{
    std::vector<char const*> keys;
    std::vector<char const*> values;
    auto const add = [&](char const* key, char const* value) {
        keys.push_back(key);
        values.push_back(value);
    };
    for (auto const& [key, value] : target.settings) add(key.c_str(), value.c_str());
    std::string password;
    if (!target.passwordFile.empty()) {
        auto read = readPassword(target.passwordFile);
        if (!read) return read.error();
        password = std::move(*read);
        add("password", password.c_str());
    }
    add("client_encoding", "UTF8"); // lines are kept byte for byte
    add("fallback_application_name", "twitch-cds");
    keys.push_back(nullptr);
    values.push_back(nullptr);

    auto impl = std::make_unique<Impl>();
    impl->patience = std::move(patience);
    impl->shown = target.shown;
    impl->connection.reset(PQconnectStartParams(keys.data(), values.data(), 0));
    std::ranges::fill(password, '\0');
    if (!impl->connection)
        return impl->error(Error::Kind::Internal, "no memory for a connection", "");
    // What the server says beside its answers goes nowhere: stderr is the operations log.
    PQsetNoticeProcessor(
        impl->connection.get(), [](void*, char const*) {}, nullptr);
    if (auto const connected = impl->connect(); !connected) return connected.error();
    if (PQsetnonblocking(impl->connection.get(), 1) != 0) return impl->gone();
    return Connection{std::move(impl)};
}

Result<void> Connection::ask(std::string const& statement, std::span<Value const> values,
                             std::function<bool(Row const&)> const& each)
{
    if (auto const sent = impl_->send(statement, Values{values}); !sent) return sent.error();
    if (PQsetSingleRowMode(impl_->connection.get()) != 1) return impl_->gone();
    Result<void> outcome;
    for (bool enough = false;;) {
        auto answer = impl_->next();
        if (!answer) return answer.error();
        if (!*answer) return outcome;
        switch (PQresultStatus(answer->get())) {
        case PGRES_SINGLE_TUPLE:
            if (!enough && !each(Row{answer->get(), 0})) {
                enough = true;
                impl_->cancel();
            }
            break;
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
            break;
        default:
            if (!enough) outcome = impl_->refused(answer->get());
            break;
        }
    }
}

Result<void> Connection::tell(std::string const& statement)
{
    return ask(statement, {}, [](Row const&) { return true; });
}

std::string_view Connection::Row::text(int column) const
{
    auto const* const result = static_cast<PGresult const*>(result_);
    return {PQgetvalue(result, number_, column),
            static_cast<std::size_t>(PQgetlength(result, number_, column))};
}

bool Connection::Row::isNull(int column) const
{
    return PQgetisnull(static_cast<PGresult const*>(result_), number_, column) == 1;
}

} // namespace tcds::forward
