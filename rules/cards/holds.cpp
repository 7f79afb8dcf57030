#include "rules/cards/holds.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

using std::chrono::hours;

constexpr hours days(int count) { return hours{24 * count}; }

/// A row of the table "After feedback", by level of the card.
struct Row {
    std::string_view reason;
    FeedbackHold info, warning, critical;
};

constexpr FeedbackHold plain(hours most) { return {most, false, false, false}; }
constexpr FeedbackHold orResult(hours most) { return {most, false, true, false}; }
constexpr FeedbackHold encounter(hours most) { return {most, true, false, false}; }
constexpr FeedbackHold untilChange() { return {days(3650), false, false, true}; }

constexpr Row kAccepted{"", plain(days(30)), orResult(days(14)), orResult(hours{24})};
constexpr Row kNoReason{"", plain(days(30)), plain(days(7)), encounter(hours{24})};
constexpr std::array kRows{
    Row{"addressed", plain(days(30)), orResult(days(14)), orResult(hours{24})},
    Row{"lab-spurious", plain(days(30)), orResult(days(14)), orResult(hours{24})},
    Row{"known-stable", plain(days(180)), plain(days(90)), plain(hours{24})},
    Row{"benefit-outweighs", plain(days(180)), plain(days(90)), plain(hours{24})},
    Row{"not-related", plain(days(180)), plain(days(90)), plain(hours{24})},
    Row{"other-cause", plain(days(180)), plain(days(90)), plain(hours{24})},
    Row{"wrong-data", untilChange(), untilChange(), untilChange()},
    Row{"palliative", plain(days(365)), plain(days(365)), plain(days(30))},
};

constexpr hours kWithoutEncounter{24}; // decision D18
constexpr hours kCriticalAgain{4};
constexpr hours kContextAgain = days(90);

bool isContext(Rule const& rule) { return rule.place == Place::Alone; }

bool reaches(Recent const& recent, Level level)
{
    auto const most = parseLevel(recent.level);
    return most && level <= *most;
}

constexpr std::string_view kReturned = "returned";

} // namespace

FeedbackHold holdAfterFeedback(Level level, bool redFlag, bool accepted, std::string_view reason)
{
    auto const* row = accepted ? &kAccepted : &kNoReason;
    auto const named = std::ranges::find(kRows, reason, &Row::reason);
    if (!accepted && named != kRows.end()) row = &*named;
    switch (level) {
    case Level::Info:
        return row->info;
    case Level::Warning:
        return row->warning;
    case Level::Critical:
        break;
    }
    // "24 h (RF: this encounter)": a flag that was explained comes back with the next encounter.
    auto const explained = reason == "not-related" || reason == "other-cause";
    if (redFlag && !accepted && explained) return encounter(row->critical.most);
    return row->critical;
}

std::chrono::hours holdAfterReturn(ReturnedCard const& card, Hook now, hours encounterMost)
{
    if (card.onlyContext) return kContextAgain; // once per patient, whatever the encounter
    auto const encounterLong = card.hasEncounter ? encounterMost : kWithoutEncounter;
    if (card.level != Level::Critical) return encounterLong;
    // At signing a critical order card is said once more; beside orders, criticals of other groups
    // are shown where the encounter has not seen them yet.
    if (isOrderHook(now) && !card.order) return encounterLong;
    if (now == Hook::OrderSign && card.hook == Hook::OrderSelect) return hours{0};
    return std::min(kCriticalAgain, encounterLong);
}

std::vector<ClusterLevel> clustersOf(RuleSet const& set, std::span<RuleOnCard const> rules)
{
    std::vector<ClusterLevel> clusters;
    for (auto const& each : rules) {
        auto const& rule = set.rule(each.rule);
        auto const joined =
            !clusters.empty() && (rule.group == Group::MED || rule.place != Place::Own);
        auto const cluster = joined ? clusters.front().cluster : rule.cluster;
        auto const known = std::ranges::find(clusters, cluster, &ClusterLevel::cluster);
        if (known == clusters.end())
            clusters.push_back({cluster, each.level});
        else
            known->level = std::max(known->level, each.level);
    }
    return clusters;
}

Holds::Holds(RuleSet const& rules, std::span<Recent const> recents, Instant asOf)
    : rules_{rules}, recents_{recents}, asOf_{asOf}
{
}

bool Holds::answered(ClusterLevel const& about, Rule const& lead) const
{
    auto const& cluster = rules_.clusters[about.cluster].name;
    return std::ranges::any_of(recents_, [&](Recent const& recent) {
        return recent.what != kReturned && asOf_ < recent.until && recent.cluster == cluster &&
               (recent.rule.empty() || recent.rule == lead.id) && reaches(recent, about.level);
    });
}

bool Holds::shown(Rule const& lead, Level level) const
{
    auto const& cluster = rules_.clusters[lead.cluster].name;
    return std::ranges::any_of(recents_, [&](Recent const& recent) {
        if (recent.what != kReturned || asOf_ >= recent.until || recent.cluster != cluster)
            return false;
        return isContext(lead) || (recent.rule == lead.id && recent.level == toText(level));
    });
}

std::string_view Holds::reason(std::span<RuleOnCard const> rules, Level level) const
{
    if (recents_.empty() || rules.empty()) return {};
    auto const& lead = rules_.rule(rules.front().rule);
    auto const isAnswered = [&](ClusterLevel const& about) { return answered(about, lead); };
    if (std::ranges::all_of(clustersOf(rules_, rules), isAnswered)) return "feedback";
    return shown(lead, level) ? std::string_view{"repeat"} : std::string_view{};
}

} // namespace tcds::rules
