#include "server/forward/records.hpp"

#include "fhir/base/datetime.hpp"
#include "fhir/base/json.hpp"
#include "server/forward/statement.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

// A report of the database. It counts in groups that a report cannot tell apart (week, client,
// rules, answers), so what travels does not grow with the number of decisions.

namespace tcds::forward {

namespace {

std::int64_t number(std::string_view text)
{
    std::int64_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value); // of the server
    return value;
}

Instant instant(std::string_view milliseconds)
{
    return Instant{std::chrono::milliseconds{number(milliseconds)}};
}

std::string bound(std::int64_t milliseconds)
{
    if (milliseconds == std::numeric_limits<std::int64_t>::min()) return "-infinity";
    if (milliseconds == std::numeric_limits<std::int64_t>::max()) return "infinity";
    return toText(Instant{std::chrono::milliseconds{milliseconds}});
}

constexpr auto kFirst = "floor(extract(epoch FROM min(ts)) * 1000)::bigint";
constexpr auto kLast = "floor(extract(epoch FROM max(ts)) * 1000)::bigint";
constexpr auto kWeek = "date_trunc('week', ts, 'UTC')";
constexpr auto kOfPeriod = "type = 'decision' AND ts BETWEEN $1::timestamptz AND $2::timestamptz";
constexpr auto kNotSilent = "mode IS DISTINCT FROM 'silent'";

class Counting
{
public:
    Counting(Connection& connection, std::pair<std::int64_t, std::int64_t> times, std::string order,
             std::string newestFirst)
        : connection_{connection}, from_{bound(times.first)}, to_{bound(times.second)},
          order_{std::move(order)}, newestFirst_{std::move(newestFirst)}
    {
    }

    Result<query::Report> run(query::ReportPeriod const& period)
    {
        for (auto const part : {&Counting::decisions, &Counting::cards, &Counting::encounters,
                                &Counting::unlinked, &Counting::unreadable})
            if (auto const counted = (this->*part)(); !counted) return counted.error();
        return counter_.finish(period);
    }

private:
    using Row = Connection::Row;

    Result<void> ask(std::string const& statement, std::function<void(Row const&)> const& each)
    {
        std::array const values{Connection::text(from_), Connection::text(to_)};
        return connection_.ask(statement, values, [&](Row const& row) {
            each(row);
            return true;
        });
    }

    Result<void> decisions()
    {
        return ask(std::string{"SELECT "} + kFirst + ", " + kLast +
                       ", client, silent, with_cards, to_json(fired), to_json(held_back), count(*) "
                       "FROM (SELECT ts, coalesce(client, '') AS client, "
                       "mode IS NOT DISTINCT FROM 'silent' AS silent, cardinality(cards) > 0 AS "
                       "with_cards, fired, held_back FROM twitch_cds.record WHERE " +
                       kOfPeriod + ") AS decision GROUP BY " + kWeek +
                       ", client, silent, with_cards, fired, held_back",
                   [this](Row const& row) {
                       auto const fired = texts(row.text(5));
                       auto const held = texts(row.text(6));
                       std::vector<query::CountedDecision::Judged> judged;
                       for (auto const& rule : fired) judged.push_back({rule, true, false});
                       for (auto const& rule : held) judged.push_back({rule, false, true});
                       query::CountedDecision decision;
                       decision.time = instant(row.text(0));
                       decision.client = row.text(2);
                       decision.silent = row.text(3) == "t";
                       decision.withCards = row.text(4) == "t";
                       decision.judged = judged;
                       // The first one counts at the first time, all others at the last.
                       for (auto left = number(row.text(7)); left > 0; --left) {
                           counter_.add(decision);
                           decision.time = instant(row.text(1));
                       }
                   });
    }

    Result<void> cards()
    {
        return ask(
            "WITH answers AS (SELECT DISTINCT ON (f.cards[1]) f.cards[1] AS card, f.answer, "
            "f.body -> 'reason' ->> 'system' AS system, f.body -> 'reason' ->> 'code' AS code "
            "FROM twitch_cds.record f WHERE f.type = 'feedback' AND f.cards[1] <> '' "
            "ORDER BY f.cards[1], f.answered_at DESC, " +
                newestFirst_ + ") SELECT " + kFirst +
                ", coalesce(client, ''), c.rules, answer, system, code, count(*) "
                "FROM (SELECT ts, client, cards, card_rules FROM twitch_cds.record WHERE " +
                kOfPeriod + " AND " + kNotSilent +
                ") AS decision CROSS JOIN LATERAL unnest(cards, card_rules) AS c(uuid, rules) "
                "LEFT JOIN answers ON answers.card = c.uuid GROUP BY " +
                kWeek + ", client, c.rules, answer, system, code",
            [this](Row const& row) {
                auto const rules = words(row.text(2));
                auto const reason = query::countedReason(row.text(4), row.text(5));
                query::CountedCard card;
                card.time = instant(row.text(0));
                card.client = row.text(1);
                card.rules = rules;
                if (!row.text(3).empty())
                    card.answer = row.text(3) == "accepted"
                                      ? query::CountedCard::Answer::Accepted
                                      : query::CountedCard::Answer::Overridden;
                card.reason = reason;
                for (auto left = number(row.text(6)); left > 0; --left) counter_.add(card);
            });
    }

    /// Each encounter where its first decision with a complaint counts; without an encounter in the
    /// call, a patient's day is one.
    Result<void> encounters()
    {
        return ask(std::string{"SELECT "} + kFirst +
                       ", client, count(*) FROM (SELECT DISTINCT ON (visit) ts, "
                       "coalesce(client, '') AS client FROM (SELECT *, "
                       "coalesce(nullif(encounter_key, ''), nullif(patient_key, '') || ' ' || "
                       "to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS visit "
                       "FROM (SELECT ts, tenant, node, seq, client, encounter_key, patient_key "
                       "FROM twitch_cds.record WHERE " +
                       kOfPeriod + " AND " + kNotSilent +
                       " AND complaint) AS decision) AS r WHERE visit IS NOT NULL "
                       "ORDER BY visit, " +
                       order_ + ") AS first GROUP BY " + kWeek + ", client",
                   [this](Row const& row) {
                       counter_.addComplaintEncounters(
                           instant(row.text(0)), row.text(1),
                           static_cast<std::uint64_t>(number(row.text(2))));
                   });
    }

    /// Feedback from the beginning of the period on, on cards that are not counted.
    Result<void> unlinked()
    {
        return ask(std::string{"WITH counted AS (SELECT DISTINCT unnest(cards) AS card "
                               "FROM twitch_cds.record WHERE "} +
                       kOfPeriod + " AND " + kNotSilent +
                       ") SELECT count(*) FROM twitch_cds.record f "
                       "LEFT JOIN counted ON counted.card = f.cards[1] "
                       "WHERE f.type = 'feedback' AND f.ts >= $1::timestamptz "
                       "AND f.cards[1] <> '' AND counted.card IS NULL",
                   [this](Row const& row) {
                       counter_.addUnlinked(static_cast<std::uint64_t>(number(row.text(0))));
                   });
    }

    Result<void> unreadable()
    {
        return connection_.ask("SELECT count(*) FROM twitch_cds.refused WHERE reason = 'form'", {},
                               [this](Row const& row) {
                                   counter_.addUnreadable(
                                       static_cast<std::uint64_t>(number(row.text(0))));
                                   return true;
                               });
    }

    static std::vector<std::string> texts(std::string_view array)
    {
        std::vector<std::string> texts;
        auto const document = json::Document::parse(std::string{array});
        if (!document || !document->root().IsArray()) return texts;
        for (auto const& item : document->root().GetArray())
            texts.emplace_back(json::text(&item).value_or(""));
        return texts;
    }

    static std::vector<std::string_view> words(std::string_view text)
    {
        std::vector<std::string_view> words;
        while (!text.empty()) {
            auto const end = std::min(text.find(' '), text.size());
            if (end > 0) words.push_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return words;
    }

    Connection& connection_;
    std::string from_, to_, order_, newestFirst_;
    query::ReportCounter counter_;
};

} // namespace

Result<query::Report> Records::report(query::ReportPeriod const& period)
{
    auto const times = query::bounds(period);
    if (!times) return times.error();
    return Counting{connection_, *times, order(""), order("DESC", "f")}.run(period);
}

} // namespace tcds::forward
