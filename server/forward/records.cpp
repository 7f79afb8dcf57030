#include "server/forward/records.hpp"

#include "fhir/base/datetime.hpp"
#include "fhir/base/json.hpp"
#include "server/forward/statement.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace tcds::forward {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kVersion = "1"; // of the schema, deploy/postgres/2_tables.sql
constexpr std::array<std::string_view, 6> kOutcomes{"fired",      "not-met",  "unknown",
                                                    "suppressed", "silenced", "error"};
// So many rows ask for the answers to their cards one by one; more read every feedback once.
constexpr std::size_t kFew = 1000;

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value); // of the server
    return value;
}

/// The last word on each card, as `answers(card, answer, system, code)`.
std::string lastAnswers(std::string const& newestFirst)
{
    return "answers AS (SELECT DISTINCT ON (f.cards[1]) f.cards[1] AS card, f.answer, "
           "f.body -> 'reason' ->> 'system' AS system, f.body -> 'reason' ->> 'code' AS code "
           "FROM twitch_cds.record f WHERE f.type = 'feedback' AND f.cards[1] <> '' "
           "ORDER BY f.cards[1], f.answered_at DESC, " +
           newestFirst + ")";
}

/// For each card of a record its last answer: [["overridden","urn:..","addressed"], ...].
std::string answersOfRecord(bool few, std::string const& newestFirst)
{
    std::string const one =
        few ? "LEFT JOIN LATERAL (SELECT f.answer, f.body -> 'reason' ->> 'system' AS system, "
              "f.body -> 'reason' ->> 'code' AS code FROM twitch_cds.record f "
              "WHERE f.type = 'feedback' AND f.cards @> ARRAY[u.uuid] "
              "ORDER BY f.answered_at DESC, " +
                  newestFirst + " LIMIT 1) a ON true"
            : "LEFT JOIN answers a ON a.card = u.uuid";
    return "CASE r.type WHEN 'decision' THEN (SELECT coalesce(jsonb_agg(jsonb_build_array("
           "a.answer, a.system, a.code) ORDER BY u.place), '[]') "
           "FROM unnest(r.cards) WITH ORDINALITY AS u(uuid, place) " +
           one + ") ELSE '[]' END";
}

std::string instantText(std::int64_t milliseconds)
{
    return toText(Instant{std::chrono::milliseconds{milliseconds}});
}

/// Adds what a question asks of `r`.
class Asking
{
public:
    Asking(query::Question const& question, Conditions& conditions)
        : question_{question}, asked_{conditions}
    {
    }

    Result<void> add()
    {
        auto const times = query::bounds({question_.from, question_.to});
        if (!times) return times.error();
        if (times->first != std::numeric_limits<std::int64_t>::min())
            asked_.add("r.ts >= " + asked_.place(instantText(times->first)) + "::timestamptz");
        if (times->second != std::numeric_limits<std::int64_t>::max())
            asked_.add("r.ts <= " + asked_.place(instantText(times->second)) + "::timestamptz");
        auto const decisionsAlone =
            question_.type.empty() &&
            (!question_.rule.empty() || !question_.outcome.empty() || !question_.answer.empty());
        asked_.equal("r.type", decisionsAlone ? "decision" : question_.type);
        asked_.equal("r.client", question_.client);
        asked_.equal("r.user_ref", question_.user);
        asked_.equal("r.service", question_.service);
        asked_.equal("r.hook", question_.hook);
        asked_.equal("r.decision_id", question_.decision);
        if (!question_.card.empty())
            asked_.add("r.cards @> ARRAY[" + asked_.place(question_.card) + "]");
        if (question_.ofPatient) patient();
        if (question_.type == "feedback")
            feedback();
        else
            rules();
        return {};
    }
    [[nodiscard]] bool needsAnswers() const { return needsAnswers_; }

private:
    /// Feedback is about whom its card was about.
    void patient()
    {
        auto const keys = asked_.place(arrayText(question_.patientKeys)) + "::text[]";
        asked_.add("(r.patient_key = ANY (" + keys +
                   ") OR (r.type = 'feedback' AND r.cards && ARRAY("
                   "SELECT unnest(p.cards) FROM twitch_cds.record p "
                   "WHERE p.type = 'decision' AND p.patient_key = ANY (" +
                   keys + "))))");
    }

    void feedback()
    {
        if (!question_.rule.empty())
            asked_.add("coalesce(r.body -> 'rules', '[]') ? " + asked_.place(question_.rule));
        asked_.equal("r.answer", question_.answer);
    }

    void rules()
    {
        auto const& rule = question_.rule;
        auto const& outcome = question_.outcome;
        auto const ofAnsweredCard = !rule.empty() && !question_.answer.empty() && outcome.empty();
        if (!question_.answer.empty()) answered(ofAnsweredCard ? rule : std::string{});
        if (ofAnsweredCard) return;
        if (!rule.empty() && outcome == "any") {
            std::vector<std::string> any;
            for (auto const each : kOutcomes) any.push_back(rule + " " + std::string{each});
            asked_.add("r.outcomes && " + asked_.place(arrayText(any)) + "::text[]");
        } else if (!rule.empty()) {
            auto const wanted = rule + " " + (outcome.empty() ? "fired" : outcome);
            asked_.add("r.outcomes @> ARRAY[" + asked_.place(wanted) + "]");
        } else if (!outcome.empty() && outcome != "any") {
            asked_.add("EXISTS (SELECT FROM unnest(r.outcomes) o WHERE split_part(o, ' ', 2) = " +
                       asked_.place(outcome) + ")");
        }
    }

    /// Decisions with a card of the rule ("" = any) that was answered so.
    void answered(std::string const& rule)
    {
        needsAnswers_ = true;
        asked_.add("(r.tenant, r.node, r.seq) IN (SELECT d.tenant, d.node, d.seq "
                   "FROM twitch_cds.record d "
                   "CROSS JOIN LATERAL unnest(d.cards, d.card_rules) AS c(uuid, rules) "
                   "JOIN answers w ON w.card = c.uuid WHERE d.type = 'decision' AND w.answer = " +
                   asked_.place(question_.answer) +
                   (rule.empty()
                        ? std::string{}
                        : " AND " + asked_.place(rule) + " = ANY (string_to_array(c.rules, ' '))") +
                   ")");
    }

    query::Question const& question_;
    Conditions& asked_;
    bool needsAnswers_ = false;
};

/// What SQL says of the cards of a record.
std::vector<query::CardAnswer> cardAnswers(std::string_view text)
{
    std::vector<query::CardAnswer> answers;
    auto const document = json::Document::parse(std::string{text});
    if (!document || !document->root().IsArray()) return answers;
    for (auto const& row : document->root().GetArray()) {
        query::CardAnswer answer;
        auto const parts = json::items(&row);
        if (parts.size() == 3) {
            answer.answer = json::text(&parts[0]).value_or("");
            if (!answer.answer.empty() && answer.answer != "accepted")
                answer.reason = query::countedReason(json::text(&parts[1]).value_or(""),
                                                     json::text(&parts[2]).value_or(""));
        }
        answers.push_back(std::move(answer));
    }
    return answers;
}

} // namespace

std::string arrayText(std::vector<std::string> const& texts)
{
    std::string array = "{";
    for (auto const& text : texts) {
        if (array.size() > 1) array += ',';
        array += '"';
        for (auto const c : text) {
            if (c == '"' || c == '\\') array += '\\';
            array += c;
        }
        array += '"';
    }
    return array + "}";
}

Result<Records> Records::open(Target const& target, Patience patience)
{
    patience.answer = std::max<std::chrono::milliseconds>(patience.answer, 30min); // of years
    auto connection = Connection::open(target, std::move(patience));
    if (!connection) return connection.error();
    Records records{*std::move(connection)};
    std::string version;
    auto const asked =
        records.connection_.ask("SELECT twitch_cds.version()", {}, [&](auto const& row) {
            version = row.text(0);
            return true;
        });
    if (!asked) return asked.error();
    if (version != kVersion)
        return Error{Error::Kind::Config, "PostgreSQL " + target.shown,
                     "the schema has version " + version + ", this program knows " +
                         std::string{kVersion},
                     "use the twitch-cds of that version, or run its deploy/postgres/install.sql"};
    // Compiling a statement takes longer than the questions here.
    for (auto const* setting : {"SET default_transaction_read_only = on", "SET jit = off"})
        if (auto const set = records.connection_.tell(setting); !set) return set.error();
    auto const extents = records.extents();
    if (!extents) return extents.error();
    records.oneLog_ = extents->size() == 1;
    return records;
}

Result<std::vector<Records::Extent>> Records::extents()
{
    std::vector<Extent> extents;
    auto const asked = connection_.ask(
        "SELECT tenant, node, newest_seq, "
        "to_char(newest_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') "
        "FROM twitch_cds.node ORDER BY tenant, node",
        {}, [&](auto const& row) {
            extents.push_back({{std::string{row.text(0)}, std::string{row.text(1)}},
                               number(row.text(2)),
                               std::string{row.text(3)}});
            return true;
        });
    if (!asked) return asked.error();
    return extents;
}

Result<std::vector<std::string>> Records::fhirServers()
{
    std::vector<std::string> servers;
    auto const asked =
        connection_.ask("SELECT DISTINCT fhir_server COLLATE \"C\" FROM twitch_cds.record "
                        "WHERE fhir_server IS NOT NULL ORDER BY 1",
                        {}, [&](auto const& row) {
                            servers.emplace_back(row.text(0));
                            return true;
                        });
    if (!asked) return asked.error();
    return servers;
}

std::string Records::order(std::string_view direction, std::string_view table) const
{
    auto const column = [&](std::string_view name) {
        return std::string{table} + "." + std::string{name} + " " + std::string{direction};
    };
    if (oneLog_) return column("seq"); // the order of the log, whatever its clock did
    return column("ts") + ", " + column("tenant") + ", " + column("node") + ", " + column("seq");
}

Result<query::FoundCount> Records::find(query::Question const& question,
                                        query::TakeFound const& take)
{
    query::FoundCount count;
    if (question.ofPatient && question.patientKeys.empty()) return count;
    Conditions conditions;
    Asking asking{question, conditions};
    if (auto const added = asking.add(); !added) return added.error();
    auto const few = question.limit > 0 && question.limit <= kFew;
    auto const with = "WITH " + lastAnswers(order("DESC", "f")) + " ";
    auto const values = conditions.values();

    if (question.limit > 0) {
        auto const counted =
            connection_.ask((asking.needsAnswers() ? with : "") +
                                "SELECT count(*) FROM twitch_cds.record r" + conditions.where(),
                            values, [&](auto const& row) {
                                count.matching = number(row.text(0));
                                return true;
                            });
        if (!counted) return counted.error();
    }

    auto select = (few && !asking.needsAnswers() ? std::string{} : with) +
                  "SELECT r.tenant, r.node, r.line, " + answersOfRecord(few, order("DESC", "f")) +
                  ", r.ts, r.seq FROM twitch_cds.record r" + conditions.where();
    if (question.limit > 0) {
        std::string const newest =
            select + " ORDER BY " + order("DESC") + " LIMIT " + std::to_string(question.limit);
        select = "SELECT * FROM (" + newest + ") AS r ORDER BY " + order("");
    } else {
        select += " ORDER BY " + order("");
    }
    query::SummaryReader reader;
    query::RecordSummary unreadable; // never: the database took it as a record
    unreadable.type = "unreadable";
    auto const asked = connection_.ask(select, values, [&](auto const& row) {
        auto text = std::string{row.text(2)};
        auto const answers = cardAnswers(row.text(3));
        auto const log = std::string{row.text(0)} + "/" + std::string{row.text(1)};
        auto const* record = reader.read({text.data(), text.size()}); // NUL behind it
        take({record != nullptr ? *record : unreadable, answers, row.text(2), log});
        ++count.shown;
        return true;
    });
    if (!asked) return asked.error();
    if (question.limit == 0) count.matching = count.shown;
    return count;
}

Result<void> Records::forEachLine(audit::Wanted const& wanted,
                                  std::function<void(std::string_view line)> const& found)
{
    query::Question question;
    question.from = wanted.from;
    question.to = wanted.to;
    question.type = wanted.type;
    question.decision = wanted.decisionId;
    question.card = wanted.card;
    question.rule = wanted.rule;
    if (!wanted.rule.empty()) question.outcome = "any";
    Conditions conditions;
    if (wanted.seq) conditions.add("r.seq = " + conditions.place(std::to_string(*wanted.seq)));
    Asking asking{question, conditions};
    if (auto const added = asking.add(); !added) return added.error();
    std::string select = "SELECT r.tenant, r.node, r.line, r.ts, r.seq FROM twitch_cds.record r" +
                         conditions.where() + " ORDER BY ";
    if (wanted.last > 0)
        select = "SELECT * FROM (" + select + order("DESC") + " LIMIT " +
                 std::to_string(wanted.last) + ") AS r ORDER BY " + order("");
    else
        select += order("");
    return connection_.ask(select, conditions.values(), [&](auto const& row) {
        found(row.text(2));
        return true;
    });
}

Result<void> Records::ofLog(Origin const& origin, std::uint64_t first,
                            std::function<bool(std::string_view line)> const& each)
{
    auto const from = std::to_string(first);
    std::array const values{Connection::text(origin.tenant), Connection::text(origin.node),
                            Connection::text(from)};
    return connection_.ask("SELECT line FROM twitch_cds.record "
                           "WHERE tenant = $1 AND node = $2 AND seq >= $3 ORDER BY seq",
                           values, [&](auto const& row) { return each(row.text(0)); });
}

} // namespace tcds::forward
