#include "server/cases/mutant.hpp"

#include "server/cases/mutant_sites.hpp"

#include <array>

namespace tcds::cases {

namespace {

using namespace rules;

constexpr std::array kLevels{Level::Info, Level::Warning, Level::Critical};

template <class Apply>
void otherLevels(Sites& sites, std::string const& what, Level now, Apply apply)
{
    for (auto const level : kLevels)
        if (level != now)
            sites.offer(what + std::string{toText(now)} + " -> " + std::string{toText(level)},
                        [&] { apply(level); });
}

void offerScope(Sites& sites, Rule& rule)
{
    sites.about("", {});
    auto const& gates = sites.rules().gates;
    for (std::size_t gate = 0; gate < gates.size(); ++gate)
        if (gate != rule.gate)
            sites.offer("gate " + gates[rule.gate].name + " -> " + gates[gate].name,
                        [&] { rule.gate = gate; });
    auto const adult = rule.age == AgeScope::Adult;
    sites.offer(adult ? "age adult -> all" : "age all -> adult",
                [&] { rule.age = adult ? AgeScope::All : AgeScope::Adult; });
    if (rule.exposure.known()) sites.offer("exposure removed", [&] { rule.exposure = {}; });
}

void offerParameters(Sites& sites, Rule& rule)
{
    for (auto& parameter : rule.parameters)
        for (auto& row : parameter.rows) {
            auto const population = row.population.known()
                                        ? sites.rules().conditions[row.population.index()].name
                                        : std::string{"value"};
            sites.limits("parameter " + parameter.name + ", " + population + " ", row.limit);
        }
}

void offerBands(Sites& sites, Rule& rule)
{
    auto& bands = rule.bands;
    for (std::size_t i = 0; i < bands.size() && !sites.made(); ++i) {
        auto const name = "band " + bands[i].id + ": ";
        sites.about(name, bands[i].where);
        if (bands[i].worstOf.empty())
            otherLevels(sites, "indicator ", bands[i].indicator,
                        [&](Level level) { bands[i].indicator = level; });
        sites.removals("worst_of ", bands[i].worstOf,
                       [&](RuleIndex index) { return sites.rules().rule(index).id; });
        // Between bands of one level the order decides nothing but the name.
        if (i + 1 < bands.size() && bands[i].indicator != bands[i + 1].indicator)
            sites.offer("after the next band", [&] { std::swap(bands[i], bands[i + 1]); });
        if (sites.made()) return;
        if (bands.size() > 1)
            sites.offer("removed",
                        [&] { bands.erase(bands.begin() + static_cast<std::ptrdiff_t>(i)); });
        if (!sites.made() && bands[i].when)
            offerClause(sites, "band " + bands[i].id, *bands[i].when);
    }
}

void offerAdjustments(Sites& sites, Rule& rule)
{
    auto& adjust = rule.adjust;
    for (std::size_t i = 0; i < adjust.size() && !sites.made(); ++i) {
        auto const name = "adjust " + std::to_string(i + 1);
        sites.about(name + ": ", adjust[i].when ? adjust[i].when->where : std::string{});
        sites.offer("removed",
                    [&] { adjust.erase(adjust.begin() + static_cast<std::ptrdiff_t>(i)); });
        if (sites.made()) return;
        if (adjust[i].kind == Adjustment::Kind::Cap)
            otherLevels(sites, "cap ", adjust[i].cap, [&](Level level) { adjust[i].cap = level; });
        if (adjust[i].when) offerClause(sites, name, *adjust[i].when);
    }
}

void offerTiers(Sites& sites, Rule& rule)
{
    auto& tiers = rule.tiers;
    for (std::size_t i = 0; i < tiers.size() && !sites.made(); ++i) {
        auto const name = "tier " + std::string{toText(tiers[i].tier)};
        sites.about(name + ": ", tiers[i].when ? tiers[i].when->where : std::string{});
        for (auto const other : {Tier::Possible, Tier::Probable, Tier::Definite})
            if (other != tiers[i].tier)
                sites.offer("-> " + std::string{toText(other)}, [&] { tiers[i].tier = other; });
        if (tiers[i].when) {
            sites.offer("removed",
                        [&] { tiers.erase(tiers.begin() + static_cast<std::ptrdiff_t>(i)); });
            if (!sites.made()) offerClause(sites, name, *tiers[i].when);
        }
    }
}

void offerRelations(Sites& sites, Rule& rule)
{
    sites.about("", {});
    [[maybe_unused]] auto const ruleId = [&](RuleIndex index) { return sites.rules().rule(index).id; };
    auto const setName = [&](SetId id) { return sites.rules().terms->set(id).name; };
    auto const analyteKey = [&](AnalyteId id) { return sites.rules().terms->analyte(id).key; };
    auto const clusterName = [&](std::size_t cluster) {
        return sites.rules().clusters[cluster].name;
    };
    // Elsewhere `via` says only which missing results a card names.
    if (rule.group == Group::MED) sites.removals("via ", rule.via, analyteKey, 0);
    sites.removals("suppresses ", rule.suppresses, ruleId, 0);
    sites.removals("treated_by ", rule.treatedBy, setName, 0);
    if (rule.treatedBy.size() > 1) sites.flips("treated_by all ", rule.treatedByAll);
    sites.removals("merges ", rule.merges, clusterName, 0);
}

} // namespace

std::optional<Mutant> mutate(Rule& rule, RuleSet const& rules, std::size_t number)
{
    Sites sites{&rule, rule.file, rules, number};
    offerScope(sites, rule);
    offerParameters(sites, rule);
    offerClause(sites, "when", rule.when);
    if (rule.unless) {
        sites.about("", rule.unless->where);
        sites.offer("unless removed", [&] { rule.unless.reset(); });
        if (rule.unless) offerClause(sites, "unless", *rule.unless);
    }
    offerBands(sites, rule);
    offerAdjustments(sites, rule);
    offerTiers(sites, rule);
    offerRelations(sites, rule);
    return sites.mutant();
}

std::optional<Mutant> mutate(NamedCondition& named, RuleSet const& rules, std::size_t number)
{
    Sites sites{nullptr, "ruleset.yaml", rules, number};
    offerClause(sites, named.name, named.condition);
    return sites.mutant();
}

} // namespace tcds::cases
