#include "fhir/read/medication_product.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tcds::fhir {

namespace {

constexpr std::size_t kDeepest =
    3; // ingredients of ingredients (medication matching, knowledge README)

/// Codings and names of one concept, in the order of trust.
struct Named {
    std::vector<Coding> codes;
    std::vector<std::string_view> texts;

    void add(Value const* concept_)
    {
        addText(conceptText(concept_));
        forEachCoding(concept_, [this](CodingView const& view) {
            addCoding(view, codes);
            addText(view.display);
        });
    }
    /// The text of a concept is mostly the display of its code: what is there is read once.
    void addText(std::string_view text)
    {
        if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end())
            texts.push_back(text);
    }
    [[nodiscard]] bool empty() const { return codes.empty() && texts.empty(); }
};

class ProductReader
{
public:
    explicit ProductReader(Reading& reading) : reading_{reading} {}

    Product read(Value const* concept_, Value const* reference, Place const& place)
    {
        Named named;
        if (concept_ != nullptr) named.add(concept_);
        Found found;
        if (reference != nullptr) found = reading_.resolve(reference, place);
        if (found.resource != nullptr) {
            if (auto const* code = json::child(*found.resource, "code")) named.add(code);
        }
        if (reference != nullptr && reference->IsObject())
            named.addText(json::textOf(*reference, "display"));
        product_.codes = std::move(named.codes);
        if (!product_.codes.empty() || !named.texts.empty())
            product_.meaning = reading_.terms.understandMedication(product_.codes, named.texts);
        if (found.resource != nullptr) readResource(found, place, 0);
        return std::move(product_);
    }

private:
    void readResource(Found const& found, Place const& from, std::size_t depth)
    {
        auto const& medication = *found.resource;
        if (depth == 0) {
            product_.enteredInError = json::textOf(medication, "status") == "entered-in-error";
            auto const* form = anyOf(medication, {"form", "doseForm"}); // R5: doseForm
            if (form != nullptr)
                product_.formRoute = reading_.terms.routeOfForm(codingsOf(form), conceptText(form));
        }
        visited_[depth] = &medication;
        Place const here{&medication, found.entry != nullptr ? found.entry : from.entry,
                         found.pointer};
        auto const* parts = json::child(medication, "ingredient");
        if (parts == nullptr) // DSTU2 held form and ingredients in `product`
            parts = json::path(medication, {"product", "ingredient"});
        for (auto const& part : json::items(parts)) readIngredient(part, here, depth);
    }

    void readIngredient(Value const& part, Place const& place, std::size_t depth)
    {
        if (json::flag(json::child(part, "isActive")) == false) return;
        auto const* item = json::child(part, "item"); // R5 CodeableReference, DSTU2 Reference
        auto const* concept_ = json::child(part, "itemCodeableConcept");
        auto const* reference = json::child(part, "itemReference");
        if (item != nullptr) {
            if (concept_ == nullptr) concept_ = json::child(*item, "concept");
            if (reference == nullptr && json::child(*item, "reference") != nullptr)
                reference = referenceOf(item);
        }
        Named named;
        if (concept_ != nullptr) named.add(concept_);
        Found found;
        if (reference != nullptr) {
            found = reading_.resolve(reference, place);
            if (found.resource != nullptr)
                if (auto const* code = json::child(*found.resource, "code")) named.add(code);
            if (reference->IsObject()) named.addText(json::textOf(*reference, "display"));
        }
        if (!named.empty()) merge(std::move(named));
        if (found.resource == nullptr || depth + 1 >= kDeepest) return;
        auto const seen = std::find(visited_.begin(), visited_.end(), found.resource);
        if (seen == visited_.end()) readResource(found, place, depth + 1);
    }

    void merge(Named named)
    {
        auto const part = reading_.terms.understandMedication(named.codes, named.texts);
        auto& meaning = product_.meaning;
        if (part.ingredients.empty() && part.sets.none()) return;
        if (!product_.known()) {
            meaning.by = part.by;
            product_.codes.insert(product_.codes.end(), named.codes.begin(), named.codes.end());
        }
        meaning.ingredients.insert(meaning.ingredients.end(), part.ingredients.begin(),
                                   part.ingredients.end());
        std::sort(meaning.ingredients.begin(), meaning.ingredients.end());
        meaning.ingredients.erase(
            std::unique(meaning.ingredients.begin(), meaning.ingredients.end()),
            meaning.ingredients.end());
        meaning.sets.addAll(part.sets);
        if (meaning.route == Route::Unknown) {
            meaning.route = part.route;
            meaning.routeFrom = part.routeFrom;
        }
    }

    Reading& reading_;
    Product product_;
    std::array<Value const*, kDeepest> visited_{};
};

} // namespace

Product productOf(Reading& reading, Place const& place)
{
    auto const& resource = place.members;
    auto const* concept_ = resource.child("medicationCodeableConcept");
    auto const* reference = resource.child("medicationReference");
    if (auto const* medication = resource.child("medication")) { // R5 CodeableReference
        if (concept_ == nullptr) concept_ = json::child(*medication, "concept");
        if (reference == nullptr && json::child(*medication, "reference") != nullptr)
            reference = referenceOf(medication);
        if (concept_ == nullptr && reference == nullptr) concept_ = medication;
    }
    return ProductReader{reading}.read(concept_, reference, place);
}

bool addProduct(Reading& reading, Place const& place, Product product, MedicationUse& use)
{
    if (product.enteredInError || !product.known()) {
        reading.gap("medication", product.enteredInError ? Reason::EnteredInError : Reason::Uncoded,
                    place, std::move(product.codes));
        return false;
    }
    use.codes = std::move(product.codes);
    use.ingredients = std::move(product.meaning.ingredients);
    use.sets = product.meaning.sets;
    use.matchedBy = product.meaning.by;
    if (use.ingredients.empty())
        use.sets.forEach([&](SetId id) {
            if (use.name.empty()) use.name = reading.terms.set(id).title;
        });
    // The first that speaks decides: dosage (set before), form, product, words of the name.
    if (use.route == Route::Unknown && product.formRoute != Route::Unknown) {
        use.route = product.formRoute;
        use.routeFrom = RouteOrigin::Form;
    }
    if (use.route == Route::Unknown && product.meaning.route != Route::Unknown) {
        use.route = product.meaning.route;
        use.routeFrom = product.meaning.routeFrom;
    }
    return true;
}

} // namespace tcds::fhir
