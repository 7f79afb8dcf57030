#include "server/query/found_text.hpp"

#include "fhir/base/datetime.hpp"
#include "fhir/base/plain_text.hpp"
#include "server/audit/members.hpp"
#include "server/query/csv.hpp"

#include <algorithm>
#include <utility>

namespace tcds::query {

namespace {

constexpr std::string_view kCsvHead =
    "time,seq,type,decision,client,service,hook,user,patient_key,encounter_key,mode,fired,cards,"
    "answers,rule,rule_outcome,rule_why,detail,file,altered\r\n";

/// "2026-03-03 10:12:44Z"
std::string forPeople(Instant time)
{
    auto text = tcds::toText(time);
    if (text.size() > 19) text.replace(10, 1, " ").replace(19, std::string::npos, "Z");
    return text;
}

void column(std::string& row, std::string text, std::size_t width)
{
    row += text;
    row.append(text.size() < width ? width - text.size() : 0, ' ').append("  ");
}

RecordSummary::Judged const* judgedIn(RecordSummary const& record, std::string_view rule)
{
    auto const at = std::ranges::find(record.judged, rule, &RecordSummary::Judged::rule);
    return at == record.judged.end() ? nullptr : &*at;
}

/// "overridden: addressed"
std::string toText(CardAnswer const& answer)
{
    return answer.reason.empty() ? answer.answer : answer.answer + ": " + answer.reason;
}

/// "EL-K-LOW, MED-LOOP warning (overridden: addressed)"
std::string cardText(RecordSummary::Card const& card, CardAnswer const* answer)
{
    std::string text;
    for (auto const rule : card.rules) text += (text.empty() ? "" : ", ") + plainLine(rule);
    if (card.rules.empty()) text = "a card of no rule";
    text += " " + plainLine(card.level);
    if (answer != nullptr && !answer->answer.empty()) text += " (" + toText(*answer) + ")";
    return text;
}

std::string decisionText(Found const& found, std::string const& rule)
{
    auto const& record = found.record;
    std::string text;
    if (auto const* judged = judgedIn(record, rule);
        judged != nullptr && judged->outcome != "fired")
        text = rule + " " + plainLine(judged->outcome) +
               (judged->why.empty() ? "" : " (" + plainLine(judged->why) + ")") + "; ";
    if (record.cards.empty()) return text + "no card";
    for (std::size_t i = 0; i < record.cards.size(); ++i)
        text += (i == 0 ? "" : "; ") +
                cardText(record.cards[i], i < found.answers.size() ? &found.answers[i] : nullptr);
    if (record.mode == "silent") text += "; silent";
    return text;
}

/// What a record says, in a few words.
std::string detailOf(RecordSummary const& record)
{
    if (record.type == "feedback")
        return plainLine(record.outcome) +
               (record.reason.empty() ? "" : ": " + plainLine(record.reason)) + ", card " +
               plainLine(record.card);
    if (record.type == "unreadable") return "no record: see twitch-cds audit verify";
    std::string text;
    for (auto const part :
         {record.http, record.reason, record.outcome, record.cause, record.via, record.actor})
        if (!part.empty()) text += (text.empty() ? "" : " ") + plainLine(part);
    return text;
}

std::string joined(auto const& items, auto textOf)
{
    std::string text;
    for (auto const& item : items) text += (text.empty() ? "" : " ") + std::string{textOf(item)};
    return text;
}

} // namespace

FoundWriter::FoundWriter(Form form, std::string rule, std::function<void(std::string_view)> put)
    : form_{form}, rule_{std::move(rule)}, put_{std::move(put)}
{
}

void FoundWriter::begin()
{
    if (begun_) return;
    begun_ = true;
    if (form_ == Form::Json) put_("{\"records\":[");
    if (form_ == Form::Csv) put_(kCsvHead);
}

void FoundWriter::take(Found const& found)
{
    if (!begun_ && form_ == Form::Text) {
        std::string head;
        column(head, "time", 20);
        column(head, "seq", 8);
        column(head, "type", 9);
        column(head, "client", 14);
        column(head, "hook", 13);
        column(head, "user", 18);
        column(head, "decision", 36);
        put_(head + "what\n");
    }
    begin();
    switch (form_) {
    case Form::Text:
        return put_(textRow(found));
    case Form::Json:
        if (std::exchange(comma_, true)) put_(",");
        return put_("\n" + jsonRow(found));
    case Form::Csv:
        return put_(csvRow(found));
    case Form::Lines:
        put_(found.line);
        return put_("\n");
    }
}

void FoundWriter::finish(FoundCount const& count)
{
    if (form_ == Form::Text) return;
    begin();
    if (form_ == Form::Json)
        put_("],\n\"matching\":" + std::to_string(count.matching) +
             ",\"shown\":" + std::to_string(count.shown) + "}\n");
}

std::string FoundWriter::textRow(Found const& found) const
{
    auto const& record = found.record;
    std::string row;
    column(row, forPeople(record.time), 20);
    column(row, std::to_string(record.seq), 8);
    column(row, plainLine(record.type), 9);
    column(row, plainLine(record.client), 14);
    column(row, plainLine(record.hook), 13);
    column(row, plainLine(record.user), 18);
    column(row, plainLine(record.decision), 36);
    row += record.type == "decision" ? decisionText(found, rule_) : detailOf(record);
    if (found.altered) row += "; ALTERED: see twitch-cds audit verify";
    return row + "\n";
}

std::string FoundWriter::jsonRow(Found const& found) const
{
    auto const& record = found.record;
    audit::Members json;
    json.openObject();
    json.member("seq", record.seq);
    json.member("time", tcds::toText(record.time));
    json.member("type", record.type);
    json.memberIfAny("decisionId", record.decision);
    json.memberIfAny("client", record.client);
    json.memberIfAny("service", record.service);
    json.memberIfAny("hook", record.hook);
    json.memberIfAny("user", record.user);
    json.memberIfAny("patientKey", record.patientKey);
    json.memberIfAny("encounterKey", record.encounterKey);
    json.memberIfAny("mode", record.mode);
    if (record.type == "decision") {
        json.openArray("fired");
        for (auto const& judged : record.judged)
            if (judged.outcome == "fired") json.text(judged.rule);
        json.close();
        if (auto const* judged = judgedIn(record, rule_)) {
            json.openObject("rule");
            json.member("id", judged->rule);
            json.member("outcome", judged->outcome);
            json.memberIfAny("why", judged->why);
            json.memberIfAny("level", judged->level);
            json.close();
        }
        json.openArray("cards");
        for (std::size_t i = 0; i < record.cards.size(); ++i) {
            auto const& card = record.cards[i];
            json.openObject();
            json.member("uuid", card.uuid);
            json.openArray("rules");
            for (auto const rule : card.rules) json.text(rule);
            json.close();
            json.memberIfAny("level", card.level);
            if (i < found.answers.size()) {
                json.memberIfAny("answer", found.answers[i].answer);
                json.memberIfAny("reason", found.answers[i].reason);
            }
            json.close();
        }
        json.close();
    } else {
        json.memberIfAny("card", record.card);
        json.memberIfAny("outcome", record.outcome);
        json.memberIfAny("reason", record.reason);
        json.memberIfAny("http", record.http);
    }
    json.member("file", found.file);
    json.flagIfTrue("altered", found.altered);
    json.close();
    return json.take();
}

std::string FoundWriter::csvRow(Found const& found) const
{
    auto const& record = found.record;
    std::string fired;
    for (auto const& judged : record.judged)
        if (judged.outcome == "fired")
            fired += (fired.empty() ? "" : " ") + std::string{judged.rule};
    auto const isDecision = record.type == "decision";
    auto const* judged = judgedIn(record, rule_);
    auto const uuids = joined(record.cards, [](auto const& card) { return card.uuid; });
    auto const answers = joined(found.answers, [](CardAnswer const& answer) {
        return answer.answer.empty()   ? std::string{"-"}
               : answer.reason.empty() ? answer.answer
                                       : answer.answer + ":" + answer.reason;
    });
    std::string row;
    for (auto const& cell : {tcds::toText(record.time),
                             std::to_string(record.seq),
                             std::string{record.type},
                             std::string{record.decision},
                             std::string{record.client},
                             std::string{record.service},
                             std::string{record.hook},
                             std::string{record.user},
                             std::string{record.patientKey},
                             std::string{record.encounterKey},
                             std::string{record.mode},
                             fired,
                             uuids,
                             isDecision ? answers : std::string{},
                             judged != nullptr ? rule_ : std::string{},
                             std::string{judged != nullptr ? judged->outcome : std::string_view{}},
                             std::string{judged != nullptr ? judged->why : std::string_view{}},
                             isDecision ? std::string{} : detailOf(record),
                             std::string{found.file},
                             std::string{found.altered ? "yes" : "no"}})
        row += (row.empty() ? "" : ",") + csvField(cell);
    return row + "\r\n";
}

} // namespace tcds::query
