#include "rules/load/dictionary.hpp"

#include "rules/load/fields.hpp"

#include <algorithm>
#include <functional>

namespace tcds::rules {

namespace {

/// `value set "X" does not exist. Fix: did you mean "Y"?`
void reportMissing(Node node, std::string_view what, std::vector<std::string_view> const& known,
                   Problems& problems, std::string_view folder = {})
{
    if (!node.isText()) {
        problems.error("L01", node.where(),
                       "the name of a " + std::string{what} + " is wanted here", "write one name");
        return;
    }
    auto fix = rules::suggestion(node.text(), known);
    if (auto const near = nearestWord(node.text(), known); !folder.empty() && !near.empty())
        fix = "did you mean \"" + near + "\" (" + std::string{folder} + near + ".yaml)?";
    problems.error("L03", node.where(),
                   std::string{what} + " \"" + std::string{node.text()} + "\" does not exist",
                   std::move(fix));
}

template <class Range, class Projection>
std::vector<std::string_view> namesOf(Range const& range, Projection projection)
{
    std::vector<std::string_view> names;
    for (auto const& entry : range) names.emplace_back(std::invoke(projection, entry));
    return names;
}

template <class Range, class Projection>
std::optional<std::size_t> placeOf(Node node, std::string_view what, Range const& range,
                                   Projection projection, Problems& problems)
{
    auto const at = std::ranges::find(range, node.text(), projection);
    if (node.isText() && at != std::ranges::end(range))
        return static_cast<std::size_t>(at - std::ranges::begin(range));
    reportMissing(node, what, namesOf(range, projection), problems);
    return std::nullopt;
}

/// Each element through `one`; those without meaning are left out, they have been reported.
template <class One>
auto eachOf(Node list, One one)
{
    std::vector<typename decltype(one(list))::value_type> found;
    for (auto const item : list.items())
        if (auto const value = one(item)) found.push_back(*value);
    return found;
}

} // namespace

std::optional<SetId> Dictionary::set(Node node, Kinds kinds, Problems& problems) const
{
    auto const id = node.isText() ? terms().setNamed(node.text()) : SetId{};
    auto const fits = [kinds](terms::ValueSet const& set) {
        return std::ranges::find(kinds, set.kind) != kinds.end();
    };
    if (id.known() && fits(terms().set(id))) return id;
    if (id.known()) {
        problems.error("L03", node.where(),
                       "value set \"" + std::string{node.text()} + "\" is of kind " +
                           std::string{terms::toText(terms().set(id).kind)} +
                           ", here a set of kind " + std::string{terms::toText(*kinds.begin())} +
                           " is wanted",
                       "name a set of that kind");
        return std::nullopt;
    }
    std::vector<std::string_view> known;
    for (auto const& set : terms().sets())
        if (fits(set)) known.emplace_back(set.name);
    reportMissing(node, "value set", known, problems, "valuesets/");
    return std::nullopt;
}

std::vector<SetId> Dictionary::sets(Node list, Kinds kinds, Problems& problems) const
{
    return eachOf(list, [&](Node item) { return set(item, kinds, problems); });
}

std::optional<AnalyteId> Dictionary::analyte(Node node, Problems& problems) const
{
    auto const id = node.isText() ? terms().analyteNamed(node.text()) : AnalyteId{};
    if (id.known()) return id;
    reportMissing(node, "analyte", namesOf(terms().analytes(), &terms::Analyte::key), problems);
    return std::nullopt;
}

std::vector<AnalyteId> Dictionary::analytes(Node list, Problems& problems) const
{
    return eachOf(list, [&](Node item) { return analyte(item, problems); });
}

std::optional<IngredientId> Dictionary::ingredient(Node node, Problems& problems) const
{
    auto const id = node.isText() ? terms().ingredientNamed(node.text()) : IngredientId{};
    if (id.known()) return id;
    reportMissing(node, "ingredient", namesOf(terms().ingredients(), &terms::Ingredient::name),
                  problems);
    return std::nullopt;
}

std::optional<RuleIndex> Dictionary::rule(Node node, Problems& problems) const
{
    auto const at = std::ranges::lower_bound(ruleIds_, node.text());
    if (node.isText() && at != ruleIds_.end() && *at == node.text())
        return RuleIndex{static_cast<std::uint16_t>(at - ruleIds_.begin())};
    if (node.isText() && std::ranges::find(drafts_, node.text()) != drafts_.end()) {
        problems.error("L03", node.where(),
                       "rule \"" + std::string{node.text()} +
                           "\" is not in force (status draft or retired)",
                       "make it active, or leave it out here");
        return std::nullopt;
    }
    reportMissing(node, "rule", {ruleIds_.begin(), ruleIds_.end()}, problems);
    return std::nullopt;
}

std::vector<RuleIndex> Dictionary::rules(Node list, Problems& problems) const
{
    return eachOf(list, [&](Node item) { return rule(item, problems); });
}

std::optional<NamedIndex> Dictionary::named(Node node, Problems& problems) const
{
    auto const place =
        placeOf(node, "named condition", set_.conditions, &NamedCondition::name, problems);
    if (!place) return std::nullopt;
    return NamedIndex{static_cast<std::uint16_t>(*place)};
}

std::optional<std::size_t> Dictionary::cluster(Node node, Problems& problems) const
{
    return placeOf(node, "cluster", set_.clusters, &Cluster::name, problems);
}

std::optional<std::size_t> Dictionary::gate(Node node, Problems& problems) const
{
    return placeOf(node, "gate", set_.gates, &Gate::name, problems);
}

std::optional<std::size_t> Dictionary::suggestion(Node node, Problems& problems) const
{
    return placeOf(node, "suggestion", set_.suggestions, &SuggestionDef::id, problems);
}

std::optional<std::size_t> Dictionary::overrideReason(Node node, Problems& problems) const
{
    return placeOf(node, "override reason", set_.overrideReasons, &OverrideReason::code, problems);
}

} // namespace tcds::rules
