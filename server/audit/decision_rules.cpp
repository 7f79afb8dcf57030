#include "fhir/base/datetime.hpp"
#include "server/audit/decision_parts.hpp"
#include "server/audit/sha256.hpp"

#include <algorithm>

namespace tcds::audit {

namespace {

/// Level and tier mean something once the rule's own condition held: it fired, or would have.
bool graded(rules::Judgement const& judgement)
{
    switch (judgement.outcome) {
    case rules::Outcome::Fired:
    case rules::Outcome::Suppressed:
    case rules::Outcome::Silenced:
        return judgement.band >= 0;
    case rules::Outcome::NotMet:
    case rules::Outcome::Unknown:
    case rules::Outcome::Error:
        return false;
    }
    return false;
}

void writeRule(Members& json, rules::Judgement const& judgement, rules::RuleSet const& rules)
{
    auto const& rule = rules.rule(judgement.rule);
    json.openObject();
    json.member("id", rule.id);
    json.member("version", rule.version);
    json.member("outcome", rules::toText(judgement.outcome));
    json.memberIfAny("why", judgement.why);
    json.memberIfAny("what", judgement.what);
    if (graded(judgement)) {
        json.member("level", rules::toText(judgement.level));
        json.memberIfAny("tier", rules::toText(judgement.tier));
        json.memberIfAny("band", rule.bands[static_cast<std::size_t>(judgement.band)].id);
    }
    json.openArray("facts");
    for (auto const fact : judgement.used) json.text(fact);
    json.close();
    json.member("us", judgement.microseconds);
    json.close();
}

void writeCard(Members& json, rules::Card const& card, CardSent const& sent,
               rules::RuleSet const& rules, Level level, Sha256& sha256)
{
    json.openObject();
    json.member("uuid", sent.uuid);
    if (card.lead.known()) json.member("rule", rules.rule(card.lead).id);
    json.openArray("rules");
    for (auto const& each : card.rules) json.text(rules.rule(each.rule).id);
    json.close();
    json.member("level", rules::toText(card.level));
    json.member("indicator", rules::toText(card.indicator));
    if (card.lead.known()) json.member("topic", rules.rule(card.lead).topic);
    auto const digest = sha256.of(sent.masked);
    json.member("sha256", view(digest));
    if (level != Level::Digests) json.raw("card", sent.masked);
    json.close();
}

} // namespace

void writeRules(Members& json, rules::Evaluation const& evaluation)
{
    json.openArray("rules");
    for (auto const* const judgement : evaluation.candidates())
        writeRule(json, *judgement, evaluation.chart.rules());
    json.close();
    json.member("idle", evaluation.idle());
}

void writeCards(Members& json, DecisionRecord const& record)
{
    Sha256 sha256;
    auto const count = std::min(record.cards.size(), record.sent.size());
    json.openArray("cards");
    for (std::size_t place = 0; place < count; ++place)
        writeCard(json, record.cards[place], record.sent[place], record.evaluation->chart.rules(),
                  record.level, sha256);
    json.close();
}

void writeSealed(Members& json, Sealed const* sealed)
{
    if (sealed == nullptr) return;
    json.openObject("sealed");
    json.member("key", sealed->key);
    if (!sealed->leftOut.empty()) {
        json.openArray("leftOut");
        for (auto const& part : sealed->leftOut) json.text(part);
        json.close();
    }
    json.member("jwe", sealed->jwe);
    json.close();
}

} // namespace tcds::audit
