#include "rules/load/lint.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool needsApproval(RuleSet const& set, std::string_view packId)
{
    auto const pack = std::ranges::find(set.packs, packId, &PackInfo::id);
    return pack != set.packs.end() && pack->approval == "required";
}

/// A role as people mean it: letters of one case, one blank between words.
std::string plain(std::string_view role)
{
    std::string text;
    for (auto const c : role) {
        if (c == ' ' && (text.empty() || text.back() == ' ')) continue;
        text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (text.ends_with(' ')) text.pop_back();
    return text;
}

/// L12: what a pack that promises approval owes for each active rule, and for its overlay (decision
/// D54): approval, two people, a day of review.
/// @param what  "an active rule" or "an overlay"
void lintApproval(Meta const& meta, std::string const& where, std::string const& what,
                  Problems& problems)
{
    auto const fail = [&](std::string fault, std::string fix) {
        problems.error("L12", where, std::move(fault), std::move(fix));
    };
    if (meta.approvedBy.empty() || meta.approvedOn.empty())
        fail(what + " of a pack with approval: required is not approved",
             "add meta.approved: {by, date}");
    auto const other = std::ranges::any_of(meta.reviewers, [&](std::string const& reviewer) {
        return plain(reviewer) != plain(meta.author);
    });
    if (!other)
        fail("no reviewer other than the author", "name a clinical reviewer in meta.reviewers");
    if (meta.nextReview.empty())
        fail(what + " of a pack with approval: required has no day of review",
             "add meta.next_review: YYYY-MM-DD");
    if (!meta.approvedOn.empty() && !meta.effectiveFrom.empty() &&
        meta.approvedOn > meta.effectiveFrom)
        fail(what + " takes effect on " + meta.effectiveFrom + ", before its approval on " +
                 meta.approvedOn,
             "let it take effect later");
}

/// L36
void lintReview(Meta const& meta, std::string const& where, std::string const& day,
                Problems& problems)
{
    if (!day.empty() && !meta.nextReview.empty() && meta.nextReview < day)
        problems.warning("L36", where, "the review was due on " + meta.nextReview,
                         "review it and set next_review");
}

/// The overlay as a whole; said once, however many rules it changes.
void lintOverlay(Rule const& rule, RuleSet const& set, std::string const& day, Problems& problems)
{
    if (!rule.overlaid) return;
    auto const& overlaid = *rule.overlaid;
    if (needsApproval(set, kLocalPack))
        lintApproval(overlaid.meta, overlaid.file, "an overlay", problems);
    lintReview(overlaid.meta, overlaid.file, day, problems);
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
        if (active && needsApproval(set, rule.pack))
            lintApproval(meta, rule.file, "an active rule", problems);
        if (!needsApproval(set, rule.pack) && !(meta.approvedBy.empty() && meta.approvedOn.empty()))
            problems.error("L12", rule.file,
                           "a rule of a pack with approval: none claims an approval",
                           "remove meta.approved, or let the pack require approval");
        lintEvidence(rule, problems);
        lintReview(meta, rule.file, day, problems);
        lintOverlay(rule, set, day, problems);
    }
}

} // namespace tcds::rules
