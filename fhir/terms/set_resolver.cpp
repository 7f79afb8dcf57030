#include "fhir/terms/set_resolver.hpp"

#include "fhir/terms/authored.hpp"
#include "fhir/terms/code_systems.hpp"

#include <algorithm>

namespace tcds::terms {
namespace {

/// Adds a member; an ingredient that comes in twice has both scopes.
void merge(std::vector<ClassMember>& members, ClassMember const& member)
{
    auto const place = std::lower_bound(
        members.begin(), members.end(), member.ingredient,
        [](ClassMember const& each, IngredientId wanted) { return each.ingredient < wanted; });
    if (place == members.end() || place->ingredient != member.ingredient) {
        members.insert(place, member);
        return;
    }
    place->routes.addAll(member.routes);
    if (!member.lookBack) return;
    auto const longer = [](Duration const& a, Duration const& b) {
        return Instant{} + a > Instant{} + b;
    };
    if (!place->lookBack || longer(*member.lookBack, *place->lookBack))
        place->lookBack = member.lookBack;
}

class Resolver
{
public:
    Resolver(std::vector<AuthoredSet> const& authored, DrugTables& drugs, Problems& problems)
        : authored_{authored}, drugs_{drugs}, problems_{problems}
    {
    }

    ResolvedSets run()
    {
        nameSets();
        resolveIncludes();
        state_.assign(result_.sets.size(), State::New);
        for (std::size_t i = 0; i < result_.sets.size(); ++i) expand(i);
        refuseNumberless();
        computeReaches();
        for (auto& set : result_.sets)
            if (set.draft) set.ingredients.clear();
        return std::move(result_);
    }

private:
    enum class State : std::uint8_t { New, Open, Done };
    struct Include {
        std::size_t set;
        AuthoredInclude const* entry;
    };

    void nameSets()
    {
        for (auto const& each : authored_) {
            if (result_.sets.size() == SetBits::kCapacity) {
                problems_.error("L01", each.where, "there are more than 512 value sets",
                                "remove some");
                return;
            }
            SetId const id{static_cast<std::uint16_t>(result_.sets.size())};
            auto const added = result_.byName.emplace(each.set.name, id).second;
            if (!added)
                problems_.error("L02", each.where,
                                "value set " + quoted(each.set.name) + " exists twice",
                                "give one of them another id");
            result_.sets.push_back(each.set);
            result_.sets.back().id = id;
        }
    }

    void resolveIncludes()
    {
        std::vector<std::string_view> names;
        for (auto const& set : result_.sets) names.emplace_back(set.name);
        includes_.resize(result_.sets.size());
        for (std::size_t i = 0; i < result_.sets.size(); ++i) {
            auto& set = result_.sets[i];
            for (auto const& entry : authored_[i].includes) {
                auto const found = result_.byName.find(entry.set);
                if (found == result_.byName.end()) {
                    if (!entry.set.empty())
                        problems_.error(
                            "L03", entry.where,
                            "value set " + quoted(entry.set) + " does not exist",
                            didYouMean(entry.set, names,
                                       "add valuesets/" + std::string{entry.set} + ".yaml"));
                    continue;
                }
                auto const& other = result_.sets[found->second.index()];
                if ((set.kind == SetKind::DrugClass) != (other.kind == SetKind::DrugClass))
                    problems_.error("L03", entry.where,
                                    quoted(entry.set) + " is a " + std::string{toText(other.kind)} +
                                        ", this set a " + std::string{toText(set.kind)},
                                    "include sets of the same kind only");
                set.includes.push_back(found->second);
                includes_[i].push_back({found->second.index(), &entry});
            }
        }
    }

    void expand(std::size_t i)
    {
        if (state_[i] == State::Done) return;
        state_[i] = State::Open;
        auto& set = result_.sets[i];
        for (auto const& authored : authored_[i].ingredients)
            if (auto const id = drugs_.resolve(authored, problems_))
                merge(set.ingredients,
                      {*id, set.routes, set.lookBack, std::string{authored.source}});
        bool const ownScope =
            authored_[i].routesGiven || !authored_[i].ingredients.empty() || !set.codes.empty();
        RouteMask included;
        for (auto const& include : includes_[i]) {
            if (state_[include.set] == State::Open) {
                problems_.error("L09", include.entry->where,
                                quoted(result_.sets[include.set].name) + " and " +
                                    quoted(set.name) + " include each other",
                                "take one of the two includes out");
                continue;
            }
            expand(include.set);
            included.addAll(takeIn(set, result_.sets[include.set], *include.entry));
        }
        // A set that is nothing but others takes their scopes for codes of classes as well.
        if (!ownScope) set.routes = included;
        state_[i] = State::Done;
    }

    static RouteMask takeIn(ValueSet& set, ValueSet const& other, AuthoredInclude const& entry)
    {
        if (!other.draft)
            for (auto member : other.ingredients) {
                if (entry.routes) member.routes = *entry.routes;
                if (entry.lookBack) member.lookBack = entry.lookBack;
                merge(set.ingredients, member);
            }
        return entry.routes.value_or(other.routes);
    }

    void refuseNumberless()
    {
        for (std::size_t i = 0; i < result_.sets.size(); ++i) {
            auto const& set = result_.sets[i];
            if (set.kind != SetKind::DrugClass) continue;
            bool const numbered = std::any_of(
                set.ingredients.begin(), set.ingredients.end(), [&](ClassMember const& member) {
                    return !drugs_.ingredients()[member.ingredient.index()].rxnorm.empty();
                });
            bool const listed = std::any_of(set.codes.begin(), set.codes.end(), [](CodeMember const& each) {
                return each.system == kRxNorm;
            });
            if (!numbered && !listed)
                problems_.error("L04", authored_[i].where,
                                "class " + quoted(set.name) +
                                    " has no member with an RxNorm number",
                                "add a member with rxnorm, or remove the class");
        }
    }

    void computeReaches()
    {
        auto const count = result_.sets.size();
        std::vector<std::vector<std::size_t>> includedBy(count);
        for (std::size_t i = 0; i < count; ++i)
            for (auto const& include : includes_[i]) includedBy[include.set].push_back(i);
        result_.reaches.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            std::vector<std::size_t> open{i};
            while (!open.empty()) {
                auto const at = open.back();
                open.pop_back();
                auto const& set = result_.sets[at];
                if (set.draft || result_.reaches[i].has(set.id)) continue;
                result_.reaches[i].add(set.id);
                open.insert(open.end(), includedBy[at].begin(), includedBy[at].end());
            }
        }
    }

    std::vector<AuthoredSet> const& authored_;
    DrugTables& drugs_;
    Problems& problems_;
    ResolvedSets result_;
    std::vector<std::vector<Include>> includes_; // by set
    std::vector<State> state_;
};

} // namespace

ResolvedSets resolveSets(std::vector<AuthoredSet> const& authored, DrugTables& drugs,
                         Problems& problems)
{
    return Resolver{authored, drugs, problems}.run();
}

} // namespace tcds::terms
