#include "fhir/upkeep/release.hpp"

#include "fhir/base/utf8.hpp"
#include "fhir/terms/product_table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tcds::upkeep {

namespace {

constexpr std::array<std::pair<std::string_view, TermType>, 19> kTypes{{
    {"IN", TermType::In},     {"PIN", TermType::Pin},     {"MIN", TermType::Min},
    {"BN", TermType::Bn},     {"DF", TermType::Df},       {"DFG", TermType::Dfg},
    {"SCDC", TermType::Scdc}, {"SCDF", TermType::Scdf},   {"SCDFP", TermType::Scdfp},
    {"SCDG", TermType::Scdg}, {"SCDGP", TermType::Scdgp}, {"SCD", TermType::Scd},
    {"SBDC", TermType::Sbdc}, {"SBDF", TermType::Sbdf},   {"SBDFP", TermType::Sbdfp},
    {"SBDG", TermType::Sbdg}, {"SBD", TermType::Sbd},     {"GPCK", TermType::Gpck},
    {"BPCK", TermType::Bpck},
}};

constexpr std::array<std::pair<std::string_view, Relation>, 12> kRelations{{
    {"contains", Relation::Contains},
    {"consists_of", Relation::ConsistsOf},
    {"has_ingredient", Relation::HasIngredient},
    {"has_ingredients", Relation::HasIngredients},
    {"has_precise_ingredient", Relation::HasPreciseIngredient},
    {"tradename_of", Relation::TradenameOf},
    {"has_part", Relation::HasPart},
    {"isa", Relation::Isa},
    {"has_boss", Relation::HasBoss},
    {"form_of", Relation::FormOf},
    {"has_dose_form", Relation::HasDoseForm},
    {"has_doseformgroup", Relation::HasDoseFormGroup},
}};

template <class T, std::size_t N>
std::optional<T> known(std::array<std::pair<std::string_view, T>, N> const& words,
                       std::string_view word)
{
    for (auto const& [text, value] : words)
        if (text == word) return value;
    return std::nullopt;
}

constexpr std::string_view kSource = "RXNORM";

// Columns: NLM, RxNorm Technical Documentation, sections 12.4 to 12.10.
constexpr RrfLayout kConsoFile{"RXNCONSO.RRF", 18};
struct Conso {
    static constexpr std::size_t kRxcui = 0, kLanguage = 1, kSab = 11, kTty = 12, kName = 14,
                                 kSuppress = 16;
};
constexpr RrfLayout kRelFile{"RXNREL.RRF", 16};
struct Rel {
    static constexpr std::size_t kRxcui1 = 0, kRxcui2 = 4, kRela = 7, kSab = 10, kSuppress = 14;
};
constexpr RrfLayout kSatFile{"RXNSAT.RRF", 13};
struct Sat {
    static constexpr std::size_t kRxcui = 0, kName = 8, kSab = 9;
};
constexpr RrfLayout kCuiFile{"RXNCUI.RRF", 5};
struct Cui {
    static constexpr std::size_t kOld = 0, kNew = 4;
};
constexpr RrfLayout kArchiveFile{"RXNATOMARCHIVE.RRF", 16};
struct Archive {
    static constexpr std::size_t kRxcui = 12, kSab = 13, kMergedTo = 15;
};
constexpr RrfLayout kSabFile{"RXNSAB.RRF", 25};
struct Sab {
    static constexpr std::size_t kVersioned = 2, kRoot = 3, kCurrent = 21;
};

Error fault(RrfRow const& row, std::string what)
{
    return {Error::Kind::BadRequest, row.where(), std::move(what),
            "unpack the release again; if it stays, report the line to NLM"};
}

/// A number that must be one.
Result<std::uint32_t> number(RrfRow const& row, std::size_t column, std::string_view name)
{
    if (auto const rxcui = terms::parseRxcui(row[column])) return *rxcui;
    return fault(row, std::string{name} + " \"" + std::string{row[column].substr(0, 20)} +
                          "\" is no RxNorm number");
}

bool isPlain(std::string_view name)
{
    return wellFormedUtf8(name) == name.size() && !name.empty() &&
           std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

class Reader
{
public:
    Reader(std::filesystem::path folder, Progress const& progress)
        : folder_{std::move(folder)}, progress_{progress}
    {
    }

    Result<Release> run()
    {
        for (auto const& [layout, step] :
             {std::pair{kConsoFile, &Reader::takeName}, std::pair{kRelFile, &Reader::takeRelation},
              std::pair{kSatFile, &Reader::takeAttribute}})
            if (auto error = read(layout, step)) return *error;
        if (release_.concepts.empty() || release_.edges.empty())
            return Error{
                Error::Kind::BadRequest, folder_.string(),
                "the files hold no concepts of RxNorm (SAB=RXNORM) or no relations of them",
                "name the folder of an RxNorm release as NLM publishes it"};
        for (auto const& [layout, step] : {std::pair{kCuiFile, &Reader::takeSuccessor},
                                           std::pair{kArchiveFile, &Reader::takeMerged},
                                           std::pair{kSabFile, &Reader::takeVersion}}) {
            if (!std::filesystem::exists(folder_ / layout.file)) continue;
            if (auto error = read(layout, step)) return *error;
            release_.knowsHistory |= layout.file != kSabFile.file;
        }
        for (auto const rxcui : human_) release_.forAnimals.erase(rxcui);
        return std::move(release_);
    }

private:
    using Step = std::optional<Error> (Reader::*)(RrfRow const&);

    std::optional<Error> read(RrfLayout const& layout, Step step)
    {
        auto error = forEachRow(folder_, layout, progress_,
                                [&](RrfRow const& row) { return (this->*step)(row); });
        if (!error && layout.file == kConsoFile.file) settleNames();
        if (!error && layout.file == kRelFile.file) settleEdges();
        return error;
    }

    std::optional<Error> takeName(RrfRow const& row)
    {
        if (row[Conso::kSab] != kSource) {
            if (auto const rxcui = terms::parseRxcui(row[Conso::kRxcui]);
                rxcui && row[Conso::kSuppress] != "O")
                release_.elsewhere.insert(*rxcui);
            return std::nullopt;
        }
        if (row[Conso::kLanguage] != "ENG") return std::nullopt;
        auto const type = known(kTypes, row[Conso::kTty]); // synonyms have types of their own
        if (!type) return std::nullopt;
        auto const rxcui = number(row, Conso::kRxcui, "RXCUI");
        if (!rxcui) return rxcui.error();
        if (!isPlain(row[Conso::kName]))
            return fault(row, "the name is empty, or no plain UTF-8 text");
        release_.concepts.push_back(
            {*rxcui, *type, row[Conso::kSuppress] == "O", std::string{row[Conso::kName]}});
        return std::nullopt;
    }

    /// One entry a number: a name in use before an obsolete one, then the first in the alphabet, so
    /// that the order of the file does not matter.
    void settleNames()
    {
        auto& all = release_.concepts;
        std::ranges::sort(all, {}, [](Concept const& each) {
            return std::tuple{each.rxcui, each.obsolete, std::string_view{each.name}, each.type};
        });
        all.erase(
            std::unique(all.begin(), all.end(),
                        [](Concept const& a, Concept const& b) { return a.rxcui == b.rxcui; }),
            all.end());
        all.shrink_to_fit();
    }

    std::optional<Error> takeRelation(RrfRow const& row)
    {
        if (row[Rel::kSab] != kSource || row[Rel::kRxcui1].empty() || row[Rel::kRxcui2].empty())
            return std::nullopt; // of another vocabulary, or between atoms
        auto const relation = known(kRelations, row[Rel::kRela]);
        if (!relation || row[Rel::kSuppress] == "O") return std::nullopt;
        auto const from = number(row, Rel::kRxcui2, "RXCUI2");
        auto const to = number(row, Rel::kRxcui1, "RXCUI1");
        if (!from) return from.error();
        if (!to) return to.error();
        release_.edges.push_back({*from, *relation, *to});
        return std::nullopt;
    }

    void settleEdges()
    {
        auto& all = release_.edges;
        std::ranges::sort(all);
        all.erase(std::unique(all.begin(), all.end()), all.end());
        all.shrink_to_fit();
    }

    std::optional<Error> takeAttribute(RrfRow const& row)
    {
        if (row[Sat::kSab] != kSource) return std::nullopt;
        bool const animals = row[Sat::kName] == "RXN_VET_DRUG";
        if (!animals && row[Sat::kName] != "RXN_HUMAN_DRUG") return std::nullopt;
        auto const rxcui = number(row, Sat::kRxcui, "RXCUI");
        if (!rxcui) return rxcui.error();
        (animals ? release_.forAnimals : human_).insert(*rxcui);
        return std::nullopt;
    }

    void addSuccessor(std::uint32_t old, std::uint32_t successor)
    {
        if (old == successor) return; // retired without one
        auto& all = release_.successors[old];
        if (std::ranges::find(all, successor) == all.end()) all.push_back(successor);
    }

    std::optional<Error> takeSuccessor(RrfRow const& row)
    {
        auto const old = number(row, Cui::kOld, "CUI1");
        if (!old) return old.error();
        if (auto const successor = terms::parseRxcui(row[Cui::kNew]))
            addSuccessor(*old, *successor);
        return std::nullopt;
    }

    std::optional<Error> takeMerged(RrfRow const& row)
    {
        if (row[Archive::kSab] != kSource) return std::nullopt;
        auto const old = terms::parseRxcui(row[Archive::kRxcui]);
        auto const merged = terms::parseRxcui(row[Archive::kMergedTo]);
        // An archived name of a number that is still in use says nothing about the number.
        if (old && merged && release_.find(*old) == nullptr) addSuccessor(*old, *merged);
        return std::nullopt;
    }

    std::optional<Error> takeVersion(RrfRow const& row)
    {
        if (row[Sab::kRoot] == kSource && row[Sab::kCurrent] == "Y" &&
            isPlain(row[Sab::kVersioned]))
            release_.version = row[Sab::kVersioned];
        return std::nullopt;
    }

    std::filesystem::path folder_;
    Progress const& progress_;
    Release release_;
    std::unordered_set<std::uint32_t> human_;
};

} // namespace

std::string_view toText(TermType type)
{
    for (auto const& [text, value] : kTypes)
        if (value == type) return text;
    return {};
}

Concept const* Release::find(std::uint32_t rxcui) const
{
    auto const at = std::ranges::lower_bound(concepts, rxcui, {}, &Concept::rxcui);
    return at != concepts.end() && at->rxcui == rxcui ? &*at : nullptr;
}

std::span<Edge const> Release::from(std::uint32_t rxcui, Relation relation) const
{
    auto const begin = std::ranges::lower_bound(edges, Edge{rxcui, relation, 0});
    auto end = begin;
    while (end != edges.end() && end->from == rxcui && end->relation == relation) ++end;
    return {begin, end};
}

std::filesystem::path rrfFolder(std::filesystem::path const& named)
{
    auto const below = named / "rrf";
    return !std::filesystem::exists(named / kConsoFile.file) && std::filesystem::is_directory(below)
               ? below
               : named;
}

Result<Release> readRelease(std::filesystem::path const& folder, Progress const& progress)
{
    if (!std::filesystem::is_directory(folder))
        return Error{Error::Kind::NotFound, folder.string(), "no such folder",
                     "name the folder of an unpacked RxNorm release"};
    return Reader{rrfFolder(folder), progress}.run();
}

} // namespace tcds::upkeep
