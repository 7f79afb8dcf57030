#pragma once

#include "server/app/decide.hpp"
#include "server/app/repeat_keys.hpp"
#include "server/cds/feedback.hpp"
#include "server/ops/ops_log.hpp"
#include "server/state/store.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tcds::app {

/// Cards that are not shown again, because they were shown or answered (decision D18, clinical
/// specification section D). From any thread.
///
/// State that cannot be read or written holds nothing back and links nothing: cards come once too
/// often rather than not at all. The operations log says when that begins and when it ends.
class Repeats
{
public:
    /// @param store, ops      outlive this object
    /// @param encounterMost   longest that an encounter is taken to last
    Repeats(state::Store& store, ops::OpsLog& ops, std::chrono::hours encounterMost);

    /// The patient of a call under one key of the pseudonyms.
    struct KnownAs {
        SubjectKeys subject;
        audit::ServerPseudonyms* pseudonyms; // with that key
    };

    /// What holds back cards of this evaluation, as facts for compose() and the record.
    /// @param known   under the key in force, then under earlier ones: what was remembered before a
    ///                change of keys goes on holding back
    /// @param before  cards returned from then on hold nothing back: a retry of a call gets what
    ///                that call got (CTL-04)
    std::vector<Recent> inForce(rules::Evaluation const& evaluation, std::span<KnownAs const> known,
                                Instant before = Instant::max());

    /// Remembers the cards of an answer that is about to leave.
    void returned(Decision const& decision, SubjectKeys const& subject, std::string_view client,
                  audit::ServerPseudonyms& pseudonyms);

    /// The card that feedback is about; nothing for one that is not known here (FB-07).
    std::optional<state::ShownCard> cardOf(cds::Feedback const& item, std::string_view client,
                                           Instant now);

    /// Feedback about a card that is known here.
    struct Answered {
        state::ShownCard const& card;
        cds::Feedback const& item;
    };
    void answered(std::span<Answered const> answers, rules::RuleSet const& rules, Instant now);

    /// Reads and writes that failed.
    [[nodiscard]] std::uint64_t faults() const { return faults_; }
    /// Feedback about cards that are not known here.
    [[nodiscard]] std::uint64_t unknownCards() const { return unknownCards_; }

private:
    void note(std::optional<Error> const& fault);

    state::Store& store_;
    ops::OpsLog& ops_;
    std::chrono::hours encounterMost_;
    std::atomic<std::uint64_t> faults_{0}, unknownCards_{0};
    std::atomic<bool> failing_{false};
};

} // namespace tcds::app
