#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"
#include "fhir/base/tree.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::rules {

/// SHA-256 as lower-case hex; handed in, because this module links no cryptography.
using Digest = std::function<std::string(std::string_view)>;

/// The code and name tables, TSV with a header line. Views: whoever holds them keeps the text
/// alive.
struct Tables {
    std::string_view ingredients, names, products, units, routes, doseForms;
};

/// The authored files of a rule set, as read and not yet understood.
struct Content {
    struct Pack {
        std::string folder;           // "core"
        std::optional<Tree> manifest; // pack.yaml
        std::vector<Tree> rules;      // by file name
    };

    std::optional<Tree> ruleSet;         // ruleset.yaml
    std::optional<Tree> analytes;        // analytes.yaml
    std::optional<Tree> suggestions;     // suggestions.yaml
    std::optional<Tree> overrideReasons; // override-reasons.yaml
    std::vector<Tree> valueSets;         // by file name
    std::vector<Pack> packs;             // by folder name
    std::vector<Tree> tests;             // by path; empty in a bundle
    std::optional<Tree> mutants;         // tests/mutants.yaml: mutants that no case can kill
    std::optional<Tree> uncovered;       // tests/uncovered.yaml: what no case can show
    std::optional<Tree> overlay;         // what a hospital changes; overlay.hpp uses it up
    Tables tables;

    std::string digest;    // over the sources, tests left out
    std::string signer;    // who vouches for it: "embedded", a key name, "" = nobody
    bool positions = true; // false: made from a bundle, messages name files only
    std::vector<std::pair<std::string, std::string>> files; // path and SHA-256 of each source

    std::vector<std::shared_ptr<void const>> owners; // what trees and small tables look into
    std::shared_ptr<void const> productsOwner;       // a compiled rule set keeps this one

    /// Puts a file in its place by its path below the rules folder ("packs/core/EL-K-LOW.yaml"), or
    /// below a hospital's own folder ("rules/LOCAL-TETANY.yaml").
    /// @return false when no file is expected there
    bool add(std::string_view path, Tree tree);
    /// The pack of a folder; made when it is not there.
    Pack& pack(std::string_view folder);
};

/// The pack that holds a hospital's own rules.
inline constexpr std::string_view kLocalPack = "local";
/// What the rules of a hospital begin with, and its value sets.
inline constexpr std::string_view kLocalRule = "LOCAL-", kLocalSet = "LOCAL_";

/// Does the path belong to a hospital's own folder, and not to a rule set: `pack.yaml`,
/// `overlay.yaml`, `rules/ID.yaml`, `tests/ID.yaml`?
bool isHospitalPath(std::string_view path);
/// Are the cases of the file a hospital's own (`tests/ID.yaml`, `tests/local/ID.yaml`)? They run on
/// the rules as the overlay makes them, those of a pack on its rules as they were written.
bool isHospitalTest(std::string_view path);

/// The digest of a content over content.files: of one line "sha256  path" a source, in the order of
/// the list, as `sha256sum` prints it.
std::string digestOf(Content const& content, Digest const& digest);

/// Reads a rules folder: the four files at the top, valuesets/, packs/<pack>/, tests/<pack>/ (YAML
/// or JSON) and terms/*.tsv, each folder in the order of file names. content.files is sorted by
/// path.
///
/// Faults inside files go to `problems`; what could be read is returned all the same.
/// @error NotFound when there is no such folder
tcds::Result<Content> loadFolder(std::filesystem::path const& folder, Digest const& digest,
                           Problems& problems);

/// A hospital's own folder stands beside no other file of a rule set: `pack.yaml` or `overlay.yaml`
/// at the top, and no `ruleset.yaml`.
bool isHospitalFolder(std::filesystem::path const& folder);

/// Reads a hospital's own folder: pack.yaml, overlay.yaml, rules/LOCAL-*.yaml,
/// valuesets/LOCAL_*.yaml and tests/*.yaml. Alone it is no rule set: layOver() puts it over one.
///
/// Faults inside files go to `problems`.
/// @error NotFound when there is no such folder
tcds::Result<Content> loadHospital(std::filesystem::path const& folder, Digest const& digest,
                                   Problems& problems);

} // namespace tcds::rules
