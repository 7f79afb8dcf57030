#include "rules/load/lint.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool needsApproval(RuleSet const& set, Rule const& rule)
{
    auto const pack = std::ranges::find(set.packs, rule.pack, &PackInfo::id);
    return pack != set.packs.end() && pack->approval == "required";
}

/// L12: what a pack that promises approval owes for each active rule (decision D54).
void lintApproval(Rule const& rule, Problems& problems)
{
    auto const& meta = rule.meta;
    auto const fail = [&](std::string what, std::string fix) {
        problems.error("L12", rule.file, std::move(what), std::move(fix));
    };
    if (meta.approvedBy.empty() || meta.approvedOn.empty())
        fail("an active rule of a pack with approval: required is not approved",
             "add meta.approved: {by, date}");
    auto const other = std::ranges::any_of(
        meta.reviewers, [&](std::string const& reviewer) { return reviewer != meta.author; });
    if (!other)
        fail("no reviewer other than the author", "name a clinical reviewer in meta.reviewers");
    if (!meta.approvedOn.empty() && !meta.effectiveFrom.empty() &&
        meta.approvedOn > meta.effectiveFrom)
        fail("the rule takes effect on " + meta.effectiveFrom + ", before its approval on " +
                 meta.approvedOn,
             "let it take effect later");
}

/// L35: a card without a source convinces nobody.
void lintEvidence(Rule const& rule, Problems& problems)
{
    auto const& evidence = rule.meta.evidence;
    auto const warn = [&](std::string what, std::string fix) {
        problems.warning("L35", rule.file, std::move(what), std::move(fix));
    };
    if (evidence.empty()) return warn("no evidence is cited", "add meta.evidence");
    for (auto const& each : evidence)
        if (each.grade.empty())
            warn("evidence " + each.id + " has no grade",
                 "add grade: guideline, label, review, ..");
    if (std::ranges::all_of(evidence, [](Evidence const& each) { return each.status != "seen"; }))
        warn("all evidence is recalled, none was seen", "look one source up");
}

} // namespace

void lintMeta(RuleSet const& set, std::string const& day, Problems& problems)
{
    for (auto const& rule : set.rules) {
        auto const active = rule.status == RuleStatus::Active || rule.status == RuleStatus::Shadow;
        auto const& meta = rule.meta;
        if (active && needsApproval(set, rule)) lintApproval(rule, problems);
        if (!needsApproval(set, rule) && !(meta.approvedBy.empty() && meta.approvedOn.empty()))
            problems.error("L12", rule.file,
                           "a rule of a pack with approval: none claims an approval",
                           "remove meta.approved, or let the pack require approval");
        lintEvidence(rule, problems);
        if (!day.empty() && !meta.nextReview.empty() && meta.nextReview < day)
            problems.warning("L36", rule.file, "the review was due on " + meta.nextReview,
                             "review the rule and set next_review");
    }
}

} // namespace tcds::rules
