#include "server/app/repeats.hpp"

#include "fhir/base/datetime.hpp"
#include "rules/cards/holds.hpp"
#include "rules/cards/news.hpp"
#include "server/app/seen_words.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tcds::app {

namespace {

using Field = http::Log::Field;

constexpr std::string_view kReturned = "returned";

/// One call, and what a hold has to be compared with.
class Call
{
public:
    Call(rules::Evaluation const& evaluation, SubjectKeys const& subject,
         audit::ServerPseudonyms& pseudonyms, std::chrono::hours encounterMost)
        : evaluation_{evaluation}, rules_{evaluation.chart.rules()},
          context_{evaluation.chart.context()}, subject_{subject}, pseudonyms_{pseudonyms},
          encounterMost_{encounterMost}
    {
    }

    /// The fact that a hold is for this call; nothing when it holds nothing back any more, or
    /// speaks of a rule or a cluster that the rule set no longer has.
    std::optional<Recent> factOf(state::Hold const& hold)
    {
        auto const* lead = rules_.find(hold.part.rule);
        auto const level = rules::parseLevel(hold.part.level);
        auto const cluster =
            std::ranges::find(rules_.clusters, hold.part.cluster, &rules::Cluster::name);
        if (lead == nullptr || !level || cluster == rules_.clusters.end()) return std::nullopt;
        auto const isReturned = hold.what == kReturned;
        auto const until = isReturned ? untilOfReturned(hold, *lead, *level)
                                      : untilOfAnswered(hold, *lead, *level);
        if (!until || *until <= context_.asOf) return std::nullopt;
        auto const place = static_cast<std::size_t>(cluster - rules_.clusters.begin());
        auto const seen = seenIn(hold.part.seen, rules::seenOf(evaluation_, place, lead->index),
                                 subject_.patient, pseudonyms_);
        if (hold.untilNewResult && rules::hasNewResult(evaluation_, seen)) return std::nullopt;
        if (rules::isNews(evaluation_, place, seen, hold.at)) return std::nullopt;
        auto const oneRule = isReturned || cluster->oneCardEach;
        return Recent{hold.part.key,
                      hold.what,
                      *until,
                      hold.part.cluster,
                      oneRule ? lead->id : std::string{},
                      hold.part.level};
    }

private:
    std::optional<Instant> untilOfReturned(state::Hold const& hold, rules::Rule const& lead,
                                           rules::Level level)
    {
        rules::ReturnedCard card;
        card.level = level;
        card.order = lead.group == rules::Group::ORD;
        card.onlyContext = lead.place == rules::Place::Alone;
        card.hasEncounter = !hold.encounter.empty();
        card.hook = parseHook(hold.hook).value_or(Hook::PatientView);
        if (!card.onlyContext && !hasKey(hold, subject_, lead, level)) return std::nullopt;
        return hold.at + rules::holdAfterReturn(card, context_.hook, encounterMost_);
    }

    std::optional<Instant> untilOfAnswered(state::Hold const& hold, rules::Rule const& lead,
                                           rules::Level level)
    {
        if (hold.thisEncounter && !hold.encounter.empty() && hold.encounter != subject_.encounter)
            return std::nullopt;
        auto const then = SubjectKeys{hold.patient, hold.encounter};
        if (hold.untilDataChange && !hasKey(hold, then, lead, level)) return std::nullopt;
        return hold.until;
    }

    bool hasKey(state::Hold const& hold, SubjectKeys const& subject, rules::Rule const& lead,
                rules::Level level)
    {
        return repeatKey(pseudonyms_, subject, lead.index, level, evaluation_) == hold.part.key;
    }

    rules::Evaluation const& evaluation_;
    rules::RuleSet const& rules_;
    PatientContext const& context_;
    SubjectKeys const& subject_;
    audit::ServerPseudonyms& pseudonyms_;
    std::chrono::hours encounterMost_;
};

/// Cards of an answer, as the state keeps them.
class Returning
{
public:
    Returning(Decision const& decision, SubjectKeys const& subject,
              audit::ServerPseudonyms& pseudonyms, std::chrono::hours encounterMost)
        : decision_{decision}, evaluation_{*decision.evaluation},
          set_{decision.evaluation->chart.rules()}, subject_{subject}, pseudonyms_{pseudonyms},
          encounterMost_{encounterMost}
    {
    }

    state::ShownCard shown(std::size_t place, std::string_view client)
    {
        auto const& card = decision_.cards[place];
        state::ShownCard shown;
        shown.card = decision_.written[place].uuid;
        shown.decision = decision_.id;
        shown.client = client;
        shown.patient = subject_.patient;
        shown.encounter = subject_.encounter;
        shown.level = rules::toText(card.level);
        shown.hook = toText(decision_.context->hook);
        shown.at = decision_.context->asOf;
        for (auto const& each : card.rules) shown.rules.push_back(set_.rule(each.rule).id);
        for (auto const& part : card.parts)
            for (auto const& about : rules::clustersOf(set_, rulesOf(card, part)))
                shown.parts.push_back(partOf(card, part, about));
        return shown;
    }

    /// What a part of a card, once shown, holds back.
    state::Hold holdOf(rules::Card const& card, rules::CardPart const& part)
    {
        auto const& lead = set_.rule(rulesOf(card, part).front().rule);
        state::Hold hold;
        hold.patient = subject_.patient;
        hold.encounter = subject_.encounter;
        hold.part = partOf(card, part, {lead.cluster, part.level});
        hold.what = kReturned;
        hold.hook = toText(decision_.context->hook);
        hold.at = decision_.context->asOf;
        rules::ReturnedCard returned;
        returned.onlyContext = lead.place == rules::Place::Alone;
        returned.hasEncounter = !subject_.encounter.empty();
        // The longest that any later call could hold it back; the call itself decides.
        hold.until = hold.at + rules::holdAfterReturn(returned, Hook::PatientView, encounterMost_);
        return hold;
    }

private:
    static std::span<rules::RuleOnCard const> rulesOf(rules::Card const& card,
                                                      rules::CardPart const& part)
    {
        return std::span{card.rules}.subspan(part.first, part.count);
    }

    state::Part partOf(rules::Card const& card, rules::CardPart const& part,
                       rules::ClusterLevel const& about)
    {
        auto const lead = rulesOf(card, part).front().rule;
        return {
            set_.clusters[about.cluster].name, set_.rule(lead).id,
            std::string{rules::toText(about.level)},
            repeatKey(pseudonyms_, subject_, lead, about.level, evaluation_),
            wordOf(rules::seenOf(evaluation_, about.cluster, lead), subject_.patient, pseudonyms_)};
    }

    Decision const& decision_;
    rules::Evaluation const& evaluation_;
    rules::RuleSet const& set_;
    SubjectKeys const& subject_;
    audit::ServerPseudonyms& pseudonyms_;
    std::chrono::hours encounterMost_;
};

/// The code of our own list that an answer names, "" for none (the table knows no foreign ones).
std::string_view reasonOf(cds::Feedback const& item, rules::RuleSet const& rules)
{
    if (item.accepted || item.reasonSystem != cds::kOverrideSystem) return {};
    auto const known =
        std::ranges::find(rules.overrideReasons, item.reasonCode, &rules::OverrideReason::code);
    return known == rules.overrideReasons.end() ? std::string_view{}
                                                : std::string_view{known->code};
}

/// When the clinician answered: as the client says, but not before the card and not after now.
Instant answeredAt(cds::Feedback const& item, Instant shown, Instant now)
{
    auto const said = parseDateTime(item.outcomeTimestamp);
    return said ? std::clamp(said->first(), std::min(shown, now), now) : now;
}

state::Answer answerOf(Repeats::Answered const& answered, rules::RuleSet const& rules, Instant now)
{
    auto const& [card, item] = answered;
    state::Answer answer{item.card, {}};
    auto const level = rules::parseLevel(card.level).value_or(rules::Level::Critical);
    auto const reason = reasonOf(item, rules);
    auto const at = answeredAt(item, card.at, now);
    for (auto const& part : card.parts) {
        auto const cluster = std::ranges::find(rules.clusters, part.cluster, &rules::Cluster::name);
        auto const redFlag = cluster != rules.clusters.end() && cluster->oneCardEach;
        auto const rest = rules::holdAfterFeedback(level, redFlag, item.accepted, reason);
        state::Hold hold;
        hold.patient = card.patient;
        hold.encounter = card.encounter;
        hold.part = part;
        hold.what = item.accepted ? "accepted" : reason.empty() ? "overridden" : reason;
        hold.hook = card.hook;
        hold.at = at;
        hold.until = at + rest.most;
        hold.thisEncounter = rest.thisEncounter;
        hold.untilNewResult = rest.untilNewResult;
        hold.untilDataChange = rest.untilDataChange;
        answer.holds.push_back(std::move(hold));
    }
    return answer;
}

} // namespace

Repeats::Repeats(state::Store& store, ops::OpsLog& ops, std::chrono::hours encounterMost)
    : store_{store}, ops_{ops}, encounterMost_{encounterMost}
{
}

std::vector<Recent> Repeats::inForce(rules::Evaluation const& evaluation,
                                     std::span<KnownAs const> known, Instant before)
{
    if (evaluation.fired().empty()) return {}; // nothing to hold back
    std::vector<Recent> recents;
    for (auto const& [subject, pseudonyms] : known) {
        auto const holds = store_.holdsOf(subject.patient, evaluation.chart.now());
        note(holds ? std::nullopt : std::optional{holds.error()});
        if (!holds) return {};
        Call call{evaluation, subject, *pseudonyms, encounterMost_};
        for (auto const& hold : *holds) {
            if (hold.what == kReturned && hold.at >= before) continue;
            if (auto recent = call.factOf(hold)) recents.push_back(std::move(*recent));
        }
    }
    return recents;
}

void Repeats::returned(Decision const& decision, SubjectKeys const& subject,
                       std::string_view client, audit::ServerPseudonyms& pseudonyms)
{
    if (decision.cards.empty()) return;
    std::vector<state::ShownCard> cards;
    std::vector<state::Hold> holds;
    Returning returning{decision, subject, pseudonyms, encounterMost_};
    for (std::size_t place = 0; place < decision.cards.size(); ++place) {
        cards.push_back(returning.shown(place, client));
        for (auto const& part : decision.cards[place].parts)
            holds.push_back(returning.holdOf(decision.cards[place], part));
    }
    auto const kept = store_.returned(cards, holds, decision.context->asOf);
    note(kept ? std::nullopt : std::optional{kept.error()});
}

std::optional<state::ShownCard> Repeats::cardOf(cds::Feedback const& item, std::string_view client,
                                                Instant now)
{
    auto found = store_.card(item.card, client, now);
    note(found ? std::nullopt : std::optional{found.error()});
    if (!found) return std::nullopt;
    if (!*found) ++unknownCards_;
    return std::move(*found);
}

void Repeats::answered(std::span<Answered const> answers, rules::RuleSet const& rules, Instant now)
{
    std::vector<state::Answer> kept;
    kept.reserve(answers.size());
    for (auto const& answered : answers) kept.push_back(answerOf(answered, rules, now));
    auto const done = store_.answered(kept, now);
    note(done ? std::nullopt : std::optional{done.error()});
}

/// Says when the state begins to fail and when it works again, not at every call.
void Repeats::note(std::optional<Error> const& fault)
{
    if (fault) {
        ++faults_;
        if (!failing_.exchange(true))
            ops_.event(http::Log::Level::Error, "repeat state fails",
                       {Field{"where", fault->where}, Field{"what", fault->what},
                        Field{"fix", fault->fix}});
    } else if (failing_.load() && failing_.exchange(false)) {
        ops_.event(http::Log::Level::Info, "repeat state works again",
                   {Field{"faults", std::to_string(faults_.load())}});
    }
}

} // namespace tcds::app
