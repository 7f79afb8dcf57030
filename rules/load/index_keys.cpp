#include "rules/load/index_keys.hpp"

#include "rules/load/walk.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

/// Keys of a condition. `needed`: it cannot be true unless one of them is present.
struct Keys {
    std::vector<SetId> sets;
    std::vector<IngredientId> ingredients;
    std::vector<AnalyteId> analytes;
    bool needed = false;

    void add(Keys const& other)
    {
        sets.insert(sets.end(), other.sets.begin(), other.sets.end());
        ingredients.insert(ingredients.end(), other.ingredients.begin(), other.ingredients.end());
        analytes.insert(analytes.end(), other.analytes.begin(), other.analytes.end());
    }
};

class KeyReader
{
public:
    explicit KeyReader(RuleSet const& set) : set_{set}, ofRules_(set.rules.size()) {}

    /// Referenced rules must have been read before: call in evaluation order.
    Keys const& read(Rule const& rule)
    {
        auto& keys = ofRules_[rule.index.index()];
        current_ = &keys;
        keys = keysOf(rule.when);
        return keys;
    }

private:
    Keys keysOf(Condition const& condition)
    {
        return std::visit([this](auto const& test) { return of(test); }, condition.test);
    }

    /// @param least  so many of the parts are true when the whole is
    Keys joined(std::vector<Condition> const& parts, std::size_t least)
    {
        Keys keys;
        std::size_t free = 0; // parts that can be true without a key
        for (auto const& part : parts) {
            auto const of = keysOf(part);
            keys.add(of);
            if (!of.needed) ++free;
        }
        keys.needed = free < least;
        return keys;
    }

    Keys of(AllOf const& test) { return joined(test.of, test.of.size()); }
    Keys of(AnyOf const& test) { return joined(test.of, 1); }
    Keys of(AtLeastOf const& test) { return joined(test.of, test.n); }
    Keys of(NotOf const&) { return {}; }
    Keys of(MissingTest const&) { return {}; }
    Keys of(NormalTest const&) { return {}; }

    static Keys withSets(std::vector<SetId> sets)
    {
        Keys keys;
        keys.sets = std::move(sets);
        keys.needed = true;
        return keys;
    }
    static Keys withAnalyte(AnalyteId analyte)
    {
        Keys keys;
        keys.analytes.push_back(analyte);
        keys.needed = true;
        return keys;
    }

    Keys of(ComplaintTest const& test)
    {
        Keys keys;
        test.kinds.forEach([&](SetId id) { keys.sets.push_back(id); });
        test.sites.forEach([&](SetId id) { keys.sets.push_back(id); });
        keys.needed = !test.anyKind || !test.anySite;
        return keys;
    }

    Keys of(MedTest const& test)
    {
        Keys keys;
        keys.ingredients = test.ingredients;
        for (auto const id : test.classes) addClass(id, keys);
        keys.needed = true;
        return keys;
    }

    /// A class is present through each of its ingredients, or through a code of it or of a set in
    /// it.
    void addClass(SetId id, Keys& keys)
    {
        auto const& set = set_.terms->set(id);
        keys.sets.push_back(id);
        for (auto const& member : set.ingredients) keys.ingredients.push_back(member.ingredient);
        for (auto const included : set.includes) addClass(included, keys);
    }

    Keys of(LabTest const& test) { return withAnalyte(test.scope.analyte); }
    Keys of(TrendTest const& test) { return withAnalyte(test.analyte); }
    Keys of(NotedTest const& test) { return withAnalyte(test.analyte); }
    Keys of(ProblemTest const& test) { return withSets(test.sets); }
    Keys of(FindingTest const& test) { return withSets(test.sets); }
    Keys of(ProcedureTest const& test) { return withSets(test.sets); }
    Keys of(OrderTest const& test) { return withSets(test.sets); }
    Keys of(VisitTest const& test) { return withSets(test.sets); }
    Keys of(EncounterTest const&) { return {}; }
    Keys of(AgeTest const&) { return {}; }
    Keys of(SexTest const&) { return {}; }

    Keys of(PregnancyTest const&)
    {
        return withSets({set_.known.pregnancy, set_.known.postpartum});
    }

    /// Dialysis, an eGFR or a coded stage of kidney disease.
    Keys of(RenalTest const&)
    {
        auto const& known = set_.known;
        auto keys = withSets({known.ckd3, known.ckd4, known.ckd5});
        keys.analytes.push_back(known.egfr);
        if (known.dialysis.known())
            keys.add(keysOf(set_.conditions[known.dialysis.index()].condition));
        return keys;
    }

    Keys of(NamedTest const& test) { return keysOf(set_.conditions[test.named.index()].condition); }

    Keys of(RuleTest const& test)
    {
        // With `part: when` the asked rule may come later in the order than the asking one.
        auto const& asked = set_.rule(test.rule);
        return test.partWhen ? keysOf(asked.when) : ofRules_[asked.index.index()];
    }

    Keys of(FiredInTest const& test) { return ofGroups(test.groups); }
    Keys of(ViaMissingTest const& test) { return ofGroups(test.groups); }

    Keys ofGroups(std::vector<Group> const& groups)
    {
        Keys keys;
        keys.needed = true;
        for (auto const& rule : set_.rules) {
            if (std::ranges::find(groups, rule.group) == groups.end()) continue;
            auto const& of = ofRules_[rule.index.index()];
            keys.add(of);
            // The rule itself does not count, and has no keys yet.
            keys.needed = keys.needed && (of.needed || &of == current_);
        }
        return keys;
    }

    RuleSet const& set_;
    std::vector<Keys> ofRules_;
    Keys const* current_ = nullptr;
};

void mark(RuleBits& bits, std::size_t place, std::size_t words)
{
    bits.resize(words);
    bits[place / 64] |= std::uint64_t{1} << (place % 64);
}

} // namespace

void indexRules(RuleSet& set)
{
    auto const words = (set.rules.size() + 63) / 64;
    auto& index = set.keys;
    index.bySet.resize(set.terms->sets().size());
    index.byIngredient.resize(set.terms->ingredients().size());
    index.byAnalyte.resize(set.terms->analytes().size());
    index.always.resize(words);

    KeyReader reader{set};
    for (std::size_t place = 0; place < set.order.size(); ++place) {
        auto const& keys = reader.read(set.rule(set.order[place]));
        if (!keys.needed) mark(index.always, place, words);
        for (auto const id : keys.sets)
            if (id.known()) mark(index.bySet[id.index()], place, words);
        for (auto const id : keys.ingredients) mark(index.byIngredient[id.index()], place, words);
        for (auto const id : keys.analytes)
            if (id.known()) mark(index.byAnalyte[id.index()], place, words);
    }
}

} // namespace tcds::rules
