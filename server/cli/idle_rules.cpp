#include "server/cli/idle_rules.hpp"

#include "server/audit/record_line.hpp"
#include "server/replay/decided.hpp"

#include <algorithm>

namespace tcds::cli {

namespace {

using replay::NotReplayable;
using replay::RecordedDecision;
using replay::Replayed;

std::string outcomeOf(rules::Judgement const& judgement)
{
    std::string text{rules::toText(judgement.outcome)};
    std::string why{judgement.why};
    if (!judgement.what.empty()) why.append(why.empty() ? "" : " ").append(judgement.what);
    return why.empty() ? text : text + " (" + why + ")";
}

std::string listed(RecordedDecision const& recorded, Replayed const& replayed)
{
    std::string text =
        "\nIdle rules: " + std::to_string(recorded.decided.idle) + ", found by deciding again\n";
    if (replayed.refused) return text + "  " + toText(*replayed.refused) + "\n";
    auto const& evaluation = *replayed.decision.evaluation;
    if (!evaluation.complaint) return text + "  no complaint is on record that opens a gate\n";
    std::size_t width = 0;
    for (auto const& rule : replayed.rules->rules) width = std::max(width, rule.id.size());
    for (auto const& rule : replayed.rules->rules) {
        auto const* const judgement = evaluation.of(rule.index);
        if (judgement == nullptr || judgement->candidate) continue;
        text += "  " + rule.id + std::string(width - rule.id.size() + 2, ' ') +
                outcomeOf(*judgement) + "\n";
    }
    return text;
}

} // namespace

IdleRules::IdleRules(ReplaySources const& sources) : replayer_{*sources.packs, sources.store} {}

std::string IdleRules::textOf(std::string_view line)
{
    auto const parts = audit::splitLine(line);
    if (!parts || parts->type != "decision") return {};
    auto const recorded = replay::readDecision(std::string{line});
    if (!recorded) return "\nIdle rules: " + toText(recorded.error()) + "\n";
    rules::EvaluateOptions options;
    options.everyRule = true;
    auto const replay = replayer_.again(*recorded, options);
    if (auto const* const no = std::get_if<NotReplayable>(&replay))
        return "\nIdle rules: cannot be spelt out: " + toText(no->why) + "\n";
    return listed(*recorded, std::get<Replayed>(replay));
}

} // namespace tcds::cli
