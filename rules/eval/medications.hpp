#pragma once

#include "rules/eval/answer.hpp"

#include <span>

namespace tcds::rules {

/// True for an order that is about to be signed: one of the call that is neither cancelled nor
/// ended and does not say "do not perform".
bool isDraft(MedicationUse const& use);

/// A use, one of its ingredients, and how it answers a selection.
struct UseAnswer {
    Answer answer;
    MedMatch match;
};

/// Asks every option of a selection of each use, once for each of its ingredients (combination
/// products count for each), and keeps what is not a plain No. Three-valued: an unknown start
/// leaves "started within" unknown.
/// @param after  time of the result named by `started_after`; absent when none is asked
void askAll(Chart const& chart, MedTest const& test, std::optional<Instant> const& after,
            std::pmr::vector<UseAnswer>& answers);
/// Those that a selection names by class or ingredient and does not take: for traces, never in a call.
void askRejected(Chart const& chart, MedTest const& test, std::optional<Instant> const& after,
                 std::pmr::vector<UseAnswer>& answers);

/// What the absence of such a medication means (decision D53): No when each source that answers for
/// the states asked says "none", else unknown.
Answer absence(Chart const& chart, MedTest const& test);

/// Status of a source -> verdict of an absence: answered No; failed, partial or not asked Unknown.
Answer absenceBySource(Chart const& chart, std::string_view key);

/// The events of a course that timing asks for.
struct CourseTimes {
    std::optional<Instant> start;  // earliest known start
    bool startCertain = false;     // false: the true start may be earlier, or is not known at all
    std::optional<Instant> rise;   // last rise of the daily dose
    std::optional<Instant> change; // last change of the daily dose
    std::optional<Instant> stop;
    std::optional<Instant> given; // last single dose
};
CourseTimes timesOf(MedMatch const& match);

} // namespace tcds::rules
