#pragma once

#include "fhir/base/result.hpp"
#include "fhir/upkeep/rrf_file.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tcds::upkeep {

/// What a concept of RxNorm is (its term type).
/// Source: NLM, RxNorm Technical Documentation, appendix 5
enum class TermType : std::uint8_t {
    In,   // ingredient
    Pin,  // precise ingredient: a salt, an ester
    Min,  // several ingredients
    Bn,   // brand name
    Df,   // dose form
    Dfg,  // dose form group
    Scdc, // from here on: what can be ordered or is a part of it
    Scdf,
    Scdfp,
    Scdg,
    Scdgp,
    Scd,
    Sbdc,
    Sbdf,
    Sbdfp,
    Sbdg,
    Sbd,
    Gpck,
    Bpck
};
std::string_view toText(TermType type);
/// Has it active parts and a place in the product table?
inline bool isProduct(TermType type) { return type >= TermType::Scdc; }

struct Concept {
    std::uint32_t rxcui = 0;
    TermType type = TermType::In;
    bool obsolete = false; // SUPPRESS is O for every name that RxNorm gives it
    std::string name;
};

/// The relations that lead from a product to what it is made of.
/// Source: NLM, RxNorm Technical Documentation, appendix 1
enum class Relation : std::uint8_t {
    Contains,
    ConsistsOf,
    HasIngredient,
    HasIngredients,
    HasPreciseIngredient,
    TradenameOf,
    HasPart,
    Isa,
    HasBoss,
    FormOf,
    HasDoseForm,
    HasDoseFormGroup
};

/// "`from` RELATION `to`": the file has them the other way round (RXCUI2 RELA RXCUI1).
struct Edge {
    std::uint32_t from = 0;
    Relation relation = Relation::Contains;
    std::uint32_t to = 0;
    auto operator<=>(Edge const&) const = default;
};

/// What a release of RxNorm says, as far as the tables need it.
struct Release {
    std::string version;           // "RXNORM_20AA_200406F"; "" when RXNSAB.RRF is not there
    bool knowsHistory = false;     // RXNCUI.RRF or RXNATOMARCHIVE.RRF is there: a full release
    std::vector<Concept> concepts; // by number
    std::vector<Edge> edges;       // sorted
    std::unordered_set<std::uint32_t> forAnimals; // and not for people
    std::unordered_set<std::uint32_t> elsewhere;  // numbers that other vocabularies use
    /// What became of a number that is no longer in use, oldest statement first, unique.
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> successors;

    [[nodiscard]] Concept const* find(std::uint32_t rxcui) const;
    /// The edges of a concept with one relation, by number of what they lead to.
    [[nodiscard]] std::span<Edge const> from(std::uint32_t rxcui, Relation relation) const;
};

/// The folder that holds the RRF files: the named one, or its `rrf` (full release, or prescribable
/// subset).
std::filesystem::path rrfFolder(std::filesystem::path const& named);

/// Reads a release, file by file, line by line. Only what RxNorm itself says is taken (SAB=RXNORM):
/// the names and codes of other vocabularies in the files have licences of their own.
///
/// Needed: RXNCONSO.RRF, RXNREL.RRF, RXNSAT.RRF. Taken when they are there: RXNCUI.RRF and
/// RXNATOMARCHIVE.RRF (what became of retired numbers), RXNSAB.RRF (version).
/// @error NotFound, BadRequest: as forEachRow(); BadRequest too for a number that is none, a name
///        with a tab or bytes that are no UTF-8, and files that hold nothing of RxNorm
Result<Release> readRelease(std::filesystem::path const& folder, Progress const& progress = {});

} // namespace tcds::upkeep
