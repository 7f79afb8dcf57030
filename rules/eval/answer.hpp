#pragma once

#include "rules/eval/evaluation.hpp"

namespace tcds::rules {

/// What a clause came to: a verdict and, when it is unknown, why and for want of what.
struct Answer {
    Verdict verdict = Verdict::No;
    Reason reason = Reason::None;
    Subject what;
    Condition const* decider = nullptr; // the first clause in file order that made it so (D57)

    static Answer yes() { return {Verdict::Yes, Reason::None, {}, nullptr}; }
    static Answer no() { return {Verdict::No, Reason::None, {}, nullptr}; }
    static Answer of(bool value) { return value ? yes() : no(); }
    static Answer unknown(Reason reason, Subject what)
    {
        return {Verdict::Unknown, reason, what, nullptr};
    }
};

/// false wins over unknown, unknown over true; of several unknown the first one stays.
inline Answer both(Answer const& a, Answer const& b)
{
    if (a.verdict == Verdict::No) return a;
    if (b.verdict == Verdict::No) return b;
    return a.verdict == Verdict::Unknown ? a : b;
}

namespace subject {
inline constexpr Subject kMedStart = "med:start";
inline constexpr Subject kMedStop = "med:stop";
inline constexpr Subject kBirthDate = "patient:birthDate";
inline constexpr Subject kSex = "patient:sex";
inline constexpr Subject kPregnancyWeeks = "patient:pregnancyWeeks";
inline constexpr Subject kComplaintOnset = "complaint:onset";
inline constexpr Subject kConditionDate = "condition:date";
inline constexpr Subject kFindingDate = "finding:date";
} // namespace subject

} // namespace tcds::rules
