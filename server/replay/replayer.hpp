#pragma once

#include "fhir/read/translation.hpp"
#include "rules/eval/evaluation.hpp"
#include "server/app/decide.hpp"
#include "server/replay/decided.hpp"
#include "server/replay/packs.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace tcds::replay {

/// Why a decision cannot be made again.
enum class Obstacle : std::uint8_t {
    NoFacts,    // the record was kept at level digest
    NoPack,     // its rules are not in the store
    NoSettings, // its settings are not in the store
    Broken      // a member of the record, or a file of the store, cannot be read
};
/// "no facts on record", ...: for tables.
std::string_view toText(Obstacle obstacle);

struct NotReplayable {
    Obstacle obstacle = Obstacle::Broken;
    Error why;
};

/// A decision that was made again.
struct Replayed {
    std::shared_ptr<rules::RuleSet const> rules; // that decided now
    app::Decision decision;
    Decided now;
    std::optional<Error> refused; // data would have been lacking: no decision, nothing in `now`
    std::size_t unread = 0;       // medicines and tests on record that only these rules know
};

using Replay = std::variant<Replayed, NotReplayable>;

/// Makes old decisions again, from their records alone: the facts, the settings and the rules that
/// the record names, its clock and its id. From any thread.
class Replayer
{
public:
    /// @param packs     outlives the replayer
    /// @param settings  `content.store`, where the settings are
    Replayer(Packs& packs, std::string settings);

    /// Decides with these rules from now on, and not with those of the record; facts are then
    /// understood with their words.
    void with(std::shared_ptr<rules::RuleSet const> rules);
    [[nodiscard]] bool hasOtherRules() const { return other_ != nullptr; }

    [[nodiscard]] Replay again(RecordedDecision const& recorded,
                               rules::EvaluateOptions const& options = {});

private:
    using Settings = Result<std::optional<app::DecideSettings>>;
    Settings const& settingsOf(std::string const& digest);
    fhir::Translation const& translationFrom(std::shared_ptr<rules::RuleSet const> const& rules);

    Packs& packs_;
    std::string directory_;
    std::shared_ptr<rules::RuleSet const> other_;
    std::mutex mutex_; // of the following; what they hold stays where it is
    std::map<std::string, Settings> settings_;
    std::map<std::shared_ptr<rules::RuleSet const>, fhir::Translation> translations_;
};

} // namespace tcds::replay
