#include "server/forward/destination.hpp"

#include "server/forward/connection.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace tcds::forward {

namespace {

constexpr std::string_view kVersion = "1"; // of the schema, deploy/postgres/2_tables.sql

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value); // a bigint of the server
    return value;
}

class Database final : public Destination
{
public:
    explicit Database(Connection connection) : connection_{std::move(connection)} {}

    /// Ends what hangs on the server's side, and asks for the version of the schema.
    Result<void> prepare(std::string const& shown)
    {
        if (auto const set = connection_.tell("SET statement_timeout = '50s'"); !set)
            return set.error();
        std::string version;
        auto const asked = connection_.ask("SELECT twitch_cds.version()", {}, [&](auto const& row) {
            version = row.text(0);
            return true;
        });
        if (!asked) return asked.error();
        if (version != kVersion)
            return Error{Error::Kind::Config, "PostgreSQL " + shown,
                         "the schema has version " + version + ", this program knows " +
                             std::string{kVersion},
                         "run deploy/postgres/install.sql of this version of twitch-cds"};
        return {};
    }

    Result<std::optional<Place>> newest(Origin const& origin) override
    {
        std::optional<Place> place;
        std::array const values{Connection::text(origin.tenant), Connection::text(origin.node)};
        auto const asked = connection_.ask(
            "SELECT seq, hash FROM twitch_cds.newest($1, $2)", values, [&](auto const& row) {
                if (!row.isNull(0)) place = Place{number(row.text(0)), std::string{row.text(1)}};
                return true;
            });
        if (!asked) return asked.error();
        return place;
    }

    Result<bool> holds(Origin const& origin, Place const& place) override
    {
        bool held = false;
        auto const seq = std::to_string(place.seq);
        std::array const values{Connection::text(origin.tenant), Connection::text(origin.node),
                                Connection::text(seq), Connection::text(place.hash)};
        auto const asked = connection_.ask("SELECT twitch_cds.holds($1, $2, $3, $4)", values,
                                           [&](auto const& row) {
                                               held = row.text(0) == "t";
                                               return true;
                                           });
        if (!asked) return asked.error();
        return held;
    }

    Result<Sent> append(std::span<std::string const> lines) override
    {
        Sent sent;
        std::array const values{Connection::lines(lines)};
        auto const asked = connection_.ask(
            "SELECT added, present, refused FROM twitch_cds.append($1)", values,
            [&](auto const& row) {
                sent = {number(row.text(0)), number(row.text(1)), number(row.text(2))};
                return true;
            });
        if (!asked) return asked.error();
        return sent;
    }

private:
    Connection connection_;
};

} // namespace

Connect toPostgres(Target target)
{
    return [target = std::move(target)](
               std::stop_token const& stop) -> Result<std::unique_ptr<Destination>> {
        Patience patience;
        patience.stop = stop;
        auto connection = Connection::open(target, std::move(patience));
        if (!connection) return connection.error();
        auto database = std::make_unique<Database>(*std::move(connection));
        if (auto const prepared = database->prepare(target.shown); !prepared)
            return prepared.error();
        return std::unique_ptr<Destination>{std::move(database)};
    };
}

} // namespace tcds::forward
