#include "rules/cards/plan.hpp"

#include "rules/cards/holds.hpp"
#include "rules/eval/rank.hpp"

#include <algorithm>
#include <numeric>

namespace tcds::rules {

namespace {

using Rules = std::vector<FiredRule const*>;
using RulesView = std::span<FiredRule const* const>;

/// Rules that merge, strongest first.
struct Bucket {
    std::size_t cluster = 0; // root of the clusters that it stands for
    bool redFlag = false;    // one card a rule: nothing joins by cluster
    Rules rules;

    [[nodiscard]] Level level() const { return rules.front()->judgement->level; }
};

bool shareDrug(RulesView rules, std::span<Drug const> drugs)
{
    return std::ranges::any_of(
        rules, [drugs](FiredRule const* fired) { return sharesDrug(fired->drugs, drugs); });
}

/// Clusters that fired rules join by `merges`.
class JoinedClusters
{
public:
    JoinedClusters(std::size_t count, std::span<FiredRule const> fired) : parent_(count)
    {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
        for (auto const& each : fired)
            for (auto const cluster : each.rule->merges)
                parent_[root(cluster)] = root(each.rule->cluster);
    }

    [[nodiscard]] std::size_t root(std::size_t cluster) const
    {
        while (parent_[cluster] != cluster) cluster = parent_[cluster];
        return cluster;
    }

private:
    std::vector<std::size_t> parent_;
};

/// The order of decision D24; what is only ever a line leads no card.
struct Before {
    RuleSet const& rules;
    bool operator()(FiredRule const* a, FiredRule const* b) const
    {
        auto const isLine = [](FiredRule const* fired) {
            return fired->rule->place == Place::Line;
        };
        if (isLine(a) != isLine(b)) return isLine(b);
        return ranksBefore(rules, *a->judgement, *b->judgement);
    }
};

class Planner
{
public:
    Planner(RuleSet const& rules, std::span<FiredRule const> fired)
        : rules_{rules}, joined_{rules.clusters.size(), fired}
    {
        for (auto const& each : fired) byRank_.push_back(&each);
        std::ranges::sort(byRank_, before());
    }

    std::vector<CardPlan> plan(std::size_t maxCards, Holds const* holds,
                               std::vector<HeldBack>* heldBack)
    {
        gatherFindings();
        gatherMedicines();
        sortBuckets();
        joinLowToHigh();
        addLines();
        sortBuckets();
        Rest rest{holds, heldBack};
        return limited(maxCards, rest);
    }

private:
    /// Leaves out what is held back, and says so.
    struct Rest {
        Holds const* holds;
        std::vector<HeldBack>* heldBack;

        bool takes(CardPlan const& plan) const
        {
            if (holds == nullptr) return false;
            std::vector<RuleOnCard> rules;
            for (auto const* fired : plan.rules)
                rules.push_back({fired->rule->index, fired->judgement->level, {}});
            auto const why = holds->reason(rules, plan.level());
            if (why.empty()) return false;
            if (heldBack != nullptr)
                for (auto const& each : rules) heldBack->push_back({each.rule, why});
            return true;
        }
    };

    Before before() const { return {rules_}; }

    static bool isOwn(FiredRule const& fired) { return fired.rule->place == Place::Own; }

    void add(Bucket& bucket, FiredRule const& fired)
    {
        bucket.rules.push_back(&fired);
        std::ranges::sort(bucket.rules, before());
    }

    Bucket* ofCluster(std::size_t root)
    {
        auto const at = std::ranges::find_if(buckets_, [root](Bucket const& bucket) {
            return bucket.cluster == root && !bucket.redFlag;
        });
        return at == buckets_.end() ? nullptr : &*at;
    }

    void addToCluster(FiredRule const& fired)
    {
        auto const root = joined_.root(fired.rule->cluster);
        auto const redFlag = rules_.clusters[fired.rule->cluster].oneCardEach;
        auto* bucket = redFlag ? nullptr : ofCluster(root);
        if (bucket == nullptr) {
            bucket = &buckets_.emplace_back();
            bucket->cluster = root;
            bucket->redFlag = redFlag;
        }
        add(*bucket, fired);
    }

    void gatherFindings()
    {
        for (auto const* fired : byRank_)
            if (isOwn(*fired) && fired->rule->group != Group::MED) addToCluster(*fired);
    }

    /// A medicine joins the card of an analyte in its `via` that a finding is about.
    void gatherMedicines()
    {
        sortBuckets();
        auto const findings = buckets_.size();
        for (auto const* fired : byRank_) {
            if (!isOwn(*fired) || fired->rule->group != Group::MED) continue;
            if (auto* bucket = bucketOfVia(*fired, findings))
                add(*bucket, *fired);
            else
                addToCluster(*fired);
        }
    }

    /// The first in ranking of the buckets (before any medicine joined) with a finding about it.
    Bucket* bucketOfVia(FiredRule const& fired, std::size_t findings)
    {
        auto const isAbout = [&](Bucket const& bucket) {
            return !bucket.redFlag && std::ranges::any_of(fired.rule->via, [&](AnalyteId analyte) {
                return isOfCluster(analyte, bucket.cluster);
            });
        };
        auto const holdsFinding = [](Bucket const& bucket) {
            return std::ranges::any_of(bucket.rules, [](FiredRule const* each) {
                auto const group = each->rule->group;
                return group == Group::EL || group == Group::CMB || group == Group::RF;
            });
        };
        for (std::size_t i = 0; i < findings; ++i)
            if (isAbout(buckets_[i]) && holdsFinding(buckets_[i])) return &buckets_[i];
        return nullptr;
    }

    bool isOfCluster(AnalyteId analyte, std::size_t root) const
    {
        for (std::size_t i = 0; i < rules_.clusters.size(); ++i) {
            auto const& analytes = rules_.clusters[i].analytes;
            if (joined_.root(i) == root && std::ranges::find(analytes, analyte) != analytes.end())
                return true;
        }
        return false;
    }

    /// An info card whose drug appears on a higher card becomes a line there; of the card of mere
    /// exposures each medicine by itself.
    void joinLowToHigh()
    {
        auto const high = std::ranges::partition_point(
            buckets_, [](Bucket const& bucket) { return bucket.level() > Level::Info; });
        auto const count = static_cast<std::size_t>(high - buckets_.begin());
        if (count == 0) return;
        std::vector<Rules> highs; // as they are before any joins them
        for (std::size_t i = 0; i < count; ++i) highs.push_back(buckets_[i].rules);
        for (std::size_t i = count; i < buckets_.size(); ++i) {
            auto& low = buckets_[i];
            if (low.rules.front()->rule->group == Group::RF) continue;
            auto const apart = rules_.clusters[low.cluster].first > 0;
            Rules staying;
            for (auto const* fired : low.rules) {
                auto const target =
                    firstSharing(highs, apart ? RulesView{&fired, 1} : RulesView{low.rules});
                if (target < count)
                    add(buckets_[target], *fired);
                else
                    staying.push_back(fired);
            }
            low.rules = std::move(staying); // ranked as before
        }
        std::erase_if(buckets_, [](Bucket const& bucket) { return bucket.rules.empty(); });
    }

    /// The first list in which some rule names a drug that one of `rules` names.
    static std::size_t firstSharing(std::vector<Rules> const& lists, RulesView rules)
    {
        auto const at = std::ranges::find_if(lists, [&](Rules const& list) {
            return std::ranges::any_of(
                rules, [&](FiredRule const* fired) { return shareDrug(list, fired->drugs); });
        });
        return static_cast<std::size_t>(at - lists.begin());
    }

    /// Rules that never have a card of their own follow their cluster, a drug or a rule (D56).
    void addLines()
    {
        for (auto const* fired : byRank_) {
            if (fired->rule->place != Place::Line) continue;
            if (auto* bucket = bucketForLine(*fired)) add(*bucket, *fired);
        }
    }

    Bucket* bucketForLine(FiredRule const& fired)
    {
        if (auto* own = ofCluster(joined_.root(fired.rule->cluster))) return own;
        for (auto& bucket : buckets_) {
            auto const carriesRule = std::ranges::any_of(bucket.rules, [&](FiredRule const* each) {
                return asksFor(fired.rule->when, each->rule->index);
            });
            if (carriesRule || shareDrug(bucket.rules, fired.drugs)) return &bucket;
        }
        return nullptr;
    }

    void sortBuckets()
    {
        std::ranges::stable_sort(buckets_, before(),
                                 [](Bucket const& bucket) { return bucket.rules.front(); });
    }

    /// A combination leads before its parts, whatever their level (clinical specification C.7).
    static void leadByCombination(Rules& rules)
    {
        auto const lead = rules.front()->rule->index;
        auto const takesOver = [lead](FiredRule const* fired) {
            return fired->rule->group == Group::CMB && asksFor(fired->rule->when, lead);
        };
        auto const at = std::ranges::find_if(rules, takesOver);
        if (at != rules.end()) std::rotate(rules.begin(), at, at + 1);
    }

    CardPlan planOf(Bucket const& bucket) const
    {
        CardPlan plan;
        plan.rules = bucket.rules;
        leadByCombination(plan.rules);
        auto const first = rules_.clusters[bucket.cluster].first;
        std::size_t named = 0;
        for (auto const* fired : plan.rules) {
            auto const counts = first > 0 && fired->rule->group == Group::MED;
            if (counts && ++named > first)
                ++plan.unnamed;
            else
                plan.bullets.push_back(fired);
        }
        plan.parts = {{0, plan.rules.size(), plan.level()}};
        return plan;
    }

    void append(CardPlan& plan, CardPlan const& more) const
    {
        for (auto part : more.parts) {
            part.first += plan.rules.size();
            plan.parts.push_back(part);
        }
        plan.rules.insert(plan.rules.end(), more.rules.begin(), more.rules.end());
        plan.bullets.insert(plan.bullets.end(), more.bullets.begin(), more.bullets.end());
        plan.unnamed += more.unnamed;
    }

    std::vector<CardPlan> limited(std::size_t maxCards, Rest const& rest) const
    {
        std::vector<CardPlan> plans;
        for (auto const& bucket : buckets_)
            if (auto plan = planOf(bucket); !rest.takes(plan)) plans.push_back(std::move(plan));
        auto const critical =
            static_cast<std::size_t>(std::ranges::count(plans, Level::Critical, &CardPlan::level));
        if (critical >= maxCards && plans.size() > maxCards) {
            plans.resize(critical);
        } else if (plans.size() > maxCards) {
            // One card alone stays what it is and takes the others in as lines.
            auto& last = plans[maxCards - 1];
            if (maxCards > 1) last.composite = plans.size() - (maxCards - 1);
            for (std::size_t i = maxCards; i < plans.size(); ++i) append(last, plans[i]);
            plans.resize(maxCards);
        }
        addContext(plans, rest);
        return plans;
    }

    /// "Also consider": a line or two of the last card, or one card when nothing else is there.
    void addContext(std::vector<CardPlan>& plans, Rest const& rest) const
    {
        CardPlan context;
        for (auto const* fired : byRank_) {
            auto const room = context.rules.size() < rules_.limits.contextLinesMax;
            if (fired->rule->place != Place::Alone || !room) continue;
            context.rules.push_back(fired);
            context.bullets.push_back(fired);
        }
        if (context.rules.empty()) return;
        context.parts = {{0, context.rules.size(), context.level()}};
        if (!plans.empty())
            append(plans.back(), context);
        else if (!rest.takes(context))
            plans.push_back(std::move(context));
    }

    RuleSet const& rules_;
    JoinedClusters joined_;
    Rules byRank_;
    std::vector<Bucket> buckets_;
};

} // namespace

Level CardPlan::level() const
{
    auto level = Level::Info;
    for (auto const* fired : rules) level = std::max(level, fired->judgement->level);
    return level;
}

std::vector<CardPlan> planCards(RuleSet const& rules, std::span<FiredRule const> fired,
                                std::size_t maxCards, Holds const* holds,
                                std::vector<HeldBack>* heldBack)
{
    return Planner{rules, fired}.plan(std::max<std::size_t>(maxCards, 1), holds, heldBack);
}

} // namespace tcds::rules
