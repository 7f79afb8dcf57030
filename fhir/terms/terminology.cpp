#include "fhir/terms/terminology.hpp"

#include "fhir/terms/analyte_loader.hpp"
#include "fhir/terms/code_systems.hpp"
#include "fhir/terms/fhir_value_set.hpp"
#include "fhir/terms/terminology_impl.hpp"

#include <algorithm>
#include <stdexcept>

namespace tcds::terms {
namespace {

/// The authored sets, with the FHIR ValueSets laid over them: those that replace first, so that what
/// extends is not lost again.
std::vector<AuthoredSet> readSets(std::vector<Tree const*> const& trees, DrugTables const& drugs,
                                  Problems& problems)
{
    std::vector<AuthoredSet> authored;
    std::vector<FhirSet> resources;
    authored.reserve(trees.size());
    for (auto const* tree : trees) {
        if (isFhirResource(*tree)) {
            if (auto resource = readFhirSet(*tree, problems))
                resources.push_back(std::move(*resource));
        } else if (auto set = readValueSet(*tree, problems)) {
            settleNumbers(*set, drugs, problems);
            authored.push_back(std::move(*set));
        }
    }
    for (auto const mode : {FhirSetMode::Replace, FhirSetMode::Extend})
        for (auto const& resource : resources)
            if (resource.mode == mode) layOver(resource, authored, drugs, problems);
    for (auto const& each : authored) refuseEmpty(each, problems);
    return authored;
}

} // namespace

Terminology::Terminology(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Terminology::~Terminology() = default;

std::shared_ptr<Terminology const> Terminology::load(TerminologySources const& sources,
                                                     Problems& problems)
{
    auto impl = std::make_unique<Impl>();
    impl->drugs.load(sources, problems);
    if (!sources.units.empty()) impl->units.load(sources.units, problems);
    if (sources.analytes != nullptr) impl->analytes = readAnalytes(*sources.analytes, problems);
    auto const authored = readSets(sources.valueSets, impl->drugs, problems);
    impl->sets = resolveSets(authored, impl->drugs, problems);

    for (auto const& analyte : impl->analytes) {
        impl->analyteByKey.emplace(analyte.key, analyte.id);
        for (auto const& code : analyte.codes) impl->codes.addAnalyte(code.code, analyte.id);
    }
    impl->classesOf.resize(impl->drugs.ingredients().size());
    for (auto const& set : impl->sets.sets) {
        if (set.draft) continue;
        auto const& source = authored[set.id.index()];
        auto const& reaches = impl->sets.reaches[set.id.index()];
        impl->ofKind[static_cast<std::size_t>(set.kind)].add(set.id);
        for (auto const& member : set.codes) impl->codes.add(member, reaches);
        for (auto const& member : set.ingredients)
            impl->classesOf[member.ingredient.index()].add(set.id);
        impl->text.addSet(set.id, source.phrases, reaches);
        for (auto const& [role, phrase] : source.cues) impl->text.addCue(role, phrase);
        if (set.kind == SetKind::Complaint && !source.phrases.unless.empty())
            impl->codes.addUnless(set.id, source.phrases.unless);
    }
    return std::shared_ptr<Terminology const>{new Terminology{std::move(impl)}};
}

std::span<ValueSet const> Terminology::sets() const { return impl_->sets.sets; }
ValueSet const& Terminology::set(SetId id) const { return impl_->sets.sets.at(id.index()); }
SetId Terminology::setNamed(std::string_view name) const
{
    auto const found = impl_->sets.byName.find(name);
    return found == impl_->sets.byName.end() ? SetId{} : found->second;
}

std::span<Analyte const> Terminology::analytes() const { return impl_->analytes; }
Analyte const& Terminology::analyte(AnalyteId id) const { return impl_->analytes.at(id.index()); }
AnalyteId Terminology::analyteNamed(std::string_view key) const
{
    auto const found = impl_->analyteByKey.find(key);
    return found == impl_->analyteByKey.end() ? AnalyteId{} : found->second;
}

std::span<Ingredient const> Terminology::ingredients() const { return impl_->drugs.ingredients(); }
Ingredient const& Terminology::ingredient(IngredientId id) const
{
    return impl_->drugs.ingredients().at(id.index());
}
IngredientId Terminology::ingredientNamed(std::string_view name) const
{
    return impl_->drugs.named(name);
}
SetBits const& Terminology::classesOf(IngredientId id) const
{
    return impl_->classesOf.at(id.index());
}
std::vector<ClassCodes> Terminology::codesOfClasses() const
{
    auto const withAtc = impl_->drugs.withAtc();
    std::vector<bool> withProduct(impl_->drugs.ingredients().size());
    for (auto const& product : impl_->drugs.allProducts())
        for (auto const id : impl_->drugs.ingredientsOf(product)) withProduct[id.index()] = true;

    std::vector<ClassCodes> codes(sets().size());
    for (auto const& set : sets()) {
        auto& own = codes[set.id.index()];
        for (auto const& member : set.ingredients) {
            auto const at = member.ingredient.index();
            own.ingredient = own.ingredient || !ingredient(member.ingredient).rxnorm.empty();
            own.product = own.product || withProduct[at];
            own.atc = own.atc || withAtc[at];
        }
        auto const has = [&](std::string_view system) {
            return std::any_of(set.codes.begin(), set.codes.end(),
                               [&](CodeMember const& each) { return each.system == system; });
        };
        auto const atc = has(kAtc), product = has(kRxNorm);
        impl_->sets.reaches[set.id.index()].forEach([&](SetId reached) {
            codes[reached.index()].atc |= atc;
            codes[reached.index()].product |= product;
        });
    }
    return codes;
}

SetBits const& Terminology::ofKind(SetKind kind) const
{
    return impl_->ofKind[static_cast<std::size_t>(kind)];
}

CodeMeaning Terminology::meaningOf(std::string_view system, std::string_view code,
                                   std::string_view text) const
{
    return impl_->codes.find(terms::canonicalSystem(system), code, text);
}

std::string_view Terminology::canonicalSystem(std::string_view system)
{
    return terms::canonicalSystem(system);
}

TextMeaning Terminology::understandText(std::string_view text, SetBits const& among) const
{
    return impl_->text.read(text, among);
}

Route Terminology::routeOf(std::span<Coding const> codes, std::string_view text) const
{
    return impl_->drugs.routes().find(codes, text);
}

Route Terminology::routeOfForm(std::span<Coding const> codes, std::string_view text) const
{
    return impl_->drugs.forms().find(codes, text);
}

std::optional<std::string> Terminology::ucum(std::string_view code, std::string_view text) const
{
    return impl_->units.ucum(code, text);
}

} // namespace tcds::terms
