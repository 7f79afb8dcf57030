#include "server/replay/decided.hpp"

#include "server/audit/decision.hpp"
#include "server/audit/decision_parts.hpp"
#include "server/audit/digest.hpp"
#include "server/cds/json_copy.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tcds::replay {

namespace {

std::string compact(json::Value const& value)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    cds::copy(writer, value);
    return {buffer.GetString(), buffer.GetSize()};
}

std::vector<std::string> textsIn(RecordObject const& object, std::string_view name)
{
    std::vector<std::string> texts;
    object.forEachText(
        name, [&texts](std::string_view text, std::string const&) { texts.emplace_back(text); });
    return texts;
}

/// 8-4-4-4-12 hexadecimal digits: the namespace of all ids of the answer.
bool isUuid(std::string_view text)
{
    constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::ranges::equal(text, kForm, [](char c, char form) {
        auto const isHex =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        return form == 'x' ? isHex : c == form;
    });
}

RuleSaid ruleIn(RecordObject const& object)
{
    RuleSaid rule;
    rule.id = object.needed("id");
    rule.version = object.text("version");
    rule.outcome = object.needed("outcome");
    rule.why = object.text("why");
    rule.what = object.text("what");
    rule.level = object.text("level");
    rule.tier = object.text("tier");
    rule.band = object.text("band");
    rule.facts = textsIn(object, "facts");
    return rule;
}

CardSaid cardIn(RecordObject const& object)
{
    CardSaid card;
    card.uuid = object.text("uuid");
    card.rule = object.text("rule");
    card.level = object.text("level");
    card.indicator = object.text("indicator");
    card.rules = textsIn(object, "rules");
    card.sha256 = object.text("sha256");
    if (auto const masked = object.object("card")) card.card = compact(masked->value());
    return card;
}

Decided decidedIn(RecordObject const& record)
{
    Decided decided;
    record.forEachObject("rules",
                         [&](RecordObject const& rule) { decided.rules.push_back(ruleIn(rule)); });
    std::ranges::sort(decided.rules, {}, &RuleSaid::id);
    decided.idle = record.whole("idle", std::numeric_limits<int>::max()).value_or(0);
    decided.missing = textsIn(record, "missing");
    record.forEachObject("cards",
                         [&](RecordObject const& card) { decided.cards.push_back(cardIn(card)); });
    return decided;
}

} // namespace

RuleSaid const* Decided::find(std::string_view rule) const
{
    auto const at = std::ranges::lower_bound(rules, rule, {}, &RuleSaid::id);
    return at != rules.end() && at->id == rule ? &*at : nullptr;
}

Result<RecordedDecision> readDecision(std::string line)
{
    auto document = json::Document::parse(std::move(line), recordLimits());
    if (!document) return document.error();
    Fault fault;
    RecordedDecision decision{std::move(*document)};
    RecordObject const record{decision.document.root(), "", fault};
    if (fault.first()) return *fault.first();
    if (record.text("type") != "decision") record.fault("type", "is not \"decision\"");
    decision.id = record.needed("decisionId");
    if (!isUuid(decision.id)) record.fault("decisionId", "is no UUID");
    decision.service = record.needed("service");
    decision.mode = record.text("mode");
    decision.phi = record.text("phi");
    decision.evaluatedAt = record.needed("evaluatedAt");
    if (auto const engine = record.object("engine")) {
        decision.engineVersion = engine->text("version");
        decision.engineCommit = engine->text("commit");
    }
    if (auto const pack = record.object("pack")) {
        decision.packId = pack->text("id");
        decision.packVersion = pack->text("version");
        decision.packDigest = pack->needed("sha256");
        decision.packDay = pack->text("day");
    } else {
        record.fault("pack", "is missing");
    }
    decision.settings = record.needed("settings");
    // Patients and relatives are pseudonyms on record, without a type.
    decision.forPatients = record.text("audience") == "patient";
    decision.decided = decidedIn(record);
    if (fault.first()) return *fault.first();
    return decision;
}

/// The parts of the record are written as they would be, and read as they are: both sides of a
/// comparison come the same way.
Decided decidedBy(app::Decision const& decision)
{
    std::vector<audit::CardSent> sent;
    sent.reserve(decision.written.size());
    for (auto const& card : decision.written) sent.push_back({card.uuid, card.masked});
    audit::DecisionRecord record;
    record.evaluation = decision.evaluation.get();
    record.cards = decision.cards;
    record.sent = sent;
    audit::Members members;
    audit::writeRules(members, *decision.evaluation);
    audit::writeCards(members, record);
    auto const document = json::Document::parse("{" + members.take() + "}", recordLimits());
    if (!document) throw std::logic_error{"a record that we wrote: " + toText(document.error())};
    Fault fault;
    auto decided = decidedIn(RecordObject{document->root(), "", fault});
    if (fault.first()) throw std::logic_error{"a record that we wrote: " + toText(*fault.first())};
    for (auto const missing : decision.evaluation->missing) decided.missing.emplace_back(missing);
    return decided;
}

} // namespace tcds::replay
