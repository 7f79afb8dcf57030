#include "rules/load/lint.hpp"

#include "fhir/terms/words.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

/// Words that tell a clinician what to do, instead of what to consider.
constexpr std::array<std::string_view, 14> kDirectives{
    "stop",       "give",      "hold", "diagnose", "diagnoses",   "discontinue", "withhold",
    "administer", "prescribe", "must", "should",   "immediately", "avoid",       "switch"};

void lintText(Node node, Problems& problems)
{
    auto const words = terms::splitWords(node.text());
    for (std::size_t i = 0; i < words.size(); ++i)
        if (std::ranges::find(kDirectives, words[i]) != kDirectives.end())
            problems.warning("L40", node.where(),
                             "\"" + std::string{words[i]} + "\" directs instead of informing",
                             "say what to consider or to check");
}

void lintCard(Node card, Problems& problems)
{
    for (auto const* const key : {"summary", "findings", "why", "options"})
        if (auto const text = card.find(key)) lintText(*text, problems);
    if (auto const also = card.find("also"))
        for (auto const entry : also->items())
            if (auto const say = entry.find("say")) lintText(*say, problems);
}

/// Labels of suggestions stand on the card as well, and so does the mechanism where `why` is
/// absent.
void lintBeside(Node rule, Problems& problems)
{
    if (auto const meta = rule.find("meta"); meta && meta->isMap())
        if (auto const mechanism = meta->find("mechanism")) lintText(*mechanism, problems);
    auto const suggest = rule.find("suggest");
    if (!suggest) return;
    for (auto const entry : suggest->items())
        for (auto const* const key : {"text", "label"})
            if (auto const label = entry.isMap() ? entry.find(key) : std::nullopt)
                lintText(*label, problems);
}

/// Does the name stand in the other as a whole word?
bool isWordOf(std::string_view name, std::string_view other)
{
    auto const words = terms::splitWords(other);
    for (std::size_t i = 0; words.size() > 1 && i < words.size(); ++i)
        if (words[i] == name) return true;
    return false;
}

bool holds(terms::ValueSet const& set, IngredientId ingredient)
{
    return std::ranges::find(set.ingredients, ingredient, &terms::ClassMember::ingredient) !=
           set.ingredients.end();
}

/// L37: without a number the name alone finds the ingredient, also in the name of another drug.
void lintNames(RuleSet const& set, Problems& problems)
{
    for (auto const& valueSet : set.terms->sets())
        for (auto const& member : valueSet.ingredients) {
            auto const& ingredient = set.terms->ingredient(member.ingredient);
            if (!ingredient.rxnorm.empty()) continue;
            for (auto const& other : set.terms->ingredients())
                if (other.id != ingredient.id && !holds(valueSet, other.id) &&
                    !set.terms->classesOf(other.id).none() && // in no class: there to be told apart
                    isWordOf(ingredient.name, other.name))
                    problems.warning("L37", "valuesets/" + valueSet.name + ".yaml",
                                     "\"" + ingredient.name +
                                         "\" has no RxNorm number, and its name is a word of \"" +
                                         other.name + '"',
                                     "add its number, or leave it out");
        }
}

} // namespace

void lintTexts(Content const& content, RuleSet const& set, Problems& problems)
{
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules) {
            if (auto const card = tree.root().find("card")) lintCard(*card, problems);
            lintBeside(tree.root(), problems);
        }
    lintNames(set, problems);
}

} // namespace tcds::rules
