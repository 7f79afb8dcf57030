#pragma once

#include "fhir/base/problems.hpp"
#include "rules/load/content.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

/// What was looked at before a bundle file was written. Without an error of lint and a case that
/// failed there is no file.
struct BundleChecks {
    struct Cases {
        std::string rule;
        std::size_t passed = 0;

        bool operator==(Cases const&) const = default;
    };
    std::string engine;               // version of the program that looked
    std::string day;                  // YYYY-MM-DD
    std::vector<Diagnostic> warnings; // of lint
    std::vector<Cases> cases;         // by file of cases

    bool operator==(BundleChecks const&) const = default;
};

/// A content that travels: everything in one file, to be signed.
struct BundleFile {
    Content content;
    BundleChecks checks;
    std::string sha256; // of the file without the member that says it
};

/// One JSON text: `{"format": "2", "id", "version", "digest", "files": {path: sha256 of the
/// source}, "built": {"engine", "day"}, "lint": {"warnings": [..]}, "tests": [{"rule", "passed"}],
/// "parts": {path: sha256 of the part as it stands here}, "trees": {path: tree}, "tables": {path:
/// text}, "sha256": hex}`. Trees hold the test cases too, tables the products. `sha256` is that of
/// the text with `,"sha256":"..."` taken out. The same content and checks give the same bytes.
std::string writeBundleFile(Content const& content, BundleChecks const& checks,
                            Digest const& digest);

/// Reads a bundle file and compares every digest in it with what it holds.
///
/// @param signer  who vouches for it: the name of a key, "" = nobody
/// @error BadRequest, `where` "bundle", when the text is no bundle of this format, was cut, or when
///        a part, the content or the whole differs from its digest
tcds::Result<BundleFile> readBundleFile(std::string json, std::string signer, Digest const& digest);

} // namespace tcds::rules
