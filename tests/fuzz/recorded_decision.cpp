// Any bytes as the record of a decision: read back into facts and decided anew with the rules of
// this checkout, compared with what it says, and recorded again. A record that somebody made up may
// be refused; what is decided must be a decision.

#include "server/app/settings_text.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/digest.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/replay/difference.hpp"
#include "server/replay/replayer.hpp"
#include "server/replay/settings_store.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/fuzz/rules_in_use.hpp"
#include "tests/fuzz/scratch_folder.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace tcds;
using fuzz::claim;

fuzz::ScratchFolder& store()
{
    static fuzz::ScratchFolder made;
    return made;
}

std::string const& settings()
{
    static auto const digest = [] {
        auto const text = app::settingsText({});
        auto name = audit::sha256(text);
        claim(replay::keepSettings(store().path(), {{name, text}}).has_value(),
              "settings can be kept in the folder for temporary files");
        return name;
    }();
    return digest;
}

replay::Replayer& replayer()
{
    static replay::Packs packs{store().path(), &fuzz::contentReadAnew};
    static replay::Replayer made{packs, store().path()};
    return made;
}

/// As the record would name them if it had been made today.
void nameWhatIsThere(replay::RecordedDecision& recorded)
{
    static auto const pack = fuzz::shippedRules().digest;
    recorded.settings = settings();
    recorded.packDigest = pack;
}

audit::Pseudonyms const& pseudonyms()
{
    static auto const made = [] {
        auto keyed = audit::Pseudonyms::fromFileOrNew(store().path("k26q1.key"), "fuzz");
        claim(keyed.has_value(), "a key can be made in the folder for temporary files");
        return *std::move(keyed);
    }();
    return made;
}

/// The record that the service would have written.
std::string recorded(replay::RecordedDecision const& was, app::Decision const& decision)
{
    std::vector<audit::CardSent> sent;
    for (auto const& card : decision.written) sent.push_back({card.uuid, card.masked});
    audit::DecisionRecord record;
    record.decisionId = decision.id;
    record.hook = toText(decision.context->hook);
    record.service = was.service;
    record.forPatients = was.forPatients;
    record.settingsDigest = settings();
    record.mode = "sandbox";
    record.context = decision.context.get();
    record.evaluation = decision.evaluation.get();
    record.cards = decision.cards;
    record.sent = sent;
    auto keyed = pseudonyms().on("");
    return R"({"v":1,"type":"decision",)" + audit::writeDecision(record, keyed) + "}";
}

replay::Replayed const* again(replay::Replay const& replay)
{
    if (auto const* const no = std::get_if<replay::NotReplayable>(&replay)) {
        claim(!no->why.what.empty(), "what cannot be decided again is explained");
        return nullptr;
    }
    auto const& replayed = std::get<replay::Replayed>(replay);
    if (replayed.refused) {
        claim(!replayed.refused->what.empty(), "a refusal says why");
        return nullptr;
    }
    for (auto const& judgement : replayed.decision.evaluation->judged)
        claim(judgement.outcome != rules::Outcome::Error, "no rule breaks");
    return &replayed;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    auto was = replay::readDecision({bytes, bytes + size});
    if (!was) {
        claim(!was.error().what.empty(), "what is no decision is explained");
        return 0;
    }
    nameWhatIsThere(*was);
    auto const replay = replayer().again(*was);
    auto const* const replayed = again(replay);
    if (replayed == nullptr) return 0;
    auto const difference = differenceOf(was->decided, replayed->now);
    claim(difference.none() == toText(difference).empty(), "a difference is shown");
    auto written = replay::readDecision(recorded(*was, replayed->decision));
    claim(written.has_value(), "a record that is written can be read");
    claim(differenceOf(written->decided, replayed->now).none(), "a record says what was decided");
    nameWhatIsThere(*written);
    auto const twice = replayer().again(*written);
    if (auto const* const no = std::get_if<replay::NotReplayable>(&twice))
        claim(false, "a record that is written is replayable: " + toText(no->why));
    return 0;
}
