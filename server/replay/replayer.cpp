#include "server/replay/replayer.hpp"

#include "server/replay/recorded_facts.hpp"
#include "server/replay/settings_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tcds::replay {

namespace {

NotReplayable notReplayable(Obstacle obstacle, std::string where, std::string what, std::string fix)
{
    return {obstacle,
            Error{Error::Kind::NotFound, std::move(where), std::move(what), std::move(fix)}};
}

NotReplayable noFacts(RecordedDecision const& recorded)
{
    return notReplayable(
        Obstacle::NoFacts, "decision " + recorded.id,
        "its record holds no facts: it was kept at level " +
            (recorded.phi.empty() ? std::string{"digest"} : recorded.phi),
        "nothing brings them back; set audit.level to facts for decisions to come");
}

NotReplayable noPack(RecordedDecision const& recorded, std::string const& directory)
{
    return notReplayable(
        Obstacle::NoPack, "decision " + recorded.id,
        "its rules " + recorded.packId + " " + recorded.packVersion + ", sha256 " +
            recorded.packDigest + ", are not in " + directory + " and not built into this program",
        "name the folder with --store, or restore " + recorded.packDigest + ".json from a backup");
}

NotReplayable noSettings(RecordedDecision const& recorded, std::string const& directory)
{
    return notReplayable(Obstacle::NoSettings, "decision " + recorded.id,
                         "there is no " + settingsFile(directory, recorded.settings),
                         "name the folder of the service with --store, or restore the file from "
                         "a backup");
}

/// The call as far as deciding looks at it: who asks, which hook. Its facts were read long ago.
cds::HookRequest callOf(RecordedDecision const& recorded, cds::Service const& service)
{
    auto nothing = json::Document::parse("{}");
    if (!nothing) throw std::logic_error{"an empty object"};
    return {std::move(*nothing),
            &service,
            {},
            recorded.forPatients ? "Patient/{user}" : "Practitioner/{user}",
            "{patient}",
            {},
            {},
            {},
            {},
            {},
            {}};
}

/// The repeat keys of recorded cards (decision D32) come from the record: they need the key of the
/// log, and are made of patient, encounter, leading rule, level and the data that it used. Where
/// all of these are as they were, the key is.
class RecordedKeys
{
public:
    explicit RecordedKeys(RecordedDecision const& recorded) : decided_{recorded.decided}
    {
        Fault fault;
        RecordObject const record{recorded.document.root(), "", fault};
        record.forEachObject("cards", [this](RecordObject const& card) {
            auto const* key =
                json::path(card.value(), {"card", "extension", "org.twitch-cds", "key"});
            keys_.emplace_back(json::text(key).value_or(""));
        });
    }

    [[nodiscard]] bool any() const
    {
        return std::ranges::any_of(keys_, [](std::string const& key) { return !key.empty(); });
    }

    std::string of(rules::Card const& card, rules::Evaluation const& evaluation) const
    {
        auto const& rules = evaluation.chart.rules();
        auto const lead = card.lead.known() ? rules.rule(card.lead).id : std::string{};
        for (std::size_t place = 0; place < decided_.cards.size(); ++place) {
            auto const& said = decided_.cards[place];
            if (said.rule != lead || said.level != rules::toText(card.level)) continue;
            if (card.lead.known() && !usesSameData(lead, *evaluation.of(card.lead), evaluation))
                continue;
            return keys_[place];
        }
        return "(another)";
    }

private:
    bool usesSameData(std::string const& lead, rules::Judgement const& now,
                      rules::Evaluation const& evaluation) const
    {
        auto const* const then = decided_.find(lead);
        if (then == nullptr) return false;
        auto const& context = evaluation.chart.context();
        auto const same = [&](auto const& facts) {
            return std::ranges::all_of(facts, [&](auto const& fact) {
                auto const name = "f" + std::to_string(fact.id.index());
                return std::ranges::binary_search(now.used, fact.id) ==
                       (std::ranges::find(then->facts, name) != then->facts.end());
            });
        };
        return same(context.labs) && same(context.medications);
    }

    Decided const& decided_;
    std::vector<std::string> keys_; // by place of the card
};

} // namespace

std::string_view toText(Obstacle obstacle)
{
    switch (obstacle) {
    case Obstacle::NoFacts:
        return "no facts on record";
    case Obstacle::NoPack:
        return "rules not in the store";
    case Obstacle::NoSettings:
        return "settings not in the store";
    case Obstacle::Broken:
        return "record or store cannot be read";
    }
    return {};
}

Replayer::Replayer(Packs& packs, std::string settings)
    : packs_{packs}, directory_{std::move(settings)}
{
}

void Replayer::with(std::shared_ptr<rules::RuleSet const> rules) { other_ = std::move(rules); }

Replayer::Settings const& Replayer::settingsOf(std::string const& digest)
{
    std::lock_guard const lock{mutex_};
    auto at = settings_.find(digest);
    if (at == settings_.end())
        at = settings_.emplace(digest, findSettings(directory_, digest)).first;
    return at->second;
}

fhir::Translation const& Replayer::translationFrom(
    std::shared_ptr<rules::RuleSet const> const& rules)
{
    std::lock_guard const lock{mutex_};
    auto at = translations_.find(rules);
    if (at == translations_.end())
        at = translations_.try_emplace(rules, *rules->terms, *other_->terms).first;
    return at->second;
}

Replay Replayer::again(RecordedDecision const& recorded, rules::EvaluateOptions const& options)
{
    auto const broken = [&recorded](Error const& why) {
        return NotReplayable{
            Obstacle::Broken,
            {why.kind, "decision " + recorded.id + " " + why.where, why.what, why.fix}};
    };
    Fault fault;
    RecordObject const record{recorded.document.root(), "", fault};
    if (!record.has("facts")) return noFacts(recorded);
    auto const* const service = cds::findService(recorded.service);
    if (service == nullptr) {
        record.fault("service", "is none of our services");
        return broken(*fault.first());
    }
    auto const pack = packs_.find(recorded.packDigest, recorded.packDay);
    if (!pack) return broken(pack.error());
    if (*pack == nullptr) return noPack(recorded, packs_.directory());
    auto const& settings = settingsOf(recorded.settings);
    if (!settings) return broken(settings.error());
    if (!*settings) return noSettings(recorded, directory_);

    auto context = factsOf(record, (*settings)->zoneMinutes, *(*pack)->terms, fault);
    if (fault.first()) return broken(*fault.first());
    Replayed replayed;
    replayed.rules = other_ != nullptr ? other_ : *pack;
    if (replayed.rules->terms != (*pack)->terms) {
        auto const& translation = translationFrom(*pack);
        replayed.unread = translation.unreadIn(context);
        context = translation.translate(std::move(context), replayed.rules->complaintWindow);
    }

    RecordedKeys const keys{recorded};
    app::DecideOptions how;
    how.now = context.asOf;
    how.decisionId = recorded.id;
    how.evaluate = options;
    // What held cards back on the day is on record, and nothing else may.
    how.recent = [recent = context.recent](rules::Evaluation const&) { return recent; };
    if (keys.any())
        how.repeatKey = [&keys](rules::Card const& card, rules::Evaluation const& evaluation) {
            return keys.of(card, evaluation);
        };
    auto const call = callOf(recorded, *service);
    auto decision = app::decide(std::move(context), call, *replayed.rules, **settings, how);
    if (!decision) {
        replayed.refused = decision.error();
        return replayed;
    }
    replayed.now = decidedBy(*decision);
    replayed.decision = std::move(*decision);
    return replayed;
}

} // namespace tcds::replay
