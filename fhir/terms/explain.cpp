#include "fhir/terms/authored.hpp"
#include "fhir/terms/code_systems.hpp"
#include "fhir/terms/terminology_impl.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tcds::terms {
namespace {

std::string scopeText(RouteMask const& routes)
{
    if (routes == RouteMask::any()) return "any route";
    if (routes == RouteMask::systemic()) return "systemic routes";
    std::string list;
    for (auto const& name : kRouteNames)
        if (routes.has(name.route)) list += (list.empty() ? "" : ", ") + std::string{name.text};
    return list.empty() ? "no route" : list;
}

std::string lookBackText(std::optional<Duration> const& lookBack)
{
    return lookBack ? ", single doses count for " + toText(*lookBack) : std::string{};
}

std::string limitText(Limit const& limit)
{
    std::string text;
    for (auto const& measure : limit) text += (text.empty() ? "" : " | ") + measure.text;
    return text;
}

class Explanation
{
public:
    Explanation(Terminology const& terms, Terminology::Impl const& impl)
        : terms_{terms}, impl_{impl}
    {
    }

    std::vector<std::string> run(std::string_view query)
    {
        query = trimmed(query);
        if (query.empty()) return {"nothing to look up"};
        if (auto const bar = query.find('|'); bar != std::string_view::npos)
            code(canonicalSystem(trimmed(query.substr(0, bar))), trimmed(query.substr(bar + 1)));
        else
            everySystem(query);
        if (lines_.empty()) ownName(query);
        if (lines_.empty()) drugName(query);
        if (lines_.empty()) phrases(query);
        if (lines_.empty()) unknown(query);
        return std::move(lines_);
    }

private:
    void add(std::string line) { lines_.push_back(std::move(line)); }

    /// A bare code is looked for in all systems that the content names.
    void everySystem(std::string_view wanted)
    {
        std::vector<std::string_view> systems{kRxNorm, kAtc, kSnomed, kLoinc};
        for (auto const& set : terms_.sets())
            for (auto const& member : set.codes)
                if (std::find(systems.begin(), systems.end(), member.system) == systems.end())
                    systems.emplace_back(member.system);
        for (auto const system : systems) code(system, wanted);
    }

    void code(std::string_view system, std::string_view wanted)
    {
        auto const title = std::string{systemTitle(system)} + " " + std::string{wanted};
        std::array const codings{Coding{std::string{system}, std::string{wanted}, ""}};
        auto const drug = terms_.understandMedication(codings, {});
        if (drug.by != MatchedBy::None) medication(title, system, wanted, drug);
        auto const meaning = terms_.meaningOf(system, wanted);
        if (meaning.analyte.known()) analyte(title + ": ", terms_.analyte(meaning.analyte), wanted);
        if (drug.by == MatchedBy::None) memberOf(title, system, wanted, meaning.sets);
    }

    void medication(std::string const& title, std::string_view system, std::string_view wanted,
                    MedicationMeaning const& drug)
    {
        auto const product = system == kRxNorm ? impl_.drugs.product(wanted) : std::nullopt;
        if (product) {
            add(title + ": product \"" + std::string{product->name} + "\"");
            add("  matched by RxNorm product (first in the order of look-ups)");
            if (product->hasOthers) add("  it has further active parts that no class needs");
        } else {
            add(title + ": " +
                (drug.by == MatchedBy::RxNorm ? "RxNorm ingredient, or a salt of it" : "medicine"));
            add("  matched by " +
                std::string{drug.by == MatchedBy::RxNorm ? "RxNorm ingredient (second)"
                            : drug.by == MatchedBy::Atc  ? "ATC code or prefix (third)"
                                                         : "SNOMED CT (fourth)"} +
                " in the order of look-ups");
        }
        ingredientsAndClasses(drug);
    }

    void ingredientsAndClasses(MedicationMeaning const& drug)
    {
        if (drug.route != Route::Unknown)
            add("  route: " + std::string{routeText(drug.route)} +
                (drug.routeFrom == RouteOrigin::Name ? ", from words in the name"
                                                     : ", from the product"));
        else
            add("  route: not stated by it");
        for (auto const id : drug.ingredients) {
            auto const& ingredient = terms_.ingredient(id);
            add("  ingredient: " + ingredient.name +
                (ingredient.rxnorm.empty() ? " (no RxNorm number: found by name)"
                                           : " (RxNorm " + ingredient.rxnorm + ")"));
            classes(id);
        }
        drug.sets.forEach([&](SetId id) {
            auto const& set = terms_.set(id);
            if (set.kind == SetKind::DrugClass)
                add("  class by its code: " + set.name + ", " + set.title + " (" +
                    scopeText(set.routes) + ")");
        });
    }

    void classes(IngredientId id)
    {
        for (auto const& set : terms_.sets())
            for (auto const& member : set.ingredients)
                if (member.ingredient == id)
                    add("    class: " + set.name + ", " + set.title + " (" +
                        scopeText(member.routes) + lookBackText(member.lookBack) + ")");
    }

    void memberOf(std::string const& title, std::string_view system, std::string_view wanted,
                  SetBits const& sets)
    {
        auto const conditional = setsWithText(system, wanted);
        if (sets.none() && conditional.empty()) return;
        add(title + ": code of value sets");
        sets.forEach([&](SetId id) { setLine(terms_.set(id)); });
        for (auto const& line : conditional) add(line);
    }

    /// Sets that hold the code only beside certain words.
    [[nodiscard]] std::vector<std::string> setsWithText(std::string_view system,
                                                        std::string_view wanted) const
    {
        std::vector<std::string> lines;
        for (auto const& set : terms_.sets())
            for (auto const& member : set.codes) {
                if (member.withText.empty() || member.system != system ||
                    !sameCode(system, member.code, wanted))
                    continue;
                std::string words;
                for (auto const& word : member.withText)
                    words += (words.empty() ? "" : ", ") + word;
                lines.push_back("  only beside " + words + ": " + set.name + ", " + set.title);
            }
        return lines;
    }

    static bool sameCode(std::string_view system, std::string_view a, std::string_view b)
    {
        std::string left(a.size(), '\0'), right(b.size(), '\0');
        return normalisedCode(system, a, left.data()) == normalisedCode(system, b, right.data());
    }

    void setLine(ValueSet const& set)
    {
        add("  " + std::string{toText(set.kind)} + ": " + set.name + ", " + set.title +
            (set.draft ? " (draft, not in force)" : ""));
    }

    void analyte(std::string const& title, Analyte const& analyte, std::string_view loinc)
    {
        add(title + "analyte " + analyte.key + ", " + analyte.title + ", kept in " + analyte.unit);
        for (auto const& code : analyte.codes)
            if (code.code == loinc) add("  " + code.display);
        std::string units;
        for (auto const& unit : analyte.units)
            units += (units.empty() ? "" : ", ") + unit.ucum + " x " + unit.factor.text();
        if (!units.empty()) add("  other units: " + units);
        for (auto const& row : analyte.limits)
            add("  limits, " +
                (row.population.empty() ? std::string{"everybody else"} : row.population) + ": " +
                (row.low ? "low " + limitText(*row.low) : std::string{}) +
                (row.low && row.high ? ", " : "") +
                (row.high ? "high " + limitText(*row.high) : std::string{}));
        if (analyte.plausibleLow && analyte.plausibleHigh)
            add("  believed between " + analyte.plausibleLow->text + " and " +
                analyte.plausibleHigh->text);
        add("  a result counts for " + toText(analyte.window) +
            (analyte.inpatientWindow ? ", " + toText(*analyte.inpatientWindow) + " for inpatients"
                                     : std::string{}));
    }

    /// The name of a value set or the key of an analyte.
    void ownName(std::string_view query)
    {
        if (auto const id = terms_.analyteNamed(query); id.known())
            analyte("", terms_.analyte(id), {});
        auto const id = terms_.setNamed(query);
        if (!id.known()) return;
        auto const& set = terms_.set(id);
        add("value set " + set.name + ", " + set.title);
        setLine(set);
        for (auto const& member : set.ingredients)
            add("  ingredient: " + terms_.ingredient(member.ingredient).name + " (" +
                scopeText(member.routes) + lookBackText(member.lookBack) + ")");
        for (auto const& member : set.codes)
            add("  code: " + std::string{systemTitle(member.system)} + " " + member.code +
                (member.display.empty() ? "" : ", " + member.display));
    }

    void drugName(std::string_view query)
    {
        std::array const texts{query};
        auto const drug = terms_.understandMedication({}, texts);
        if (drug.by == MatchedBy::None) return;
        add(quoted(query) + ": medicine");
        add("  matched by name (last in the order of look-ups; used only when no code is known)");
        ingredientsAndClasses(drug);
    }

    void phrases(std::string_view query)
    {
        SetBits all;
        for (auto const kind : {SetKind::Condition, SetKind::Finding, SetKind::Complaint,
                                SetKind::Order, SetKind::Visit})
            all.addAll(terms_.ofKind(kind));
        auto const meaning = terms_.understandText(query, all);
        if (meaning.stated.none() && meaning.denied.none()) return;
        add(quoted(query) + ": text");
        meaning.stated.forEach([&](SetId id) { setLine(terms_.set(id)); });
        meaning.denied.forEach([&](SetId id) {
            add("  denied, somebody else's, past or supposed: " + terms_.set(id).name + ", " +
                terms_.set(id).title);
        });
    }

    void unknown(std::string_view query)
    {
        add(quoted(query) + " is not known: no code, name or phrase of the content");
        auto const names = impl_.drugs.names().all();
        if (auto const nearest = nearestWord(foldedName(query), names); !nearest.empty())
            add("  did you mean " + quoted(nearest) +
                "? Names are never guessed when a chart is read");
        std::vector<std::string_view> keys;
        for (auto const& set : terms_.sets()) keys.emplace_back(set.name);
        for (auto const& each : terms_.analytes()) keys.emplace_back(each.key);
        if (auto const nearest = nearestWord(query, keys); !nearest.empty())
            add("  did you mean " + quoted(nearest) + "?");
    }

    Terminology const& terms_;
    Terminology::Impl const& impl_;
    std::vector<std::string> lines_;
};

} // namespace

std::vector<std::string> Terminology::explain(std::string_view codeOrName) const
{
    return Explanation{*this, *impl_}.run(codeOrName);
}

} // namespace tcds::terms
