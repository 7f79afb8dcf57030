#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "fhir/facts/facts.hpp"
#include "fhir/terms/analyte.hpp"
#include "fhir/terms/value_set.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

struct Ingredient {
    IngredientId id;
    std::string name;   // as our tables spell it; what cards print
    std::string rxnorm; // "" when the tables hold none: matched by name only
};

/// What a medication was understood as. Empty `ingredients` and `sets`: unknown (gap `uncoded`).
struct MedicationMeaning {
    std::vector<IngredientId> ingredients; // sorted, unique; all parts of a combination
    SetBits sets;                          // classes named by a code alone (ATC prefix)
    MatchedBy by = MatchedBy::None;
    Route route = Route::Unknown; // of the product, or of form words in the name
    RouteOrigin routeFrom = RouteOrigin::None;
    bool conflicting = false; // codings disagreed; the first in the order of look-ups was taken
};

/// What a text states and what it denies (or says of somebody else, of the past, or of an if).
struct TextMeaning {
    SetBits stated;
    SetBits denied;
};

/// In which ways the members of a drug class can be coded; each can be named.
struct ClassCodes {
    bool ingredient = false, product = false; // RxNorm numbers of a member, of a product with one
    bool atc = false;
};

/// What a code is in our sets and tables.
struct CodeMeaning {
    SetBits sets;
    AnalyteId analyte;
};

/// The files a terminology is made of. Trees are authored files; tables are TSV with a header line.
struct TerminologySources {
    std::vector<Tree const*> valueSets;
    Tree const* analytes = nullptr;
    std::string_view ingredients; // rules/terms/ingredients.tsv
    std::string_view names;       // rules/terms/names.tsv
    std::string_view products;    // rules/terms/products.tsv; must outlive the terminology
    std::string_view units;       // rules/terms/units.tsv
    std::string_view routes;      // rules/terms/routes.tsv
    std::string_view doseForms;   // rules/terms/dose_forms.tsv
};

/// Everything that is known about codes, names and units. Immutable once made; shared by readers.
class Terminology
{
public:
    /// Reports every fault of the files (L01 to L06 of the lint list as far as they are about
    /// terms).
    static std::shared_ptr<Terminology const> load(TerminologySources const& sources,
                                                   Problems& problems);
    ~Terminology();

    [[nodiscard]] std::span<ValueSet const> sets() const;
    [[nodiscard]] ValueSet const& set(SetId id) const;
    [[nodiscard]] SetId setNamed(std::string_view name) const; // unknown id when there is none
    [[nodiscard]] std::span<Analyte const> analytes() const;   // file order
    [[nodiscard]] Analyte const& analyte(AnalyteId id) const;
    [[nodiscard]] AnalyteId analyteNamed(std::string_view key) const;
    [[nodiscard]] std::span<Ingredient const> ingredients() const;
    [[nodiscard]] Ingredient const& ingredient(IngredientId id) const;
    [[nodiscard]] IngredientId ingredientNamed(std::string_view name) const;
    /// Drug classes in force that hold an ingredient.
    [[nodiscard]] SetBits const& classesOf(IngredientId id) const;

    /// The kinds of codes that lead to a drug class; by drug class, in the order of sets(). Reads the
    /// whole product table: for authoring, not for calls.
    [[nodiscard]] std::vector<ClassCodes> codesOfClasses() const;

    /// Sets of one kind, as bits: what a reader may match a text or code against.
    [[nodiscard]] SetBits const& ofKind(SetKind kind) const;

    /// Sets and analyte of one code; sets that need text beside the code (`withText`) only when
    /// `text` has it. `urn:oid:` aliases of the code systems are understood.
    [[nodiscard]] CodeMeaning meaningOf(std::string_view system, std::string_view code,
                                        std::string_view text = {}) const;

    /// Canonical URI of a code system ("urn:oid:2.16.840.1.113883.6.88" -> RxNorm), else as given.
    [[nodiscard]] static std::string_view canonicalSystem(std::string_view system);

    /// Look-ups in the order of decision D16. `texts` in order of trust (code.text, display, ...),
    /// used only when no code is known.
    [[nodiscard]] MedicationMeaning understandMedication(
        std::span<Coding const> codes, std::span<std::string_view const> texts) const;

    /// Phrases of the sets in `among`, with negation, experiencer, past and hypothetical cues,
    /// sentence by sentence (clinical specification B.3).
    [[nodiscard]] TextMeaning understandText(std::string_view text, SetBits const& among) const;

    /// Route from an administration route (codings and text), or from a dose form.
    [[nodiscard]] Route routeOf(std::span<Coding const> codes, std::string_view text) const;
    [[nodiscard]] Route routeOfForm(std::span<Coding const> codes, std::string_view text) const;

    /// UCUM spelling of a unit as seen in data; nothing when it is not known.
    /// @param code  Quantity.code when its system is UCUM, else ""
    /// @param text  Quantity.unit
    [[nodiscard]] std::optional<std::string> ucum(std::string_view code,
                                                  std::string_view text) const;

    /// How a code or drug name is understood and which sets hold it: lines for people.
    [[nodiscard]] std::vector<std::string> explain(std::string_view codeOrName) const;

    struct Impl; // fhir/terms/terminology_impl.hpp, for the files of this module

private:
    explicit Terminology(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::terms
